import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Stripe from "stripe";
import { expect, onTestFinished, test } from "vitest";
import { createClock } from "../../local/kit/clock.ts";
import type { RawRequest, RunningServer } from "../../local/kit/serve.ts";
import { REFUND_DECIDES_MS, signStripe, startStripe, type Outcome } from "../../local/stripe/index.ts";
import { startReceiver, type WebhookReceiver } from "../helpers/webhook-receiver.ts";

const SECRET_KEY = "sk_test_contract";
const WEBHOOK_SECRET = "whsec_contract";
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

interface World {
  server: RunningServer;
  stripe: Stripe;
  receiver: WebhookReceiver;
  /** Moves the stand-in's clock on by so many milliseconds. */
  advance(ms: number): void;
  test<T>(path: string, body: unknown): Promise<T>;
  /** Waits for the first event of a type. */
  event(type: string): Promise<Stripe.Event>;
}

async function world(dataFile = ":memory:"): Promise<World> {
  const receiver = await startReceiver();
  const clock = createClock();
  const server = await startStripe({
    secretKey: SECRET_KEY,
    webhookSecret: WEBHOOK_SECRET,
    webhookUrl: `${receiver.url}/webhooks/stripe`,
    dataFile,
    clock,
  });
  onTestFinished(async () => {
    await server.close();
    await receiver.close();
  });
  return {
    server,
    receiver,
    stripe: client(server),
    advance: (ms) => clock.setOffset(clock.offsetMs() + ms),
    async test(path, body) {
      const response = await fetch(`${server.url}/_test/${path}`, {
        method: "POST",
        body: JSON.stringify(body),
      });
      return (await response.json()) as never;
    },
    event: async (type) => eventOf(await receiver.waitFor((call) => eventOf(call).type === type)),
  };
}

function client(server: RunningServer, config: Stripe.StripeConfig = {}): Stripe {
  return new Stripe(SECRET_KEY, {
    host: "127.0.0.1",
    port: server.port,
    protocol: "http",
    maxNetworkRetries: 0,
    httpClient: Stripe.createFetchHttpClient(),
    ...config,
  });
}

function eventOf(call: RawRequest): Stripe.Event {
  return JSON.parse(call.body.toString()) as Stripe.Event;
}

function seconds(server: RunningServer): number {
  return Math.floor(server.clock.now() / 1000);
}

function openSession({ stripe }: World, more: Partial<Stripe.Checkout.SessionCreateParams> = {}) {
  return stripe.checkout.sessions.create({
    mode: "payment",
    line_items: [
      {
        quantity: 2,
        price_data: {
          currency: "eur",
          unit_amount: 12_050,
          product_data: { name: "Casa do Rio <Lisbon>" },
        },
      },
    ],
    success_url: "https://app.test/paid?session={CHECKOUT_SESSION_ID}",
    cancel_url: "https://app.test/back",
    client_reference_id: "pay_1",
    customer_email: "ana@example.com",
    submit_type: "book",
    metadata: { payment: "pay_1" },
    payment_intent_data: { capture_method: "manual", metadata: { booking: "b_1" } },
    ...more,
  });
}

/** A session paid with a card that passes at once; the intent is authorised, not captured. */
async function paidSession(w: World, card = "4242424242424242"): Promise<Stripe.PaymentIntent> {
  const session = await openSession(w);
  await w.test(`sessions/${session.id}/pay`, { card });
  const paid = await w.stripe.checkout.sessions.retrieve(session.id, {
    expand: ["payment_intent"],
  });
  return paid.payment_intent as Stripe.PaymentIntent;
}

function authorise({ stripe }: World, method = "pm_card_visa", amount = 5000) {
  return stripe.paymentIntents.create({
    amount,
    currency: "usd",
    capture_method: "manual",
    payment_method: method,
    allowed_payment_method_types: ["card"],
    confirm: true,
  });
}

function failure(promise: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  return promise.then(
    () => Promise.reject(new Error("the call was expected to fail")),
    (error: unknown) => error as Stripe.errors.StripeError,
  );
}

