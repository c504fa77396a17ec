import { afterEach, beforeEach, expect, test } from "vitest";
import { createClock } from "../../local/kit/clock.ts";
import { serve, type RawRequest, type RunningServer } from "../../local/kit/serve.ts";
import { REFUND_DECIDES_MS, signStripe, startStripe } from "../../local/stripe/index.ts";
import { isDomainError } from "../../server/errors.ts";
import { gatewayOf, gateways, readStripeWebhook, type PaymentGateway, type PaymentRef } from "../../server/payments/index.ts";
import { readConfig, type Config } from "../../server/platform/config.ts";
import { newId } from "../../server/platform/ids.ts";
import { OutsideError } from "../../server/platform/outside.ts";

const KEY = "sk_test_contract";
const SECRET = "whsec_contract";
const AMOUNT = 24_000;

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
  server = await startStripe({ secretKey: KEY, webhookSecret: SECRET, webhookUrl: hook.url, dataFile: ":memory:", clock: createClock() });
  config = readConfig({
    DATABASE_URL: "postgres://unused",
    AUTH_SECRET: "contract-test-secret",
    STRIPE_SECRET_KEY: KEY,
    STRIPE_API_BASE: server.url,
    STRIPE_WEBHOOK_SECRET: SECRET,
  });
  gateway = gatewayOf(config, "stripe");
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
    currency: "EUR",
    description: "Casa do Rio, 2 nights from 2026-12-20",
    guest: { name: "Ana Reis", email: "ana@guest.test", phone: "+351912345678" },
    locale: "en",
    expiresAt: new Date(Date.now() + 15 * 60_000),
    successUrl: "http://127.0.0.1:3000/pay/return",
    cancelUrl: "http://127.0.0.1:3000/checkout",
  };
}

async function open(): Promise<PaymentRef & { pageRef: string; pageUrl: string }> {
  const wanted = request();
  const page = await gateway.openPage(wanted);
  return { paymentId: wanted.paymentId, pageRef: page.pageRef, pageUrl: page.pageUrl, paymentRef: null, currency: "EUR" };
}

/** Fills in the hosted page's form; returns where the browser is sent, if it is. */
async function pay(url: string, card: string): Promise<string | null> {
  const response = await fetch(url, { method: "POST", body: new URLSearchParams({ card, email: "ana@guest.test" }), redirect: "manual" });
  return response.headers.get("location");
}

async function paid(card = "4242424242424242"): Promise<PaymentRef> {
  const ref = await open();
  await pay(ref.pageUrl, card);
  await gateway.capture(ref, AMOUNT);
  return { ...ref, paymentRef: (await gateway.read(ref)).paymentRef ?? null };
}

async function listOf(path: string): Promise<{ metadata: Record<string, string>; status: string }[]> {
  const response = await fetch(`${server.url}/v1/${path}`, { headers: { authorization: `Bearer ${KEY}` } });
  return ((await response.json()) as { data: { metadata: Record<string, string>; status: string }[] }).data;
}

test("a page is authorised by the guest and captured by us", async () => {
  const ref = await open();
  expect(await gateway.read(ref)).toMatchObject({ state: "created", paymentRef: undefined, captured: 0 });
  expect(await pay(ref.pageUrl, "4242 4242 4242 4242")).toBe("http://127.0.0.1:3000/pay/return");
  const authorised = await gateway.read(ref);
  expect(authorised).toMatchObject({ state: "authorised", amount: AMOUNT, currency: "EUR", captured: 0, method: "card", paymentRef: expect.stringMatching(/^pi_/) });
  const days = ((authorised.captureBefore?.getTime() ?? 0) - Date.now()) / 86_400_000;
  expect(days).toBeGreaterThan(6);
  expect(await gateway.capture(ref, AMOUNT)).toMatchObject({ state: "captured", captured: AMOUNT });
  expect(await gateway.capture(ref, AMOUNT)).toMatchObject({ state: "captured", captured: AMOUNT });
});

test("capture after a forgotten idempotency key is done, not an error", async () => {
  const ref = await open();
  await pay(ref.pageUrl, "4242424242424242");
  const { paymentRef } = await gateway.read(ref);
  await gateway.capture({ ...ref, paymentRef: paymentRef ?? null }, AMOUNT);
  const other = { ...ref, paymentId: newId(), paymentRef: paymentRef ?? null };
  expect(await gateway.capture(other, AMOUNT)).toMatchObject({ state: "captured", captured: AMOUNT });
});

