import { findCard } from "./cards.ts";
import { findTransaction, type MidtransState, type Order, type Transaction } from "./state.ts";
import type { Bank } from "./methods.ts";
import { end, finish3ds, settle, startCard, startTransfer } from "./transactions.ts";
import { statusCode } from "./view.ts";

/** What the guest does on the page. */
export type Move = { do: "card"; card: string } | { do: "bank_transfer"; bank: Bank } | { do: "qris" | "gopay" | "echannel" | "transfer" | "expire" };

/** What came of it: `next` is where the browser goes, if it leaves the page. */
export interface Outcome {
  /** Nothing was done, and why. */
  refused?: string;
  transaction_status?: string;
  fraud_status?: string;
  status_code?: string;
  next?: string;
}

/** Whether the page still takes a payment: a deny or an abandoned 3D Secure step lets the guest try again. */
export function isOpen(state: MidtransState, order: Order): boolean {
  if (order.pageExpiresAt !== undefined && order.pageExpiresAt <= state.clock.now()) return false;
  const current = order.transactionId && state.transactions.get(order.transactionId);
  if (!current) return true;
  const abandoned = current.status === "expire" && current.card?.awaits3ds === true;
  return current.status === "deny" || current.status === "pending" || abandoned;
}

export function play(state: MidtransState, order: Order, move: Move): Outcome {
  if (move.do === "transfer" || move.do === "expire") return playPending(state, order, move.do);
  if (!isOpen(state, order)) return { refused: "This payment page is closed." };
  const type = move.do === "card" ? "credit_card" : move.do;
  if (!order.methods.includes(type)) return { refused: "This method is not offered here." };
  if (move.do === "bank_transfer") {
    if (order.banks && !order.banks.includes(move.bank)) return { refused: "This bank is not offered here." };
    return outcome(state, startTransfer(state, order, { type: "bank_transfer", bank: move.bank }));
  }
  if (move.do !== "card") return outcome(state, startTransfer(state, order, { type: move.do }));
  const card = findCard(move.card);
  if (!card) return { refused: "The card number is not one of the test cards." };
  return outcome(state, startCard(state, order, card.number));
}

/** The guest answers the 3D Secure page. */
export function answer3ds(state: MidtransState, transaction: Transaction, passed: boolean): Outcome {
  if (transaction.status !== "pending" || !transaction.card) {
    return { refused: "There is nothing to authenticate." };
  }
  return outcome(state, finish3ds(state, transaction, passed));
}

function playPending(state: MidtransState, order: Order, what: "transfer" | "expire"): Outcome {
  const current = findTransaction(state, order.orderId);
  if (current?.status !== "pending") return { refused: "No payment is waiting." };
  if (what === "expire") return outcome(state, end(state, current, "expire"));
  if (current.type === "credit_card") return { refused: "A card isn't paid by transfer." };
  return outcome(state, settle(state, current));
}

function outcome(state: MidtransState, transaction: Transaction): Outcome {
  return {
    transaction_status: transaction.status,
    fraud_status: transaction.fraud,
    status_code: statusCode(transaction),
    next: nextUrl(state, transaction),
  };
}

function nextUrl(state: MidtransState, transaction: Transaction): string | undefined {
  const { status, card } = transaction;
  if (status === "pending" && card?.awaits3ds) return `${state.publicUrl}/3ds/${transaction.id}`;
  if (["capture", "authorize", "settlement"].includes(status)) return finishUrl(state, transaction);
  return undefined;
}

/** The merchant's address with what Midtrans adds to it. */
export function finishUrl(state: MidtransState, transaction: Transaction): string | undefined {
  const finish = state.orders.get(transaction.orderId)?.finishUrl;
  if (!finish) return undefined;
  const url = new URL(finish);
  url.searchParams.set("order_id", transaction.orderId);
  url.searchParams.set("status_code", statusCode(transaction));
  url.searchParams.set("transaction_status", transaction.status);
  return url.href;
}