test("the signature is the fact sheet's vector and the SDK accepts it", async () => {
  const body = '{"id":"evt_1","object":"event"}';
  expect(signStripe("whsec_test_secret", 1_700_000_000, body)).toBe("t=1700000000,v1=0c8670ed117751cc551a20e35839447075c42800ea3cf3e8a2fbda99cd1e6edd");
  const w = await world();
  const header = signStripe(WEBHOOK_SECRET, Math.floor(Date.now() / 1000), body);
  const verify = (text: string) => w.stripe.webhooks.constructEventAsync(text, header, WEBHOOK_SECRET, undefined, Stripe.createSubtleCryptoProvider());
  expect((await verify(body)).id).toBe("evt_1");
  await expect(verify(`${body} `)).rejects.toThrow(Stripe.errors.StripeSignatureVerificationError);
});

test("a session is paid, authorised for seven days, announced and captured", async () => {
  const w = await world();
  const session = await openSession(w);
  expect(session).toMatchObject({
    object: "checkout.session",
    status: "open",
    payment_status: "unpaid",
    payment_intent: null,
    amount_total: 24_100,
    currency: "eur",
    client_reference_id: "pay_1",
    metadata: { payment: "pay_1" },
  });
  const outcome = await w.test<Outcome>(`sessions/${session.id}/pay`, {
    card: "4242 4242 4242 4242",
  });
  expect(outcome).toEqual({
    outcome: "succeeded",
    next: `https://app.test/paid?session=${session.id}`,
  });

  const call = await w.receiver.waitFor((c) => eventOf(c).type === "checkout.session.completed");
  const event = await w.stripe.webhooks.constructEventAsync(call.body.toString(), call.headers["stripe-signature"] ?? "", WEBHOOK_SECRET);
  expect(event.data.object).toMatchObject({ id: session.id, status: "complete", url: null });
  expect(event.request).toEqual({ id: null, idempotency_key: null });

  const paid = await w.stripe.checkout.sessions.retrieve(session.id, {
    expand: ["payment_intent.latest_charge", "line_items"],
  });
  const intent = paid.payment_intent as Stripe.PaymentIntent;
  expect(intent).toMatchObject({
    status: "requires_capture",
    amount_capturable: 24_100,
    amount_received: 0,
    metadata: { booking: "b_1" },
  });
  const charge = intent.latest_charge as Stripe.Charge;
  expect(charge).toMatchObject({
    captured: false,
    paid: true,
    amount: 24_100,
    status: "succeeded",
  });
  const card = charge.payment_method_details?.card;
  expect(card).toMatchObject({
    brand: "visa",
    last4: "4242",
    capture_before: charge.created + 604_800,
  });
  expect(paid.line_items?.data).toMatchObject([{ description: "Casa do Rio <Lisbon>", quantity: 2 }]);
  expect(paid.customer_details?.email).toBe("ana@example.com");

  const byIntent = await w.stripe.checkout.sessions.list({ payment_intent: intent.id });
  expect(byIntent.data.map((s) => s.id)).toEqual([session.id]);
  const items = await w.stripe.checkout.sessions.listLineItems(session.id);
  expect(items.data[0]?.amount_total).toBe(24_100);

  const captured = await w.stripe.paymentIntents.capture(intent.id);
  expect(captured).toMatchObject({
    status: "succeeded",
    amount_received: 24_100,
    amount_capturable: 0,
  });
  expect((await w.stripe.checkout.sessions.retrieve(session.id)).payment_status).toBe("paid");
  await w.event("charge.captured");
  await w.event("payment_intent.succeeded");
});

test("a browser pays on the hosted page: decline, try again, challenge, success", async () => {
  const w = await world();
  const session = await openSession(w);
  const url = session.url ?? "";
  const pay = (card: string) =>
    fetch(url, {
      method: "POST",
      redirect: "manual",
      body: new URLSearchParams({ card, email: "ana@example.com", name: "Ana" }),
    });

  const first = await (await fetch(url)).text();
  expect(first).toContain("Casa do Rio &#60;Lisbon&#62;");
  expect(first).toContain("€241.00");
  expect(first).toContain('href="https://app.test/back"');
  expect(first).toMatch(/<label for="card">/);

  const declined = await pay("4000000000009995");
  expect(declined.status).toBe(200);
  const again = await declined.text();
  expect(again).toContain("insufficient funds");
  expect(again).toContain('value="Ana"');
  expect((await w.stripe.checkout.sessions.retrieve(session.id)).status).toBe("open");
  await w.event("payment_intent.payment_failed");

  const challenged = await pay("4000000000003220");
  expect(challenged.status).toBe(303);
  const challengeUrl = challenged.headers.get("location") ?? "";
  expect(await (await fetch(challengeUrl)).text()).toContain("Complete authentication");
  const answer = (result: string) =>
    fetch(challengeUrl, {
      method: "POST",
      redirect: "manual",
      body: new URLSearchParams({ result }),
    });
  expect((await answer("fail")).headers.get("location")).toBe(url);
  expect(await (await fetch(url)).text()).toContain("unable to authenticate");

  expect((await pay("4000000000003220")).headers.get("location")).toBe(challengeUrl);
  expect((await answer("complete")).headers.get("location")).toBe(`https://app.test/paid?session=${session.id}`);
  expect(await (await fetch(url)).text()).toContain("This payment is complete");
  expect((await w.stripe.paymentIntents.list()).data).toHaveLength(1);
});

