import { afterEach, beforeEach, expect, test } from "vitest";
import { createClock } from "../../local/kit/clock.ts";
import { serve, type RawRequest, type RunningServer } from "../../local/kit/serve.ts";
import { SETTLES_AFTER_MS, signMidtrans, startMidtrans } from "../../local/midtrans/index.ts";
import { isDomainError } from "../../server/errors.ts";
import { gatewayOf, readMidtransWebhook, type PaymentGateway, type PaymentRef } from "../../server/payments/index.ts";
import { readConfig, type Config } from "../../server/platform/config.ts";
import { newId } from "../../server/platform/ids.ts";

const KEY = "SB-Mid-server-contract";
/** Rp 145.000 in minor units. */
const AMOUNT = 14_500_000;
const MINUTE = 60_000;

let server: RunningServer;
let hook: RunningServer;
let received: RawRequest[];
let config: Config;
let gateway: PaymentGateway;

beforeEach(async () => {
  received = [];
  hook = await serve((request) => {
    received.push(request);
    return {};
  });
  server = await startMidtrans({ serverKey: KEY, notificationUrl: hook.url, dataFile: ":memory:", clock: createClock() });
  config = readConfig({
    DATABASE_URL: "postgres://unused",
    AUTH_SECRET: "contract-test-secret",
    MIDTRANS_SERVER_KEY: KEY,
    MIDTRANS_API_BASE: server.url,
    MIDTRANS_SNAP_BASE: server.url,
  });
  gateway = gatewayOf(config, "midtrans");
});
afterEach(async () => {
  await server.close();
  await hook.close();
});

function request(paymentId = newId()) {
  return {
    paymentId,
    bookingId: newId(),
    bookingCode: "ABCDEFGH23",
    attempt: 1,
    amount: AMOUNT,
    currency: "IDR",
    description: "Sawah Terrace Guesthouse and Spa Ubud, 2 nights from 2026-12-20",
    guest: { name: "Ayu Lestari", email: "ayu@guest.test", phone: "+6281234567890" },
    locale: "id",
    expiresAt: new Date(Date.now() + 15 * MINUTE),
    successUrl: "http://127.0.0.1:3000/pay/return",
    cancelUrl: "http://127.0.0.1:3000/checkout",
  };
}

type Opened = PaymentRef & { pageUrl: string };

async function open(): Promise<Opened> {
  const wanted = request();
  const page = await gateway.openPage(wanted);
  expect(page.pageRef).toBe(wanted.paymentId);
  return { paymentId: wanted.paymentId, pageRef: page.pageRef, pageUrl: page.pageUrl, paymentRef: null, currency: "IDR" };
}

/** One move on the hosted page; returns where the browser is sent, if it is. */
async function play(ref: Opened, move: Record<string, string>): Promise<string | null> {
  const response = await fetch(ref.pageUrl, { method: "POST", body: new URLSearchParams(move), redirect: "manual" });
  return response.headers.get("location");
}

async function payByCard(ref: Opened, card = "4811 1111 1111 1114", result = "complete"): Promise<string | null> {
  const bank = await play(ref, { do: "card", card });
  const response = await fetch(bank ?? "", { method: "POST", body: new URLSearchParams({ result }), redirect: "manual" });
  return response.headers.get("location");
}

test("a card is authorised through 3-D Secure and captured by us", async () => {
  const ref = await open();
  const bank = await play(ref, { do: "card", card: "4811111111111114" });
  expect(await gateway.read(ref)).toMatchObject({ state: "requires_action", method: "credit_card", amount: undefined });
  const answer = await fetch(bank ?? "", { method: "POST", body: new URLSearchParams({ result: "complete" }), redirect: "manual" });
  expect(answer.headers.get("location")).toContain("http://127.0.0.1:3000/pay/return?order_id=");
  const authorised = await gateway.read(ref);
  expect(authorised).toMatchObject({ state: "authorised", amount: AMOUNT, currency: "IDR", captured: 0, paymentRef: expect.any(String) });
  const days = ((authorised.captureBefore?.getTime() ?? 0) - Date.now()) / 86_400_000;
  expect(days).toBeCloseTo(7, 1);
  expect(await gateway.capture(ref, AMOUNT)).toMatchObject({ state: "captured", captured: AMOUNT });
  expect(await gateway.capture(ref, AMOUNT)).toMatchObject({ state: "captured", captured: AMOUNT });
});

