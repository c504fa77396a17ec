import { expect, test } from "vitest";
import type { Held, History } from "../simulation/refusals/history.ts";
import { wasTrue, type Request } from "../simulation/refusals/judge.ts";

const NIGHT = "7/2027-03-01";
const named = { nights: [{ roomTypeId: 7, date: "2027-03-01" }] };

/** One night: what it had free, from which instant on. */
function history(levels: [at: number, free: number][], held: Partial<Held>[] = [], offsets: History["offsets"] = []): History {
  const base: Held = { actor: "anon:a", bookingId: "b1", units: 1, from: 0, until: Infinity, ends: undefined };
  return {
    levels: new Map([[NIGHT, levels.map(([at, free]) => ({ at, free }))]]),
    held: new Map([[NIGHT, held.map((one) => ({ ...base, ...one }))]]),
    offsets,
  };
}

function refused(code: string, facts: Record<string, unknown>, need = 1): Request {
  return { path: "bookings.hold", actor: "anon:a", from: 10_000, to: 11_000, needs: new Map([[NIGHT, need]]), refusal: { code, facts } };
}

const soldOut = (past: History, need?: number) => wasTrue(past, refused("SOLD_OUT", named, need), [], []);

test("SOLD_OUT is true where the night lacked units at some instant between question and answer", () => {
  expect(soldOut(history([[0, 0]]))).toBe(true);
  expect(soldOut(history([[0, 1]]))).toBe(false);
  expect(soldOut(history([[0, 1]]), 2)).toBe(true);
  const takenForAMoment = history([
    [0, 1],
    [10_500, 0],
    [10_600, 1],
  ]);
  expect(soldOut(takenForAMoment)).toBe(true);
});

test("what was taken before the question or after the answer excuses nothing", () => {
  const before = history([
    [0, 0],
    [9_000, 1],
    [12_000, 0],
  ]);
  expect(soldOut(before)).toBe(false);
});

test("the units of a hold that is over are free, unless something keeps it", () => {
  expect(soldOut(history([[0, 0]], [{ ends: 9_000 }]))).toBe(false);
  expect(soldOut(history([[0, 0]], [{ ends: 10_500 }]))).toBe(true);
  expect(soldOut(history([[0, 0]], [{ ends: undefined }]))).toBe(true);
  expect(soldOut(history([[0, 0]], [{ ends: 9_000, until: 9_500 }]))).toBe(true);
  expect(soldOut(history([[0, 0]], [{ ends: 900_000 }], [{ at: 5_000, ms: 900_000 }]))).toBe(false);
});

test("SOLD_OUT without a night is false, and so is one of nights that never lacked units together", () => {
  expect(wasTrue(history([[0, 0]]), refused("SOLD_OUT", { nights: [] }), [], [])).toBe(false);
  const other = "7/2027-03-02";
  const request = refused("SOLD_OUT", { nights: [...named.nights, { roomTypeId: 7, date: "2027-03-02" }] });
  const byTurns: History = {
    ...history([
      [0, 0],
      [10_400, 1],
    ]),
    levels: new Map([
      [
        NIGHT,
        [
          { at: 0, free: 0 },
          { at: 10_400, free: 1 },
        ],
      ],
      [
        other,
        [
          { at: 0, free: 1 },
          { at: 10_600, free: 0 },
        ],
      ],
    ]),
  };
  expect(
    wasTrue(
      byTurns,
      {
        ...request,
        needs: new Map([
          [NIGHT, 1],
          [other, 1],
        ]),
      },
      [],
      [],
    ),
  ).toBe(false);
});

test("ROOM_BUSY is true where somebody else was at the nights", () => {
  const request = refused("ROOM_BUSY", { retryAfterMs: 500 });
  const calm = history([[0, 1]]);
  const other: Request = { ...request, refusal: undefined, actor: "anon:b", from: 10_900, to: 12_000 };
  expect(wasTrue(calm, request, [request], [])).toBe(false);
  expect(wasTrue(calm, request, [request, other], [])).toBe(true);
  expect(wasTrue(calm, request, [{ ...other, needs: new Map([["8/2027-03-01", 1]]) }], [])).toBe(false);
  expect(wasTrue(calm, request, [{ ...other, from: 12_000, to: 13_000 }], [])).toBe(false);
  expect(wasTrue(calm, request, [], [{ nights: [NIGHT], actor: undefined, from: 9_000, to: 10_100 }])).toBe(true);
  expect(wasTrue(calm, request, [], [{ nights: ["8/2027-03-01"], actor: undefined, from: 9_000, to: 10_100 }])).toBe(false);
  expect(
    wasTrue(
      history([
        [0, 1],
        [10_500, 0],
      ]),
      request,
      [],
      [],
    ),
  ).toBe(true);
  expect(wasTrue(history([[0, 0]], [{ ends: 9_000 }]), request, [], [])).toBe(true);
});

test("what somebody from outside keeps locked for one client makes nobody else's refusal true", () => {
  const request = refused("ROOM_BUSY", { retryAfterMs: 500 });
  const lock = { nights: undefined, from: 9_000, to: 10_100 };
  expect(wasTrue(history([[0, 1]]), request, [], [{ ...lock, actor: "anon:a" }])).toBe(true);
  expect(wasTrue(history([[0, 1]]), request, [], [{ ...lock, actor: "anon:b" }])).toBe(false);
});

test("HOLD_LIMIT is true where the client held so many bookings, or rooms of the night", () => {
  const bookings = refused("HOLD_LIMIT", { limit: 2, of: "bookings" });
  expect(wasTrue(history([[0, 0]], [{}, { bookingId: "b2" }]), bookings, [], [])).toBe(true);
  expect(wasTrue(history([[0, 0]], [{}, {}]), bookings, [], [])).toBe(false);
  expect(wasTrue(history([[0, 0]], [{}, { bookingId: "b2", actor: "anon:b" }]), bookings, [], [])).toBe(false);
  expect(wasTrue(history([[0, 0]], [{}, { bookingId: "b2", ends: 9_000 }]), bookings, [], [])).toBe(false);
  const rooms = refused("HOLD_LIMIT", { limit: 1, of: "rooms" });
  expect(wasTrue(history([[0, 0]], [{}]), rooms, [], [])).toBe(true);
  expect(wasTrue(history([[0, 0]], [{ until: 9_000 }]), rooms, [], [])).toBe(false);
});

test("a refusal that says nothing of what is free is not judged", () => {
  expect(wasTrue(history([[0, 1]]), refused("PRICE_CHANGED", {}), [], [])).toBeUndefined();
});
