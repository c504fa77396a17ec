import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { bookings, deliveries, guests } from "../../db/schema/index.ts";
import { createClock } from "../../local/kit/clock.ts";
import { startResend, type RunningResend } from "../../local/resend/start.ts";
import { smsStore } from "../../local/twilio/model.ts";
import { startTwilio, type RunningTwilio } from "../../local/twilio/start.ts";
import { composeMail, deliver, factsOf, readResendWebhook, readTwilioWebhook, recordStatus, sendEmail, sendSms, smsText, type Delivery } from "../../server/notifications/index.ts";
import type { Desk } from "../../server/notifications/deliver.ts";
import { readConfig, type Config } from "../../server/platform/config.ts";
import { newBookingCode, newId } from "../../server/platform/ids.ts";
import { createLogger } from "../../server/platform/log.ts";
import { noMetrics } from "../../server/platform/metrics.ts";
import { isDomainError } from "../../server/errors.ts";
import { bookingView } from "../helpers/booking-view.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { startReceiver, type WebhookReceiver } from "../helpers/webhook-receiver.ts";
import { createProperty } from "../helpers/world.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ACCOUNT = `AC${"0".repeat(32)}`;
const FACTS = factsOf(bookingView(), { trip: "http://127.0.0.1:3000/trips/1", search: "http://127.0.0.1:3000/" });

let database: TestDatabase;
let mail: RunningResend;
let phone: RunningTwilio;
let hook: WebhookReceiver;
let config: Config;
let desk: Desk;

beforeAll(async () => {
  database = await createDatabase({ max: 4 });
});
afterAll(() => database.drop());
beforeEach(async () => {
  hook = await startReceiver();
  mail = await startResend({
    apiKey: "re_contract",
    webhookSecret: SECRET,
    webhookUrl: `${hook.url}/webhooks/resend`,
    dataFile: ":memory:",
    rateLimit: 100_000,
    clock: createClock(),
  });
  phone = await startTwilio({ accountSid: ACCOUNT, authToken: "12345", dataFile: ":memory:", clock: createClock() });
  config = readConfig({
    DATABASE_URL: database.url,
    AUTH_SECRET: "contract-test-secret",
    PUBLIC_URL: hook.url,
    RESEND_API_KEY: "re_contract",
    RESEND_BASE_URL: mail.url,
    RESEND_WEBHOOK_SECRET: SECRET,
    TWILIO_ACCOUNT_SID: ACCOUNT,
    TWILIO_AUTH_TOKEN: "12345",
    TWILIO_FROM: "+15005550006",
    TWILIO_BASE_URL: phone.url,
  });
  desk = { config, db: database.db, log: createLogger("silent", () => {}), metrics: noMetrics };
});
afterEach(async () => {
  await mail.close();
  await phone.close();
  await hook.close();
});

interface InboxMail {
  id: string;
  to: string[];
  subject: string;
  text: string;
  attachments: { filename: string; contentType: string; content: string }[];
}

async function inbox(): Promise<InboxMail[]> {
  const response = await fetch(`${mail.url}/inbox/api/messages`);
  return ((await response.json()) as { messages: InboxMail[] }).messages;
}

function texts() {
  return smsStore(phone.store).messages.all();
}

async function confirmation(deliveryId = newId()) {
  return { ...(await composeMail("booking_confirmed", FACTS)), deliveryId, to: "ana@guest.test", tags: { delivery: deliveryId, kind: "booking_confirmed" } };
}

function mailOf(bookingId: string, more: { version?: number; to?: string } = {}): Delivery {
  const compose = async () => ({ ...(await composeMail("booking_confirmed", FACTS)), to: more.to ?? "ana@guest.test" });
  return { bookingId, kind: "booking_confirmed", version: more.version ?? 3, channel: "email", compose };
}