test("before a method is chosen there is nothing to read and nothing to close", async () => {
  const ref = await open();
  expect(await gateway.read(ref)).toMatchObject({ state: "created", paymentRef: undefined, captured: 0 });
  expect(await gateway.closePage(ref)).toBe("open");
  expect(await gateway.void(ref)).toMatchObject({ state: "created" });
  await expect(gateway.capture(ref, AMOUNT)).rejects.toMatchObject({ kind: "refused", code: "nothing_paid" });
  await payByCard(ref);
  expect(await gateway.closePage(ref)).toBe("paid");
});

test("the page ends with the hold", async () => {
  const ref = await open();
  server.clock.setOffset(15 * MINUTE + 1000);
  expect(await play(ref, { do: "qris" })).toBeNull();
  expect(await gateway.read(ref)).toMatchObject({ state: "created" });
});

test("a virtual account is pending until the hold's end, then paid by the transfer", async () => {
  const ref = await open();
  await play(ref, { do: "bank_transfer", bank: "bca" });
  const pending = await gateway.read(ref);
  expect(pending).toMatchObject({ state: "pending", method: "bank_transfer", amount: undefined });
  expect(Math.abs((pending.expiresAt?.getTime() ?? 0) - Date.now() - 15 * MINUTE)).toBeLessThan(MINUTE);
  await play(ref, { do: "transfer" });
  expect(await gateway.read(ref)).toMatchObject({ state: "paid", amount: AMOUNT, captured: AMOUNT });
  expect(await gateway.closePage(ref)).toBe("paid");
});

test("a pending account is closed at the hold's end, and no transfer arrives after", async () => {
  const ref = await open();
  await play(ref, { do: "bank_transfer", bank: "bni" });
  expect(await gateway.closePage(ref)).toBe("closed");
  expect(await gateway.closePage(ref)).toBe("closed");
  await play(ref, { do: "transfer" });
  expect(await gateway.read(ref)).toMatchObject({ state: "expired", captured: 0 });
});

test("a denied card leaves the page open, and another method settles the same order", async () => {
  const ref = await open();
  await payByCard(ref, "4911111111111113");
  expect(await gateway.read(ref)).toMatchObject({ state: "denied", amount: undefined });
  expect(await gateway.closePage(ref)).toBe("open");
  await play(ref, { do: "qris" });
  await play(ref, { do: "transfer" });
  expect(await gateway.read(ref)).toMatchObject({ state: "paid", method: "qris", captured: AMOUNT });
});

test("a 3-D Secure step that was left may be tried again, so the page isn't called closed", async () => {
  const ref = await open();
  await play(ref, { do: "card", card: "4811111111111114" });
  server.clock.setOffset(11 * MINUTE);
  expect(await gateway.read(ref)).toMatchObject({ state: "expired" });
  expect(await gateway.closePage(ref)).toBe("open");
  await payByCard(ref);
  expect(await gateway.read(ref)).toMatchObject({ state: "authorised" });
});

test("a challenged card waits for a decision, and can be let go", async () => {
  const ref = await open();
  await payByCard(ref, "4511111111111117");
  expect(await gateway.read(ref)).toMatchObject({ state: "challenged", amount: undefined, captured: 0 });
  await expect(gateway.capture(ref, AMOUNT)).rejects.toMatchObject({ kind: "refused", code: "412" });
  expect(await gateway.void(ref)).toMatchObject({ state: "voided", captured: 0 });
});

test("voiding lets an authorisation go, and is safe to repeat", async () => {
  const ref = await open();
  await payByCard(ref);
  expect(await gateway.void(ref)).toMatchObject({ state: "voided", captured: 0 });
  expect(await gateway.void(ref)).toMatchObject({ state: "voided" });
  await expect(gateway.capture(ref, AMOUNT)).rejects.toMatchObject({ kind: "refused", code: "412" });
});

test("a settled card is refunded in parts, each once", async () => {
  const ref = await open();
  await payByCard(ref);
  await gateway.capture(ref, AMOUNT);
  server.clock.setOffset(SETTLES_AFTER_MS + 1000);
  expect(await gateway.read(ref)).toMatchObject({ state: "paid", captured: AMOUNT });
  const first = { refundId: newId(), amount: 5_000_000, reason: "cancelled" };
  const made = await gateway.refund(ref, first);
  expect(made).toMatchObject({ refundId: first.refundId, amount: 5_000_000, state: "succeeded" });
  expect(await gateway.refund(ref, first)).toEqual(made);
  await gateway.refund(ref, { refundId: newId(), amount: AMOUNT - 5_000_000, reason: "cancelled" });
  const view = await gateway.read(ref);
  expect(view).toMatchObject({ state: "paid", captured: AMOUNT, refunded: AMOUNT });
  expect(view.refunds).toHaveLength(2);
  await expect(gateway.refund(ref, { refundId: newId(), amount: 100, reason: "again" })).rejects.toMatchObject({ kind: "refused" });
});

