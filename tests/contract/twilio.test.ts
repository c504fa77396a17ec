import { afterEach, expect, test } from "vitest";
import { createClock } from "../../local/kit/clock.ts";
import { type RawRequest, serve } from "../../local/kit/serve.ts";
import { startResend } from "../../local/resend/index.ts";
import { signTwilio, startTwilio } from "../../local/twilio/index.ts";
import { countSegments } from "../../local/twilio/segments.ts";

const ACCOUNT = `AC${"0".repeat(32)}`;
const TOKEN = "12345";
const FROM = "+15005550006";
const TO = "+15005550010";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function standIn() {
  const server = await startTwilio({
    accountSid: ACCOUNT,
    authToken: TOKEN,
    dataFile: ":memory:",
    clock: createClock(),
  });
  cleanups.push(() => server.close());
  const base = `${server.url}/2010-04-01/Accounts/${ACCOUNT}`;

  async function call(path: string, init: RequestInit = {}, token = TOKEN) {
    const response = await fetch(`${base}${path}`, {
      ...init,
      headers: { authorization: `Basic ${Buffer.from(`${ACCOUNT}:${token}`).toString("base64")}` },
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }
  return {
    server,
    call,
    send: (params: Record<string, string>, init: RequestInit = {}) => call("/Messages.json", { method: "POST", body: new URLSearchParams(params), ...init }),
    list: async (query = "") => {
      const { body } = await call(`/Messages.json${query}`);
      return body["messages"] as Record<string, unknown>[];
    },
  };
}

/** A receiver of status callbacks; it cuts its first `drops` calls. */
async function receiver(drops = 0) {
  const received: RawRequest[] = [];
  const server = await serve((request) => {
    received.push(request);
    return { status: 204 };
  });
  if (drops > 0) server.faults.add({ drop: "after", calls: drops });
  cleanups.push(() => server.close());
  // Query and apostrophe as a hotel might configure them: the signature is over this very text.
  return { url: `${server.url}/webhooks/twilio?hotel=o'hare&n=1`, received };
}

function paramsOf(request: RawRequest): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(request.body.toString()));
}

test("an accepted message answers 201 with Twilio's resource", async () => {
  const { send, call } = await standIn();
  const sent = await send({ To: TO, From: FROM, Body: "See you soon" });
  expect(sent).toMatchObject({
    status: 201,
    body: {
      sid: expect.stringMatching(/^SM[0-9a-f]{32}$/),
      account_sid: ACCOUNT,
      api_version: "2010-04-01",
      to: TO,
      from: FROM,
      body: "See you soon",
      status: "queued",
      direction: "outbound-api",
      num_segments: "1",
      num_media: "0",
      price: null,
      error_code: null,
      date_created: expect.stringMatching(/^\w{3}, \d\d \w{3} \d{4} [\d:]{8} \+0000$/),
      date_sent: null,
    },
  });
  await expect.poll(async () => (await call(`/Messages/${sent.body["sid"]}.json`)).body["status"]).toBe("delivered");
  const read = await call(`/Messages/${sent.body["sid"]}.json`);
  expect(read.body["date_sent"]).toEqual(expect.any(String));
});

test("a messaging service may stand for the sender", async () => {
  const { send } = await standIn();
  const sent = await send({ To: TO, MessagingServiceSid: `MG${"1".repeat(32)}`, Body: "Hi" });
  expect(sent).toMatchObject({ status: 201, body: { from: null, messaging_service_sid: `MG${"1".repeat(32)}` } });
});

test.each([
  ["no recipient", { To: "" }, 21604, 400],
  ["no sender", { From: "" }, 21603, 400],
  ["no body", { Body: "" }, 21602, 400],
  ["a recipient that is no number", { To: "0812-345" }, 21211, 400],
  ["an invalid recipient", { To: "+15005550001" }, 21211, 400],
  ["a recipient without a route", { To: "+15005550002" }, 21612, 400],
  ["a blocked country", { To: "+15005550003" }, 21408, 400],
  ["a recipient who opted out", { To: "+15005550004" }, 21610, 400],
  ["a landline", { To: "+15005550009" }, 21614, 400],
  ["an invalid sender", { From: "+15005550001" }, 21212, 400],
  ["a sender that is not ours", { From: "+15005550007" }, 21606, 400],
  ["a foreign number as sender", { From: "+14155550123" }, 21606, 400],
  ["a sender with a full queue", { From: "+15005550008" }, 21611, 429],
  ["a body of 1601 characters", { Body: "x".repeat(1601) }, 21617, 400],
  ["a callback that is no URL", { StatusCallback: "/hook" }, 21609, 400],
])("%s is refused by its code and nothing is sent", async (_, change, code, status) => {
  const { send, list } = await standIn();
  const refused = await send({ To: TO, From: FROM, Body: "Hi", ...change });
  expect(refused).toEqual({
    status,
    body: {
      code,
      status,
      message: expect.any(String),
      more_info: `https://www.twilio.com/docs/errors/${code}`,
    },
  });
  expect(await list()).toEqual([]);
});