function textOf(bookingId: string, to = "+15005550010"): Delivery {
  return { bookingId, kind: "booking_confirmed", version: 3, channel: "sms", compose: async () => ({ to, text: smsText("booking_confirmed", FACTS) }) };
}

async function createBooking() {
  const { propertyId } = await createProperty(database.db);
  const [bookingId, guestId] = [newId(), newId()];
  await database.db.insert(guests).values({ id: guestId, propertyId, email: "ana@guest.test", name: "Ana Reis" });
  await database.db.insert(bookings).values({
    id: bookingId,
    propertyId,
    guestId,
    code: newBookingCode(),
    actor: "anon:1",
    currency: "EUR",
    checkIn: "2027-03-02",
    checkOut: "2027-03-04",
    total: 20_000,
    dueOnline: 0,
    payment: "property",
  });
  return { propertyId, bookingId };
}

async function rowOf(bookingId: string) {
  const [row] = await database.db.select().from(deliveries).where(eq(deliveries.bookingId, bookingId));
  return row;
}

/** Feeds the webhooks that came since to us, as the server's routes do. */
async function takeNotices(from: "resend" | "twilio", types: number): Promise<void> {
  const calls = await hook.waitForCount(types, (call) => call.path === `/webhooks/${from}`);
  for (const call of calls) {
    const body = call.body.toString();
    const headers = new Headers(call.headers);
    const notice =
      from === "resend" ? readResendWebhook(config, body, headers) : await readTwilioWebhook(config, call.target, new URLSearchParams(body), headers.get("x-twilio-signature"));
    await recordStatus(desk, notice);
  }
}

test("a confirmation arrives with both parts and the calendar", async () => {
  const wanted = await confirmation();
  const id = await sendEmail(config, wanted);
  const [got, ...others] = await inbox();
  expect(others).toEqual([]);
  expect(got).toMatchObject({ id, to: ["ana@guest.test"], subject: wanted.subject, html: wanted.html, text: wanted.text });
  expect(got?.attachments).toEqual([{ filename: "ABCDEFGH23.ics", contentType: wanted.attachments[0]?.contentType, content: wanted.attachments[0]?.content, contentId: null }]);
});

test("a lost answer and the retry make one mail", async () => {
  const wanted = await confirmation();
  mail.faults.add({ drop: "after" });
  const id = await sendEmail(config, wanted);
  expect(await sendEmail(config, wanted)).toBe(id);
  expect(await inbox()).toHaveLength(1);
});

test.each([
  [
    { status: 429, headers: { "retry-after": "2" }, body: { statusCode: 429, name: "rate_limit_exceeded", message: "slow" } },
    { kind: "busy", code: "rate_limit_exceeded", retryAfterMs: 2000 },
  ],
  [{ status: 409, body: { statusCode: 409, name: "concurrent_idempotent_requests", message: "wait" } }, { kind: "busy" }],
  [
    { status: 500, body: "<html>", calls: 2 },
    { kind: "server", status: 500 },
  ],
  [
    { drop: "before" as const, calls: 2 },
    { kind: "network", status: undefined },
  ],
  // Words of something in between are no refusal by Resend.
  [{ status: 502, body: { error: "bad gateway" }, calls: 2 }, { kind: "server" }],
  [
    { status: 403, body: { statusCode: 403, name: "invalid_api_key", message: "no" } },
    { kind: "refused", code: "invalid_api_key" },
  ],
])("a failure of the mail vendor %j has its kind", async (fault, expected) => {
  mail.faults.add(fault);
  await expect(sendEmail(config, await confirmation())).rejects.toMatchObject({ vendor: "resend", ...expected });
  expect(await inbox()).toEqual([]);
});

test("a text arrives, and its callbacks carry our delivery", async () => {
  const deliveryId = newId();
  const sid = await sendSms(config, { deliveryId, to: "+15005550010", text: smsText("booking_confirmed", FACTS) });
  expect(texts()).toMatchObject([{ sid, to: "+15005550010", from: "+15005550006", body: expect.stringContaining("ABCDEFGH23") }]);
  const call = await hook.waitFor((c) => c.path === "/webhooks/twilio");
  expect(call.query.get("delivery")).toBe(deliveryId);
});

