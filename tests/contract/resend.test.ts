import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Resend } from "resend";
import { afterEach, expect, test, vi } from "vitest";
import { createClock } from "../../local/kit/clock.ts";
import { type RawRequest, serve } from "../../local/kit/serve.ts";
import { type ResendOptions, signSvix, startResend } from "../../local/resend/index.ts";

const API_KEY = "re_contract";
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const DAY_MS = 24 * 3600 * 1000;
const MAIL = {
  from: "Nightledger <stay@nightledger.dev>",
  to: "guest@hotel.dev",
  subject: "Your booking",
  html: "<p>See you soon</p>",
};

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function standIn(options: Partial<ResendOptions> = {}) {
  const server = await startResend({
    apiKey: API_KEY,
    webhookSecret: SECRET,
    dataFile: ":memory:",
    clock: createClock(),
    rateLimit: 100_000,
    ...options,
  });
  cleanups.push(() => server.close());
  return { server, resend: new Resend(API_KEY, { baseUrl: server.url }) };
}

/** A receiver that answers its n-th call by `answers[n]` (default 200) and keeps what came. */
async function receiver(answers: number[] = []) {
  const received: RawRequest[] = [];
  const server = await serve((request) => {
    received.push(request);
    return { status: answers[received.length - 1] ?? 200 };
  });
  cleanups.push(() => server.close());
  return { url: `${server.url}/webhooks/resend?tenant=1`, received };
}

function verified(resend: Resend, { headers, body }: RawRequest) {
  return resend.webhooks.verify({
    payload: body.toString(),
    headers: {
      id: headers["svix-id"] ?? "",
      timestamp: headers["svix-timestamp"] ?? "",
      signature: headers["svix-signature"] ?? "",
    },
    webhookSecret: SECRET,
  });
}

interface InboxMail {
  id: string;
  subject: string;
  html: string | null;
  text: string | null;
  attachments: { filename: string; contentType: string; content: string }[];
}

async function inbox(url: string, query = ""): Promise<InboxMail[]> {
  const response = await fetch(`${url}/inbox/api/messages${query}`);
  const { messages } = (await response.json()) as { messages: InboxMail[] };
  return messages;
}