test("an open session expires by call and by the clock, and then can't be paid", async () => {
  const w = await world();
  const byCall = await openSession(w);
  const expired = await w.stripe.checkout.sessions.expire(byCall.id);
  expect(expired).toMatchObject({ status: "expired", url: null });
  expect(await (await fetch(byCall.url ?? "")).text()).toContain("has expired");
  expect(await failure(w.stripe.checkout.sessions.expire(byCall.id))).toMatchObject({
    statusCode: 400,
    type: "StripeInvalidRequestError",
  });
  expect(await w.test(`sessions/${byCall.id}/pay`, { card: "pm_card_visa" })).toEqual({
    outcome: "closed",
    status: "expired",
  });

  const byClock = await openSession(w, { expires_at: seconds(w.server) + 1801 });
  await w.test(`sessions/${byClock.id}/pay`, { card: "pm_card_visa_chargeDeclined" });
  w.advance(31 * MINUTE);
  const after = await w.stripe.checkout.sessions.retrieve(byClock.id, {
    expand: ["payment_intent"],
  });
  expect(after).toMatchObject({ status: "expired", payment_intent: { status: "canceled" } });
  await w.receiver.waitForCount(2, (c) => eventOf(c).type === "checkout.session.expired");

  const paid = await paidSession(w);
  const { data } = await w.stripe.checkout.sessions.list({ payment_intent: paid.id });
  expect(await failure(w.stripe.checkout.sessions.expire(data[0]!.id))).toMatchObject({
    message: expect.stringContaining("complete"),
  });
});

test("a session's expiry must lie between 30 minutes and 24 hours ahead", async () => {
  const w = await world();
  for (const ahead of [29 * 60, 24 * 3600 + 60]) {
    const error = await failure(openSession(w, { expires_at: seconds(w.server) + ahead }));
    expect(error).toMatchObject({ statusCode: 400, param: "expires_at" });
  }
});

test("a session's intent is confirmed and ended only through the session, until it is authorised", async () => {
  const w = await world();
  const session = await openSession(w);
  await w.test(`sessions/${session.id}/pay`, { card: "pm_card_visa_chargeDeclined" });
  const intent = String((await w.stripe.checkout.sessions.retrieve(session.id)).payment_intent);
  const code = "payment_intent_unexpected_state";
  expect(await failure(w.stripe.paymentIntents.cancel(intent))).toMatchObject({ code });
  expect(await failure(w.stripe.paymentIntents.confirm(intent, { payment_method: "pm_card_visa" }))).toMatchObject({ code });
  await w.test(`sessions/${session.id}/pay`, { card: "pm_card_visa" });
  const canceled = await w.stripe.paymentIntents.cancel(intent, {
    cancellation_reason: "requested_by_customer",
  });
  expect(canceled).toMatchObject({
    status: "canceled",
    cancellation_reason: "requested_by_customer",
    amount_capturable: 0,
  });
  await w.event("payment_intent.canceled");
});