test("a capture of another amount, after one whose answer was lost, tells what was taken", async () => {
  const ref = await open();
  await pay(ref.pageUrl, "4242424242424242");
  await gateway.capture(ref, AMOUNT);
  expect(await gateway.capture(ref, AMOUNT - 1000)).toMatchObject({ state: "captured", captured: AMOUNT });
});

test("a decline leaves the page open, and the next card succeeds on it", async () => {
  const ref = await open();
  expect(await pay(ref.pageUrl, "4000000000000002")).toBeNull();
  expect(await gateway.read(ref)).toMatchObject({ state: "denied", amount: undefined });
  await pay(ref.pageUrl, "4242424242424242");
  expect(await gateway.read(ref)).toMatchObject({ state: "authorised", amount: AMOUNT });
});

test("3-D Secure asks the guest first; failing it is a decline", async () => {
  const ref = await open();
  const challenge = await pay(ref.pageUrl, "4000002760003184");
  expect(await gateway.read(ref)).toMatchObject({ state: "requires_action" });
  const answer = (result: string) => fetch(challenge ?? "", { method: "POST", body: new URLSearchParams({ result }), redirect: "manual" });
  await answer("fail");
  expect(await gateway.read(ref)).toMatchObject({ state: "denied" });
  await pay(ref.pageUrl, "4000002760003184");
  await answer("complete");
  expect(await gateway.read(ref)).toMatchObject({ state: "authorised" });
});

test("an open page closes, and nobody can pay on it any more", async () => {
  const ref = await open();
  expect(await gateway.closePage(ref)).toBe("closed");
  expect(await gateway.closePage(ref)).toBe("closed");
  await pay(ref.pageUrl, "4242424242424242");
  expect(await gateway.read(ref)).toMatchObject({ state: "expired", captured: 0 });
});

test("closing after a decline ends it as expired", async () => {
  const ref = await open();
  await pay(ref.pageUrl, "4000000000000002");
  expect(await gateway.closePage(ref)).toBe("closed");
  expect(await gateway.read(ref)).toMatchObject({ state: "expired" });
});

test("closing a page that was paid on says so", async () => {
  const ref = await open();
  await pay(ref.pageUrl, "4242424242424242");
  expect(await gateway.closePage(ref)).toBe("paid");
});

test("voiding lets an authorisation go, and is safe to repeat", async () => {
  const ref = await open();
  await pay(ref.pageUrl, "4242424242424242");
  expect(await gateway.void(ref)).toMatchObject({ state: "voided", captured: 0 });
  expect(await gateway.void(ref)).toMatchObject({ state: "voided" });
  await expect(gateway.capture(ref, AMOUNT)).rejects.toMatchObject({ kind: "refused", code: "payment_intent_unexpected_state" });
});

test("voiding before anybody paid closes the page", async () => {
  const ref = await open();
  expect(await gateway.void(ref)).toMatchObject({ state: "expired" });
});

test("a refund may be a part, then the rest, each once", async () => {
  const ref = await paid();
  const first = { refundId: newId(), amount: 10_000, reason: "cancelled" };
  const made = await gateway.refund(ref, first);
  expect(made).toMatchObject({ refundId: first.refundId, amount: 10_000, state: "succeeded" });
  expect(await gateway.refund(ref, first)).toEqual(made);
  await gateway.refund(ref, { refundId: newId(), amount: 14_000, reason: "cancelled" });
  const view = await gateway.read(ref);
  expect(view).toMatchObject({ state: "captured", captured: AMOUNT, refunded: AMOUNT });
  expect(view.refunds).toHaveLength(2);
  await expect(gateway.refund(ref, { refundId: newId(), amount: 1, reason: "again" })).rejects.toMatchObject({ kind: "refused", code: "charge_already_refunded" });
});

test("a replay a day later finds its refund where Stripe forgot the key", async () => {
  const ref = await paid();
  const refund = { refundId: newId(), amount: 10_000, reason: "cancelled" };
  const made = await gateway.refund(ref, refund);
  server.clock.setOffset(2 * 86_400_000);
  expect(await gateway.refund(ref, refund)).toEqual(made);
  expect(await listOf("refunds")).toHaveLength(1);
});

test.each([
  ["4000000000007726", "pending", "succeeded", AMOUNT],
  ["4000000000005126", "succeeded", "failed", 0],
])("the refund to card %s is %s first, and %s later", async (card, first, later, refunded) => {
  const ref = await paid(card);
  const refund = { refundId: newId(), amount: AMOUNT, reason: "cancelled" };
  expect(await gateway.refund(ref, refund)).toMatchObject({ state: first });
  server.clock.setOffset(REFUND_DECIDES_MS + 1000);
  await expect.poll(async () => (await gateway.read(ref)).refunds[0]?.state).toBe(later);
  expect(await gateway.read(ref)).toMatchObject({ refunded });
});

