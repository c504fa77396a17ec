import fc from "fast-check";
import Stripe from "stripe";
import { expect, onTestFinished, test } from "vitest";
import type { RunningServer } from "../../local/kit/serve.ts";
import { startStripe } from "../../local/stripe/index.ts";
import { CURRENCY_CODES } from "../../server/platform/money.ts";
import { takesCurrency } from "../../server/platform/provider-amounts.ts";

const KEY = "sk_test_bounds";

interface World {
  server: RunningServer;
  stripe: Stripe;
  /** One call as bytes, past the SDK. */
  raw(
    method: string,
    path: string,
    body?: string,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: { error?: Record<string, unknown> } & Record<string, unknown>; headers: Headers }>;
  control<T>(path: string, body: unknown): Promise<T>;
}

async function world(): Promise<World> {
  const server = await startStripe({ secretKey: KEY, webhookSecret: "whsec_x", dataFile: ":memory:" });
  onTestFinished(() => server.close());
  return {
    server,
    stripe: new Stripe(KEY, { host: "127.0.0.1", port: server.port, protocol: "http", maxNetworkRetries: 0, httpClient: Stripe.createFetchHttpClient() }),
    async raw(method, path, body, headers = {}) {
      const answer = await fetch(server.url + path, {
        method,
        headers: { authorization: `Bearer ${KEY}`, "content-type": "application/x-www-form-urlencoded", ...headers },
        ...(body === undefined ? {} : { body }),
      });
      return { status: answer.status, body: (await answer.json()) as never, headers: answer.headers };
    },
    control: async (path, body) => (await fetch(`${server.url}/_test/${path}`, { method: "POST", body: JSON.stringify(body) })).json() as never,
  };
}

function session({ stripe }: World, more: Partial<Stripe.Checkout.SessionCreateParams> = {}) {
  return stripe.checkout.sessions.create({
    mode: "payment",
    line_items: [{ quantity: 1, price_data: { currency: "eur", unit_amount: 10_000, product_data: { name: "Room" } } }],
    success_url: "https://app.test/paid",
    ...more,
  });
}

function pay({ stripe }: World, amount = 10_000, method = "pm_card_visa", currency = "eur") {
  return stripe.paymentIntents.create({ amount, currency, payment_method: method, allowed_payment_method_types: ["card"], confirm: true });
}

function failure(promise: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  return promise.then(
    () => Promise.reject(new Error("the call was expected to fail")),
    (error: unknown) => error as Stripe.errors.StripeError,
  );
}

test.each(["amount=", "reason=", "charge=", "amount=100&amount=200", "amount[gt]=1", "amout=100", "metadata[a][b]=1"])("a refund with %s moves no money", async (wrong) => {
  const w = await world();
  const intent = await pay(w);
  const answer = await w.raw("POST", "/v1/refunds", `payment_intent=${intent.id}&${wrong}`);
  expect(answer).toMatchObject({ status: 400, body: { error: { type: "invalid_request_error", message: expect.any(String) } } });
  expect((await w.stripe.refunds.list()).data).toEqual([]);
});

test("parameters in the wrong place are refused, not dropped", async () => {
  const w = await world();
  const intent = await pay(w);
  expect((await w.raw("POST", `/v1/refunds?payment_intent=${intent.id}&amount=1`, `payment_intent=${intent.id}`)).status).toBe(400);
  expect((await w.stripe.refunds.list()).data).toEqual([]);
});

test.each(["payment_intent=", "charge=", "customer=cus_1", "limit=0", "limit=1000", "starting_after=", "created[from]=1", "created=", "starting_after=a&ending_before=b"])(
  "a list of refunds asked with %s is refused, not widened",
  async (query) => {
    const w = await world();
    await w.stripe.refunds.create({ payment_intent: (await pay(w)).id });
    expect((await w.raw("GET", `/v1/refunds?${query}`)).status).toBe(400);
  },
);