test("the intent's machine refuses every move that its status doesn't allow", async () => {
  const w = await world();
  const { paymentIntents } = w.stripe;
  const created = await paymentIntents.create({
    amount: 5000,
    currency: "usd",
    capture_method: "manual",
    allowed_payment_method_types: ["card"],
  });
  expect(created.status).toBe("requires_payment_method");
  const state = { code: "payment_intent_unexpected_state", statusCode: 400 };
  expect(await failure(paymentIntents.capture(created.id))).toMatchObject({
    ...state,
    message:
      "This PaymentIntent could not be captured because it has a status of requires_payment_method. " +
      "Only a PaymentIntent with one of the following statuses may be captured: requires_capture.",
    payment_intent: { id: created.id, status: "requires_payment_method" },
  });
  expect(await failure(paymentIntents.confirm(created.id))).toMatchObject(state);

  const attached = await paymentIntents.update(created.id, {
    amount: 6000,
    payment_method: "pm_card_visa",
    metadata: { a: "1", b: "2" },
  });
  expect(attached).toMatchObject({ status: "requires_confirmation", amount: 6000 });
  expect((await paymentIntents.update(created.id, { metadata: { a: "" } })).metadata).toEqual({
    b: "2",
  });
  expect(await paymentIntents.confirm(created.id)).toMatchObject({
    status: "requires_capture",
    amount_capturable: 6000,
  });
  await w.event("payment_intent.amount_capturable_updated");

  expect(await failure(paymentIntents.confirm(created.id))).toMatchObject(state);
  expect(await failure(paymentIntents.update(created.id, { amount: 7000 }))).toMatchObject(state);
  expect(await failure(paymentIntents.capture(created.id, { amount_to_capture: 6001 }))).toMatchObject({ code: "amount_too_large", param: "amount_to_capture" });
  const captured = await paymentIntents.capture(created.id, {
    amount_to_capture: 4000,
    expand: ["latest_charge"],
  });
  expect(captured).toMatchObject({
    status: "succeeded",
    amount_received: 4000,
    latest_charge: { amount: 6000, amount_captured: 4000, captured: true },
  });
  expect(await failure(paymentIntents.capture(created.id))).toMatchObject({
    ...state,
    payment_intent: { status: "succeeded" },
  });
  expect(await failure(paymentIntents.cancel(created.id))).toMatchObject({
    ...state,
    message:
      "You cannot cancel this PaymentIntent because it has a status of succeeded. Only a PaymentIntent with one of " +
      "the following statuses may be canceled: requires_payment_method, requires_capture, requires_confirmation, requires_action, processing.",
  });
});

test("an authorisation that nobody captures is given back after seven days", async () => {
  const w = await world();
  const intent = await authorise(w);
  w.advance(7 * DAY - MINUTE);
  expect((await w.stripe.paymentIntents.retrieve(intent.id)).status).toBe("requires_capture");
  w.advance(MINUTE);
  expect(await w.stripe.paymentIntents.retrieve(intent.id)).toMatchObject({
    status: "canceled",
    cancellation_reason: "expired",
    amount_capturable: 0,
  });
  expect((await w.event("charge.expired")).data.object).toMatchObject({ id: intent.latest_charge });
  await w.event("payment_intent.canceled");
});

const DECLINES = [
  ["4000000000000002", "pm_card_visa_chargeDeclined", "card_declined", "generic_decline"],
  ["4000000000000002", "pm_card_chargeDeclined", "card_declined", "generic_decline"],
  ["4000000000009995", "pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"],
  ["4000000000009987", "pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"],
  ["4000000000009979", "pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card"],
  ["4000000000000069", "pm_card_chargeDeclinedExpiredCard", "expired_card", undefined],
  ["4000000000000127", "pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", undefined],
  ["4000000000000119", "pm_card_chargeDeclinedProcessingError", "processing_error", undefined],
  ["4000000000006975", "pm_card_visa_chargeDeclinedVelocityLimitExceeded", "card_declined", "card_velocity_exceeded"],
  ["4000000000000341", "pm_card_chargeCustomerFail", "card_declined", "generic_decline"],
  ["4100000000000019", "pm_card_radarBlock", "card_declined", "fraudulent"],
] as const;

test.each(DECLINES)("card %s (%s) is declined with %s %s", async (card, method, code, declineCode) => {
  const w = await world();
  const error = await failure(authorise(w, method));
  expect(error).toBeInstanceOf(Stripe.errors.StripeCardError);
  expect(error).toMatchObject({ statusCode: 402, code });
  expect(error.decline_code || undefined).toBe(declineCode);
  const intent = await w.stripe.paymentIntents.retrieve(error.payment_intent?.id ?? "", {
    expand: ["latest_charge"],
  });
  expect(intent).toMatchObject({
    status: "requires_payment_method",
    last_payment_error: {
      code,
      charge: (intent.latest_charge as Stripe.Charge).id,
    },
    latest_charge: { status: "failed", paid: false, failure_code: code },
  });
  const session = await openSession(w);
  expect(await w.test(`sessions/${session.id}/pay`, { card })).toMatchObject({
    outcome: "declined",
    code: declineCode ?? code,
  });
  expect((await w.stripe.paymentIntents.confirm(intent.id, { payment_method: "pm_card_visa" })).status).toBe("requires_capture");
});