test.each([
  ["+15005550004", "21610"],
  ["+15005550001", "21211"],
  ["+15005550009", "21614"],
])("a text to %s is refused for good", async (to, code) => {
  await expect(sendSms(config, { deliveryId: newId(), to, text: "Hi" })).rejects.toMatchObject({ vendor: "twilio", kind: "refused", code });
});

test("however often it runs, one confirmation goes out per booking and version", async () => {
  const { propertyId, bookingId } = await createBooking();
  expect(await deliver(desk, mailOf(bookingId))).toBe("sent");
  expect(await deliver(desk, mailOf(bookingId))).toBe("already");
  await Promise.all([deliver(desk, mailOf(bookingId)), deliver(desk, mailOf(bookingId))]);
  expect(await inbox()).toHaveLength(1);
  expect(await rowOf(bookingId)).toMatchObject({ state: "sent", tries: 1, providerId: expect.any(String), error: null, propertyId });
  expect(await deliver(desk, mailOf(bookingId, { version: 4 }))).toBe("sent");
  expect(await inbox()).toHaveLength(2);
});

test("two runs at once send one mail", async () => {
  const { bookingId } = await createBooking();
  const runs = await Promise.allSettled([deliver(desk, mailOf(bookingId)), deliver(desk, mailOf(bookingId))]);
  expect(runs.some((run) => run.status === "fulfilled" && run.value === "sent")).toBe(true);
  expect(await inbox()).toHaveLength(1);
});

test("a mail that failed for now is queued again and goes out once by the next run", async () => {
  const { bookingId } = await createBooking();
  mail.faults.add({ drop: "after", calls: 2 });
  await expect(deliver(desk, mailOf(bookingId))).rejects.toMatchObject({ kind: "network" });
  expect(await rowOf(bookingId)).toMatchObject({ state: "queued", error: "application_error", tries: 1 });
  expect(await deliver(desk, mailOf(bookingId))).toBe("sent");
  expect(await rowOf(bookingId)).toMatchObject({ state: "sent", tries: 2, error: null });
  expect(await inbox()).toHaveLength(1);
});

test("a mail that went out as other bytes before isn't sent again", async () => {
  const { bookingId } = await createBooking();
  mail.faults.add({ drop: "after", calls: 2 });
  await expect(deliver(desk, mailOf(bookingId))).rejects.toThrow();
  expect(await deliver(desk, mailOf(bookingId, { to: "ana.reis@guest.test" }))).toBe("already");
  expect(await rowOf(bookingId)).toMatchObject({ state: "sent" });
  expect(await inbox()).toHaveLength(1);
});

test("a refused mail is failed, and may be tried again by a person", async () => {
  const { bookingId } = await createBooking();
  mail.faults.add({ status: 403, body: { statusCode: 403, name: "invalid_api_key", message: "no" } });
  await expect(deliver(desk, mailOf(bookingId))).rejects.toMatchObject({ kind: "refused" });
  expect(await rowOf(bookingId)).toMatchObject({ state: "failed", error: "invalid_api_key" });
  expect(await deliver(desk, mailOf(bookingId))).toBe("sent");
});

test("without a mail key nothing is lost, without an SMS account nothing is written", async () => {
  const { bookingId } = await createBooking();
  await expect(deliver({ ...desk, config: { ...config, RESEND_API_KEY: undefined } }, mailOf(bookingId))).rejects.toSatisfy((error) => isDomainError(error, "UNAVAILABLE"));
  expect(await deliver(desk, mailOf(bookingId))).toBe("sent");
  const other = newId();
  expect(await deliver({ ...desk, config: { ...config, TWILIO_FROM: undefined } }, textOf(other))).toBe("off");
  expect(await rowOf(other)).toBeUndefined();
});