test.each([
  "line_items[0][price_data][tax_behavior]=inclusive",
  "line_items[0][adjustable_quantity][enabled]=true",
  "line_items[0][price_data][product_data][images][0]=x",
  "payment_intent_data[setup_future_usage]=off_session",
  "payment_intent_data[capture_metod]=manual",
  "customer=cus_1",
])("a session with %s, which is not served, is refused", async (more) => {
  const w = await world();
  const base =
    "mode=payment&success_url=https://a.test&line_items[0][price_data][currency]=eur&line_items[0][price_data][unit_amount]=1000&line_items[0][price_data][product_data][name]=x";
  expect(await w.raw("POST", "/v1/checkout/sessions", `${base}&${more}`)).toMatchObject({
    status: 400,
    body: {
      error: { code: "parameter_unknown", param: more.split("=")[0]!.replace("[images][0]", "[images]").replace("[adjustable_quantity][enabled]", "[adjustable_quantity]") },
    },
  });
  expect((await w.stripe.checkout.sessions.list()).data).toEqual([]);
});

test("an empty metadata clears, an empty value unsets its key, and a given one is merged", async () => {
  const w = await world();
  const refund = await w.stripe.refunds.create({ payment_intent: (await pay(w)).id, amount: 100, metadata: { a: "1", b: "2" } });
  expect((await w.stripe.refunds.update(refund.id, { metadata: { a: "", c: "3" } })).metadata).toEqual({ b: "2", c: "3" });
  expect((await w.stripe.refunds.update(refund.id, { metadata: "" })).metadata).toEqual({});
  const intent = await w.stripe.paymentIntents.create({ amount: 1000, currency: "eur", metadata: { a: "1" }, description: "x", receipt_email: "a@b.test" });
  expect(await w.stripe.paymentIntents.update(intent.id, { metadata: "", description: "", receipt_email: "" })).toMatchObject({
    metadata: {},
    description: null,
    receipt_email: null,
  });
  const opened = await session(w, { metadata: { a: "1" } });
  expect((await w.stripe.checkout.sessions.update(opened.id, { metadata: "" })).metadata).toEqual({});
});

test("metadata, references, currencies and amounts have the vendor's bounds", async () => {
  const w = await world();
  const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, "v"]));
  const full = await session(w, { metadata: { ...keys(49), ["k".repeat(40)]: "v".repeat(500) }, client_reference_id: "r".repeat(200) });
  expect(Object.keys(full.metadata!)).toHaveLength(50);
  const wrong: Partial<Stripe.Checkout.SessionCreateParams>[] = [
    { metadata: keys(51) },
    { metadata: { ["k".repeat(41)]: "v" } },
    { metadata: { k: "v".repeat(501) } },
    { payment_intent_data: { metadata: keys(51) } },
    { client_reference_id: "r".repeat(201) },
    { customer_email: "nobody" },
    { locale: "xx" as "en" },
    { line_items: [{ quantity: 1, price_data: { currency: "zzz", unit_amount: 1000, product_data: { name: "x" } } }] },
    { line_items: [{ quantity: 1, price_data: { currency: "eur", unit_amount: 49, product_data: { name: "x" } } }] },
    { line_items: [{ quantity: 1, price_data: { currency: "isk", unit_amount: 12_345, product_data: { name: "x" } } }] },
    { line_items: [{ quantity: 1, price_data: { currency: "kwd", unit_amount: 1005, product_data: { name: "x" } } }] },
  ];
  for (const more of wrong) expect((await failure(session(w, more))).statusCode, JSON.stringify(more)).toBe(400);
  expect((await failure(w.stripe.checkout.sessions.update(full.id, { metadata: { more: "1" } }))).statusCode).toBe(400);
  const minimum: [string, number][] = [
    ["usd", 50],
    ["gbp", 30],
    ["hkd", 400],
    ["mxn", 1000],
    ["huf", 17_500],
    ["jpy", 50],
  ];
  for (const [currency, least] of minimum) {
    expect(await failure(w.stripe.paymentIntents.create({ amount: least - 1, currency }))).toMatchObject({ code: "amount_too_small" });
    expect((await w.stripe.paymentIntents.create({ amount: least, currency })).amount).toBe(least);
  }
});