const PASSING = ["pm_card_visa", "pm_card_mastercard", "pm_card_amex", "pm_card_threeDSecureOptional", "pm_card_cvcCheckFail"];

test.each(PASSING)("card %s is authorised at once", async (method) => {
  const w = await world();
  const intent = await authorise(w, method);
  expect(intent.status).toBe("requires_capture");
  const charge = await w.stripe.charges.retrieve(String(intent.latest_charge));
  expect(charge.payment_method_details?.card?.checks?.cvc_check).toBe(method === "pm_card_cvcCheckFail" ? "fail" : "pass");
});

const CHALLENGED = [
  ["pm_card_authenticationRequired", "requires_capture", "authentication_required"],
  ["pm_card_authenticationRequiredOnSetup", "requires_capture", "authentication_required"],
  ["pm_card_authenticationRequiredSetupForOffSession", "requires_capture", undefined],
  ["pm_card_threeDSecure2Required", "requires_capture", "authentication_required"],
  ["pm_card_threeDSecureRequiredChargeDeclined", "requires_payment_method", "authentication_required"],
] as const;

test.each(CHALLENGED)("card %s asks for 3D Secure and ends in %s", async (method, end, offSession) => {
  const w = await world();
  const base = { amount: 5000, currency: "usd", capture_method: "manual" } as const;
  const asked = await w.stripe.paymentIntents.create({
    ...base,
    payment_method: method,
    confirm: true,
    return_url: "https://app.test/return",
  });
  expect(asked).toMatchObject({
    status: "requires_action",
    next_action: {
      type: "redirect_to_url",
      redirect_to_url: { return_url: "https://app.test/return" },
    },
  });
  await w.event("payment_intent.requires_action");
  const back = await fetch(asked.next_action?.redirect_to_url?.url ?? "", {
    method: "POST",
    redirect: "manual",
    body: new URLSearchParams({ result: "complete" }),
  });
  const location = new URL(back.headers.get("location") ?? "");
  expect(location.searchParams.get("payment_intent")).toBe(asked.id);
  expect((await w.stripe.paymentIntents.retrieve(asked.id)).status).toBe(end);

  const away = w.stripe.paymentIntents.create({
    ...base,
    payment_method: method,
    allowed_payment_method_types: ["card"],
    confirm: true,
    off_session: true,
  });
  if (offSession) expect(await failure(away)).toMatchObject({ statusCode: 402, code: offSession });
  else expect((await away).status).toBe("requires_capture");
});

test("without a return address only redirect-free methods can be confirmed", async () => {
  const w = await world();
  const params = { amount: 5000, currency: "usd", payment_method: "pm_card_visa", confirm: true };
  expect(await failure(w.stripe.paymentIntents.create(params))).toMatchObject({
    param: "return_url",
  });
  const intent = await w.stripe.paymentIntents.create({
    ...params,
    automatic_payment_methods: { enabled: true, allow_redirects: "never" },
  });
  expect(intent).toMatchObject({ status: "succeeded", amount_received: 5000 });
});

test("refunds are partial until all is back, and more is refused", async () => {
  const w = await world();
  const intent = await paidSession(w);
  expect(await failure(w.stripe.refunds.create({ payment_intent: intent.id }))).toMatchObject({
    statusCode: 400,
    message: expect.stringContaining("does not have a successful charge to refund"),
  });
  await w.stripe.paymentIntents.capture(intent.id);
  const part = await w.stripe.refunds.create({
    payment_intent: intent.id,
    amount: 4100,
    reason: "requested_by_customer",
    metadata: { refund: "r_1" },
  });
  expect(part).toMatchObject({
    status: "succeeded",
    amount: 4100,
    currency: "eur",
    metadata: { refund: "r_1" },
  });
  expect(await failure(w.stripe.refunds.create({ payment_intent: intent.id, amount: 20_001 }))).toMatchObject({ param: "amount" });
  const rest = await w.test<Stripe.Refund>("refund", { payment_intent: intent.id });
  expect(rest.amount).toBe(20_000);
  const charge = await w.stripe.charges.retrieve(String(intent.latest_charge));
  expect(charge).toMatchObject({ amount_refunded: 24_100, refunded: true });
  expect(await failure(w.stripe.refunds.create({ charge: charge.id }))).toMatchObject({
    code: "charge_already_refunded",
  });
  const listed = await w.stripe.refunds.list({ payment_intent: intent.id });
  expect(listed.data.map((refund) => refund.id)).toEqual([rest.id, part.id]);
  expect((await w.stripe.refunds.retrieve(part.id)).id).toBe(part.id);
  await w.receiver.waitForCount(2, (c) => eventOf(c).type === "refund.created");
  await w.receiver.waitForCount(2, (c) => eventOf(c).type === "charge.refunded");
});

