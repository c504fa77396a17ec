import { afterEach, expect, test, vi } from "vitest";
import { DELIVERY_STATES } from "../../db/schema/notifications.ts";
import { signSvix } from "../../local/resend/sign.ts";
import { signTwilio } from "../../local/twilio/sign.ts";
import { isDomainError } from "../../server/errors.ts";
import { readResendWebhook, readTwilioWebhook } from "../../server/notifications/index.ts";
import { RANK, statesBelow } from "../../server/notifications/states.ts";
import { readConfig } from "../../server/platform/config.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ACCOUNT = `AC${"0".repeat(32)}`;
const TOKEN = "12345";
const DELIVERY = "0199a000-0000-7000-8000-00000000000d";
const SID = `SM${"0".repeat(32)}`;

function configFor(publicUrl: string) {
  return readConfig({
    DATABASE_URL: "postgres://unused",
    AUTH_SECRET: "unit-test-secret-0",
    PUBLIC_URL: publicUrl,
    RESEND_API_KEY: "re_unit",
    RESEND_WEBHOOK_SECRET: SECRET,
    TWILIO_ACCOUNT_SID: ACCOUNT,
    TWILIO_AUTH_TOKEN: TOKEN,
    TWILIO_FROM: "+15005550006",
  });
}
const config = configFor("https://app.test");
const forbidden = (error: unknown) => isDomainError(error, "FORBIDDEN");
const invalid = (error: unknown) => isDomainError(error, "INVALID");

afterEach(() => vi.useRealTimers());

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}

function svix(body: string, { secret = SECRET, at = Math.floor(Date.now() / 1000) } = {}): Headers {
  return new Headers({ "svix-id": "msg_1", "svix-timestamp": String(at), "svix-signature": `v1,bm90IHRoaXM= ${signSvix(secret, "msg_1", at, body)}` });
}

