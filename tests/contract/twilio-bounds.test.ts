import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import type { RunningServer } from "../../local/kit/serve.ts";
import { startTwilio } from "../../local/twilio/index.ts";

const SID = `AC${"0".repeat(32)}`;
const PATH = `/2010-04-01/Accounts/${SID}/Messages.json`;
const GOOD = { To: "+15005550010", From: "+15005550006", Body: "Hello" };
const authorization = `Basic ${Buffer.from(`${SID}:12345`).toString("base64")}`;

async function standIn(): Promise<RunningServer> {
  const server = await startTwilio({ accountSid: SID, authToken: "12345", dataFile: ":memory:" });
  onTestFinished(() => server.close());
  return server;
}

async function call(server: RunningServer, method: string, path: string, form?: string) {
  const answer = await fetch(server.url + path, { method, headers: { authorization }, ...(form === undefined ? {} : { body: form }) });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

async function count(server: RunningServer): Promise<number> {
  return ((await call(server, "GET", PATH)).body["messages"] as unknown[]).length;
}

test.each<[string, Record<string, string>]>([
  ["a time of its own", { SendAt: "2026-12-01T10:00:00Z", ScheduleType: "fixed" }],
  ["a picture", { MediaUrl: "https://a.test/a.png" }],
  ["a validity period", { ValidityPeriod: "60" }],
  ["a content template", { ContentSid: `HX${"0".repeat(32)}` }],
  ["a misspelt field", { StatusCallBack: "http://127.0.0.1:1/x" }],
  ["an empty callback", { StatusCallback: "" }],
  ["a callback that is no web address", { StatusCallback: "mailto:a@b.test" }],
  ["a service that is none", { MessagingServiceSid: "MG1" }],
])("a text with %s is refused and not sent", async (_, more) => {
  const server = await standIn();
  const { status, body } = await call(server, "POST", PATH, new URLSearchParams({ ...GOOD, ...more }).toString());
  expect(status).toBe(400);
  expect(body).toMatchObject({ code: expect.any(Number), message: expect.any(String), more_info: expect.stringContaining("twilio.com/docs/errors"), status: 400 });
  expect(await count(server)).toBe(0);
});

test("a text whose receiver is given twice, or in the query, is refused", async () => {
  const server = await standIn();
  expect((await call(server, "POST", PATH, `${new URLSearchParams(GOOD)}&To=%2B15005550011`)).status).toBe(400);
  expect((await call(server, "POST", `${PATH}?To=%2B15005550011`, new URLSearchParams(GOOD).toString())).status).toBe(400);
  expect(await count(server)).toBe(0);
});

test.each(["To=", "to=%2B15005550010", "Status=sent", "PageSize=0", "PageSize=-1", "Page=x", "DateSent=soon", "DateSent%3E=", "To=a&To=b"])(
  "a list asked for with %s is refused, not widened",
  async (query) => {
    const server = await standIn();
    await call(server, "POST", PATH, new URLSearchParams(GOOD).toString());
    expect((await call(server, "GET", `${PATH}?${query}`)).status).toBe(400);
    expect((await call(server, "GET", `${PATH}?To=%2B15005550010&PageSize=5`)).status).toBe(200);
  },
);

test("whatever comes over HTTP, it is never an error of the server", { timeout: 120_000 }, async () => {
  const server = await standIn();
  const path = fc.constantFrom(
    PATH,
    PATH.replace(".json", "/%ZZ.json"),
    PATH.replace(".json", "/%00.json"),
    "/",
    "/2010-04-01/Accounts/x/Messages.json",
    `${PATH}?DateSent=%2B275760-09-13T00:00:00.001Z`,
  );
  const name = fc.constantFrom("To", "From", "Body", "StatusCallback", "MessagingServiceSid", "__proto__", "");
  const value = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("+15005550010", "+15005550006", "\0", "constructor", "http://[", "x".repeat(2000)));
  const body = fc.oneof(
    fc.string(),
    fc.json(),
    fc.array(fc.tuple(name, value), { maxLength: 6 }).map((pairs) => new URLSearchParams(pairs).toString()),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom("GET", "POST", "DELETE"), path, body, async (method, target, content) => {
      const { status } = await call(server, method, target, method === "GET" ? undefined : content);
      expect(status, `${method} ${target} ${content}`).toBeLessThan(500);
    }),
    { numRuns: 100 },
  );
});
