import type { PaymentState } from "../../db/schema/payments.ts";

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
  expired: ["pending", "challenged", "authorised", "captured", "paid", "voided"],
  failed: ["authorised", "captured", "paid"],
} as const satisfies Record<PaymentState, readonly PaymentState[]>;

export function canMove(from: PaymentState, to: PaymentState): boolean {
  return (MOVES[from] as readonly PaymentState[]).includes(to);
}

/** Whether the provider holds the guest's money, authorised or taken. */
export function hasMoney(state: PaymentState): boolean {
  return state === "authorised" || state === "captured" || state === "paid";
}
