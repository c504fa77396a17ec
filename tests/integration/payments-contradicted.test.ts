import { expect, test } from "vitest";
import { balance, settle } from "../../server/bookings/index.ts";
import { payByQr } from "../helpers/change-desk.ts";
import { payByStripe } from "../helpers/gateway.ts";
import { DAY, paymentDesk, RUPIAH } from "../helpers/payments.ts";

// Money that was taken can't become another: a provider that says so changes nothing, and a person is told once.

const desk = paymentDesk();

async function taken(provider: "stripe" | "midtrans") {
  const { bookingId, pageUrl } = await desk.onPage(provider, provider === "midtrans" ? RUPIAH : undefined);
  await (provider === "stripe" ? payByStripe(pageUrl) : payByQr(pageUrl));
  await desk.becomes(bookingId, "confirmed");
  await desk.ctx.settled();
  desk.loseWebhooks();
  await balance(desk.ctx, bookingId);
  return desk.payment(bookingId);
}

const STATUS = { status_code: "200", gross_amount: "220000.00", currency: "IDR", payment_type: "qris", transaction_status: "settlement" };
const INTENT = { object: "payment_intent", status: "succeeded", amount: 22_000, amount_received: 22_000, currency: "eur", capture_method: "manual", latest_charge: null };

test.each<["stripe" | "midtrans", string, Record<string, unknown>, number?]>([
  ["midtrans", "half the amount", { gross_amount: "110000.00" }],
  ["midtrans", "double the amount", { gross_amount: "440000.00" }],
  ["midtrans", "another currency", { currency: "USD" }],
  ["midtrans", "that it expired", { transaction_status: "expire" }],
  ["midtrans", "a status that nobody knows", { transaction_status: "mediation" }],
  ["midtrans", "another transaction", { transaction_id: "0d8d14a1-5ad7-4e85-b5c9-000000000000" }],
  ["midtrans", "that it knows of none", { status_code: "404", transaction_status: undefined }],
  ["stripe", "half the amount", { amount: 11_000, amount_received: 11_000 }],
  ["stripe", "double the amount", { amount: 44_000, amount_received: 44_000 }],
  ["stripe", "another currency", { currency: "usd" }],
  ["stripe", "that it was cancelled", { status: "canceled", amount_received: 0 }],
  ["stripe", "a status that nobody knows", { status: "in_mediation" }],
  ["stripe", "another payment", { id: "pi_of_somebody_else" }],
  ["stripe", "that it knows of none", {}, 404],
])("%s says %s of taken money: nothing changes, and one incident is raised once", async (provider, _, said, status = 200) => {
  const payment = await taken(provider);
  const { id, bookingId, paymentRef, pageRef } = payment;
  const intent = { ...INTENT, id: paymentRef, metadata: {}, ...said };
  const session = { id: pageRef, object: "checkout.session", status: "complete", expires_at: 1_900_000_000, payment_intent: intent };
  const none = { error: { type: "invalid_request_error", code: "resource_missing", message: "No such checkout.session" } };
  const body = provider === "midtrans" ? { ...STATUS, transaction_id: paymentRef, order_id: id, ...said } : status === 404 ? none : session;
  desk.server(provider).faults.add({ path: provider === "midtrans" ? "/status" : "/v1/checkout/sessions/", calls: 1000, status, body });
  for (let sweep = 0; sweep < 3; sweep += 1) {
    await settle(desk.ctx, id).catch(() => {});
    await desk.ctx.advance(DAY);
  }
  expect(await desk.incidents(bookingId)).toMatchObject([{ cause: `payment-contradicted:${id}`, severity: "critical", count: 1 }]);
  const after = await desk.payment(bookingId);
  const facts = ({ state, captured, amount, currency, paymentRef: ref, voidedAt, method }: typeof payment) => ({ state, captured, amount, currency, ref, voidedAt, method });
  expect(facts(after)).toEqual(facts(payment));
  expect(after.checkedAt!.getTime()).toBeGreaterThan(payment.checkedAt!.getTime());
  expect(await desk.refunds(bookingId)).toEqual([]);
});