test("a dispute is seen", async () => {
  const ref = await paid("4000000000000259");
  expect((await gateway.read(ref)).disputes).toMatchObject([
    { ref: expect.any(String), amount: AMOUNT, currency: "EUR", state: "open", providerState: "needs_response", isRefundable: false },
  ]);
});

test("lost answers and retries open one page, capture once and refund once", async () => {
  const wanted = request();
  server.faults.add({ drop: "after", path: "/checkout/sessions" });
  const page = await gateway.openPage(wanted);
  expect(await gateway.openPage(wanted)).toEqual(page);
  expect(await listOf("checkout/sessions")).toHaveLength(1);
  const ref: PaymentRef = { paymentId: wanted.paymentId, pageRef: page.pageRef, paymentRef: null, currency: "EUR" };
  await pay(page.pageUrl, "4242424242424242");
  server.faults.add({ drop: "after", path: "/capture" });
  expect(await gateway.capture(ref, AMOUNT)).toMatchObject({ captured: AMOUNT });
  server.faults.add({ drop: "after", path: "/refunds" });
  await gateway.refund(ref, { refundId: newId(), amount: 5000, reason: "cancelled" });
  expect(await listOf("refunds")).toHaveLength(1);
});

test("a page asked for again later, as our job would, is the same page", async () => {
  const wanted = request();
  const page = await gateway.openPage(wanted);
  server.clock.setOffset(5 * 60_000);
  expect(await gateway.openPage(wanted)).toEqual(page);
});

test("failures come out by their kind", async () => {
  const ref = await open();
  const down = { status: 500, body: { error: { type: "api_error", message: "down" } }, calls: 3 };
  server.faults.add(down);
  await expect(gateway.read(ref)).rejects.toMatchObject({ vendor: "stripe", kind: "server", status: 500 });
  // Words of a proxy's own are no refusal by Stripe.
  server.faults.add({ status: 502, body: { error: "bad gateway" }, calls: 3 });
  await expect(gateway.read(ref)).rejects.toMatchObject({ kind: "server", status: 502 });
  server.faults.add({ status: 429, headers: { "retry-after": "7" }, body: { error: { type: "invalid_request_error", code: "rate_limit", message: "slow down" } } });
  await expect(gateway.read(ref)).rejects.toMatchObject({ kind: "busy", retryAfterMs: 7000 });
  server.faults.add({ drop: "before", calls: 3 });
  await expect(gateway.read(ref)).rejects.toMatchObject({ kind: "network" });
  await expect(gateway.read({ ...ref, pageRef: "cs_test_unknown" })).rejects.toMatchObject({ kind: "refused", status: 404, code: "resource_missing" });
  const wrongKey = gatewayOf({ ...config, STRIPE_SECRET_KEY: "sk_test_wrong" }, "stripe");
  await expect(wrongKey.read(ref)).rejects.toThrow(OutsideError);
  await expect(wrongKey.read(ref)).rejects.toMatchObject({ kind: "refused", status: 401 });
});

test("the webhooks of a payment name it", async () => {
  const ref = await open();
  await pay(ref.pageUrl, "4242424242424242");
  const { paymentRef } = await gateway.read(ref);
  const types = (): string[] => received.map((r) => (JSON.parse(r.body.toString()) as { type: string }).type);
  await expect.poll(types).toEqual(expect.arrayContaining(["checkout.session.completed", "payment_intent.amount_capturable_updated", "charge.succeeded"]));
  const hints = await Promise.all(received.map((r) => readStripeWebhook(config, r.body.toString(), new Headers(r.headers))));
  const completed = hints.find((hint) => hint.type === "checkout.session.completed");
  expect(completed).toEqual({ eventId: expect.stringMatching(/^evt_/), type: "checkout.session.completed", paymentId: ref.paymentId, pageRef: ref.pageRef, paymentRef });
  const capturable = hints.find((hint) => hint.type === "payment_intent.amount_capturable_updated");
  expect(capturable).toMatchObject({ paymentId: ref.paymentId, pageRef: undefined, paymentRef });
  for (const hint of hints.filter(({ type }) => type.startsWith("charge."))) expect(hint.paymentRef).toBe(paymentRef);
});

