import { expect, test } from "vitest";
import { PAYMENT_STATES } from "../../db/schema/payments.ts";
import { canMove, hasMoney, MOVES } from "../../server/payments/index.ts";

test("no state moves to itself, and every target exists", () => {
  for (const from of PAYMENT_STATES) {
    expect(canMove(from, from)).toBe(false);
    for (const to of MOVES[from]) expect(PAYMENT_STATES).toContain(to);
  }
});

test.each(["created", "requires_action", "pending", "challenged", "denied", "expired", "failed"] as const)("money may still arrive after %s", (from) => {
  for (const to of ["authorised", "captured", "paid"] as const) expect(canMove(from, to)).toBe(true);
});

test("taken money is never unheard of again", () => {
  for (const from of PAYMENT_STATES.filter(hasMoney)) {
    for (const to of ["created", "requires_action", "pending", "challenged"] as const) expect(canMove(from, to)).toBe(false);
  }
  expect(canMove("paid", "authorised")).toBe(false);
  expect(canMove("captured", "authorised")).toBe(false);
  expect(MOVES.voided).toEqual([]);
});
