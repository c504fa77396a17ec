import fc from "fast-check";
import { expect, test } from "vitest";
import { STAY_STATES, type StayState } from "../../db/schema/bookings.ts";
import { assertMove, bookingState, STAY_MOVES } from "../../server/bookings/states.ts";

const states = fc.constantFrom<StayState>(...STAY_STATES);

test("only the listed moves are possible", () => {
  for (const from of STAY_STATES) {
    for (const to of STAY_STATES) {
      const allowed = (STAY_MOVES[from] as readonly StayState[]).includes(to);
      if (allowed) expect(() => assertMove(from, to)).not.toThrow();
      else expect(() => assertMove(from, to)).toThrow(`${from} to ${to}`);
    }
  }
});

test("what is over stays over, but for a hold that was paid late", () => {
  expect(STAY_MOVES.cancelled).toEqual([]);
  expect(STAY_MOVES.no_show).toEqual([]);
  expect(STAY_MOVES.checked_out).toEqual([]);
  expect(STAY_MOVES.expired).toEqual(["confirmed"]);
});

test("a booking is cancelled when the last of its stays is, and not before", () => {
  expect(bookingState([{ state: "cancelled" }, { state: "confirmed" }])).toBe("confirmed");
  expect(bookingState([{ state: "cancelled" }, { state: "cancelled" }])).toBe("cancelled");
  expect(bookingState([{ state: "checked_in" }, { state: "confirmed" }])).toBe("checked_in");
});

test("a booking's state is one of its stays', whatever their order", () => {
  fc.assert(
    fc.property(fc.array(states, { minLength: 1, maxLength: 8 }), (all) => {
      const state = bookingState(all.map((one) => ({ state: one })));
      expect(all).toContain(state);
      expect(bookingState(all.toReversed().map((one) => ({ state: one })))).toBe(state);
    }),
  );
});