test("of the currencies that a property may price in, it takes those that we offer it for, and no other", async () => {
  const w = await world();
  const taken: string[] = [];
  for (const currency of CURRENCY_CODES) {
    const { status } = await w.raw("POST", "/v1/payment_intents", `amount=100000&currency=${currency.toLowerCase()}`);
    if (status === 200) taken.push(currency);
  }
  expect(taken).toEqual(CURRENCY_CODES.filter((currency) => takesCurrency("stripe", currency)));
});

test("the hosted page writes each currency with its own decimals", async () => {
  const w = await world();
  const shown = async (currency: string, unit_amount: number) => {
    const { url } = await session(w, { line_items: [{ quantity: 1, price_data: { currency, unit_amount, product_data: { name: "x" } } }] });
    const [, amount = ""] = /class="amount">([^<]*)/.exec(await (await fetch(url!)).text()) ?? [];
    return amount.replaceAll(/\s/g, " ");
  };
  expect(await shown("kwd", 12_340)).toContain("KWD 12.340");
  expect(await shown("jpy", 1234)).toContain("¥1,234");
  expect(await shown("eur", 1234)).toContain("€12.34");
  expect(await shown("mga", 1234)).toContain("MGA 1,234");
});

test("events are asked for by group, by names, and by the second", async () => {
  const w = await world();
  await pay(w);
  const all = (await w.stripe.events.list({ limit: 100 })).data;
  const types = async (params: Stripe.EventListParams) => (await w.stripe.events.list({ limit: 100, ...params })).data.map(({ type }) => type);
  expect(await types({ type: "charge.*" })).toEqual(["charge.succeeded"]);
  expect(await types({ type: "*" })).toEqual(all.map(({ type }) => type));
  expect(await types({ types: ["payment_intent.created"] })).toEqual(["payment_intent.created"]);
  const { created } = all[0]!;
  expect(await types({ created })).toEqual(all.filter((event) => event.created === created).map(({ type }) => type));
  expect(await types({ created: 1 })).toEqual([]);
  expect((await failure(w.stripe.events.list({ type: "charge.*", types: ["a"] }))).statusCode).toBe(400);
});

test("a key knows its request whatever the order of the parameters", async () => {
  const w = await world();
  const headers = { "idempotency-key": "k1" };
  const first = await w.raw("POST", "/v1/payment_intents", "amount=1000&currency=eur&metadata[a]=1&metadata[b]=2", headers);
  const again = await w.raw("POST", "/v1/payment_intents", "metadata[b]=2&currency=eur&metadata[a]=1&amount=1000", headers);
  expect(again.body["id"]).toBe(first.body["id"]);
  expect(again.headers.get("idempotent-replayed")).toBe("true");
  expect((await w.raw("POST", "/v1/payment_intents", "metadata[b]=1&currency=eur&metadata[a]=2&amount=1000", headers)).body.error).toMatchObject({ type: "idempotency_error" });
  expect((await w.raw("POST", "/v1/payment_intents", "amount=1000&currency=eur", { "idempotency-key": "" })).status).toBe(400);
});

test("an error of the server that came after execution is kept under its key", async () => {
  const w = await world();
  const body = { error: { type: "api_error", message: "Something went wrong on our end." } };
  w.server.faults.add({ path: "/v1/payment_intents", status: 500, executed: true, body });
  const call = (key: string) => w.stripe.paymentIntents.create({ amount: 1000, currency: "eur" }, { idempotencyKey: key });
  expect((await failure(call("k1"))).statusCode).toBe(500);
  const replayed = await failure(call("k1"));
  expect(replayed).toMatchObject({ statusCode: 500, message: body.error.message, headers: { "idempotent-replayed": "true" } });
  expect((await w.stripe.paymentIntents.list()).data).toHaveLength(1);
  w.server.faults.add({ path: "/v1/payment_intents", status: 500, body });
  expect((await failure(call("k2"))).statusCode).toBe(500);
  expect((await call("k2")).amount, "nothing had begun").toBe(1000);
});

