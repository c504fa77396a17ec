import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { serve, type Reply, type RunningServer } from "../../local/kit/serve.ts";
import { again, callOutside, isTransient, OutsideError, retryAfter } from "../../server/platform/outside.ts";

let server: RunningServer;
let answer: Reply;
let calls = 0;
beforeAll(async () => {
  server = await serve(() => ((calls += 1), answer));
});
beforeEach(() => {
  server.faults.clear();
  answer = {};
  calls = 0;
});
afterAll(() => server.close());

async function failure(url = server.url, timeoutMs = 2000): Promise<OutsideError> {
  const error: unknown = await callOutside("vendor", url, { timeoutMs }).catch((caught: unknown) => caught);
  if (!(error instanceof OutsideError)) throw new Error("no OutsideError");
  return error;
}

test.each([
  [400, "refused", false],
  [401, "refused", false],
  [404, "refused", false],
  [408, "busy", true],
  [409, "busy", true],
  [429, "busy", true],
  [500, "server", true],
  [502, "server", true],
  [503, "busy", true],
])("%i is %s", async (status, kind, transient) => {
  answer = { status, body: "no" };
  const error = await failure();
  expect(error).toMatchObject({ vendor: "vendor", kind, status });
  expect(isTransient(error)).toBe(transient);
});

test("2xx is the answer", async () => {
  answer = { status: 201, body: { made: true } };
  expect(await (await callOutside("vendor", server.url)).json()).toEqual({ made: true });
});

test("a lost connection is network, a hanging one a timeout", async () => {
  expect((await failure("http://127.0.0.1:1")).kind).toBe("network");
  server.faults.add({ hang: true });
  expect((await failure(server.url, 50)).kind).toBe("timeout");
  server.faults.add({ drop: "after" });
  expect((await failure()).kind).toBe("network");
});

test("Retry-After is read in seconds and as a date, and never negative", async () => {
  answer = { status: 429, headers: { "retry-after": "7" } };
  expect((await failure()).retryAfterMs).toBe(7000);
  const inAMinute = retryAfter(new Headers({ "retry-after": new Date(Date.now() + 60_000).toUTCString() }));
  expect(inAMinute).toBeGreaterThan(57_000);
  expect(inAMinute).toBeLessThanOrEqual(60_000);
  expect(retryAfter(new Headers({ "retry-after": "Wed, 21 Oct 2015 07:28:00 GMT" }))).toBe(0);
  expect(retryAfter(new Headers({ "retry-after": "-5" }))).toBe(0);
  expect(retryAfter(new Headers({ "retry-after": "soon" }))).toBeUndefined();
  expect(retryAfter(new Headers())).toBeUndefined();
});

test("the vendor's text is kept short, and out of the message", async () => {
  answer = { status: 500, body: "x".repeat(5000) };
  const error = await failure();
  expect(error.message).toBe("vendor server 500");
  expect(error.cause).toHaveLength(2000);
});

test("trying again helps once, and only where it can", async () => {
  server.faults.add({ status: 500 });
  expect((await again(() => callOutside("vendor", server.url))).status).toBe(200);
  server.faults.add({ status: 500, calls: 5 });
  await expect(again(() => callOutside("vendor", server.url))).rejects.toMatchObject({ kind: "server" });
  server.faults.clear();
  answer = { status: 422 };
  calls = 0;
  await expect(again(() => callOutside("vendor", server.url))).rejects.toMatchObject({ kind: "refused" });
  expect(calls).toBe(1);
});