test("a webhook with a wrong, missing or old signature is forbidden, an unreadable one invalid", async () => {
  const body = JSON.stringify({ id: "evt_1", object: "event", type: "x", data: { object: {} } });
  const now = Math.floor(Date.now() / 1000);
  const at = (signature: string, text = body) => readStripeWebhook(config, text, new Headers({ "stripe-signature": signature }));
  expect(await at(signStripe(SECRET, now, body))).toMatchObject({ eventId: "evt_1", pageRef: undefined, paymentRef: undefined });
  const forbidden = (error: unknown) => isDomainError(error, "FORBIDDEN");
  await expect(at(signStripe("whsec_other", now, body))).rejects.toSatisfy(forbidden);
  await expect(at(signStripe(SECRET, now - 600, body))).rejects.toSatisfy(forbidden);
  await expect(at("")).rejects.toSatisfy(forbidden);
  await expect(at(signStripe(SECRET, now, body), `${body} `)).rejects.toSatisfy(forbidden);
  await expect(at(signStripe(SECRET, now, "no json"), "no json")).rejects.toSatisfy((error) => isDomainError(error, "INVALID"));
});

test("gateways are those that are configured, built once", () => {
  expect(Object.keys(gateways(config))).toEqual(["stripe"]);
  expect(gatewayOf(config, "stripe")).toBe(gateway);
  expect(() => gatewayOf(config, "midtrans")).toThrow("UNAVAILABLE");
});

test("a server error that Stripe keeps under its key holds up neither page, capture, void nor refund", async () => {
  const failing = (path: string) => server.faults.add({ path, status: 500, executed: true, body: { error: { type: "api_error", message: "Something went wrong on our end." } } });
  const wanted = request();
  failing("/v1/checkout/sessions");
  const page = await gateway.openPage(wanted);
  const ref: PaymentRef = { paymentId: wanted.paymentId, pageRef: page.pageRef, paymentRef: null, currency: "EUR" };
  await pay(page.pageUrl, "4242424242424242");
  const { paymentRef } = await gateway.read(ref);
  // The SDK's own tries get the kept error again; what had its effect is found by reading.
  const known = { ...ref, paymentRef: paymentRef ?? null };
  failing("/capture");
  await expect(gateway.capture(known, AMOUNT)).rejects.toMatchObject({ kind: "server" });
  expect(await gateway.capture(known, AMOUNT)).toMatchObject({ state: "captured", captured: AMOUNT });
  // The first call only looks whether it has been refunded.
  server.faults.add({ path: "/v1/refunds", delayMs: 0 });
  failing("/v1/refunds");
  const refundId = newId();
  const refund = () => gateway.refund(known, { refundId, amount: 5000, reason: "test" });
  expect(await refund()).toMatchObject({ amount: 5000 });
  expect(await refund()).toMatchObject({ amount: 5000 });
  expect(await listOf("refunds")).toHaveLength(1);
  const other = await open();
  await pay(other.pageUrl, "4242424242424242");
  failing("/cancel");
  await expect(gateway.void(other)).rejects.toMatchObject({ kind: "server" });
  expect(await gateway.void(other)).toMatchObject({ state: "voided" });
});

// Minor units of ISO 4217, and what Stripe must be told: it keeps two digits for krona and shilling, and none for ariary.
test.each([
  ["CLP", 12_000, 12_000],
  ["ISK", 12_000, 1_200_000],
  ["UGX", 90_000, 9_000_000],
  ["MGA", 9_000_000, 90_000],
  ["JPY", 12_000, 12_000],
  ["KWD", 45_120, 45_120],
  ["IDR", 150_000_00, 150_000_00],
])("an amount in %s is charged, captured and given back as what was shown", async (currency, amount, theirs) => {
  const wanted = { ...request(), currency, amount };
  const page = await gateway.openPage(wanted);
  const ref: PaymentRef = { paymentId: wanted.paymentId, pageRef: page.pageRef, paymentRef: null, currency };
  await pay(page.pageUrl, "4242424242424242");
  const session = await fetch(`${server.url}/v1/checkout/sessions/${page.pageRef}`, { headers: { authorization: `Bearer ${KEY}` } });
  expect(await session.json()).toMatchObject({ amount_total: theirs });
  expect(await gateway.read(ref)).toMatchObject({ state: "authorised", amount, currency });
  expect(await gateway.capture(ref, amount)).toMatchObject({ captured: amount });
  const paymentRef = (await gateway.read(ref)).paymentRef ?? null;
  expect(await gateway.refund({ ...ref, paymentRef }, { refundId: newId(), amount, reason: "test" })).toMatchObject({ amount });
});
