import { createHash, createHmac } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { incidents } from "../../db/schema/index.ts";
import { DEMO_KEYS } from "../../local/keys.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { startGateway, type Gateway } from "../helpers/gateway.ts";

// A signed webhook that can't be read: sent again it would be no better, and a person should know.

let database: TestDatabase;
let gateway: Gateway;
beforeAll(async () => {
  database = await createDatabase();
  gateway = await startGateway(database, { cloud: { resend: 0, stripe: 0, midtrans: 0, twilio: 0 }, publishing: false });
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
});

const now = (): number => Math.floor(Date.now() / 1000);

function stripe(body: string, at = now()): Promise<Response> {
  const mac = createHmac("sha256", DEMO_KEYS.STRIPE_WEBHOOK_SECRET).update(`${at}.${body}`).digest("hex");
  return gateway.request("/webhooks/stripe", { method: "POST", body, headers: { "stripe-signature": `t=${at},v1=${mac}` } });
}

function midtrans(extra: Record<string, unknown>): Promise<Response> {
  const { order_id, status_code, gross_amount } = { order_id: "o-1", status_code: "200", gross_amount: "10000.00", ...extra } as Record<string, string>;
  const signature_key = createHash("sha512").update(`${order_id}${status_code}${gross_amount}${DEMO_KEYS.MIDTRANS_SERVER_KEY}`).digest("hex");
  return gateway.request("/webhooks/midtrans", { method: "POST", body: JSON.stringify({ order_id, status_code, gross_amount, signature_key, ...extra }) });
}

function resend(body: string): Promise<Response> {
  const [id, at] = ["msg_1", String(now())];
  const key = Buffer.from(DEMO_KEYS.RESEND_WEBHOOK_SECRET.slice("whsec_".length), "base64");
  const mac = createHmac("sha256", key).update(`${id}.${at}.${body}`).digest("base64");
  return gateway.request("/webhooks/resend", { method: "POST", body, headers: { "svix-id": id, "svix-timestamp": at, "svix-signature": `v1,${mac}` } });
}

function twilio(params: Record<string, string>): Promise<Response> {
  const fields = Object.entries(params).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const text = `${gateway.url}/webhooks/twilio${fields.map(([name, value]) => name + value).join("")}`;
  const mac = createHmac("sha1", DEMO_KEYS.TWILIO_AUTH_TOKEN).update(text).digest("base64");
  return gateway.request("/webhooks/twilio", { method: "POST", body: new URLSearchParams(params), headers: { "x-twilio-signature": mac } });
}

const event = (object: unknown, over: object = {}) => JSON.stringify({ id: "evt_1", type: "charge.updated", data: { object }, ...over });

const MALFORMED: [name: string, vendor: string, send: () => Promise<Response>][] = [
  ["no JSON of Stripe", "stripe", () => stripe("no json")],
  ["an event without data", "stripe", () => stripe(JSON.stringify({ id: "evt_1", type: "x" }))],
  ["an event that is null", "stripe", () => stripe("null")],
  ["an object that is none", "stripe", () => stripe(event("x"))],
  ["an id with NUL", "stripe", () => stripe(event({ object: "payment_intent", id: "a\u0000" }))],
  ["an id of a megabyte's part", "stripe", () => stripe(event({ object: "checkout.session", id: "x".repeat(100_000) }))],
  ["an event id that is a number", "stripe", () => stripe(event({}, { id: 7 }))],
  ["a payment intent that is a list", "stripe", () => stripe(event({ payment_intent: [] }))],
  ["an order id with NUL", "midtrans", () => midtrans({ order_id: "a\u0000" })],
  ["a transaction that is a number", "midtrans", () => midtrans({ transaction_id: 7 })],
  ["a state with a lone surrogate", "midtrans", () => midtrans({ transaction_status: "\ud800" })],
  ["a mail event without its mail", "resend", () => resend(JSON.stringify({ type: "email.bounced", data: {} }))],
  ["a mail event's id with NUL", "resend", () => resend(JSON.stringify({ type: "email.bounced", data: { email_id: "a\u0000" } }))],
  ["a text's id with NUL", "twilio", () => twilio({ MessageSid: "SM\u0000", MessageStatus: "failed" })],
  ["a text without a status", "twilio", () => twilio({ MessageSid: "SM1" })],
];

test.each(MALFORMED)("%s, signed, is 400, logged, and an incident", async (_, vendor, send) => {
  await database.db.execute(sql`truncate incidents`);
  gateway.ctx.logged.length = 0;
  expect((await send()).status).toBe(400);
  expect(gateway.ctx.logged).toContainEqual(expect.objectContaining({ level: "error", message: "a signed webhook can't be read", vendor }));
  expect(await database.db.select().from(incidents)).toMatchObject([{ cause: `unreadable-webhook:${vendor}`, severity: "warning" }]);
});

test.each([
  ["stripe", () => gateway.request("/webhooks/stripe", { method: "POST", body: "no json" })],
  [
    "midtrans",
    () => gateway.request("/webhooks/midtrans", { method: "POST", body: JSON.stringify({ order_id: "a\u0000", status_code: "200", gross_amount: "1", signature_key: "x" }) }),
  ],
  ["midtrans", () => gateway.request("/webhooks/midtrans", { method: "POST", body: "no json" })],
  ["resend", () => gateway.request("/webhooks/resend", { method: "POST", body: "no json" })],
  ["twilio", () => gateway.request("/webhooks/twilio", { method: "POST", body: "a=b" })],
])("what nobody has signed is refused, and is no incident: %s", async (_, send) => {
  await database.db.execute(sql`truncate incidents`);
  const { status } = await send();
  expect([400, 401]).toContain(status);
  expect(await database.db.select().from(incidents)).toEqual([]);
});

test.each([
  ["now", 0, 200],
  ["four minutes ago", -240, 200],
  ["ten minutes ago", -600, 401],
  ["in four minutes", 240, 200],
  ["in ten minutes", 600, 401],
  ["in a year", 365 * 86_400, 401],
])("Stripe's signature made %s", async (_, seconds, status) => {
  expect((await stripe(event({ object: "charge", id: "ch_1" }), now() + seconds)).status).toBe(status);
});