test("a captured card that isn't settled is cancelled as a whole; a part waits for the settlement", async () => {
  const ref = await open();
  await payByCard(ref);
  await gateway.capture(ref, AMOUNT);
  const part = { refundId: newId(), amount: 5_000_000, reason: "cancelled" };
  await expect(gateway.refund(ref, part)).rejects.toMatchObject({ kind: "busy", code: "not_settled" });
  const whole = { refundId: newId(), amount: AMOUNT, reason: "cancelled" };
  const made = await gateway.refund(ref, whole);
  expect(made).toMatchObject({ state: "succeeded", amount: AMOUNT });
  expect(await gateway.refund(ref, whole)).toEqual(made);
  expect(await gateway.read(ref)).toMatchObject({ state: "voided" });
});

test.each([
  ["qris", { do: "qris" }, { state: "succeeded" }],
  ["gopay", { do: "gopay" }, { state: "succeeded" }],
  ["bank_transfer", { do: "bank_transfer", bank: "bca" }, "manual"],
  ["echannel", { do: "echannel" }, "manual"],
])("%s waits for its payer, is paid, and goes back directly or by hand", async (method, move, way) => {
  const ref = await open();
  await play(ref, move);
  expect(await gateway.read(ref)).toMatchObject({ state: "pending", method, captured: 0 });
  await play(ref, { do: "transfer" });
  expect(await gateway.read(ref)).toMatchObject({ state: "paid", method, captured: AMOUNT });
  const refund = await gateway.refund(ref, { refundId: newId(), amount: AMOUNT, reason: "cancelled" });
  if (typeof way === "string") expect(refund).toBe(way);
  else expect(refund).toMatchObject(way);
});

test("lost answers and retries open one page, capture once and refund once", async () => {
  const wanted = request();
  server.faults.add({ drop: "after", path: "/snap/v1" });
  const page = await gateway.openPage(wanted);
  expect(await gateway.openPage(wanted)).toEqual(page);
  const ref: Opened = { paymentId: wanted.paymentId, pageRef: page.pageRef, pageUrl: page.pageUrl, paymentRef: null, currency: "IDR" };
  await payByCard(ref);
  server.faults.add({ drop: "after", path: "/capture" });
  await expect(gateway.capture(ref, AMOUNT)).rejects.toMatchObject({ kind: "network" });
  expect(await gateway.capture(ref, AMOUNT)).toMatchObject({ state: "captured", captured: AMOUNT });
  server.clock.setOffset(SETTLES_AFTER_MS + 1000);
  const refund = { refundId: newId(), amount: 5_000_000, reason: "cancelled" };
  server.faults.add({ drop: "after", path: "/refund" });
  await expect(gateway.refund(ref, refund)).rejects.toMatchObject({ kind: "network" });
  expect(await gateway.refund(ref, refund)).toMatchObject({ amount: 5_000_000 });
  expect(await gateway.read(ref)).toMatchObject({ refunded: 5_000_000 });
});

test("an order whose page was lost for good says so, that a new attempt be made", async () => {
  const wanted = request();
  await gateway.openPage(wanted);
  server.clock.setOffset(6 * MINUTE);
  await expect(gateway.openPage(wanted)).rejects.toMatchObject({ kind: "refused", code: "order_taken" });
});

test("a call under a key that is still at work is tried again later", async () => {
  const gate = (open: boolean) => fetch(`${server.url}/_test/gate`, { method: "POST", body: JSON.stringify({ open }) });
  const waiting = async () => ((await (await fetch(`${server.url}/_test/gate`)).json()) as { waiting: number }).waiting;
  const wanted = request();
  await gate(false);
  const first = gateway.openPage(wanted);
  await expect.poll(waiting).toBe(1);
  await expect(gateway.openPage(wanted)).rejects.toMatchObject({ kind: "busy" });
  await gate(true);
  expect((await first).pageRef).toBe(wanted.paymentId);
});

/** An answer to the status query as Midtrans documents it. */
function answering(more: Record<string, unknown>) {
  const body = {
    status_code: "200",
    transaction_id: "t-1",
    order_id: "o-1",
    gross_amount: "145000.00",
    currency: "IDR",
    payment_type: "qris",
    transaction_status: "settlement",
    ...more,
  };
  server.faults.add({ path: "/status", status: 200, body });
  return gateway.read({ paymentId: "o-1", pageRef: "o-1", paymentRef: null, currency: "IDR" });
}

