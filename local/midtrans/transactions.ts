import { randomUUID } from "node:crypto";
import { findCard } from "./cards.ts";
import { accountNumber, billKey, TRANSFER_LIFE_MS, type Transfer } from "./methods.ts";
import { saveAndNotify } from "./notify.ts";
import type { MidtransState, Order, Transaction } from "./state.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** An abandoned 3D Secure page, and the life of a card token. */
export const CARD_STEP_MS = 10 * MINUTE;
/** When a captured card settles, and a challenge that nobody decides is cancelled. */
export const SETTLES_AFTER_MS = DAY;
/** When the bank takes a pre-authorisation back. */
export const AUTHORISATION_MS = 7 * DAY;

function begin(state: MidtransState, order: Order, more: Omit<Partial<Transaction>, "id">): Transaction {
  const transaction: Transaction = {
    id: randomUUID(),
    orderId: order.orderId,
    type: "credit_card",
    status: "pending",
    amount: order.amount,
    at: state.clock.now(),
    refunds: [],
    ...more,
  };
  state.orders.put(order.orderId, { ...order, transactionId: transaction.id });
  return transaction;
}

/** An account number, a bill or a code to pay by, until the method ends. */
export function startTransfer(state: MidtransState, order: Order, method: Transfer): Transaction {
  const transaction = begin(state, order, {
    type: method.type,
    expiresAt: order.expiresAt ?? state.clock.now() + TRANSFER_LIFE_MS[method.type],
    ...(method.type === "bank_transfer" && {
      bank: method.bank,
      vaNumber: accountNumber(method.number),
    }),
    ...(method.type === "echannel" && { billKey: billKey() }),
  });
  state.agenda.plan("expire", transaction.id, transaction.expiresAt ?? 0);
  saveAndNotify(state, transaction);
  return transaction;
}

/** A card is entered: 3D Secure first where the order asks for it, else straight to the bank. */
export function startCard(state: MidtransState, order: Order, number: string): Transaction {
  const card = { number, awaits3ds: order.secure, authorizeOnly: order.authorizeOnly };
  const transaction = begin(state, order, { card });
  if (!order.secure) return askBank(state, transaction);
  state.agenda.plan("expire", transaction.id, state.clock.now() + CARD_STEP_MS);
  saveAndNotify(state, transaction);
  return transaction;
}

/** The guest answers the 3D Secure page. */
export function finish3ds(state: MidtransState, transaction: Transaction, passed: boolean): Transaction {
  state.agenda.cancel("expire", transaction.id);
  if (passed) return askBank(state, transaction);
  const denied: Transaction = { ...transaction, status: "deny", fraud: "accept" };
  saveAndNotify(state, denied);
  return denied;
}

function askBank(state: MidtransState, transaction: Transaction): Transaction {
  const result = findCard(transaction.card?.number ?? "")?.result ?? "denyByBank";
  if (result === "denyByBank" || result === "denyByFraudDetection") {
    const fraud = result === "denyByBank" ? "accept" : "deny";
    const denied: Transaction = { ...transaction, status: "deny", fraud };
    saveAndNotify(state, denied);
    return denied;
  }
  const authorize = transaction.card?.authorizeOnly === true;
  const accepted: Transaction = {
    ...transaction,
    status: authorize ? "authorize" : "capture",
    fraud: result,
    ...(authorize && { expiresAt: state.clock.now() + AUTHORISATION_MS }),
  };
  if (authorize) state.agenda.plan("expire", accepted.id, state.clock.now() + AUTHORISATION_MS);
  else state.agenda.plan("settle", accepted.id, state.clock.now() + SETTLES_AFTER_MS);
  saveAndNotify(state, accepted);
  return accepted;
}

/** Money arrived: a transfer, or the daily settlement of a captured card. */
export function settle(state: MidtransState, transaction: Transaction): Transaction {
  state.agenda.cancel("expire", transaction.id);
  state.agenda.cancel("settle", transaction.id);
  const settled: Transaction = {
    ...transaction,
    status: "settlement",
    ...(transaction.type === "credit_card" && { fraud: "accept" }),
    settledAt: state.clock.now(),
  };
  saveAndNotify(state, settled);
  return settled;
}

/** Ends a transaction for good. */
export function end(state: MidtransState, transaction: Transaction, status: "cancel" | "expire" | "deny"): Transaction {
  state.agenda.cancel("expire", transaction.id);
  state.agenda.cancel("settle", transaction.id);
  const ended: Transaction = {
    ...transaction,
    status,
    ...(transaction.fraud === "challenge" && { fraud: status === "deny" ? "deny" : "accept" }),
  };
  saveAndNotify(state, ended);
  return ended;
}

/** What the agenda does when a transaction's time is over. */
export function onDue(state: MidtransState, kind: string, id: string): void {
  const transaction = state.transactions.get(id);
  if (!transaction) return;
  if (kind === "expire" && (transaction.status === "pending" || transaction.status === "authorize")) {
    end(state, transaction, "expire");
  }
  if (kind === "settle" && transaction.status === "capture") {
    if (transaction.fraud === "challenge") end(state, transaction, "cancel");
    else settle(state, transaction);
  }
}