test("a wrong token, account, message or method is refused", async () => {
  const { call, server } = await standIn();
  expect(await call("/Messages.json", {}, "wrong")).toMatchObject({
    status: 401,
    body: { code: 20003 },
  });
  expect(await call("/Messages/SM0.json")).toMatchObject({ status: 404, body: { code: 20404 } });
  expect(await call("/Messages.json", { method: "PUT" })).toMatchObject({
    status: 405,
    body: { code: 20405 },
  });
  const foreign = await fetch(`${server.url}/2010-04-01/Accounts/AC1/Messages.json`, {
    headers: { authorization: `Basic ${Buffer.from(`${ACCOUNT}:${TOKEN}`).toString("base64")}` },
  });
  expect(foreign.status).toBe(404);
});

test("the list is newest first and filters by recipient and day sent", async () => {
  const { server, send, list } = await standIn();
  const day = (offset: number) => new Date(Date.now() + offset).toISOString().slice(0, 10);
  const tomorrow = 24 * 3600 * 1000;
  await send({ To: TO, From: FROM, Body: "today" });
  await expect.poll(async () => (await list())[0]?.["status"]).toBe("delivered");
  server.clock.setOffset(tomorrow);
  await send({ To: TO, From: FROM, Body: "tomorrow" });
  await send({ To: "+628123456789", From: FROM, Body: "other" });
  const bodies = async (query: string) => (await list(query)).map((sms) => sms["body"]);
  const to = encodeURIComponent(TO);
  expect(await bodies("")).toEqual(["other", "tomorrow", "today"]);
  expect(await bodies(`?To=${to}`)).toEqual(["tomorrow", "today"]);
  expect(await bodies(`?To=${to}&DateSent=${day(0)}`)).toEqual(["today"]);
  expect(await bodies(`?To=${to}&DateSent%3E=${day(tomorrow)}`)).toEqual(["tomorrow"]);
  expect(await bodies(`?To=${to}&DateSent<=${day(0)}`)).toEqual(["today"]);
  expect(await bodies(`?DateSent%3E=${day(2 * tomorrow)}`)).toEqual([]);
  expect(await bodies("?PageSize=1&Page=1")).toEqual(["tomorrow"]);
});

test("a page names its neighbours", async () => {
  const { send, call } = await standIn();
  for (const Body of ["one", "two"]) await send({ To: TO, From: FROM, Body });
  const first = await call("/Messages.json?PageSize=1");
  expect(first.body).toMatchObject({
    page: 0,
    page_size: 1,
    start: 0,
    end: 0,
    previous_page_uri: null,
  });
  expect(first.body["next_page_uri"]).toBe(`/2010-04-01/Accounts/${ACCOUNT}/Messages.json?PageSize=1&Page=1`);
  const last = await call("/Messages.json?PageSize=1&Page=1");
  expect(last.body).toMatchObject({
    next_page_uri: null,
    previous_page_uri: expect.stringContaining("Page=0"),
  });
  expect(await call("/Messages.json?PageSize=many")).toMatchObject({
    status: 400,
    body: { code: 20001 },
  });
});

test("the signer agrees with the known vector", () => {
  const params = {
    AccountSid: ACCOUNT,
    MessageSid: `SM${"0".repeat(32)}`,
    MessageStatus: "delivered",
    To: TO,
    From: FROM,
  };
  const url = "https://app.test/api/hooks/sms";
  expect(signTwilio(TOKEN, url, params)).toBe("384dogGJN49Z5q3Z2pHyW/g4wdo=");
  const later = Object.fromEntries(Object.entries(params).reverse());
  expect(signTwilio(TOKEN, url, later)).toBe("384dogGJN49Z5q3Z2pHyW/g4wdo=");
  expect(signTwilio(TOKEN, `${url}?a=1`, params)).not.toBe("384dogGJN49Z5q3Z2pHyW/g4wdo=");
});