test("the refund cards decide later: pending to succeeded, succeeded to failed", async () => {
  const w = await world();
  const pendingIntent = await authorise(w, "pm_card_pendingRefund");
  const failingIntent = await authorise(w, "pm_card_refundFail");
  for (const { id } of [pendingIntent, failingIntent]) await w.stripe.paymentIntents.capture(id);
  const pending = await w.stripe.refunds.create({ payment_intent: pendingIntent.id });
  const failing = await w.stripe.refunds.create({ payment_intent: failingIntent.id });
  expect([pending.status, failing.status]).toEqual(["pending", "succeeded"]);
  w.advance(REFUND_DECIDES_MS);
  expect((await w.stripe.refunds.retrieve(pending.id)).status).toBe("succeeded");
  expect(await w.stripe.refunds.retrieve(failing.id)).toMatchObject({
    status: "failed",
    failure_reason: "expired_or_canceled_card",
  });
  expect((await w.event("refund.failed")).data.object).toMatchObject({ id: failing.id });
  const charge = await w.stripe.charges.retrieve(String(failingIntent.latest_charge));
  expect(charge).toMatchObject({ amount_refunded: 0, refunded: false });
});

test("the dispute card is disputed when captured, and can be lost", async () => {
  const w = await world();
  const intent = await authorise(w, "pm_card_createDispute");
  await w.stripe.paymentIntents.capture(intent.id);
  await w.event("charge.dispute.created");
  const { data } = await w.stripe.disputes.list({ payment_intent: intent.id });
  expect(data).toMatchObject([{ status: "needs_response", amount: 5000, reason: "fraudulent" }]);
  expect(await failure(w.stripe.refunds.create({ payment_intent: intent.id }))).toMatchObject({
    code: "charge_disputed",
  });
  expect((await w.stripe.disputes.close(data[0]!.id)).status).toBe("lost");
  expect((await w.event("charge.dispute.closed")).data.object).toMatchObject({ status: "lost" });
});

test("errors have Stripe's status, class, code and parameter", async () => {
  const w = await world();
  const { stripe } = w;
  const usd = { amount: 5000, currency: "usd" };
  const rows: [() => Promise<unknown>, object][] = [
    [() => stripe.paymentIntents.retrieve("pi_none"), { statusCode: 404, code: "resource_missing", param: "intent" }],
    [() => stripe.checkout.sessions.retrieve("cs_none"), { statusCode: 404, code: "resource_missing", param: "session" }],
    [() => stripe.refunds.create({ charge: "ch_none" }), { statusCode: 404, code: "resource_missing", param: "charge" }],
    [() => stripe.rawRequest("POST", "/v1/payment_intents", { currency: "usd" }), { statusCode: 400, code: "parameter_missing", param: "amount" }],
    [() => stripe.rawRequest("POST", "/v1/payment_intents", { ...usd, colour: "red" }), { statusCode: 400, code: "parameter_unknown", param: "colour" }],
    [() => stripe.rawRequest("POST", "/v1/payment_intents", { ...usd, amount: "many" }), { statusCode: 400, code: "parameter_invalid_integer" }],
    [() => stripe.paymentIntents.create({ ...usd, amount: 49 }), { statusCode: 400, code: "amount_too_small" }],
    [() => stripe.paymentIntents.create({ ...usd, payment_method: "pm_none" }), { statusCode: 404, code: "resource_missing" }],
    [() => openSession(w).then((s) => stripe.checkout.sessions.retrieve(s.id, { expand: ["nothing"] })), { statusCode: 400, param: "expand" }],
    [
      () => stripe.customers.list(),
      {
        statusCode: 404,
        message: expect.stringContaining("Unrecognized request URL (GET: /v1/customers)"),
      },
    ],
  ];
  for (const [call, expected] of rows) {
    expect(await failure(call())).toMatchObject({ type: "StripeInvalidRequestError", ...expected });
  }
  const stranger = new Stripe("sk_test_wrong_key_0001", {
    host: "127.0.0.1",
    port: w.server.port,
    protocol: "http",
    maxNetworkRetries: 0,
  });
  expect(await failure(stranger.paymentIntents.list())).toBeInstanceOf(Stripe.errors.StripeAuthenticationError);
});