test("the balance adds up: charges, refunds, disputes and their fees, to the last cent", async () => {
  const w = await world();
  const plain = await pay(w, 10_000);
  const disputed = await pay(w, 20_000);
  const refund = await w.stripe.refunds.create({ payment_intent: plain.id, amount: 2500 });
  const lost = await w.control<Stripe.Dispute>("disputes", { payment_intent: disputed.id, amount: 5000 });
  await w.control(`disputes/${lost.id}/close`, { status: "lost" });
  const won = await w.control<Stripe.Dispute>("disputes", { payment_intent: disputed.id, amount: 1000 });
  await w.control(`disputes/${won.id}/close`, { status: "won" });
  const { data } = await w.stripe.balanceTransactions.list({ limit: 100 });
  expect(data.map(({ type, reporting_category, amount, fee, net }) => [type, reporting_category, amount, fee, net]).toReversed()).toEqual([
    ["charge", "charge", 10_000, 320, 9680],
    ["charge", "charge", 20_000, 610, 19_390],
    ["refund", "refund", -2500, 0, -2500],
    ["adjustment", "dispute", -5000, 1500, -6500],
    ["adjustment", "dispute", -1000, 1500, -2500],
    ["adjustment", "dispute_reversal", 1000, 0, 1000],
  ]);
  expect(data.every(({ amount, fee, net, fee_details }) => net === amount - fee && fee === (fee_details[0]?.amount ?? 0))).toBe(true);
  const expanded = await w.stripe.paymentIntents.retrieve(plain.id, { expand: ["latest_charge.balance_transaction"] });
  const charge = expanded.latest_charge as Stripe.Charge;
  expect(charge.balance_transaction).toMatchObject({ source: charge.id, net: 9680, status: "pending" });
  expect((await w.stripe.balanceTransactions.list({ source: refund.id })).data).toMatchObject([{ id: refund.balance_transaction, amount: -2500 }]);
  expect((await w.stripe.balanceTransactions.list({ type: "charge", currency: "eur" })).data).toHaveLength(2);
  w.server.clock.setOffset(3 * 86_400_000);
  expect((await w.stripe.balanceTransactions.retrieve(String(refund.balance_transaction))).status).toBe("available");
});

test("what is authorised and not captured is in no balance, and a capture of a part is that part", async () => {
  const w = await world();
  const intent = await w.stripe.paymentIntents.create({
    amount: 10_000,
    currency: "eur",
    capture_method: "manual",
    payment_method: "pm_card_visa",
    allowed_payment_method_types: ["card"],
    confirm: true,
  });
  expect((await w.stripe.balanceTransactions.list()).data).toEqual([]);
  await w.stripe.paymentIntents.capture(intent.id, { amount_to_capture: 4000 });
  expect((await w.stripe.balanceTransactions.list()).data).toMatchObject([{ amount: 4000, fee: 146, net: 3854 }]);
});

test("a refund that fails comes back into the balance", async () => {
  const w = await world();
  const intent = await pay(w, 10_000, "pm_card_refundFail");
  await w.stripe.refunds.create({ payment_intent: intent.id });
  w.server.clock.setOffset(61_000);
  await expect
    .poll(async () => (await w.stripe.balanceTransactions.list()).data.map(({ type, amount }) => [type, amount]))
    .toEqual([
      ["refund_failure", 10_000],
      ["refund", -10_000],
      ["charge", 10_000],
    ]);
});

test("a dispute is opened on demand: a part, after a refund, won and lost, and never above what was captured", async () => {
  const w = await world();
  const intent = await pay(w, 10_000);
  await w.stripe.refunds.create({ payment_intent: intent.id, amount: 4000 });
  const dispute = await w.control<Stripe.Dispute>("disputes", { payment_intent: intent.id, amount: 7000, reason: "duplicate" });
  expect(dispute).toMatchObject({ amount: 7000, reason: "duplicate", status: "needs_response", payment_intent: intent.id });
  expect(await failure(w.stripe.refunds.create({ payment_intent: intent.id }))).toMatchObject({ code: "charge_disputed" });
  for (const amount of [3001, 0, -5]) expect(await w.control("disputes", { payment_intent: intent.id, amount })).toMatchObject({ error: { param: "amount" } });
  expect(await w.control(`disputes/${dispute.id}/close`, { status: "won" })).toMatchObject({ status: "won", balance_transactions: [{ amount: -7000 }, { amount: 7000 }] });
  expect(await w.control(`disputes/${dispute.id}/close`, { status: "lost" })).toMatchObject({ error: { message: expect.stringContaining("already closed") } });
  const types = (await w.stripe.events.list({ type: "charge.dispute.*", limit: 100 })).data.map(({ type }) => type).toReversed();
  expect(types).toEqual(["charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.closed", "charge.dispute.funds_reinstated"]);
});

