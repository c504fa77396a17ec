import { z } from "zod";
import { seeOther } from "../kit/page.ts";
import type { RawRequest, Reply } from "../kit/serve.ts";
import { challengePage, messagePage, orderPage, waitingPage } from "./pages.ts";
import { answer3ds, play, type Outcome } from "./pay.ts";
import { findTransaction, type MidtransState, type Order } from "./state.ts";
import { BANKS } from "./methods.ts";

/** A move on the page, as a form or a test control sends it. */
export const moveSchema = z.discriminatedUnion("do", [
  z.strictObject({ do: z.literal("card"), card: z.string(), expiry: z.string().optional(), cvv: z.string().optional() }),
  z.strictObject({ do: z.literal("bank_transfer"), bank: z.enum(BANKS) }),
  z.strictObject({ do: z.enum(["qris", "gopay", "echannel", "transfer", "expire"]) }),
]);

/** The Snap page under `/snap/v4/redirection/`, the bank's under `/3ds/`, the payer's app under `/pay/`. */
export function browse(state: MidtransState, request: RawRequest): Reply {
  const form = new URLSearchParams(request.body.toString());
  const [, token] = /^\/snap\/v4\/redirection\/([^/]+)$/.exec(request.path) ?? [];
  const [, challenge] = /^\/3ds\/([^/]+)$/.exec(request.path) ?? [];
  const [, waiting] = /^\/pay\/([^/]+)$/.exec(request.path) ?? [];
  if (waiting) return transferPage(state, waiting, request.method, form);
  if (challenge) return answerPage(state, challenge, request.method, form);
  const order = token && state.orders.get(state.tokens.get(token) ?? "");
  if (!order) return messagePage("Page not found", "There is no such payment.", 404);
  if (request.method !== "POST") return orderPage(state, order, lastDenial(state, order));
  const move = moveSchema.safeParse(Object.fromEntries(form));
  if (!move.success) return orderPage(state, order, "Please choose a method.");
  return follow(
    state,
    order,
    state.store.atomically(() => play(state, order, move.data)),
  );
}

function answerPage(state: MidtransState, id: string, method: string, form: URLSearchParams): Reply {
  const transaction = state.transactions.get(id);
  const order = transaction && state.orders.get(transaction.orderId);
  if (!transaction || !order) return messagePage("Page not found", "There is no such payment.", 404);
  // Back to the order's own address, since its forms post to where they were shown.
  const home = order.token && `${state.publicUrl}/snap/v4/redirection/${order.token}`;
  const over = home ? seeOther(home) : messagePage("3D Secure", "This step is over.", 200);
  if (transaction.status !== "pending") return over;
  if (method !== "POST") return challengePage(transaction);
  const passed = form.get("result") === "complete";
  const { next } = state.store.atomically(() => answer3ds(state, transaction, passed));
  return next ? seeOther(next) : over;
}

/** What a QR code or a deep link leads to: the payer's app, which pays or lets it be. */
function transferPage(state: MidtransState, id: string, method: string, form: URLSearchParams): Reply {
  const transaction = state.transactions.get(id);
  const order = transaction && state.orders.get(transaction.orderId);
  if (!transaction || !order || transaction.card) return messagePage("Page not found", "There is no such payment.", 404);
  if (transaction.status !== "pending" || order.transactionId !== id) return messagePage("Payment", "This payment is over.", 200);
  if (method !== "POST") return waitingPage(transaction);
  const what = form.get("do");
  if (what !== "transfer" && what !== "expire") return waitingPage(transaction);
  const outcome = state.store.atomically(() => play(state, order, { do: what }));
  return outcome.next ? seeOther(outcome.next) : messagePage("Payment", outcome.refused ?? "Thank you.", 200);
}

function follow(state: MidtransState, order: Order, outcome: Outcome): Reply {
  if (outcome.next) return seeOther(outcome.next);
  const current = state.orders.get(order.orderId) ?? order;
  return orderPage(state, current, outcome.refused ?? lastDenial(state, current));
}

function lastDenial(state: MidtransState, order: Order): string | undefined {
  if (findTransaction(state, order.orderId)?.status !== "deny") return undefined;
  return "Your payment was denied. Try another card.";
}
