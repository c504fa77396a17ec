import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import type { RawRequest, RunningServer } from "../../local/kit/serve.ts";
import { signMidtrans, startMidtrans, type Outcome } from "../../local/midtrans/index.ts";
import { startReceiver, type WebhookReceiver } from "../helpers/webhook-receiver.ts";

const SERVER_KEY = "SB-Mid-server-BOUNDS";
const MINUTE = 60_000;

type Body = Record<string, unknown>;

interface World {
  server: RunningServer;
  receiver: WebhookReceiver;
  call(method: string, path: string, body?: unknown): Promise<Body & { http: number }>;
  control<T = Body>(path: string, body: unknown): Promise<T>;
}

async function world(): Promise<World> {
  const receiver = await startReceiver();
  const server = await startMidtrans({ serverKey: SERVER_KEY, notificationUrl: receiver.url, dataFile: ":memory:" });
  onTestFinished(async () => {
    await server.close();
    await receiver.close();
  });
  return {
    server,
    receiver,
    async call(method, path, body) {
      const answer = await fetch(server.url + path, {
        method,
        headers: { authorization: `Basic ${Buffer.from(`${SERVER_KEY}:`).toString("base64")}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { ...((await answer.json()) as Body), http: answer.status };
    },
    control: async (path, body) => (await fetch(`${server.url}/_test/${path}`, { method: "POST", body: JSON.stringify(body) })).json() as never,
  };
}

function snap({ call }: World, orderId: string, more: Body = {}) {
  return call("POST", "/snap/v1/transactions", { transaction_details: { order_id: orderId, gross_amount: 145_000 }, ...more });
}

function charge({ call }: World, orderId: string, more: Body) {
  return call("POST", "/v2/charge", { transaction_details: { order_id: orderId, gross_amount: 145_000 }, ...more });
}

async function pageOf(made: Body): Promise<string> {
  return (await fetch(String(made["redirect_url"]))).text();
}

function json(call: RawRequest): Body {
  return JSON.parse(call.body.toString()) as Body;
}

const TRANSFERS = [
  ["gopay", "gopay", { actions: expect.arrayContaining([expect.objectContaining({ name: "deeplink-redirect" })]) }, 15 * MINUTE],
  ["echannel", "echannel", { biller_code: "70012", bill_key: expect.stringMatching(/^\d{12}$/) }, 24 * 60 * MINUTE],
  ["other_qris", "qris", { qr_string: expect.any(String) }, 15 * MINUTE],
] as const;

test.each(TRANSFERS)("what %s offers can be paid on the page: pending, announced, signed, settled", async (enabled, type, fields, life) => {
  const w = await world();
  const made = await snap(w, "o1", { enabled_payments: [enabled], custom_field1: "b_1" });
  const page = await pageOf(made);
  expect(page).toContain(`value="${type}"`);
  expect(page).not.toContain('value="card"');
  const chosen = await fetch(String(made["redirect_url"]), { method: "POST", body: new URLSearchParams({ do: type }) });
  expect(await chosen.text()).toContain("Simulate the transfer");
  const pending = await w.call("GET", "/v2/o1/status");
  expect(pending).toMatchObject({ status_code: "201", transaction_status: "pending", payment_type: type, custom_field1: "b_1", ...fields });
  const wait = Date.parse(`${String(pending["expiry_time"]).replace(" ", "T")}+07:00`) - Date.parse(`${String(pending["transaction_time"]).replace(" ", "T")}+07:00`);
  expect(wait).toBe(life);
  await fetch(String(made["redirect_url"]), { method: "POST", body: new URLSearchParams({ do: "transfer" }), redirect: "manual" });
  const told = json(await w.receiver.waitFor((call) => json(call)["transaction_status"] === "settlement"));
  expect(told).toMatchObject({ order_id: "o1", payment_type: type, status_code: "200", gross_amount: "145000.00" });
  expect(told["signature_key"]).toBe(signMidtrans("o1", "200", "145000.00", SERVER_KEY));
});

test.each(TRANSFERS)("%s that nobody pays expires by itself", async (enabled, type, _, life) => {
  const w = await world();
  await snap(w, "o1", { enabled_payments: [enabled] });
  await w.control("orders/o1/pay", { do: type });
  w.server.clock.setOffset(life + 1000);
  await expect.poll(async () => (await w.call("GET", "/v2/o1/status"))["transaction_status"]).toBe("expire");
});

test("GoPay goes back directly only, a Mandiri bill not at all", async () => {
  const w = await world();
  for (const type of ["gopay", "echannel"]) {
    await snap(w, type, { enabled_payments: [type] });
    await w.control(`orders/${type}/pay`, { do: type });
    await w.control(`orders/${type}/pay`, { do: "transfer" });
    expect(await w.call("POST", `/v2/${type}/refund`, { amount: 1000 })).toMatchObject({ status_code: "412" });
  }
  expect(await w.call("POST", "/v2/gopay/refund/online/direct", { refund_key: "r1", amount: 45_000 })).toMatchObject({ status_code: "200", transaction_status: "partial_refund" });
  expect(await w.call("POST", "/v2/echannel/refund/online/direct", { amount: 1000 })).toMatchObject({ status_code: "412" });
});

test("Core charges GoPay and a bill, whose links lead to a page that pays", async () => {
  const w = await world();
  const wallet = await charge(w, "g1", { payment_type: "gopay" });
  const link = (wallet["actions"] as { name: string; url: string }[]).find(({ name }) => name === "deeplink-redirect")!.url;
  expect(await (await fetch(link)).text()).toContain("GoPay");
  await fetch(link, { method: "POST", body: new URLSearchParams({ do: "transfer" }) });
  expect(await w.call("GET", "/v2/g1/status")).toMatchObject({ transaction_status: "settlement", payment_type: "gopay" });
  expect(await charge(w, "e0", { payment_type: "echannel" })).toMatchObject({ status_code: "400" });
  const bill = await charge(w, "e1", { payment_type: "echannel", echannel: { bill_info1: "Payment:", bill_info2: "Room" } });
  expect(bill).toMatchObject({ status_code: "201", biller_code: "70012", bill_key: expect.any(String) });
  expect(await w.call("POST", "/v2/e1/expire")).toMatchObject({ status_code: "407" });
});

test.each([["shopeepay"], ["indomaret"], ["gopay", "alfamart"], ["kredivo"], ["bca"], ["constructor"], [""], []])(
  "a page that is to offer %s %s, which can't be paid here, isn't made",
  async (...names) => {
    const w = await world();
    expect(await snap(w, "o1", { enabled_payments: names })).toMatchObject({ http: 400, error_messages: [expect.stringContaining("enabled_payments")] });
    expect((await snap(w, "o1")).http).toBe(201);
  },
);

test("a page that offers one bank takes no other", async () => {
  const w = await world();
  const page = await pageOf(await snap(w, "o1", { enabled_payments: ["bca_va"] }));
  expect(page).toContain('value="bca"');
  expect(page).not.toContain('value="bni"');
  expect(await w.control<Outcome>("orders/o1/pay", { do: "bank_transfer", bank: "bni" })).toMatchObject({ refused: expect.any(String) });
  expect(await w.control<Outcome>("orders/o1/pay", { do: "bank_transfer", bank: "bca" })).toMatchObject({ transaction_status: "pending" });
});

test("a card token is good for one charge", async () => {
  const w = await world();
  const { token_id } = await w.call("GET", "/v2/token?client_key=C&card_number=4811111111111114");
  const pay = (orderId: string) => charge(w, orderId, { payment_type: "credit_card", credit_card: { token_id } });
  expect(await pay("c1")).toMatchObject({ transaction_status: "capture" });
  expect(await pay("c2")).toMatchObject({ status_code: "411" });
  expect(await w.call("GET", "/v2/c2/status")).toMatchObject({ status_code: "404" });
});

test("the account number that is asked for is given, within the bank's bounds", async () => {
  const w = await world();
  const given = await charge(w, "v1", { payment_type: "bank_transfer", bank_transfer: { bank: "bca", va_number: "12345678901" } });
  expect(given["va_numbers"]).toEqual([{ bank: "bca", va_number: expect.stringMatching(/12345678901$/) }]);
  for (const bank_transfer of [
    { bank: "bca", va_number: "123456789012" },
    { bank: "bni", va_number: "123456789" },
    { bank: "permata", va_number: "123" },
    { bank: "bca", va_number: "12a" },
    { bank: "bca", va_number: "" },
    { bank: "bca", free_text: {} },
  ]) {
    expect(await charge(w, "v2", { payment_type: "bank_transfer", bank_transfer }), JSON.stringify(bank_transfer)).toMatchObject({
      status_code: "400",
      validation_messages: expect.any(Array),
    });
  }
});

test.each<[string, Body]>([
  ["an unknown field", { custom_fields: "x" }],
  ["an unknown nested one", { credit_card: { secure: true, save_card: true } }],
  ["instalments", { credit_card: { installment: { required: true } } }],
  ["a typo in an item", { item_details: [{ id: "a", price: 145_000, qty: 1, name: "x" }] }],
  ["a far end", { expiry: { unit: "days", duration: 10_000 } }],
  ["an unknown unit", { expiry: { unit: "constructor", duration: 1 } }],
  ["a script as its way back", { callbacks: { finish: "javascript:alert(1)" } }],
])("a Snap order with %s is refused whole", async (_, more) => {
  const w = await world();
  expect(await snap(w, "o1", more)).toMatchObject({ http: 400, error_messages: expect.arrayContaining([expect.any(String)]) });
  expect((await snap(w, "o1")).http).toBe(201);
});

test("a refund, capture or cancel that says more than is understood moves nothing", async () => {
  const w = await world();
  await snap(w, "o1", { enabled_payments: ["gopay"] });
  await w.control("orders/o1/pay", { do: "gopay" });
  expect(await w.call("POST", "/v2/o1/cancel", { reason: "x" })).toMatchObject({ status_code: "400" });
  expect(await w.call("POST", "/v2/o1/expire?at=now")).toMatchObject({ status_code: "400" });
  await w.control("orders/o1/pay", { do: "transfer" });
  for (const body of [null, [], { amout: 1000 }, { amount: "1000" }, { amount: 0 }, { amount: 1.5 }, { refund_key: "", amount: 1 }]) {
    expect(await w.call("POST", "/v2/o1/refund/online/direct", body), JSON.stringify(body)).toMatchObject({ status_code: "400" });
  }
  expect(await w.call("POST", "/v2/capture", { transaction_id: "o1", amount: 5 })).toMatchObject({ status_code: "400" });
  expect(await w.call("GET", "/v2/o1/status")).toMatchObject({ transaction_status: "settlement" });
});

test("whatever comes over HTTP, it is never an error of the server", { timeout: 120_000 }, async () => {
  const w = await world();
  await snap(w, "o1");
  const ids = fc.constantFrom("o1", "%ZZ", "%00", "__proto__", "a%2fb", "%F0%9F", "");
  const verb = fc.constantFrom("status", "cancel", "approve", "deny", "expire", "refund", "refund/online/direct", "nothing");
  const path = fc.oneof(
    fc.tuple(ids, verb).map(([id, name]) => `/v2/${id}/${name}`),
    fc.constantFrom(
      "/snap/v1/transactions",
      "/v2/charge",
      "/v2/capture",
      "/v2/token?card_number=%00",
      "/pay/x",
      "/3ds/%ZZ",
      "/snap/v4/redirection/x",
      "/",
      "/_test/refund",
      "/_test/orders/o1/pay",
    ),
  );
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom("o9", 145_000, -1, 1e308, "\0", "", null, [], {}));
  const body = fc.oneof(
    fc.string(),
    fc.json(),
    fc.constant("[".repeat(20_000)),
    fc
      .record(
        {
          transaction_details: fc.record({ order_id: value, gross_amount: value }),
          payment_type: fc.constantFrom("gopay", "echannel", "credit_card", "x"),
          expiry: value,
          custom_expiry: value,
          item_details: value,
          enabled_payments: value,
          callbacks: value,
        },
        { requiredKeys: [] },
      )
      .map((content) => JSON.stringify(content)),
    fc
      .record({
        expiry: fc.record({
          unit: fc.constantFrom("minute", "day", "toString"),
          duration: fc.integer({ min: 1 }),
          start_time: fc.constantFrom("2026-12-01 10:00:00 +0700", "9999-12-31 23:59:59 +0700", "2026-99-99 10:00:00 +0700"),
        }),
      })
      .map((more) => JSON.stringify({ transaction_details: { order_id: crypto.randomUUID(), gross_amount: 1000 }, ...more })),
  );
  const authorization = `Basic ${Buffer.from(`${SERVER_KEY}:`).toString("base64")}`;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom("GET", "POST", "DELETE"), path, body, async (method, target, content) => {
      const answer = await fetch(w.server.url + target, { method, headers: { authorization }, redirect: "manual", ...(method === "GET" ? {} : { body: content }) });
      const text = await answer.text();
      expect(answer.status, `${method} ${target} ${content}`).toBeLessThan(500);
      expect(text).not.toContain('"status_code":"500"');
    }),
    { numRuns: 100 },
  );
});
