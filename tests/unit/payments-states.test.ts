import { expect, test } from "vitest";
import { PAYMENT_STATES, REFUND_STATES } from "../../db/schema/payments.ts";
import { assertRefundMove, canMove, canMoveRefund, hasMoney, MOVES, REFUND_MOVES, type RefundState } from "../../server/payments/index.ts";

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

test("a refund moves only as its table says, and the error of any other move names both states", () => {
  for (const from of REFUND_STATES) {
    for (const to of REFUND_STATES) {
      const allowed = (REFUND_MOVES[from] as readonly RefundState[]).includes(to);
      expect(canMoveRefund(from, to)).toBe(allowed);
      if (allowed) expect(() => assertRefundMove(from, to)).not.toThrow();
      else expect(() => assertRefundMove(from, to)).toThrow(`${from} to ${to}`);
    }
  }
});

test("a refund is never pending again, and what failed or is a person's task is never asked for again", () => {
  expect(canMoveRefund("succeeded", "pending")).toBe(false);
  expect(canMoveRefund("succeeded", "failed")).toBe(true);
  expect(REFUND_MOVES.failed).toEqual(["withdrawn"]);
  expect(REFUND_MOVES.manual).toEqual(["withdrawn"]);
});

test("only what gave no money back is withdrawn, and is never asked for again", () => {
  expect(REFUND_STATES.filter((from) => canMoveRefund(from, "withdrawn"))).toEqual(["requested", "failed", "manual"]);
  expect(canMoveRefund("withdrawn", "requested")).toBe(false);
  expect(canMoveRefund("withdrawn", "failed")).toBe(false);
});
