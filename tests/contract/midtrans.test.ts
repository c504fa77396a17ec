import { expect, onTestFinished, test } from "vitest";
import { createClock } from "../../local/kit/clock.ts";
import type { RawRequest, RunningServer } from "../../local/kit/serve.ts";
import { AUTHORISATION_MS, CARD_STEP_MS, SETTLES_AFTER_MS, signMidtrans, startMidtrans, type Outcome } from "../../local/midtrans/index.ts";
import { startReceiver, type WebhookReceiver } from "../helpers/webhook-receiver.ts";

const SERVER_KEY = "SB-Mid-server-CONTRACT";
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

type Body = Record<string, unknown>;

interface World {
  server: RunningServer;
  receiver: WebhookReceiver;
  advance(ms: number): void;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Body & { http: number }>;
  status(orderId: string): Promise<Body & { http: number }>;
  test<T = Body>(path: string, body: unknown): Promise<T>;
  /** Waits for a notification of the order in this status. */
  notified(orderId: string, status: string): Promise<Body>;
}

async function world(): Promise<World> {
  const receiver = await startReceiver();
  const clock = createClock();
  const server = await startMidtrans({
    serverKey: SERVER_KEY,
    notificationUrl: `${receiver.url}/webhooks/midtrans`,
    dataFile: ":memory:",
    clock,
  });
  onTestFinished(async () => {
    await server.close();
    await receiver.close();
  });
  const call: World["call"] = async (method, path, body, headers) => {
    const response = await fetch(server.url + path, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`${SERVER_KEY}:`).toString("base64")}`,
        accept: "application/json",
        "content-type": "application/json",
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return { ...((await response.json()) as Body), http: response.status };
  };
  return {
    server,
    receiver,
    call,
    advance: (ms) => clock.setOffset(clock.offsetMs() + ms),
    status: (orderId) => call("GET", `/v2/${orderId}/status`),
    async test(path, body) {
      const response = await fetch(`${server.url}/_test/${path}`, {
        method: "POST",
        body: JSON.stringify(body),
      });
      return (await response.json()) as never;
    },
    notified: async (orderId, status) => json(await receiver.waitFor(about(orderId, status))),
  };
}

function json(call: RawRequest): Body {
  return JSON.parse(call.body.toString()) as Body;
}

function about(orderId: string, status: string) {
  return (call: RawRequest): boolean => json(call).order_id === orderId && json(call).transaction_status === status;
}

function snap(w: World, orderId: string, more: Body = {}, headers?: Record<string, string>) {
  return w.call(
    "POST",
    "/snap/v1/transactions",
    {
      transaction_details: { order_id: orderId, gross_amount: 145_000 },
      item_details: [{ id: "room", name: "Ubud <Valley>", price: 145_000, quantity: 1 }],
      customer_details: { email: "wayan@example.com" },
      callbacks: { finish: "https://app.test/back?lang=id" },
      ...more,
    },
    headers,
  );
}

function payByCard(w: World, orderId: string, card = "4811111111111114"): Promise<Outcome> {
  return w.test<Outcome>(`orders/${orderId}/pay`, { do: "card", card });
}

async function charge(w: World, orderId: string, card: string, more: Body = {}, headers?: Record<string, string>) {
  const token = await w.call("GET", `/v2/token?client_key=SB-Mid-client-X&card_number=${card}`);
  const input = { payment_type: "credit_card", transaction_details: { order_id: orderId, gross_amount: 145_000 }, credit_card: { token_id: token.token_id, ...more } };
  return w.call("POST", "/v2/charge", input, headers);
}

test("the signature is the fact sheet's vector", () => {
  expect(signMidtrans("ORDER-1", "200", "145000.00", "SB-Mid-server-TEST")).toBe(
    "feb07775b26edc7d4ceae0018f2693810420ca2ccd5e6cf9d66033fcdcb426938efcd791c9c4cb01f6e686fd84d4a7035a379156b8037566b8998a185faf5b92",
  );
});

test("a Snap order has no transaction until a method is chosen, then a card is captured and settles", async () => {
  const w = await world();
  const made = await snap(w, "b1-1");
  expect(made).toMatchObject({ http: 201, token: expect.any(String) });
  expect(await w.status("b1-1")).toMatchObject({ http: 200, status_code: "404" });
  expect(await w.call("POST", "/v2/b1-1/expire")).toMatchObject({ status_code: "404" });

  const outcome = await payByCard(w, "b1-1");
  expect(outcome).toMatchObject({ transaction_status: "capture", fraud_status: "accept" });
  const back = new URL(outcome.next ?? "");
  expect(Object.fromEntries(back.searchParams)).toEqual({
    lang: "id",
    order_id: "b1-1",
    status_code: "200",
    transaction_status: "capture",
  });
  const status = await w.status("b1-1");
  expect(status).toMatchObject({
    status_code: "200",
    transaction_status: "capture",
    fraud_status: "accept",
    gross_amount: "145000.00",
    currency: "IDR",
    payment_type: "credit_card",
    masked_card: "48111111-1114",
    transaction_time: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
  });
  expect((await w.call("GET", `/v2/${String(status.transaction_id)}/status`)).order_id).toBe("b1-1");

  const note = await w.notified("b1-1", "capture");
  expect(note).toMatchObject({
    status_message: "midtrans payment notification",
    signature_key: signMidtrans("b1-1", "200", "145000.00", SERVER_KEY),
  });
  w.advance(SETTLES_AFTER_MS);
  expect(await w.status("b1-1")).toMatchObject({
    transaction_status: "settlement",
    settlement_time: expect.any(String),
  });
  await w.notified("b1-1", "settlement");
});

const CARDS = [
  ["4811111111111114", "capture", "accept", "200"],
  ["4411111111111118", "capture", "accept", "200"],
  ["5211111111111117", "capture", "accept", "200"],
  ["4511111111111117", "capture", "challenge", "201"],
  ["4911111111111113", "deny", "accept", "202"],
  ["4711111111111115", "deny", "accept", "202"],
  ["5111111111111118", "deny", "accept", "202"],
  ["4611111111111116", "deny", "deny", "202"],
] as const;

test.each(CARDS)("card %s ends in %s with fraud status %s", async (card, status, fraud, code) => {
  const w = await world();
  const expected = { transaction_status: status, fraud_status: fraud, status_code: code };
  expect(await charge(w, "core-1", card)).toMatchObject({ http: 200, ...expected });
  await snap(w, "snap-1");
  expect(await payByCard(w, "snap-1", card)).toMatchObject(expected);
  expect(await w.notified("snap-1", status)).toMatchObject(expected);
});

test("a browser pays on the Snap page: deny, then 3D Secure, then back to the merchant", async () => {
  const w = await world();
  const { redirect_url: pageUrl } = await snap(w, "b2-1", { credit_card: { secure: true } });
  const url = String(pageUrl);
  const send = (to: string, fields: Record<string, string>) => fetch(to, { method: "POST", redirect: "manual", body: new URLSearchParams(fields) });
  const first = await (await fetch(url)).text();
  expect(first).toContain("Rp 145.000");
  expect(first).toContain("Ubud &#60;Valley&#62;");
  expect(first).toMatch(/<label for="card">/);

  const denied = await send(url, { do: "card", card: "4911 1111 1111 1113" });
  const deniedStep = denied.headers.get("location") ?? "";
  expect(await (await fetch(deniedStep)).text()).toContain("One-time password");
  expect((await send(deniedStep, { result: "complete" })).headers.get("location")).toBe(url);
  expect(await (await fetch(url)).text()).toContain("was denied");
  expect(await w.status("b2-1")).toMatchObject({ status_code: "202", transaction_status: "deny" });

  const step = (await send(url, { do: "card", card: "4811111111111114" })).headers.get("location") ?? "";
  expect(await w.status("b2-1")).toMatchObject({
    status_code: "201",
    transaction_status: "pending",
    redirect_url: step,
  });
  const done = await send(step, { result: "complete" });
  expect(done.status).toBe(303);
  expect(done.headers.get("location")).toContain("order_id=b2-1&status_code=200&transaction_status=capture");
  expect(await (await fetch(url)).text()).toContain("Your payment is complete");
});

test("a 3D Secure step that is left alone expires, and the page still takes another card", async () => {
  const w = await world();
  await snap(w, "b3-1", { credit_card: { secure: true } });
  expect((await payByCard(w, "b3-1")).next).toContain("/3ds/");
  w.advance(CARD_STEP_MS);
  expect(await w.status("b3-1")).toMatchObject({
    status_code: "407",
    transaction_status: "expire",
  });
  await payByCard(w, "b3-1");
  const outcome = await w.test<Outcome>("orders/b3-1/challenge", { result: "complete" });
  expect(outcome.transaction_status).toBe("capture");
});

test("a virtual account waits, is paid by transfer, and has no refund", async () => {
  const w = await world();
  const { redirect_url: url } = await snap(w, "b4-1");
  await w.test("orders/b4-1/pay", { do: "bank_transfer", bank: "bca" });
  const pending = await w.status("b4-1");
  expect(pending).toMatchObject({
    status_code: "201",
    transaction_status: "pending",
    payment_type: "bank_transfer",
    va_numbers: [{ bank: "bca", va_number: expect.stringMatching(/^\d+$/) }],
    expiry_time: expect.any(String),
  });
  const [va] = pending.va_numbers as { va_number: string }[];
  const html = await (await fetch(String(url))).text();
  expect(html).toContain(va?.va_number);
  expect(html).toContain("Simulate the transfer");
  expect(await w.call("POST", "/v2/b4-1/refund", { amount: 1000 })).toMatchObject({
    status_code: "412",
  });
  const paid = await fetch(String(url), {
    method: "POST",
    redirect: "manual",
    body: new URLSearchParams({ do: "transfer" }),
  });
  expect(paid.headers.get("location")).toContain("transaction_status=settlement");
  expect(await w.notified("b4-1", "settlement")).toMatchObject({ status_code: "200" });
  expect(await w.status("b4-1")).not.toHaveProperty("fraud_status");
  for (const path of ["refund", "refund/online/direct"]) {
    expect(await w.call("POST", `/v2/b4-1/${path}`, { amount: 1000 })).toMatchObject({
      status_code: "412",
    });
  }
});

test("QRIS waits 15 minutes, is paid, and is refunded directly only", async () => {
  const w = await world();
  await snap(w, "b5-1");
  await w.test("orders/b5-1/pay", { do: "qris" });
  expect(await w.status("b5-1")).toMatchObject({
    payment_type: "qris",
    qr_string: expect.any(String),
    actions: [{ name: "generate-qr-code", method: "GET" }],
  });
  await w.test("orders/b5-1/pay", { do: "transfer" });
  expect(await w.call("POST", "/v2/b5-1/refund", { amount: 1000 })).toMatchObject({
    status_code: "412",
  });
  expect(await w.call("POST", "/v2/b5-1/refund/online/direct", { amount: 1000 })).toMatchObject({
    status_code: "200",
    transaction_status: "partial_refund",
  });
  await snap(w, "b5-2");
  await w.test("orders/b5-2/pay", { do: "qris" });
  w.advance(15 * MINUTE);
  expect(await w.notified("b5-2", "expire")).toMatchObject({ status_code: "407" });
});

test("the merchant's expiry ends the method and the page", async () => {
  const w = await world();
  const expiry = { unit: "minutes", duration: 15 };
  const { redirect_url: url } = await snap(w, "b6-1", { expiry });
  await snap(w, "b6-2", { expiry });
  await w.test("orders/b6-1/pay", { do: "bank_transfer", bank: "bni" });
  w.advance(15 * MINUTE - 1000);
  expect((await w.status("b6-1")).transaction_status).toBe("pending");
  w.advance(1000);
  expect(await w.status("b6-1")).toMatchObject({
    status_code: "407",
    transaction_status: "expire",
  });
  expect(await (await fetch(String(url))).text()).toContain("has expired");
  expect(await w.test("orders/b6-1/pay", { do: "transfer" })).toEqual({
    refused: "No payment is waiting.",
  });
  expect(await payByCard(w, "b6-2")).toEqual({ refused: "This payment page is closed." });
  expect(await w.status("b6-2")).toMatchObject({ status_code: "404" });

  await snap(w, "b6-3", { page_expiry: { unit: "hours", duration: 2 } });
  await snap(w, "b6-4");
  w.advance(2 * HOUR);
  expect(await payByCard(w, "b6-3")).toHaveProperty("refused");
  w.advance(22 * HOUR);
  expect(await payByCard(w, "b6-4")).toHaveProperty("refused");
});

test("expire ends a pending payment for good, by call and on the page", async () => {
  const w = await world();
  await snap(w, "b7-1");
  await w.test("orders/b7-1/pay", { do: "qris" });
  expect(await w.call("POST", "/v2/b7-1/expire")).toMatchObject({
    http: 200,
    status_code: "407",
    transaction_status: "expire",
  });
  expect(await payByCard(w, "b7-1")).toHaveProperty("refused");
  expect(await w.call("POST", "/v2/b7-1/expire")).toMatchObject({ status_code: "412" });
  await snap(w, "b7-2");
  await w.test("orders/b7-2/pay", { do: "qris" });
  await w.test("orders/b7-2/pay", { do: "expire" });
  await w.notified("b7-2", "expire");
});

test("a pre-authorisation is captured in part, cancelled, or lapses after seven days", async () => {
  const w = await world();
  for (const order of ["b8-1", "b8-2", "b8-3"]) {
    await snap(w, order, { credit_card: { secure: false, type: "authorize" } });
    expect(await payByCard(w, order)).toMatchObject({
      transaction_status: "authorize",
      status_code: "200",
    });
  }
  const { transaction_id: id } = await w.status("b8-1");
  expect(await w.call("POST", "/v2/capture", { transaction_id: id, gross_amount: 145_001 })).toMatchObject({
    status_code: "400",
  });
  expect(await w.call("POST", "/v2/capture", { transaction_id: id, gross_amount: 100_000 })).toMatchObject({
    status_code: "200",
    transaction_status: "capture",
    gross_amount: "100000.00",
  });
  expect(await w.call("POST", "/v2/capture", { transaction_id: id })).toMatchObject({
    status_code: "412",
  });
  expect(await w.call("POST", "/v2/b8-2/cancel")).toMatchObject({
    status_code: "200",
    transaction_status: "cancel",
  });
  const canceled = (await w.status("b8-2")).transaction_id;
  expect(await w.call("POST", "/v2/capture", { transaction_id: canceled })).toMatchObject({
    status_code: "412",
  });
  w.advance(AUTHORISATION_MS);
  expect(await w.notified("b8-3", "expire")).toMatchObject({ status_code: "407" });
  expect((await w.status("b8-1")).transaction_status).toBe("settlement");
});

test("a challenge is approved, denied, or cancelled by itself", async () => {
  const w = await world();
  for (const order of ["b9-1", "b9-2", "b9-3", "b9-4"]) {
    await snap(w, order);
    await payByCard(w, order, order === "b9-4" ? undefined : "4511111111111117");
  }
  expect(await w.call("POST", "/v2/b9-1/approve")).toMatchObject({
    status_code: "200",
    transaction_status: "capture",
    fraud_status: "accept",
  });
  expect(await w.call("POST", "/v2/b9-2/deny")).toMatchObject({
    status_code: "202",
    transaction_status: "deny",
    fraud_status: "deny",
  });
  expect(await w.call("POST", "/v2/b9-4/approve")).toMatchObject({ status_code: "412" });
  w.advance(SETTLES_AFTER_MS);
  expect((await w.status("b9-1")).transaction_status).toBe("settlement");
  expect((await w.status("b9-2")).transaction_status).toBe("deny");
  expect(await w.notified("b9-3", "cancel")).toMatchObject({ status_code: "200" });
});

test("a card is cancelled before settlement and refunded after it, in parts, once per key", async () => {
  const w = await world();
  for (const order of ["b10-1", "b10-2"]) {
    await snap(w, order);
    await payByCard(w, order);
  }
  const refund = (body: Body) => w.call("POST", "/v2/b10-1/refund", body);
  expect(await refund({ refund_key: "r1", amount: 45_000 })).toMatchObject({ status_code: "412" });
  expect(await w.call("POST", "/v2/b10-2/cancel")).toMatchObject({ transaction_status: "cancel" });
  w.advance(SETTLES_AFTER_MS);
  expect(await w.call("POST", "/v2/b10-1/cancel")).toMatchObject({ status_code: "412" });
  expect(await refund({ refund_key: "r1", amount: 45_000, reason: "policy" })).toMatchObject({
    http: 200,
    status_code: "200",
    transaction_status: "partial_refund",
    refund_amount: "45000.00",
    refunds: [{ refund_key: "r1", refund_amount: "45000.00", reason: "policy" }],
  });
  expect(await refund({ refund_key: "r1", amount: 45_000 })).toMatchObject({
    http: 200,
    status_code: "406",
  });
  expect(await refund({ refund_key: "r2", amount: 100_001 })).toMatchObject({ status_code: "414" });
  expect(await refund({ refund_key: "r3", amount: 0.5 })).toMatchObject({ status_code: "400" });
  expect(await w.test("refund", { order_id: "b10-1" })).toMatchObject({
    transaction_status: "refund",
  });
  expect(await refund({ refund_key: "r4", amount: 1 })).toMatchObject({ status_code: "412" });
  expect(await w.notified("b10-1", "refund")).toMatchObject({ refund_amount: "145000.00" });
});

test("Core charges accounts and cards, with 3D Secure, tokens of ten minutes and unique orders", async () => {
  const w = await world();
  const details = (order_id: string) => ({ order_id, gross_amount: 145_000 });
  const va = await w.call("POST", "/v2/charge", {
    payment_type: "bank_transfer",
    transaction_details: details("c-1"),
    bank_transfer: { bank: "permata" },
    custom_expiry: { expiry_duration: 30, unit: "minute" },
  });
  expect(va).toMatchObject({ status_code: "201", permata_va_number: expect.any(String) });
  const again = { payment_type: "qris", transaction_details: details("c-1") };
  expect(await w.call("POST", "/v2/charge", again)).toMatchObject({
    http: 200,
    status_code: "406",
  });
  w.advance(30 * MINUTE);
  expect(await w.status("c-1")).toMatchObject({ transaction_status: "expire" });

  const asked = await charge(w, "c-2", "4811111111111114", {
    authentication: true,
    type: "authorize",
  });
  expect(asked).toMatchObject({ status_code: "201", transaction_status: "pending" });
  await fetch(String(asked.redirect_url), {
    method: "POST",
    body: new URLSearchParams({ result: "complete" }),
  });
  expect(await w.status("c-2")).toMatchObject({
    transaction_status: "authorize",
    status_code: "200",
  });

  const token = await w.call("GET", "/v2/token?client_key=X&card_number=4811111111111114");
  w.advance(10 * MINUTE);
  const late = {
    payment_type: "credit_card",
    transaction_details: details("c-3"),
    credit_card: { token_id: token.token_id },
  };
  expect(await w.call("POST", "/v2/charge", late)).toMatchObject({ status_code: "411" });
});

test("refusals have Midtrans' form: a list for Snap, a body code with HTTP 200 for Core", async () => {
  const w = await world();
  const bad = async (more: Body) => {
    const answer = await snap(w, "e-1", more);
    expect(answer).toMatchObject({ http: 400, error_messages: [expect.any(String)] });
    return String((answer.error_messages as string[])[0]);
  };
  const item = { name: "x", price: 1, quantity: 1 };
  expect(await bad({ item_details: [item] })).toContain("not equal to the sum of item_details");
  expect(await bad({ transaction_details: { order_id: "a b", gross_amount: 145_000 } })).toContain("order_id");
  expect(await bad({ transaction_details: { order_id: "a", gross_amount: 14.5 } })).toContain("gross_amount");
  expect(await bad({ expiry: { unit: "year", duration: 1 } })).toContain("expiry");
  await snap(w, "e-1");
  expect(await bad({})).toContain("already been taken");

  const wrong = { authorization: `Basic ${Buffer.from("SB-Mid-server-NO:").toString("base64")}` };
  expect(await snap(w, "e-2", {}, wrong)).toMatchObject({
    http: 401,
    error_messages: [expect.any(String)],
  });
  expect(await w.call("GET", "/v2/e-1/status", undefined, wrong)).toMatchObject({
    http: 401,
    status_code: "401",
  });
  expect(await w.call("POST", "/v2/charge", { payment_type: "gold" })).toMatchObject({
    http: 200,
    status_code: "400",
    validation_messages: expect.any(Array),
  });
  expect(await w.call("POST", "/v2/none/cancel")).toMatchObject({ http: 200, status_code: "404" });
  expect(await w.call("GET", "/v2/none/cancel")).toMatchObject({ http: 200, status_code: "405" });
});

test("a key replays a success for five minutes whatever the body, and forgets failures", async () => {
  const w = await world();
  const key = { "idempotency-key": "b11-1" };
  const first = await snap(w, "b11-1", {}, key);
  expect((await snap(w, "b11-other", {}, key)).token).toBe(first.token);
  w.advance(5 * MINUTE);
  expect((await snap(w, "b11-2", {}, key)).token).not.toBe(first.token);
  const failing = { "idempotency-key": "b11-f" };
  expect((await snap(w, "b11-1", {}, failing)).http).toBe(400);
  expect((await snap(w, "b11-3", {}, failing)).http).toBe(201);
  const long = { "idempotency-key": "k".repeat(47) };
  await snap(w, "b11-4", {}, long);
  expect((await snap(w, "b11-4", {}, long)).http).toBe(400);
});

test("a payment under way is a success that its key replays, a denied one is not: its key is tried anew", async () => {
  const w = await world();
  const account = { payment_type: "bank_transfer", transaction_details: { order_id: "k-1", gross_amount: 145_000 }, bank_transfer: { bank: "bca" } };
  const pay = () => w.call("POST", "/v2/charge", account, { "idempotency-key": "k-1" });
  const pending = await pay();
  expect(pending).toMatchObject({ status_code: "201", transaction_status: "pending" });
  expect(await pay()).toEqual(pending);
  const denied = { "idempotency-key": "k-2" };
  expect(await charge(w, "k-2", "4911111111111113", {}, denied)).toMatchObject({ status_code: "202", transaction_status: "deny" });
  // Executed: the order's number is taken now.
  expect(await charge(w, "k-2", "4811111111111114", {}, denied)).toMatchObject({ status_code: "406" });
  expect(await charge(w, "k-3", "4811111111111114", {}, denied)).toMatchObject({ status_code: "200", order_id: "k-3" });
});

test("a concurrent twin is told to wait with 202", async () => {
  const w = await world();
  const key = { "idempotency-key": "twin" };
  await w.test("gate", { open: false });
  const first = snap(w, "t-1", {}, key);
  await expect.poll(async () => (await fetch(`${w.server.url}/_test/gate`)).json(), { interval: 5 }).toEqual({ waiting: 1 });
  expect(await snap(w, "t-1", {}, key)).toMatchObject({ http: 202, status_code: "202" });
  await w.test("gate", { open: true });
  expect((await first).http).toBe(201);
});

test("an answer lost after executing has one effect when tried again with its key", async () => {
  const w = await world();
  const key = { "idempotency-key": "lost-1" };
  w.server.faults.add({ drop: "after", path: "/snap/" });
  await expect(snap(w, "l-1", {}, key)).rejects.toThrow();
  expect((await snap(w, "l-1", {}, key)).http).toBe(201);
  await payByCard(w, "l-1");
  w.advance(SETTLES_AFTER_MS);
  const refund = () => w.call("POST", "/v2/l-1/refund", { refund_key: "r", amount: 5000 });
  w.server.faults.add({ drop: "after", path: "/refund" });
  await expect(refund()).rejects.toThrow();
  expect(await refund()).toMatchObject({ status_code: "406" });
  expect((await w.status("l-1")).refund_amount).toBe("5000.00");
});

test("notifications go where the order says, and are tried again as the answer asks", async () => {
  const w = await world();
  const other = `${w.receiver.url}/other`;
  await snap(w, "n-1", {}, { "x-override-notification": other });
  await snap(w, "n-2", {}, { "x-append-notification": other });
  await payByCard(w, "n-1");
  await payByCard(w, "n-2");
  const calls = await w.receiver.waitForCount(3, () => true);
  expect(calls.map((c) => `${String(json(c).order_id)} ${c.path}`).toSorted()).toEqual(["n-1 /other", "n-2 /other", "n-2 /webhooks/midtrans"]);

  const count = (order: string) => w.receiver.received.filter(about(order, "capture")).length;
  w.receiver.answers.push({ status: 500 }, { status: 500 });
  await snap(w, "n-3");
  await payByCard(w, "n-3");
  await w.receiver.waitForCount(1, about("n-3", "capture"));
  const retried = () => {
    w.advance(2 * MINUTE);
    return count("n-3");
  };
  await expect.poll(retried, { interval: 10 }).toBe(2);

  w.receiver.answers.push({ status: 302, headers: { location: other } });
  await snap(w, "n-4");
  await payByCard(w, "n-4");
  await w.receiver.waitForCount(1, about("n-4", "capture"));
  w.receiver.answers.push({ status: 307, headers: { location: other } });
  await snap(w, "n-5");
  await payByCard(w, "n-5");
  const [, followed] = await w.receiver.waitForCount(2, about("n-5", "capture"));
  expect(followed?.path).toBe("/other");
  w.advance(SETTLES_AFTER_MS);
  await w.notified("n-5", "settlement");
  expect([count("n-3"), count("n-4"), count("n-5")]).toEqual([2, 1, 2]);
});

test("notifications can be lost, doubled, delayed and turned round", async () => {
  const w = await world();
  const pay = async (order: string) => {
    await snap(w, order);
    await payByCard(w, order);
  };
  const orders = () => w.receiver.received.map((c) => json(c).order_id);
  await w.test("webhooks", { mode: "lose", calls: 1 });
  await pay("w-1");
  await w.test("webhooks", { mode: "duplicate", calls: 1 });
  await pay("w-2");
  await w.receiver.waitForCount(2, () => true);
  await w.test("webhooks", { mode: "reorder", calls: 2 });
  await pay("w-3");
  await pay("w-4");
  await w.receiver.waitForCount(4, () => true);
  await w.test("webhooks", { mode: "delay", calls: 1, delayMs: HOUR });
  await pay("w-5");
  await pay("w-6");
  await w.receiver.waitForCount(5, () => true);
  w.advance(HOUR);
  await w.receiver.waitForCount(6, () => true);
  expect(orders()).toEqual(["w-2", "w-2", "w-4", "w-3", "w-6", "w-5"]);
});
