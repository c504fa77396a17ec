import { TRPCClientError } from "@trpc/client";
import { expect, test, vi } from "vitest";
import { ask } from "../../client/lib/ask.ts";
import { ChunkError } from "../../client/lib/chunks.ts";
import { explain, explainRestriction } from "../../client/lib/errors.ts";
import { mayRetry, retryDelay } from "../../client/lib/query.ts";
import { refusalOf } from "../../client/lib/refusal.ts";
import { TRPC_CODE, type ErrorCode, type ErrorFacts } from "../../server/errors.ts";

/** A failed call as tRPC's client makes it of the server's answer. */
function failed(data: object) {
  return TRPCClientError.from({ error: { message: "x", code: -32603, data: { requestId: "req-1", ...data } } });
}

function refused<C extends ErrorCode>(code: C, facts: ErrorFacts[C]) {
  return failed({ domain: { code, facts } });
}

test.each(Object.keys(TRPC_CODE))("%s has a sentence of its own and says what to do", (code) => {
  const facts = { retryAfterMs: 1500, total: 100_00, currency: "EUR", limit: 3, reason: "min_stay", value: 2 };
  const { title, advice } = explain(failed({ domain: { code, facts } }));
  expect(title).not.toBe(explain(new Error("bug")).title);
  expect(advice.length).toBeGreaterThan(10);
  expect(`${title} ${advice}`).not.toMatch(/[A-Z]+_[A-Z]+|undefined|NaN/);
});

test("the facts of a refusal are in its words", () => {
  expect(explain(refused("PRICE_CHANGED", { fee: 110_00, total: 220_00, currency: "EUR" })).title).toBe("Cancelling now costs €110.00");
  expect(explain(refused("PRICE_CHANGED", { total: 123_45, currency: "EUR", quoteHash: "x" })).title).toBe("The price is now €123.45");
  expect(explain(refused("RATE_LIMITED", { retryAfterMs: 4200 })).advice).toBe("Wait 5 seconds, then try again.");
  expect(explain(refused("HOLD_LIMIT", { limit: 1, of: "bookings" })).title).toBe("You hold 1 unpaid booking already");
  expect(explain(refused("HOLD_LIMIT", { limit: 200, of: "network" })).title).toBe("Too many unpaid rooms are booked from your network");
  expect(explain(refused("PRECONDITION", { reason: "x", again: true })).title).toBe("Your browser keeps no cookies of this site");
  expect(explainRestriction({ reason: "min_stay", value: 3 })).toBe("Stay at least 3 nights");
});

test("a fault of ours names the request, a refusal does not", () => {
  expect(explain(failed({ code: "INTERNAL_SERVER_ERROR" })).requestId).toBe("req-1");
  expect(explain(refused("SOLD_OUT", { nights: [] })).requestId).toBeUndefined();
});

test("no answer at all is told as a lost connection only where the device says that it has none", () => {
  const error = TRPCClientError.from(new TypeError("Failed to fetch"));
  expect(refusalOf(error)?.code).toBe("UNREACHABLE");
  vi.stubGlobal("navigator", { onLine: false });
  expect(refusalOf(error)?.code).toBe("OFFLINE");
  expect(refusalOf(new ChunkError("x"))?.code).toBe("OFFLINE");
  vi.stubGlobal("navigator", { onLine: true });
  expect(refusalOf(new ChunkError("x"))?.code).toBe("UNREACHABLE");
  vi.unstubAllGlobals();
});

test.each([
  [503, "UNAVAILABLE"],
  [502, "UNAVAILABLE"],
  [429, "RATE_LIMITED"],
  [200, "UNREACHABLE"],
  [404, "UNREACHABLE"],
])("a page of somebody else's with status %i is told as %s, never as a defect of ours", async (status, code) => {
  const page = new Response("<html>", { status, headers: { "content-type": "text/html", "retry-after": "2" } });
  vi.stubGlobal("fetch", async () => page);
  const failure: unknown = await ask("/trpc/x").catch((error: unknown) => error);
  vi.unstubAllGlobals();
  const refusal = refusalOf(TRPCClientError.from(failure as Error));
  expect(refusal?.code).toBe(code);
  if (status >= 429) expect(refusal?.facts).toMatchObject({ retryAfterMs: 2000 });
});

test("without a connection nothing is tried again behind a guest's back, a server that is out only twice", () => {
  vi.stubGlobal("navigator", { onLine: false });
  expect(mayRetry("query", 0, TRPCClientError.from(new TypeError("Failed to fetch")))).toBe(false);
  vi.unstubAllGlobals();
  expect([0, 1, 2].map((tries) => mayRetry("query", tries, TRPCClientError.from(new TypeError("Failed to fetch"))))).toEqual([true, true, false]);
});

test("a refused input names its fields", () => {
  const refusal = refusalOf(failed({ fields: [{ path: "guest.email", message: "Invalid" }] }));
  expect(refusal).toMatchObject({ code: "INVALID", facts: { field: "guest.email" }, fields: [{ path: "guest.email" }] });
});

test("only what may pass by itself is tried again, and not for ever", () => {
  const busy = refused("ROOM_BUSY", { retryAfterMs: 200 });
  const out = refused("UNAVAILABLE", { what: "database", retryAfterMs: 1000 });
  expect(mayRetry("mutation", 0, busy)).toBe(true);
  expect(mayRetry("mutation", 4, busy)).toBe(false);
  expect(mayRetry("query", 0, out)).toBe(true);
  expect(mayRetry("mutation", 0, out)).toBe(false);
  expect(mayRetry("query", 0, refused("UNAVAILABLE", { what: "database", retryAfterMs: 60_000 }))).toBe(false);
  expect(mayRetry("query", 0, refused("SOLD_OUT", { nights: [] }))).toBe(false);
  expect(mayRetry("query", 0, failed({}))).toBe(false);
});

test("what was refused for want of a cookie is asked once more, with the cookie that the refusal brought", () => {
  const noCookie = refused("PRECONDITION", { reason: "no identity", again: true });
  expect(mayRetry("mutation", 0, noCookie)).toBe(true);
  expect(mayRetry("mutation", 1, noCookie)).toBe(false);
  expect(mayRetry("mutation", 0, refused("PRECONDITION", { reason: "can't be paid" }))).toBe(false);
});

test("the wait before a retry starts at what the server asked for, grows, and is bounded", () => {
  const busy = refused("ROOM_BUSY", { retryAfterMs: 200 });
  for (const [tries, least, most] of [
    [0, 200, 300],
    [2, 800, 1200],
    [30, 8000, 12_000],
  ] as const) {
    const wait = retryDelay(tries, busy);
    expect(wait).toBeGreaterThanOrEqual(least);
    expect(wait).toBeLessThanOrEqual(most);
  }
});