test("an unwell server is told apart: limited, failing, unreachable", async () => {
  const w = await world();
  const call = () => failure(w.stripe.paymentIntents.list());
  w.server.faults.add({
    status: 429,
    body: { error: { type: "invalid_request_error", code: "rate_limit", message: "Too many" } },
  });
  expect(await call()).toBeInstanceOf(Stripe.errors.StripeRateLimitError);
  w.server.faults.add({ status: 500, body: { error: { type: "api_error", message: "Oops" } } });
  expect(await call()).toBeInstanceOf(Stripe.errors.StripeAPIError);
  w.server.faults.add({
    status: 403,
    body: { error: { type: "invalid_request_error", message: "No" } },
  });
  expect(await call()).toBeInstanceOf(Stripe.errors.StripePermissionError);
  w.server.faults.add({ drop: "before" });
  expect(await call()).toBeInstanceOf(Stripe.errors.StripeConnectionError);
});

test("a key replays the first answer, refuses other parameters, and is new after a day", async () => {
  const w = await world();
  const params = { amount: 5000, currency: "usd" };
  const idempotencyKey = "pi:b_1:1";
  const create = (amount = 5000) => w.stripe.paymentIntents.create({ ...params, amount }, { idempotencyKey });
  const first = await create();
  const again = await create();
  expect(again.id).toBe(first.id);
  const other = await failure(create(6000));
  expect(other).toBeInstanceOf(Stripe.errors.StripeIdempotencyError);
  expect(other).toMatchObject({
    statusCode: 400,
    message: expect.stringContaining(idempotencyKey),
  });
  const replay = await fetch(`${w.server.url}/v1/payment_intents`, {
    method: "POST",
    headers: { authorization: `Bearer ${SECRET_KEY}`, "idempotency-key": idempotencyKey },
    body: new URLSearchParams({ amount: "5000", currency: "usd" }),
  });
  expect(replay.headers.get("idempotent-replayed")).toBe("true");
  w.advance(DAY);
  expect((await create()).id).not.toBe(first.id);
  expect((await w.event("payment_intent.created")).request?.idempotency_key).toBe(idempotencyKey);
});

test("a stored decline is replayed, a failed validation is not stored", async () => {
  const w = await world();
  const intent = await w.stripe.paymentIntents.create({
    amount: 5000,
    currency: "usd",
    allowed_payment_method_types: ["card"],
  });
  const decline = () => failure(w.stripe.paymentIntents.confirm(intent.id, { payment_method: "pm_card_chargeDeclined" }, { idempotencyKey: "try-1" }));
  expect(await decline()).toMatchObject({ code: "card_declined" });
  expect(await decline()).toMatchObject({ code: "card_declined" });
  expect((await w.stripe.charges.list({ payment_intent: intent.id })).data).toHaveLength(1);

  const create = (amount: number) => w.stripe.paymentIntents.create({ amount, currency: "usd" }, { idempotencyKey: "try-2" });
  expect(await failure(create(1))).toMatchObject({ code: "amount_too_small" });
  expect((await create(5000)).amount).toBe(5000);
});

test("a concurrent twin gets 409, and the SDK's own retry then gets the first answer", async () => {
  const w = await world();
  const create = (stripe: Stripe) => stripe.paymentIntents.create({ amount: 5000, currency: "usd" }, { idempotencyKey: "twin" });
  await w.test("gate", { open: false });
  const first = create(w.stripe);
  await expect.poll(async () => (await fetch(`${w.server.url}/_test/gate`)).json(), { interval: 5 }).toEqual({ waiting: 1 });
  expect(await failure(create(w.stripe))).toMatchObject({
    statusCode: 409,
    type: "StripeAPIError",
    code: "idempotency_key_in_use",
  });
  await w.test("gate", { open: true });
  expect((await create(w.stripe)).id).toBe((await first).id);
});

test("an answer lost after executing has one effect when tried again with its key", async () => {
  const w = await world();
  const intent = await paidSession(w);
  const retrying = client(w.server, { maxNetworkRetries: 2 });
  w.server.faults.add({ drop: "after", path: "/capture" });
  expect((await retrying.paymentIntents.capture(intent.id)).status).toBe("succeeded");
  w.server.faults.add({ drop: "after", path: "/refunds" });
  const refund = await retrying.refunds.create({ payment_intent: intent.id, amount: 100 }, { idempotencyKey: "refund:r_1" });
  const { data } = await w.stripe.refunds.list({ payment_intent: intent.id });
  expect(data.map((r) => r.id)).toEqual([refund.id]);
});

