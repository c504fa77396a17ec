import { describe, expect, test } from "vitest";
import { guestField } from "../../server/bookings/schemas.ts";
import { idempotencyKeyField } from "../../server/platform/fields.ts";
import { FAULTS, type FaultName } from "../simulation/faults.ts";
import { personOf } from "../simulation/guests.ts";
import { readOptions } from "../simulation/options.ts";
import { planOf } from "../simulation/plan.ts";
import { neverMet, newTally } from "../simulation/tally.ts";

const SEEDS = [0, 1, 13_341, 13_868, 2 ** 31, 2 ** 32 - 1];

describe.each(SEEDS)("seed %i", (seed) => {
  test("can be asked for", () => {
    expect(readOptions(["--seed", String(seed)])?.nextSeed()).toBe(seed);
  });

  test("has a plan of its own, with draws of its own", () => {
    const plan = planOf(seed, 150, Object.keys(FAULTS) as FaultName[]);
    expect(plan.flatMap(({ steps }) => steps)).toHaveLength(150);
    for (const other of SEEDS) if (other !== seed) expect(planOf(other, 150, [])).not.toEqual(plan);
  });

  test("names guests whom the app lets book, and keys that it takes", () => {
    for (const index of [0, 149, 99_999]) {
      const name = `s${seed}-${index}-6`;
      expect(guestField.safeParse(personOf(name)).error).toBeUndefined();
      expect(idempotencyKeyField.safeParse(`${name}-modify-pay`).error).toBeUndefined();
    }
  });
});

test("without a seed each is drawn, and few runs draw the same", () => {
  const drawn = Array.from({ length: 20 }, () => readOptions([])!.nextSeed()!);
  expect(new Set(drawn).size).toBe(20);
  expect(drawn.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)).toBe(true);
});

test("so many seeds as were asked for, counting up from the first, around the end of the numbers", () => {
  const options = readOptions(["--seed", String(2 ** 32 - 1), "--seeds", "3"])!;
  expect(Array.from({ length: 4 }, () => options.nextSeed())).toEqual([2 ** 32 - 1, 0, 1, undefined]);
  expect(readOptions(["--forever"])!.nextSeed()).toBeDefined();
});

test.each([
  ["--seed", "-1"],
  ["--seed", String(2 ** 32)],
  ["--seed", "1.5"],
  ["--ops", "0"],
  ["--faults", "no-such-fault"],
])("%s %s is refused", (...args) => {
  expect(readOptions(args)).toBeUndefined();
});

test("a kind of fault that nothing met is named, also one that never began", () => {
  const tally = newTally();
  tally.faults.set("queue-late", 2).set("mail-busy", 1);
  tally.met.set("mail-busy", 1);
  expect(neverMet(tally, [])).toEqual(["queue-late"]);
  expect(neverMet(tally, ["app-killed", "mail-busy"])).toEqual(["app-killed", "queue-late"]);
});