test("Svix's published vector is accepted in its time", () => {
  vi.useFakeTimers({ toFake: ["Date"], now: 1614265330 * 1000 });
  const headers = new Headers({
    "svix-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "svix-timestamp": "1614265330",
    "svix-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  });
  // It is no mail event, which is only looked at after the signature.
  expect(thrownBy(() => readResendWebhook(config, '{"test": 2432232314}', headers))).toSatisfy(invalid);
  expect(thrownBy(() => readResendWebhook(config, '{"test": 2432232315}', headers))).toSatisfy(forbidden);
  vi.setSystemTime((1614265330 + 600) * 1000);
  expect(thrownBy(() => readResendWebhook(config, '{"test": 2432232314}', headers))).toSatisfy(forbidden);
});

test.each([
  ["email.sent", "sent"],
  ["email.delivered", "delivered"],
  ["email.delivery_delayed", "delayed"],
  ["email.bounced", "bounced"],
  ["email.complained", "complained"],
  ["email.failed", "failed"],
  ["email.suppressed", "bounced"],
  ["email.opened", undefined],
])("%s is our state %s", (type, state) => {
  const body = JSON.stringify({ type, created_at: "2026-12-01T00:00:00Z", data: { email_id: "e-1", tags: { delivery: DELIVERY } } });
  expect(readResendWebhook(config, body, svix(body))).toEqual({ eventId: "msg_1", deliveryId: DELIVERY, providerId: "e-1", state, error: undefined });
});

test("a bounce tells its reason, and a foreign tag is no delivery of ours", () => {
  const body = JSON.stringify({ type: "email.bounced", data: { email_id: "e-1", tags: { delivery: "x" }, bounce: { type: "Permanent", subType: "General" } } });
  expect(readResendWebhook(config, body, svix(body))).toMatchObject({ deliveryId: undefined, state: "bounced", error: "Permanent/General" });
});

test("a mail webhook that isn't Resend's is forbidden, an unreadable one invalid", () => {
  const body = JSON.stringify({ type: "email.sent", data: { email_id: "e-1" } });
  expect(thrownBy(() => readResendWebhook(config, body, svix(body, { secret: "whsec_b3RoZXI=" })))).toSatisfy(forbidden);
  expect(thrownBy(() => readResendWebhook(config, body, svix(body, { at: 1_600_000_000 })))).toSatisfy(forbidden);
  expect(thrownBy(() => readResendWebhook(config, body, new Headers()))).toSatisfy(forbidden);
  expect(thrownBy(() => readResendWebhook(config, "no json", svix("no json")))).toSatisfy(invalid);
  expect(thrownBy(() => readResendWebhook({ ...config, RESEND_WEBHOOK_SECRET: undefined }, body, svix(body)))).toSatisfy((error) => isDomainError(error, "UNAVAILABLE"));
});

const CALLBACK = { AccountSid: ACCOUNT, MessageSid: SID, MessageStatus: "delivered", To: "+15005550010", From: "+15005550006" };
const TARGET = `/webhooks/twilio?delivery=${DELIVERY}`;

test("the known vector of a text's callback is accepted", async () => {
  const notice = await readTwilioWebhook(config, "/api/hooks/sms", new URLSearchParams(CALLBACK), "384dogGJN49Z5q3Z2pHyW/g4wdo=");
  expect(notice).toEqual({ deliveryId: undefined, providerId: SID, state: "delivered", error: undefined });
});

test.each([
  ["https://app.test", "https://app.test"],
  ["https://app.test", "https://app.test:443"],
  ["https://app.test:8443", "https://app.test:8443"],
  ["https://app.test:8443", "https://app.test"],
  ["http://127.0.0.1:3000", "http://127.0.0.1:3000"],
])("at %s a callback signed for %s is accepted", async (publicUrl, signedUrl) => {
  const signature = signTwilio(TOKEN, signedUrl + TARGET, CALLBACK);
  expect(await readTwilioWebhook(configFor(publicUrl), TARGET, new URLSearchParams(CALLBACK), signature)).toMatchObject({ deliveryId: DELIVERY, state: "delivered" });
});

test("a callback that isn't Twilio's is forbidden", async () => {
  const signature = signTwilio(TOKEN, `https://app.test${TARGET}`, CALLBACK);
  const read = (target: string, params: Record<string, string>, given: string | null) => readTwilioWebhook(config, target, new URLSearchParams(params), given);
  await expect(read(TARGET, { ...CALLBACK, MessageStatus: "failed" }, signature)).rejects.toSatisfy(forbidden);
  await expect(read(`${TARGET}1`, CALLBACK, signature)).rejects.toSatisfy(forbidden);
  await expect(read(TARGET, CALLBACK, signTwilio("other", `https://app.test${TARGET}`, CALLBACK))).rejects.toSatisfy(forbidden);
  await expect(read(TARGET, CALLBACK, signTwilio(TOKEN, `https://elsewhere.test${TARGET}`, CALLBACK))).rejects.toSatisfy(forbidden);
  for (const none of ["", "%%%", null]) await expect(read(TARGET, CALLBACK, none)).rejects.toSatisfy(forbidden);
});

test.each([
  ["queued", undefined, undefined],
  ["sending", undefined, undefined],
  ["sent", "sent", undefined],
  ["undelivered", "failed", "30003"],
])("a text that is %s is our state %s", async (MessageStatus, state, error) => {
  const params: Record<string, string> = { ...CALLBACK, MessageStatus, ...(error && { ErrorCode: error }) };
  const signature = signTwilio(TOKEN, `https://app.test${TARGET}`, params);
  expect(await readTwilioWebhook(config, TARGET, new URLSearchParams(params), signature)).toMatchObject({ state, error });
});

test("each state gives way to those of a higher rank only", () => {
  expect(statesBelow("sent")).toEqual(["queued", "held_back", "sending"]);
  expect(statesBelow("delivered")).toEqual(expect.arrayContaining(["sent", "delayed", "failed"]));
  expect(new Set(Object.values(RANK)).size).toBe(DELIVERY_STATES.length);
  for (const a of DELIVERY_STATES) for (const b of DELIVERY_STATES) expect(statesBelow(a).includes(b)).toBe(RANK[b] < RANK[a]);
});
