import { z } from "zod";
import { badRequest, MidtransFault, notFound, wrongState } from "./answers.ts";
import { saveAndNotify } from "./notify.ts";
import { sentence } from "./snap.ts";
import { findTransaction, type MidtransState, type Transaction } from "./state.ts";
import { end, SETTLES_AFTER_MS } from "./transactions.ts";

const captureSchema = z.strictObject({
  transaction_id: z.string(),
  gross_amount: z.number().int().min(1).optional(),
});

/** The transaction of an order id or transaction id; 404 too while the guest has chosen no method. */
export function mustFind(state: MidtransState, id: string): Transaction {
  const transaction = findTransaction(state, id);
  if (!transaction) throw notFound();
  return transaction;
}

/** Takes the money of a pre-authorisation, or a part of it. */
export function capture(state: MidtransState, body: unknown): Transaction {
  const parsed = captureSchema.safeParse(body);
  if (!parsed.success) throw badRequest(parsed.error.issues.map(sentence));
  const transaction = mustFind(state, parsed.data.transaction_id);
  if (transaction.status !== "authorize" || transaction.fraud === "challenge") throw wrongState();
  const amount = parsed.data.gross_amount ?? transaction.amount;
  if (amount > transaction.amount) {
    throw new MidtransFault("400", "Capture amount is larger than the authorized amount.");
  }
  state.agenda.cancel("expire", transaction.id);
  state.agenda.plan("settle", transaction.id, state.clock.now() + SETTLES_AFTER_MS);
  const captured: Transaction = { ...transaction, status: "capture", amount, expiresAt: undefined };
  saveAndNotify(state, captured);
  return captured;
}

/** Before settlement only; after it, a refund. */
export function cancel(state: MidtransState, id: string): Transaction {
  const transaction = mustFind(state, id);
  if (!["authorize", "capture", "pending"].includes(transaction.status)) throw wrongState();
  closePage(state, transaction);
  return end(state, transaction, "cancel");
}

export function expire(state: MidtransState, id: string): Transaction {
  const transaction = mustFind(state, id);
  if (transaction.status !== "pending") throw wrongState();
  closePage(state, transaction);
  return end(state, transaction, "expire");
}

export function approve(state: MidtransState, id: string): Transaction {
  const approved: Transaction = { ...mustBeChallenged(state, id), fraud: "accept" };
  saveAndNotify(state, approved);
  return approved;
}

export function deny(state: MidtransState, id: string): Transaction {
  const transaction = mustBeChallenged(state, id);
  closePage(state, transaction);
  return end(state, transaction, "deny");
}

function mustBeChallenged(state: MidtransState, id: string): Transaction {
  const transaction = mustFind(state, id);
  if (transaction.fraud !== "challenge") throw wrongState();
  if (transaction.status !== "capture" && transaction.status !== "authorize") throw wrongState();
  return transaction;
}

/** The merchant ended the order: its page takes no other try. */
function closePage(state: MidtransState, transaction: Transaction): void {
  const order = state.orders.get(transaction.orderId);
  if (order?.pageExpiresAt) state.orders.put(order.orderId, { ...order, pageExpiresAt: state.clock.now() });
}