async function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${API_KEY}`, ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as unknown,
  };
}

test("a sent mail is read back through the SDK with its contents and its last event", async () => {
  const { resend } = await standIn();
  const sent = await resend.emails.send({
    ...MAIL,
    text: "See you soon",
    cc: ["partner@hotel.dev"],
    replyTo: "desk@hotel.dev",
    tags: [{ name: "booking", value: "b_1" }],
  });
  expect(sent.error).toBeNull();
  const id = sent.data?.id ?? "";
  await expect.poll(async () => (await resend.emails.get(id)).data?.last_event).toBe("delivered");
  const { data } = await resend.emails.get(id);
  expect(data).toMatchObject({
    object: "email",
    id,
    from: MAIL.from,
    to: ["guest@hotel.dev"],
    cc: ["partner@hotel.dev"],
    bcc: null,
    reply_to: ["desk@hotel.dev"],
    subject: MAIL.subject,
    html: MAIL.html,
    text: "See you soon",
    tags: [{ name: "booking", value: "b_1" }],
    scheduled_at: null,
  });
});

test("the list is newest first and pages by after and before", async () => {
  const { resend } = await standIn();
  for (const subject of ["one", "two", "three"]) await resend.emails.send({ ...MAIL, subject });
  const first = await resend.emails.list({ limit: 2 });
  expect(first.data?.data.map((mail) => mail.subject)).toEqual(["three", "two"]);
  expect(first.data?.has_more).toBe(true);
  const second = await resend.emails.list({ limit: 2, after: first.data?.data[1]?.id ?? "" });
  expect(second.data?.data.map((mail) => mail.subject)).toEqual(["one"]);
  expect(second.data?.has_more).toBe(false);
  const back = await resend.emails.list({ limit: 2, before: second.data?.data[0]?.id ?? "" });
  expect(back.data?.data.map((mail) => mail.subject)).toEqual(["three", "two"]);
});

test("a strict batch with one bad mail sends nothing, a permissive one sends the rest", async () => {
  const { resend, server } = await standIn();
  const mails = [MAIL, { ...MAIL, to: "not an address" }, { ...MAIL, subject: "third" }];
  const strict = await resend.batch.send(mails);
  expect(strict.error).toMatchObject({ statusCode: 422, name: "validation_error" });
  expect(await inbox(server.url)).toEqual([]);
  const permissive = await resend.batch.send(mails, { batchValidation: "permissive" });
  expect(permissive.data?.data).toHaveLength(2);
  expect(permissive.data?.errors).toEqual([{ index: 1, message: expect.stringContaining("`to`") }]);
  expect((await inbox(server.url)).map((mail) => mail.subject)).toEqual(["third", MAIL.subject]);
});

test("a batch refuses attachments and more than 100 mails instead of dropping them", async () => {
  const { resend, server } = await standIn();
  const withFile = { ...MAIL, attachments: [{ filename: "a.txt", content: "YQ==" }] };
  const refused = await post(`${server.url}/emails/batch`, [withFile]);
  expect(refused).toMatchObject({ status: 422, body: { name: "validation_error" } });
  const tooMany = await resend.batch.send(Array.from({ length: 101 }, () => MAIL));
  expect(tooMany.error).toMatchObject({ statusCode: 422 });
  expect(await inbox(server.url)).toEqual([]);
});

test("a key sends once for 24 hours, refuses another payload, and is forgotten after", async () => {
  const { resend, server } = await standIn();
  const options = { idempotencyKey: "booking-confirmed/b_1" };
  const first = await resend.emails.send(MAIL, options);
  const second = await resend.emails.send(MAIL, options);
  expect(second.data).toEqual(first.data);
  const other = await resend.emails.send({ ...MAIL, subject: "Changed" }, options);
  expect(other.error).toMatchObject({ statusCode: 409, name: "invalid_idempotent_request" });
  expect(await inbox(server.url)).toHaveLength(1);
  server.clock.setOffset(DAY_MS + 1000);
  const later = await resend.emails.send(MAIL, options);
  expect(later.data?.id).not.toBe(first.data?.id);
  expect(await inbox(server.url)).toHaveLength(2);
});

test("a batch is sent once by its key", async () => {
  const { resend, server } = await standIn();
  const first = await resend.batch.send([MAIL, MAIL], { idempotencyKey: "batch-1" });
  const second = await resend.batch.send([MAIL, MAIL], { idempotencyKey: "batch-1" });
  expect(second.data).toEqual(first.data);
  expect(await inbox(server.url)).toHaveLength(2);
});

test("a refused mail does not use its key up", async () => {
  const { resend } = await standIn();
  const options = { idempotencyKey: "k" };
  expect((await resend.emails.send({ ...MAIL, to: "nobody" }, options)).error?.statusCode).toBe(422);
  expect((await resend.emails.send(MAIL, options)).error).toBeNull();
});

test("a twin that comes while the first is running is told to try later", async () => {
  const { resend, server } = await standIn();
  const files = Promise.withResolvers<{ body: string }>();
  let asked = 0;
  const host = await serve(() => {
    asked += 1;
    return files.promise;
  });
  cleanups.push(() => host.close());
  const mail = { ...MAIL, attachments: [{ path: `${host.url}/invoice.pdf` }] };
  const first = resend.emails.send(mail, { idempotencyKey: "twin" });
  await expect.poll(() => asked).toBe(1);
  const twin = await resend.emails.send(mail, { idempotencyKey: "twin" });
  expect(twin.error).toMatchObject({ statusCode: 409, name: "concurrent_idempotent_requests" });
  files.resolve({ body: "%PDF" });
  expect((await first).error).toBeNull();
  const [stored] = await inbox(server.url);
  expect(stored?.attachments).toMatchObject([
    {
      filename: "invoice.pdf",
      contentType: "application/pdf",
      content: Buffer.from("%PDF").toString("base64"),
    },
  ]);
});

test.each([
  ["no sender", { from: undefined }, 422, "missing_required_field"],
  ["no recipient", { to: undefined }, 422, "missing_required_field"],
  ["an empty list of recipients", { to: [] }, 422, "missing_required_field"],
  ["no subject", { subject: undefined }, 422, "missing_required_field"],
  ["no content", { html: undefined }, 422, "missing_required_field"],
  ["a sender that is no address", { from: "Nightledger" }, 422, "invalid_from_address"],
  ["a recipient that is no address", { to: "guest" }, 422, "validation_error"],
  ["a recipient at example.com", { to: "guest@example.com" }, 422, "validation_error"],
  ["51 recipients", { to: Array.from({ length: 51 }, (_, i) => `g${i}@hotel.dev`) }, 422, "validation_error"],
  ["a subject of a wrong type", { subject: 5 }, 422, "validation_error"],
  ["a tag with a space", { tags: [{ name: "a b", value: "c" }] }, 422, "validation_error"],
  ["an attachment without content", { attachments: [{ filename: "a.ics" }] }, 422, "invalid_attachment"],
  ["a schedule in the past", { scheduled_at: "2020-01-01T00:00:00Z" }, 422, "validation_error"],
  ["a schedule that is no time", { scheduled_at: "soonish" }, 422, "validation_error"],
])("%s is refused by name and nothing is sent", async (_, change, statusCode, name) => {
  const { server } = await standIn();
  const refused = await post(`${server.url}/emails`, { ...MAIL, ...change });
  expect(refused.status).toBe(statusCode);
  expect(refused.body).toMatchObject({ statusCode, name, message: expect.any(String) });
  expect(await inbox(server.url)).toEqual([]);
});

test("keys, paths, ids and bodies that are wrong answer Resend's names", async () => {
  const { server, resend } = await standIn();
  const noKey = await fetch(`${server.url}/emails`);
  expect([noKey.status, await noKey.json()]).toMatchObject([401, { name: "missing_api_key" }]);
  const badKey = await new Resend("re_other", { baseUrl: server.url }).emails.send(MAIL);
  expect(badKey.error).toMatchObject({ statusCode: 403, name: "invalid_api_key" });
  const unknown = await resend.emails.get("6f9619ff-8b86-4d01-b42d-00cf4fc964ff");
  expect(unknown.error).toMatchObject({ statusCode: 404, name: "not_found" });
  const noUuid = await resend.emails.get("42");
  expect(noUuid.error).toMatchObject({ statusCode: 422, name: "invalid_parameter" });
  expect(await post(`${server.url}/nowhere`, {})).toMatchObject({
    status: 404,
    body: { name: "not_found" },
  });
  const method = await fetch(`${server.url}/emails`, {
    method: "DELETE",
    headers: { authorization: `Bearer ${API_KEY}` },
  });
  expect([method.status, await method.json()]).toMatchObject([405, { name: "method_not_allowed" }]);
  expect(await post(`${server.url}/emails`, "{")).toMatchObject({
    status: 400,
    body: { name: "validation_error" },
  });
  const longKey = await resend.emails.send(MAIL, { idempotencyKey: "k".repeat(257) });
  expect(longKey.error).toMatchObject({ statusCode: 400, name: "invalid_idempotency_key" });
});

test("a rate limit is told on each answer and refuses what is above it until the next second", async () => {
  const { resend, server } = await standIn({ rateLimit: 2 });
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  const first = await resend.emails.send(MAIL);
  expect(first.headers).toMatchObject({
    "ratelimit-limit": "2",
    "ratelimit-remaining": "1",
    "ratelimit-reset": "1",
    "ratelimit-policy": "2;w=1",
  });
  await resend.emails.send(MAIL);
  const third = await resend.emails.send(MAIL);
  expect(third.error).toMatchObject({ statusCode: 429, name: "rate_limit_exceeded" });
  expect(third.headers?.["retry-after"]).toBe("1");
  server.clock.setOffset(1000);
  expect((await resend.emails.send(MAIL)).error).toBeNull();
});

test("a scheduled mail leaves at its time, can be moved, and can be taken back", async () => {
  const hook = await receiver();
  const { resend, server } = await standIn({ webhookUrl: hook.url });
  const types = () => hook.received.map((request) => JSON.parse(request.body.toString()).type as string);
  const kept = (await resend.emails.send({ ...MAIL, scheduledAt: "in 1 hour" })).data?.id ?? "";
  const taken = (await resend.emails.send({ ...MAIL, scheduledAt: "in 1 hour" })).data?.id ?? "";
  expect((await resend.emails.get(kept)).data?.last_event).toBe("scheduled");
  const moved = new Date(Date.now() + 3 * 3600 * 1000).toISOString();
  expect((await resend.emails.update({ id: kept, scheduledAt: moved })).data).toEqual({
    object: "email",
    id: kept,
  });
  expect((await resend.emails.cancel(taken)).data).toEqual({ object: "email", id: taken });
  expect((await resend.emails.cancel(taken)).error).toMatchObject({ statusCode: 422 });
  server.clock.setOffset(2 * 3600 * 1000);
  expect((await resend.emails.get(kept)).data).toMatchObject({
    last_event: "scheduled",
    scheduled_at: moved,
  });
  server.clock.setOffset(4 * 3600 * 1000);
  await expect.poll(() => types()).toContain("email.delivered");
  expect(types().toSorted()).toEqual(["email.delivered", "email.scheduled", "email.scheduled", "email.sent"]);
  expect((await resend.emails.get(taken)).data?.last_event).toBe("canceled");
});

test("the signer agrees with the published Svix vector, and the SDK verifies it", () => {
  const id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
  const timestamp = 1614265330;
  const payload = '{"test": 2432232314}';
  const signature = signSvix(SECRET, id, timestamp, payload);
  expect(signature).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  vi.useFakeTimers({ toFake: ["Date"], now: timestamp * 1000 });
  const verify = (body: string) =>
    new Resend(API_KEY).webhooks.verify({
      payload: body,
      headers: { id, timestamp: String(timestamp), signature },
      webhookSecret: SECRET,
    });
  expect(verify(payload)).toEqual({ test: 2432232314 });
  expect(() => verify(payload.replace("2432232314", "1"))).toThrow();
});

test.each([
  ["guest@hotel.dev", ["email.sent", "email.delivered"]],
  ["delivered+b1@resend.dev", ["email.sent", "email.delivered"]],
  ["bounced@resend.dev", ["email.sent", "email.bounced"]],
  ["bounced+b1@resend.dev", ["email.sent", "email.bounced"]],
  ["complained+b1@resend.dev", ["email.sent", "email.delivered", "email.complained"]],
  ["suppressed@resend.dev", ["email.suppressed"]],
])("a mail to %s sends the webhooks %j, and the SDK verifies them", async (to, types) => {
  const hook = await receiver();
  const { resend, server } = await standIn({ webhookUrl: hook.url });
  // Signatures keep to the wall clock, or a moved clock would break every receiver.
  server.clock.setOffset(90 * DAY_MS);
  const { data } = await resend.emails.send({
    ...MAIL,
    to,
    tags: [{ name: "booking", value: "b_1" }],
  });
  await expect.poll(() => hook.received.length).toBe(types.length);
  const events = hook.received.map((request) => verified(resend, request));
  expect(events.map((event) => event.type)).toEqual(types);
  expect(new Set(hook.received.map((request) => request.headers["svix-id"])).size).toBe(types.length);
  expect(events.at(-1)).toMatchObject({
    created_at: expect.stringMatching(/^\d{4}-.*Z$/),
    data: {
      email_id: data?.id,
      from: MAIL.from,
      to: [to],
      subject: MAIL.subject,
      tags: { booking: "b_1" },
    },
  });
  const bounce = events.find((event) => event.type === "email.bounced");
  if (bounce)
    expect(bounce).toMatchObject({
      data: { bounce: { type: "Permanent", message: expect.any(String) } },
    });
});

test("a refused webhook comes again after 5 s and 5 min with the same id and body, then no more", async () => {
  const hook = await receiver([500, 302]);
  const { resend, server } = await standIn({ webhookUrl: hook.url });
  await resend.emails.send({ ...MAIL, to: "suppressed@resend.dev" });
  await expect.poll(() => hook.received.length).toBe(1);
  server.clock.setOffset(6_000);
  await expect.poll(() => hook.received.length).toBe(2);
  const waits = () =>
    server.store
      .collection<{ at: number }>("resend.deliveries")
      .all()
      .map(({ at }) => at - server.clock.now());
  await expect.poll(() => waits()[0]).toBeGreaterThan(4 * 60_000);
  expect(waits()[0]).toBeLessThanOrEqual(5 * 60_000);
  server.clock.setOffset(6_000 + 5 * 60_000 + 5_000);
  await expect.poll(() => hook.received.length).toBe(3);
  const [first, ...again] = hook.received;
  for (const request of again) {
    expect(request.headers["svix-id"]).toBe(first?.headers["svix-id"]);
    expect(request.body.equals(first?.body ?? Buffer.alloc(0))).toBe(true);
    verified(resend, request);
  }
  await expect.poll(async () => server.store.collection("resend.deliveries").all()).toEqual([]);
});

test("a webhook that nobody ever takes is given up after eight attempts", async () => {
  const hook = await receiver(Array.from({ length: 20 }, () => 503));
  const { resend, server } = await standIn({ webhookUrl: hook.url });
  await resend.emails.send({ ...MAIL, to: "suppressed@resend.dev" });
  for (let attempts = 1; attempts <= 8; attempts += 1) {
    await expect.poll(() => hook.received.length).toBe(attempts);
    await expect.poll(() => server.store.collection<{ attempts: number }>("resend.deliveries").all()[0]?.attempts ?? 8).toBe(attempts);
    server.clock.setOffset(attempts * DAY_MS);
  }
  expect(server.store.collection("resend.deliveries").all()).toEqual([]);
  expect(hook.received).toHaveLength(8);
});

test("mails, keys and unsent webhooks outlive a restart", async () => {
  const folder = mkdtempSync(join(tmpdir(), "resend-"));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  const dataFile = join(folder, "mail.sqlite");
  const hook = await receiver([500]);
  const options = { apiKey: API_KEY, webhookSecret: SECRET, webhookUrl: hook.url, dataFile };
  const before = await startResend(options);
  const sdk = new Resend(API_KEY, { baseUrl: before.url });
  const mail = { ...MAIL, to: "suppressed@resend.dev" };
  const first = await sdk.emails.send(mail, { idempotencyKey: "k" });
  await expect.poll(() => hook.received.length).toBe(1);
  await before.close();
  const { server, resend } = await standIn({ dataFile, webhookUrl: hook.url });
  server.clock.setOffset(10_000);
  await expect.poll(() => hook.received.length).toBe(2);
  expect(hook.received[1]?.headers["svix-id"]).toBe(hook.received[0]?.headers["svix-id"]);
  expect((await resend.emails.send(mail, { idempotencyKey: "k" })).data).toEqual(first.data);
  expect(await inbox(server.url)).toHaveLength(1);
});

test("a lost answer and a retry with the same key give one mail", async () => {
  const { resend, server } = await standIn();
  server.faults.add({ path: "/emails", drop: "after" });
  const lost = await resend.emails.send(MAIL, { idempotencyKey: "b_1" });
  expect(lost.error).toMatchObject({ name: "application_error", statusCode: null });
  const [accepted] = await inbox(server.url);
  const again = await resend.emails.send(MAIL, { idempotencyKey: "b_1" });
  expect(again.data?.id).toBe(accepted?.id);
  expect(await inbox(server.url)).toHaveLength(1);
});

test("a connection dropped before executing, and a 500, send nothing", async () => {
  const { resend, server } = await standIn();
  server.faults.add({ drop: "before" });
  expect((await resend.emails.send(MAIL)).error).toMatchObject({ statusCode: null });
  server.faults.add({
    status: 500,
    body: { statusCode: 500, name: "internal_server_error", message: "Try again." },
  });
  expect((await resend.emails.send(MAIL)).error).toMatchObject({
    statusCode: 500,
    name: "internal_server_error",
  });
  expect(await inbox(server.url)).toEqual([]);
});

test("a hanging send ends by the caller's abort and sends nothing", async () => {
  const { resend, server } = await standIn();
  server.faults.add({ hang: true });
  const caller = new AbortController();
  const sending = resend.emails.send(MAIL, { signal: caller.signal });
  await expect.poll(() => server.faults.list()).toEqual([]);
  caller.abort();
  expect((await sending).error).toMatchObject({ name: "application_error", statusCode: null });
  expect(await inbox(server.url)).toEqual([]);
});

test("the inbox finds a guest's mail with its text, HTML and calendar file", async () => {
  const { resend, server } = await standIn();
  await resend.emails.send({ ...MAIL, to: "other-guest@hotel.dev" });
  await resend.emails.send({
    ...MAIL,
    to: "Guest One <Guest@hotel.dev>",
    text: "See you soon",
    attachments: [{ filename: "stay.ics", content: Buffer.from("BEGIN:VCALENDAR") }],
  });
  const found = await inbox(server.url, "?to=guest@hotel.dev&kind=mail");
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({
    kind: "mail",
    subject: MAIL.subject,
    html: MAIL.html,
    text: "See you soon",
    attachments: [
      {
        filename: "stay.ics",
        contentType: "text/calendar",
        content: Buffer.from("BEGIN:VCALENDAR").toString("base64"),
      },
    ],
  });
  const file = await fetch(`${server.url}/inbox/mail/${found[0]?.id}/attachments/0`);
  expect(file.headers.get("content-type")).toBe("text/calendar");
  expect(file.headers.get("content-disposition")).toContain("stay.ics");
  expect(await file.text()).toBe("BEGIN:VCALENDAR");
});

test("the inbox's pages escape what a mail brings and frame its HTML without scripts", async () => {
  const { resend, server } = await standIn();
  expect(await (await fetch(`${server.url}/inbox`)).text()).toContain("Nothing here yet");
  await resend.emails.send({
    ...MAIL,
    subject: "<script>alert(1)</script>",
    html: '<p title="x">hi</p><script>alert(2)</script>',
  });
  const [mail] = await inbox(server.url);
  const list = await (await fetch(`${server.url}/inbox?search=guest`)).text();
  expect(list).toContain(`/inbox/mail/${mail?.id}`);
  expect(list).not.toContain("<script>alert");
  const answer = await fetch(`${server.url}/inbox/mail/${mail?.id}`);
  const page = await answer.text();
  expect(page).not.toContain("<script>alert");
  expect(/<iframe[^>]*sandbox="([^"]*)"/.exec(page)?.[1]).not.toContain("allow-scripts");
  expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
  // The list's own script runs only when the policy's hash is of the very text that was sent.
  const ownScript = /<script>([^]*?)<\/script>/.exec(list)?.[1] ?? "";
  const hash = createHash("sha256").update(ownScript).digest("base64");
  expect(answer.headers.get("content-security-policy")).toContain(`'sha256-${hash}'`);
  const none = await (await fetch(`${server.url}/inbox?search=nobody`)).text();
  expect(none).toContain("No message matches");
  expect((await fetch(`${server.url}/inbox/mail/unknown`)).status).toBe(404);
});

test("marking a mail in the inbox sends that event's webhook, but not for another site", async () => {
  const hook = await receiver();
  const { resend, server } = await standIn({ webhookUrl: hook.url });
  const { data } = await resend.emails.send(MAIL);
  await expect.poll(() => hook.received.length).toBe(2);
  const mark = (headers: Record<string, string>) =>
    fetch(`${server.url}/inbox/mail/${data?.id}/events`, {
      method: "POST",
      redirect: "manual",
      headers,
      body: new URLSearchParams({ event: "complained" }),
    });
  expect((await mark({ origin: "https://elsewhere.dev" })).status).toBe(403);
  expect((await mark({ origin: server.url })).status).toBe(303);
  await expect.poll(() => hook.received.length).toBe(3);
  const last = hook.received.at(-1);
  expect(last && verified(resend, last).type).toBe("email.complained");
  expect((await resend.emails.get(data?.id ?? "")).data?.last_event).toBe("complained");
});