test("the vendor's own triggers open and decide disputes; evidence may be staged first", async () => {
  const w = await world();
  const intent = await pay(w, 10_000, "pm_card_createDisputeProductNotReceived");
  const [dispute] = (await w.stripe.disputes.list({ payment_intent: intent.id })).data;
  expect(dispute).toMatchObject({ reason: "product_not_received", amount: 10_000 });
  const staged = await w.stripe.disputes.update(dispute!.id, {
    evidence: { uncategorized_text: "winning_evidence", product_description: "a room" },
    submit: false,
    metadata: { a: "1" },
  });
  expect(staged).toMatchObject({
    status: "needs_response",
    metadata: { a: "1" },
    evidence: { product_description: "a room" },
    evidence_details: { has_evidence: true, submission_count: 0 },
  });
  expect((await w.stripe.disputes.update(dispute!.id, { submit: true })).status).toBe("won");
  expect((await w.raw("POST", `/v1/disputes/${dispute!.id}`, "evidence[receipt]=file_1")).status).toBe(400);
});

test("whatever comes over HTTP, it is never an error of the server", { timeout: 120_000 }, async () => {
  const w = await world();
  const intent = await pay(w);
  const ids = fc.constantFrom(intent.id, "%ZZ", "%00", "a%2fb", "__proto__", "%F0%9F", "nobody");
  const resource = fc.constantFrom("checkout/sessions", "payment_intents", "payment_methods", "charges", "refunds", "disputes", "events", "balance_transactions");
  const verb = fc.constantFrom("", "/confirm", "/capture", "/cancel", "/expire", "/close", "/line_items");
  const path = fc.oneof(
    fc.tuple(resource, ids, verb).map(([a, b, c]) => `/v1/${a}/${b}${c}`),
    resource.map((a) => `/v1/${a}`),
    ids.map((id) => `/c/pay/${id}`),
    ids.map((id) => `/_test/sessions/${id}/pay`),
    fc.constantFrom("/_test/refund", "/_test/disputes", "/_control/faults", "/v1/", "/%"),
  );
  const name = fc.constantFrom(
    "amount",
    "currency",
    "metadata",
    "metadata[a]",
    "metadata[__proto__]",
    "expand[]",
    "line_items[0]",
    "created",
    "created[gte]",
    "payment_method",
    "limit",
    "starting_after",
    "evidence",
    "a[b][c][d]",
    "[",
    "]",
    "a[[",
    "__proto__[x]",
    "constructor",
  );
  const value = fc.oneof(fc.string(), fc.constantFrom("", "\0", "1e400", "99999999999999999999", "-1", "null", "eur", intent.id, "\ud800", "x".repeat(6000)));
  const form = fc.array(fc.tuple(name, value), { maxLength: 6 }).map((pairs) => new URLSearchParams(pairs).toString());
  const body = fc.oneof(form, fc.string(), fc.json(), fc.constant("[".repeat(5000)), fc.constant("a" + "[b]".repeat(5000) + "=1"), fc.constant("%ZZ=%"));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom("GET", "POST", "DELETE", "PUT"), path, body, form, async (method, target, content, query) => {
      const withQuery = method === "GET" ? `${target}?${query}` : target;
      const answer = await fetch(w.server.url + withQuery, {
        method,
        headers: { authorization: `Bearer ${KEY}` },
        redirect: "manual",
        ...(method === "GET" ? {} : { body: content }),
      });
      expect(answer.status, `${method} ${withQuery} ${content}`).toBeLessThan(500);
      w.server.faults.clear();
    }),
    { numRuns: 100 },
  );
});
