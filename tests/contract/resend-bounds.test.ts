import fc from "fast-check";
import { Resend } from "resend";
import { expect, onTestFinished, test, vi } from "vitest";
import type { RunningServer } from "../../local/kit/serve.ts";
import { startResend, type ResendOptions } from "../../local/resend/index.ts";
import { sendEmail } from "../../server/notifications/send-email.ts";
import { readConfig } from "../../server/platform/config.ts";

const KEY = "re_bounds";
const MAIL = { from: "Nightledger <stay@nightledger.dev>", to: "guest@hotel.dev", subject: "Your booking", html: "<p>Soon</p>" };

async function standIn(options: Partial<ResendOptions> = {}): Promise<{ server: RunningServer; resend: Resend }> {
  const server = await startResend({ apiKey: KEY, webhookSecret: "whsec_eA==", dataFile: ":memory:", rateLimit: 100_000, ...options });
  onTestFinished(() => server.close());
  return { server, resend: new Resend(KEY, { baseUrl: server.url }) };
}

async function call(server: RunningServer, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const answer = await fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${KEY}`, "user-agent": "test", ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

async function sent(server: RunningServer): Promise<{ to: string[]; subject: string }[]> {
  return ((await (await fetch(`${server.url}/inbox/api/messages`)).json()) as { messages: { to: string[]; subject: string }[] }).messages;
}

test.each<[string, object]>([
  ["a line break in its subject", { subject: "Hello\r\nBcc: all@hotel.dev" }],
  ["a line feed in its subject", { subject: "a\nb" }],
  ["a line break in the sender's name", { from: "A\r\nB <a@hotel.dev>" }],
  ["a line break in an address", { to: "A\nB <a@hotel.dev>" }],
  ["a line break in a header", { headers: { "X-A": "1\r\nBcc: all@hotel.dev" } }],
  ["a line break in a file's name", { attachments: [{ filename: "a\r\nb.txt", content: "aGk=" }] }],
  ["an empty subject", { subject: "" }],
  ["a template, which is not served", { template: { id: "t" } }],
  ["a topic, which is not served", { topicId: "t" }],
  ["51 addresses", { to: Array.from({ length: 51 }, (_, index) => `g${index}@hotel.dev`) }],
  ["51 hidden addresses", { bcc: Array.from({ length: 51 }, (_, index) => `g${index}@hotel.dev`) }],
  ["an attachment of both kinds", { attachments: [{ filename: "a", content: "aGk=", path: "http://127.0.0.1:1/a" }] }],
])("a mail with %s is refused and not sent", async (_, more) => {
  const { server, resend } = await standIn();
  const { error } = await resend.emails.send({ ...MAIL, ...more } as never);
  expect(error).toMatchObject({ statusCode: 422, name: expect.any(String) });
  expect(await sent(server)).toEqual([]);
});

test("fields that aren't understood are refused, wherever they stand", async () => {
  const { server } = await standIn();
  for (const more of [
    { replyTo: "a@hotel.dev" },
    { attachments: [{ filename: "a", content: "aGk=", type: "x" }] },
    { tags: [{ name: "a", value: "b", c: "d" }] },
    { attachments: [{ filename: "a", content: "no base 64!" }] },
  ]) {
    expect(await call(server, "POST", "/emails", { ...MAIL, ...more })).toMatchObject({ status: 422, body: { statusCode: 422 } });
  }
  expect((await call(server, "POST", "/emails?dry_run=true", MAIL)).status).toBe(422);
  expect((await call(server, "POST", "/emails/batch", [MAIL], { "x-batch-validation": "lenient" })).status).toBe(422);
  for (const query of ["limit=0", "limit=101", "limit=", "limit=1e1", "to=a", "after=", "limit=1&limit=2"])
    expect((await call(server, "GET", `/emails?${query}`)).status, query).toBe(422);
  expect(await sent(server)).toEqual([]);
});

test("without a word the rate is the vendor's, told on every answer", async () => {
  const { resend } = await standIn({ rateLimit: undefined });
  vi.useFakeTimers({ toFake: ["Date"], now: 1_800_000_000_000 });
  onTestFinished(() => void vi.useRealTimers());
  const answers = [];
  for (let index = 0; index < 6; index += 1) answers.push(await resend.emails.send(MAIL));
  expect(answers.map(({ error }) => error?.statusCode ?? 200)).toEqual([200, 200, 200, 200, 200, 429]);
  expect(answers[0]!.headers).toMatchObject({ "ratelimit-limit": "5", "ratelimit-policy": "5;w=1" });
  expect(answers[5]!.headers).toMatchObject({ "retry-after": "1" });
});

test("a burst of twenty mails all arrives at the vendor's rate, each once", async () => {
  const { server } = await standIn({ rateLimit: undefined });
  const config = readConfig({ DATABASE_URL: "postgres://unused", AUTH_SECRET: "contract-test-secret", RESEND_API_KEY: KEY, RESEND_BASE_URL: server.url });
  const ids = Array.from({ length: 20 }, (_, index) => `delivery-${index}`);
  await Promise.all(ids.map((deliveryId, index) => sendEmail(config, { deliveryId, to: `g${index}@hotel.dev`, subject: `Booking ${index}`, html: "<p>x</p>", text: "x" })));
  expect((await sent(server)).map(({ subject }) => subject).sort()).toEqual(ids.map((_, index) => `Booking ${index}`).sort());
});

test("a longer wish of the vendor than a second is left to the queue at once", async () => {
  const { server } = await standIn();
  const config = readConfig({ DATABASE_URL: "postgres://unused", AUTH_SECRET: "contract-test-secret", RESEND_API_KEY: KEY, RESEND_BASE_URL: server.url });
  const body = { statusCode: 429, name: "rate_limit_exceeded", message: "slow" };
  server.faults.add({ status: 429, headers: { "retry-after": "7" }, body });
  const mail = { deliveryId: "d", to: "g@hotel.dev", subject: "x", html: "x", text: "x" };
  await expect(sendEmail(config, mail)).rejects.toMatchObject({ kind: "busy", retryAfterMs: 7000 });
});

test("whatever comes over HTTP, it is never an error of the server", { timeout: 120_000 }, async () => {
  const { server } = await standIn();
  const path = fc.constantFrom(
    "/emails",
    "/emails/batch",
    "/emails/%ZZ",
    "/emails/%00/cancel",
    "/emails/__proto__",
    "/",
    "/inbox",
    "/inbox/mail/%ZZ",
    "/inbox/sms/%00",
    "/inbox/api/messages?q=%ZZ",
    "/_control/faults",
  );
  const value = fc.oneof(fc.jsonValue(), fc.string({ unit: "binary" }), fc.constantFrom("\0", "\ud800", "a@hotel.dev", "in 9999 days", "+275760-09-13T00:00:00.001Z", [], {}));
  const mail = fc.record(
    {
      from: value,
      to: value,
      subject: value,
      html: value,
      scheduled_at: value,
      attachments: fc.oneof(value, fc.array(fc.record({ filename: value, content: value }))),
      tags: value,
      headers: value,
    },
    { requiredKeys: [] },
  );
  const body = fc.oneof(
    fc.string(),
    fc.json(),
    fc.constant("[".repeat(50_000)),
    mail.map((more) => JSON.stringify({ ...MAIL, ...more })),
    fc.array(mail).map((mails) => JSON.stringify(mails)),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom("GET", "POST", "PATCH", "DELETE"), path, body, fc.string(), async (method, target, content, key) => {
      const headers = { authorization: `Bearer ${KEY}`, "user-agent": "test", "idempotency-key": encodeURIComponent(key.toWellFormed()) };
      const answer = await fetch(server.url + target, { method, headers, redirect: "manual", ...(method === "GET" ? {} : { body: content }) });
      await answer.text();
      expect(answer.status, `${method} ${target} ${content}`).toBeLessThan(500);
      server.faults.clear();
    }),
    { numRuns: 100 },
  );
  expect((await fetch(`${server.url}/inbox`)).status).toBe(200);
  for (const { id } of (await (await fetch(`${server.url}/inbox/api/messages`)).json()).messages as { id: string }[]) {
    expect((await fetch(`${server.url}/inbox/mail/${id}`)).status).toBe(200);
  }
});
