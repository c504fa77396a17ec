import fc from "fast-check";
import { expect, test } from "vitest";
import { assignRooms } from "../../server/search/assign.ts";

type Costs = (number | undefined)[][];

/** The least total by trying every way; undefined where there is none. */
function leastTotal(costs: Costs, left: number[], room = 0): number | undefined {
  if (room === costs[0]!.length) return 0;
  let least: number | undefined;
  for (const [type, prices] of costs.entries()) {
    const price = prices[room];
    if (price === undefined || left[type]! < 1) continue;
    const rest = leastTotal(costs, left.with(type, left[type]! - 1), room + 1);
    if (rest !== undefined && (least === undefined || price + rest < least)) least = price + rest;
  }
  return least;
}

const cases = fc.record({ rooms: fc.integer({ min: 1, max: 6 }), types: fc.integer({ min: 1, max: 4 }) }).chain(({ rooms, types }) =>
  fc.record({
    // Few different prices, so that many ways cost the same.
    costs: fc.array(fc.array(fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined, freq: 5 }), { minLength: rooms, maxLength: rooms }), {
      minLength: types,
      maxLength: types,
    }),
    left: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: types, maxLength: types }),
  }),
);

test("rooms are assigned at the least total that trying every way finds, within what is left, or not at all", () => {
  fc.assert(
    fc.property(cases, ({ costs, left }) => {
      const types = assignRooms(costs, left);
      const total = types?.reduce((sum, type, room) => sum + costs[type]![room]!, 0);
      expect(total).toBe(leastTotal(costs, left));
      for (const [type, units] of left.entries()) expect(types?.filter((one) => one === type).length ?? 0).toBeLessThanOrEqual(units);
    }),
    { numRuns: 5000, seed: 20_270_302 },
  );
});

test("the work for eight rooms grows with the room types, not with the sets of rooms", () => {
  let reads = 0;
  const counted = (prices: number[]): number[] => new Proxy(prices, { get: (target, key) => ((reads += 1), Reflect.get(target, key) as unknown) });
  const worst = Array.from({ length: 30 }, (_, type) => counted(Array.from({ length: 8 }, (_price, room) => ((type * 7 + room * 13) % 31) + 1)));
  expect(assignRooms(worst, Array<number>(30).fill(1))).toHaveLength(8);
  expect(reads).toBeLessThan(8 * 8 * 30 * 8);
});