test("a webhook that fails is tried again on the clock, at most three times", async () => {
  const w = await world();
  w.receiver.answers.push({ status: 500 }, { status: 302, headers: { location: "/elsewhere" } });
  await w.stripe.paymentIntents.create({ amount: 5000, currency: "usd" });
  const created = (c: RawRequest) => eventOf(c).type === "payment_intent.created";
  for (const [count, wait] of [
    [1, 10 * MINUTE],
    [2, 60 * MINUTE],
    [3, 0],
  ] as const) {
    const calls = await w.receiver.waitForCount(count, created);
    expect(new Set(calls.map((c) => eventOf(c).id)).size).toBe(1);
    if (wait > 0) await movedUntil(w, wait, count + 1, created);
  }
});

/** Moves the clock on until the retry came: its plan is written just after the failed answer was read. */
async function movedUntil(w: World, ms: number, count: number, matches: (call: RawRequest) => boolean): Promise<void> {
  await expect
    .poll(
      () => {
        w.advance(ms);
        return w.receiver.received.filter(matches).length;
      },
      { interval: 10 },
    )
    .toBeGreaterThanOrEqual(count);
}

test("webhooks can be lost, doubled, delayed and turned round", async () => {
  const w = await world();
  const create = () => w.stripe.paymentIntents.create({ amount: 5000, currency: "usd" });
  const ids = () => w.receiver.received.map((c) => (eventOf(c).data.object as { id: string }).id);

  await w.test("webhooks", { mode: "lose", calls: 1 });
  const lost = await create();
  await w.test("webhooks", { mode: "duplicate", calls: 1 });
  const doubled = await create();
  await w.receiver.waitForCount(2, () => true);
  expect(ids()).toEqual([doubled.id, doubled.id]);

  await w.test("webhooks", { mode: "reorder", calls: 2 });
  const [early, late] = [await create(), await create()];
  await w.receiver.waitForCount(4, () => true);
  expect(ids().slice(2)).toEqual([late.id, early.id]);

  await w.test("webhooks", { mode: "delay", calls: 1, delayMs: 5 * MINUTE });
  const delayed = await create();
  const prompt = await create();
  await w.receiver.waitForCount(5, () => true);
  w.advance(5 * MINUTE);
  await w.receiver.waitForCount(6, () => true);
  expect(ids().slice(4)).toEqual([prompt.id, delayed.id]);
  expect(ids()).not.toContain(lost.id);
  const listed = await w.stripe.events.list({ type: "payment_intent.created", limit: 100 });
  expect(listed.data).toHaveLength(6);
});

test("lists are paged newest first by their cursors", async () => {
  const w = await world();
  const made: string[] = [];
  for (let i = 0; i < 5; i += 1) made.unshift((await openSession(w)).id);
  const page = await w.stripe.checkout.sessions.list({ limit: 2 });
  expect(page.has_more).toBe(true);
  expect(page.data.map((s) => s.id)).toEqual(made.slice(0, 2));
  const all: string[] = [];
  for await (const session of w.stripe.checkout.sessions.list({ limit: 2 })) all.push(session.id);
  expect(all).toEqual(made);
  const before = await w.stripe.checkout.sessions.list({ limit: 2, ending_before: made[3]! });
  expect(before.data.map((s) => s.id)).toEqual(made.slice(1, 3));
});

test("sessions, keys and plans outlive a restart", async () => {
  const folder = await mkdtemp(join(tmpdir(), "stripe-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const dataFile = join(folder, "stripe.db");
  const clock = createClock();
  const options = { secretKey: SECRET_KEY, webhookSecret: WEBHOOK_SECRET, dataFile, clock };
  const first = await startStripe(options);
  const stripe = client(first);
  const intent = await stripe.paymentIntents.create(
    {
      amount: 5000,
      currency: "usd",
      capture_method: "manual",
      payment_method: "pm_card_visa",
      allowed_payment_method_types: ["card"],
      confirm: true,
    },
    { idempotencyKey: "k" },
  );
  await first.close();
  clock.setOffset(7 * DAY);
  const second = await startStripe(options);
  onTestFinished(() => second.close());
  expect((await client(second).paymentIntents.retrieve(intent.id)).status).toBe("canceled");
});