test("a fee that the guest bears isn't taken for our price", async () => {
  const metadata = { extra_info: { gross_amount_info: { original_amount: "145000", gross_amount: "146015", customer_imposed_payment_fee: "1015" } } };
  expect(await answering({ gross_amount: "146015.00", metadata })).toMatchObject({ state: "paid", amount: AMOUNT, captured: AMOUNT });
});

test("a chargeback is a dispute of a paid payment", async () => {
  expect(await answering({ transaction_status: "chargeback", payment_type: "credit_card" })).toMatchObject({
    state: "paid",
    disputes: [{ ref: "t-1:chargeback", amount: AMOUNT, currency: "IDR", state: "lost", providerState: "chargeback", isRefundable: false }],
  });
});

test("a refund's reference names its transaction, and a key of the dashboard's is no row of ours", async () => {
  const own = newId();
  const refunds = [own, "complaint-7"].map((refund_key, i) => ({ refund_chargeback_id: i + 1, refund_amount: "1000.00", refund_key }));
  expect((await answering({ transaction_status: "partial_refund", refunds })).refunds).toEqual([
    { ref: "t-1:1", refundId: own, amount: 100_000, state: "succeeded" },
    { ref: "t-1:2", refundId: undefined, amount: 100_000, state: "succeeded" },
  ]);
});

test("a card that the fraud check turns down is denied, a failed transaction failed", async () => {
  expect(await answering({ transaction_status: "capture", payment_type: "credit_card", fraud_status: "deny" })).toMatchObject({ state: "denied", captured: 0 });
  expect(await answering({ transaction_status: "failure" })).toMatchObject({ state: "failed", captured: 0 });
});

test("failures come out by their kind, whether HTTP or the body tells them", async () => {
  const ref = await open();
  server.faults.add({ calls: 2, status: 200, body: { status_code: "500", status_message: "internal" } });
  await expect(gateway.read(ref)).rejects.toMatchObject({ vendor: "midtrans", kind: "server", code: "500" });
  server.faults.add({ status: 429, headers: { "retry-after": "3" }, body: { status_code: "429", status_message: "slow down" } });
  await expect(gateway.read(ref)).rejects.toMatchObject({ kind: "busy", retryAfterMs: 3000 });
  server.faults.add({ status: 200, body: "<html>" });
  await expect(gateway.read(ref)).rejects.toMatchObject({ kind: "unreadable" });
  const wrongKey = gatewayOf({ ...config, MIDTRANS_SERVER_KEY: "SB-Mid-server-wrong" }, "midtrans");
  await expect(wrongKey.read(ref)).rejects.toMatchObject({ kind: "refused", code: "401" });
  await expect(wrongKey.openPage(request())).rejects.toMatchObject({ kind: "refused", status: 401 });
});

test.each([
  ["EUR", 14_500_000],
  ["IDR", 14_500_050],
])("%s %i is no whole rupiah, and refused", async (currency, amount) => {
  await expect(gateway.openPage({ ...request(), currency, amount })).rejects.toSatisfy((error) => isDomainError(error, "INVALID"));
});

test("the notifications of a payment name it", async () => {
  const ref = await open();
  await payByCard(ref);
  const { paymentRef } = await gateway.read(ref);
  await expect.poll(() => received.length).toBe(2);
  const hints = await Promise.all(received.map((r) => readMidtransWebhook(config, r.body.toString())));
  expect(hints.map((hint) => hint.type).sort()).toEqual(["authorize", "pending"]);
  for (const hint of hints) expect(hint).toMatchObject({ paymentId: ref.paymentId, pageRef: ref.paymentId, paymentRef });
  expect(new Set(hints.map((hint) => hint.eventId)).size).toBe(2);
});

test("a notification with a wrong signature is forbidden, an unreadable one invalid", async () => {
  const notice = { order_id: "o-1", status_code: "200", gross_amount: "145000.00", transaction_status: "settlement" };
  const signed = (key: string, more = {}) => JSON.stringify({ ...notice, signature_key: signMidtrans("o-1", "200", "145000.00", key), ...more });
  expect(await readMidtransWebhook(config, signed(KEY))).toMatchObject({ pageRef: "o-1", type: "settlement" });
  const forbidden = (error: unknown) => isDomainError(error, "FORBIDDEN");
  await expect(readMidtransWebhook(config, signed("SB-Mid-server-other"))).rejects.toSatisfy(forbidden);
  await expect(readMidtransWebhook(config, signed(KEY, { gross_amount: "1.00" }))).rejects.toSatisfy(forbidden);
  const invalid = (error: unknown) => isDomainError(error, "INVALID");
  await expect(readMidtransWebhook(config, "")).rejects.toSatisfy(invalid);
  await expect(readMidtransWebhook(config, JSON.stringify(notice))).rejects.toSatisfy(invalid);
});
