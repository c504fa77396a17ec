import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { explain } from "../../client/lib/errors.ts";
import { queryClient } from "../../client/lib/query.ts";
import { refusalOf } from "../../client/lib/refusal.ts";
import { sessionQuery, signOut } from "../../client/lib/session.ts";

const USER = { id: "u1", name: "Ana Reis", email: "ana@guest.test", emailVerified: true };
const session = () => queryClient.getQueryData(sessionQuery.queryKey);

beforeEach(() => queryClient.setQueryData(sessionQuery.queryKey, USER));
afterEach(() => {
  vi.unstubAllGlobals();
  queryClient.clear();
});

/** Asks who is signed in where the server answers so; a function is what the network does instead. */
async function askedWhere(answer: () => Promise<Response>): Promise<unknown> {
  vi.stubGlobal("fetch", answer);
  return queryClient.fetchQuery({ ...sessionQuery, staleTime: 0, retry: false });
}

test("only an answer without a session means that nobody is signed in", async () => {
  expect(await askedWhere(async () => Response.json({ user: USER }))).toEqual(USER);
  expect(await askedWhere(async () => Response.json(null))).toBeNull();
});

test.each([
  [
    "an answer of our own",
    async () => Response.json({ error: { message: "x", code: -32029, data: { domain: { code: "RATE_LIMITED", facts: { retryAfterMs: 3000 } } } } }, { status: 429 }),
    "RATE_LIMITED",
  ],
  ["a library's failure", async () => new Response("", { status: 500 }), "UNAVAILABLE"],
  ["a proxy's page", async () => new Response("<h1>Bad gateway</h1>", { status: 502 }), "UNAVAILABLE"],
  ["no answer", () => Promise.reject(new TypeError("Failed to fetch")), "UNREACHABLE"],
] as const)("%s is told as a failure, and nobody counts as signed out by it", async (_, answer, code) => {
  const error = await askedWhere(answer).catch((thrown: unknown) => thrown);
  expect(refusalOf(error)?.code).toBe(code);
  expect(explain(error).advice).not.toBe("");
  expect(session()).toEqual(USER);
  await expect(signOut()).rejects.toThrow();
  expect(session()).toEqual(USER);
});

test("after signing out nobody is signed in, without being asked", async () => {
  vi.stubGlobal("fetch", async () => Response.json({ success: true }));
  await signOut();
  expect(session()).toBeNull();
});
