import { refuse } from "../errors.ts";
import type { Config } from "../platform/config.ts";
import { again, OutsideError } from "../platform/outside.ts";
import type { Page, PageRequest, PaymentGateway, PaymentRef, ProviderRefund, ProviderView, RefundRequest } from "./gateway.ts";
import { midtransClient, refusedBy, type MidtransAnswer, type MidtransClient } from "./midtrans-client.ts";
import { jakartaTime, NOTHING_YET, viewOf } from "./midtrans-view.ts";
import { hasMoney } from "./states.ts";
import { REFUND_PATH } from "./way-back.ts";

/** Midtrans' own expiry can't be relied on below a quarter of an hour; our job closes the page itself. */
const SHORTEST_MINUTES = 15;
const LONGEST_PAGE_MINUTES = 24 * 60;

/** Snap's hosted pages; rupiah only. The order id is our payment's id. */
export function midtransGateway(config: Config, serverKey: string): PaymentGateway {
  const client = midtransClient(config, serverKey);
  return {
    openPage: (request) => openPage(client, request),
    closePage: (ref) => closePage(client, ref),
    read: (ref) => read(client, ref),
    capture: (ref, amount) => capture(client, ref, amount),
    void: (ref) => voidPayment(client, ref),
    refund: (ref, refund) => giveBack(client, ref, refund),
  };
}

async function openPage(client: MidtransClient, request: PageRequest): Promise<Page> {
  const rupiah = toRupiah(request.amount, request.currency);
  const minutesLeft = Math.ceil((request.expiresAt.getTime() - Date.now()) / 60_000);
  const body = {
    transaction_details: { order_id: request.paymentId, gross_amount: rupiah },
    item_details: [{ id: request.bookingCode, price: rupiah, quantity: 1, name: request.description.slice(0, 50) }],
    customer_details: {
      first_name: request.guest.name.slice(0, 255),
      email: request.guest.email,
      ...(request.guest.phone && { phone: request.guest.phone }),
    },
    credit_card: { secure: true, type: "authorize" },
    callbacks: { finish: request.successUrl },
    // Ends with the hold, whenever the page is opened.
    expiry: { start_time: jakartaTime(new Date(request.expiresAt.getTime() - SHORTEST_MINUTES * 60_000)), unit: "minute", duration: SHORTEST_MINUTES },
    page_expiry: { unit: "minute", duration: Math.min(Math.max(minutesLeft, SHORTEST_MINUTES), LONGEST_PAGE_MINUTES) },
    custom_field1: request.bookingId,
  };
  const { redirectUrl } = await again(() => client.createPage(body, `page:${request.paymentId}`));
  return { pageRef: request.paymentId, pageUrl: redirectUrl, expiresAt: request.expiresAt };
}

function toRupiah(amount: number, currency: string): number {
  if (currency !== "IDR" || amount % 100 !== 0) throw refuse("INVALID", { field: "currency", reason: "Midtrans takes whole rupiah only" });
  return amount / 100;
}

async function closePage(client: MidtransClient, ref: PaymentRef): Promise<"closed" | "paid" | "open"> {
  const answer = await client.core("POST", `${orderOf(ref)}/expire`);
  if (answer.status_code === "200" || answer.status_code === "407") return "closed";
  // Without a chosen method there is nothing to expire, and the page can still be paid on.
  if (answer.status_code === "404") return "open";
  if (answer.status_code !== "412") throw refusedBy(answer);
  const { state, method } = await read(client, ref);
  if (hasMoney(state) || state === "challenged") return "paid";
  // After a refused card, or one whose 3-D Secure step was left, the guest may try again on the same page.
  const retried = state === "expired" && method === "credit_card";
  return (state === "voided" || state === "expired") && !retried ? "closed" : "open";
}

async function read(client: MidtransClient, ref: PaymentRef): Promise<ProviderView> {
  const answer = await again(() => client.core("GET", `${orderOf(ref)}/status`));
  if (answer.transaction_status) return viewOf(answer);
  if (answer.status_code === "404") return NOTHING_YET;
  throw refusedBy(answer);
}

async function capture(client: MidtransClient, ref: PaymentRef, amount: number): Promise<ProviderView> {
  const before = await read(client, ref);
  if (before.state === "captured" || before.state === "paid") return before;
  if (!before.paymentRef) throw new OutsideError("midtrans", "refused", { code: "nothing_paid" });
  const request = { transaction_id: before.paymentRef, gross_amount: toRupiah(amount, ref.currency) };
  const answer = await client.core("POST", "capture", request, `cap:${ref.paymentId}${ref.refusals ? `:${ref.refusals}` : ""}`);
  return settled(client, ref, answer, (view) => view.state === "captured" || view.state === "paid");
}

async function voidPayment(client: MidtransClient, ref: PaymentRef): Promise<ProviderView> {
  const answer = await client.core("POST", `${orderOf(ref)}/cancel`);
  if (answer.status_code === "404") return NOTHING_YET;
  return settled(client, ref, answer, () => true);
}

/** Reads the outcome. 412 (the state has moved on) is no failure when the outcome is the wanted one. */
async function settled(client: MidtransClient, ref: PaymentRef, answer: MidtransAnswer, wanted: (view: ProviderView) => boolean): Promise<ProviderView> {
  if (!["200", "202", "412"].includes(answer.status_code)) throw refusedBy(answer);
  const view = await read(client, ref);
  if (answer.status_code === "412" && !wanted(view)) throw refusedBy(answer);
  return view;
}

async function giveBack(client: MidtransClient, ref: PaymentRef, { refundId, amount, reason }: RefundRequest): Promise<ProviderRefund | "manual"> {
  const before = await read(client, ref);
  const done = before.refunds.find((refund) => refund.refundId === refundId);
  if (done) return done;
  const path = REFUND_PATH[before.method ?? ""];
  if (!path) return "manual";
  const whole = before.amount === undefined || amount === before.amount;
  if (before.state === "voided" && whole) return cancelled(before, refundId, amount);
  if (before.state === "captured") {
    // A card's money isn't settled before the day's end: until then it can only be let go as a whole.
    if (!whole) throw new OutsideError("midtrans", "busy", { code: "not_settled" });
    const view = await voidPayment(client, ref);
    if (view.state === "voided") return cancelled(view, refundId, amount);
  }
  const answer = await client.core("POST", `${orderOf(ref)}/${path}`, { refund_key: refundId, amount: toRupiah(amount, ref.currency), reason: reason.slice(0, 255) });
  if (answer.status_code !== "200" && answer.status_code !== "406") throw refusedBy(answer);
  const made = (await read(client, ref)).refunds.find((refund) => refund.refundId === refundId);
  return made ?? { ref: refundId, refundId, amount, state: "pending", createdAt: undefined, settledAt: undefined };
}

function cancelled(view: ProviderView, refundId: string, amount: number): ProviderRefund {
  return { ref: `${view.paymentRef}:cancel`, refundId, amount, state: "succeeded", createdAt: undefined, settledAt: undefined };
}

function orderOf(ref: PaymentRef): string {
  return encodeURIComponent(ref.pageRef ?? ref.paymentId);
}
