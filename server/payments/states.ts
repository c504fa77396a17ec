import type { DisputeState, PaymentState, RefundState } from "../../db/schema/payments.ts";

/**
 * How a payment may move. Notices come late and out of order, so that money can still arrive after
 * `denied`, `expired` or `failed`: what follows from it, `settle` decides.
 */
export const MOVES = {
  created: ["requires_action", "pending", "challenged", "authorised", "captured", "paid", "denied", "voided", "expired", "failed"],
  requires_action: ["created", "pending", "challenged", "authorised", "captured", "paid", "denied", "voided", "expired", "failed"],
  pending: ["requires_action", "challenged", "authorised", "captured", "paid", "denied", "voided", "expired", "failed"],
  challenged: ["authorised", "captured", "paid", "denied", "voided", "expired", "failed"],
  // The guest tries again on the same page.
  denied: ["created", "requires_action", "pending", "challenged", "authorised", "captured", "paid", "voided", "expired", "failed"],
  authorised: ["captured", "paid", "denied", "voided", "expired", "failed"],
  // A card's money taken today can be let go until the day's settlement (Midtrans).
  captured: ["paid", "voided"],
  paid: [],
  voided: [],
  // A card's try that was left ends so at Midtrans, and its page may be tried on again.
  expired: ["requires_action", "pending", "challenged", "authorised", "captured", "paid", "denied", "voided", "failed"],
  failed: ["requires_action", "pending", "challenged", "authorised", "captured", "paid", "denied", "voided", "expired"],
} as const satisfies Record<PaymentState, readonly PaymentState[]>;

export function canMove(from: PaymentState, to: PaymentState): boolean {
  return (MOVES[from] as readonly PaymentState[]).includes(to);
}

/** Whether the provider holds the guest's money, authorised or taken. */
export function hasMoney(state: PaymentState): boolean {
  return state === "authorised" || state === "captured" || state === "paid";
}

export type { RefundState };

/**
 * How a refund may move. A bank may send money back days after it was given. One that somebody else's refund
 * overtook, or that a person has paid in its stead, is withdrawn; if its provider made it all the same, that decides.
 */
export const REFUND_MOVES = {
  requested: ["pending", "succeeded", "failed", "manual", "withdrawn"],
  pending: ["succeeded", "failed"],
  succeeded: ["failed"],
  failed: ["withdrawn"],
  manual: ["withdrawn"],
  // That it failed is nothing new: no money went by it.
  withdrawn: ["pending", "succeeded"],
} as const satisfies Record<RefundState, readonly RefundState[]>;

/** Refunds that wait for a person to pay them outside the provider. */
export const BY_HAND = ["failed", "manual"] as const satisfies readonly RefundState[];

/** How a dispute may move; a lost one may be won by an appeal, and is lost until then. */
export const DISPUTE_MOVES = {
  inquiry: ["open", "won", "lost", "closed"],
  open: ["won", "lost", "closed"],
  won: ["lost"],
  lost: ["won"],
  closed: ["open", "won", "lost"],
} as const satisfies Record<DisputeState, readonly DisputeState[]>;

export function canMoveDispute(from: DisputeState, to: DisputeState): boolean {
  return (DISPUTE_MOVES[from] as readonly DisputeState[]).includes(to);
}

export function canMoveRefund(from: RefundState, to: RefundState): boolean {
  return (REFUND_MOVES[from] as readonly RefundState[]).includes(to);
}

/** @throws Error naming both states: an impossible move of our own is a bug, not a refusal. */
export function assertRefundMove(from: RefundState, to: RefundState): void {
  if (!canMoveRefund(from, to)) throw new Error(`A refund can't move from ${from} to ${to}.`);
}