test("signed callbacks tell queued, sending, sent and delivered", async () => {
  const hook = await receiver();
  const { send } = await standIn();
  const sent = await send({ To: TO, From: FROM, Body: "Hi", StatusCallback: hook.url });
  await expect.poll(() => hook.received.length).toBe(4);
  expect(hook.received.map((request) => paramsOf(request)["MessageStatus"])).toEqual(["queued", "sending", "sent", "delivered"]);
  for (const request of hook.received) {
    expect(request.headers["content-type"]).toContain("application/x-www-form-urlencoded");
    expect(request.headers["x-twilio-signature"]).toBe(signTwilio(TOKEN, hook.url, paramsOf(request)));
  }
  expect(paramsOf(hook.received[3] as RawRequest)).toEqual({
    AccountSid: ACCOUNT,
    ApiVersion: "2010-04-01",
    MessageSid: sent.body["sid"],
    MessageStatus: "delivered",
    SmsSid: sent.body["sid"],
    SmsStatus: "delivered",
    To: TO,
    From: FROM,
  });
});

test("a number that can't be reached ends undelivered with its error code", async () => {
  const hook = await receiver();
  const { send, list } = await standIn();
  await send({ To: "+15005530003", From: FROM, Body: "Hi", StatusCallback: hook.url });
  await expect.poll(() => hook.received.length).toBe(4);
  expect(paramsOf(hook.received[3] as RawRequest)).toMatchObject({
    MessageStatus: "undelivered",
    ErrorCode: "30003",
  });
  expect(await list()).toMatchObject([{ status: "undelivered", error_code: 30003 }]);
});

test("a callback without an answer comes once more with the same token", async () => {
  const hook = await receiver(1);
  const { send, server } = await standIn();
  await send({ To: TO, From: FROM, Body: "Hi", StatusCallback: hook.url });
  await expect.poll(() => hook.received.length).toBe(4);
  server.clock.setOffset(2_000);
  await expect.poll(() => hook.received.length).toBe(5);
  const tokens = hook.received.map((request) => request.headers["i-twilio-idempotency-token"]);
  const [first, again] = hook.received.filter((_, index) => tokens[index] === tokens[0]);
  expect(again?.body.toString()).toBe(first?.body.toString());
});

test("without an idempotency key a lost answer and a retry give two texts, and the list shows the first", async () => {
  const { server, send, list } = await standIn();
  server.faults.add({ drop: "after" });
  const sms = { To: TO, From: FROM, Body: "Hi" };
  await expect(send(sms)).rejects.toThrow();
  expect(await list(`?To=${encodeURIComponent(TO)}`)).toHaveLength(1);
  await send(sms);
  expect(await list(`?To=${encodeURIComponent(TO)}`)).toHaveLength(2);
});

test("an injected status and an aborted hang send nothing", async () => {
  const { server, send, list } = await standIn();
  const sms = { To: TO, From: FROM, Body: "Hi" };
  server.faults.add({
    status: 429,
    body: { code: 20429, message: "Too Many Requests", status: 429 },
  });
  expect(await send(sms)).toMatchObject({ status: 429, body: { code: 20429 } });
  server.faults.add({ hang: true });
  const caller = new AbortController();
  const hanging = send(sms, { signal: caller.signal });
  await expect.poll(() => server.faults.list()).toEqual([]);
  caller.abort();
  await expect(hanging).rejects.toThrow(/abort/);
  expect(await list()).toEqual([]);
});

test.each([
  ["", 1],
  ["x".repeat(160), 1],
  ["x".repeat(161), 2],
  ["x".repeat(307), 3],
  ["€".repeat(80), 1],
  ["€".repeat(81), 2],
  ["星".repeat(70), 1],
  ["星".repeat(71), 2],
])("%j takes %i segments", (text, segments) => {
  expect(countSegments(text)).toBe(segments);
});

test("a text is read in the inbox of the mail stand-in", async () => {
  const { server, send } = await standIn();
  const mail = await startResend({
    apiKey: "re_contract",
    webhookSecret: "whsec_bmlnaHRsZWRnZXI=",
    dataFile: ":memory:",
    smsStore: server.store,
  });
  cleanups.push(() => mail.close());
  const sent = await send({ To: TO, From: FROM, Body: "Room 12 <is> ready" });
  const found = await fetch(`${mail.url}/inbox/api/messages?kind=sms&to=${TO}`);
  expect(await found.json()).toMatchObject({
    messages: [{ kind: "sms", id: sent.body["sid"], to: [TO], from: FROM, text: "Room 12 <is> ready" }],
  });
  const list = await (await fetch(`${mail.url}/inbox`)).text();
  expect(list).toContain(`/inbox/sms/${sent.body["sid"]}`);
  const page = await (await fetch(`${mail.url}/inbox/sms/${sent.body["sid"]}`)).text();
  expect(page).toContain(TO);
  expect(page).not.toContain("<is>");
});