test("a text goes out once, and is never repeated after a lost answer", async () => {
  const { bookingId } = await createBooking();
  phone.faults.add({ drop: "after" });
  expect(await deliver(desk, textOf(bookingId))).toBe("unknown");
  expect(await rowOf(bookingId)).toMatchObject({ state: "failed", error: "network" });
  expect(await deliver(desk, textOf(bookingId))).toBe("lost");
  expect(texts()).toHaveLength(1);
  // The callbacks tell better.
  await takeNotices("twilio", 4);
  expect(await rowOf(bookingId)).toMatchObject({ state: "delivered", providerId: texts()[0]?.sid });
});

test("a text whose run stopped in the middle stays unsent", async () => {
  const { propertyId, bookingId } = await createBooking();
  await database.db.insert(deliveries).values({ id: newId(), propertyId, bookingId, kind: "booking_confirmed", channel: "sms", version: 3, state: "sending" });
  expect(await deliver(desk, textOf(bookingId))).toBe("unknown");
  expect(await rowOf(bookingId)).toMatchObject({ state: "failed", error: "unknown" });
  expect(texts()).toEqual([]);
});

test("a text that was turned away or refused did not go out: the one is tried again by itself, the other when a person has it sent", async () => {
  const { bookingId } = await createBooking();
  phone.faults.add({ status: 429, body: { code: 20429, message: "Too Many Requests", status: 429 } });
  await expect(deliver(desk, textOf(bookingId))).rejects.toMatchObject({ kind: "busy", code: "20429" });
  expect(await rowOf(bookingId)).toMatchObject({ state: "queued" });
  expect(await deliver(desk, textOf(bookingId))).toBe("sent");
  const { bookingId: refused } = await createBooking();
  await expect(deliver(desk, textOf(refused, "+15005550004"))).rejects.toMatchObject({ kind: "refused" });
  expect(await rowOf(refused)).toMatchObject({ state: "failed", error: "refused 21610" });
  expect(await deliver(desk, textOf(refused))).toBe("sent");
});

test("the vendor's notices move a mail forward, never back", async () => {
  const { bookingId } = await createBooking();
  await deliver(desk, mailOf(bookingId));
  await takeNotices("resend", 2);
  const row = await rowOf(bookingId);
  expect(row).toMatchObject({ state: "delivered" });
  const notice = { deliveryId: row!.id, providerId: row!.providerId!, error: undefined };
  expect(await recordStatus(desk, { ...notice, state: "sent" })).toBe(false);
  expect(await recordStatus(desk, { ...notice, state: undefined })).toBe(false);
  expect(await rowOf(bookingId)).toMatchObject({ state: "delivered" });
  expect(await recordStatus(desk, { ...notice, deliveryId: undefined, state: "complained" })).toBe(true);
  expect(await rowOf(bookingId)).toMatchObject({ state: "complained" });
  expect(await recordStatus(desk, { ...notice, deliveryId: newId(), state: "bounced" })).toBe(false);
});

test("a notice that overtakes the vendor's answer is kept", async () => {
  const { bookingId } = await createBooking();
  mail.faults.add({ drop: "after", calls: 2 });
  await expect(deliver(desk, mailOf(bookingId))).rejects.toThrow();
  await takeNotices("resend", 2);
  expect(await rowOf(bookingId)).toMatchObject({ state: "delivered", providerId: (await inbox())[0]?.id });
  expect(await deliver(desk, mailOf(bookingId))).toBe("already");
  expect(await inbox()).toHaveLength(1);
});

test("a bounce is written down with its reason", async () => {
  const { bookingId } = await createBooking();
  await deliver(desk, mailOf(bookingId, { to: "bounced@resend.dev" }));
  await takeNotices("resend", 2);
  expect(await rowOf(bookingId)).toMatchObject({ state: "bounced", error: "Permanent/General" });
});
