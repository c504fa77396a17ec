import { request } from "node:http";
import { createServer, type Server } from "node:net";
import { eq, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { properties } from "../../db/schema/index.ts";
import { startCloud } from "../../local/cloud.ts";
import worker from "../../server/worker.ts";
import { signedId } from "../../server/platform/tokens.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { openRedisGateway, redisAt } from "../helpers/context.ts";
import { startGateway, type Gateway, type GatewayOptions } from "../helpers/gateway.ts";
import { emptyRedis } from "../helpers/redis.ts";
import { callWire } from "../helpers/trpc.ts";
import { createProperty } from "../helpers/world.ts";

let database: TestDatabase;
let gateway: Gateway;
const closing: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  database = await createDatabase();
});
beforeEach(async () => {
  gateway = await start();
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});
afterAll(() => database.drop());

async function start(options: GatewayOptions = {}): Promise<Gateway> {
  const started = await startGateway(database, { cloud: {}, publishing: false, ...options });
  closing.push(() => started.close());
  return started;
}

const MUTATION = { method: "POST", body: "{}", headers: { "content-type": "application/json" } };

test.each([
  ["our own origin", () => ({ origin: gateway.url }), 400],
  ["no browser at all", () => ({}), 400],
  ["another origin", () => ({ origin: "https://evil.test" }), 403],
  ["a null origin", () => ({ origin: "null" }), 403],
  ["our host as a prefix", () => ({ origin: `${gateway.url}.evil.test` }), 403],
  ["another site's form", () => ({ "sec-fetch-site": "cross-site" }), 403],
  ["a neighbour's subdomain", () => ({ "sec-fetch-site": "same-site" }), 403],
])("a mutation from %s", async (_, headers, status) => {
  const answer = await gateway.request("/trpc/bookings.hold", { ...MUTATION, headers: { ...MUTATION.headers, ...headers() } });
  expect(answer.status).toBe(status);
});

test("a mutation that a plain form could send is refused by its type", async () => {
  const answer = await gateway.request("/trpc/bookings.hold", { method: "POST", body: "{}", headers: { "content-type": "text/plain" } });
  expect(answer.status).toBe(415);
});

test.each(["/trpc/bookings.hold", "/webhooks/stripe", "/jobs/tick", "/auth/sign-in/email"])("a body above 256 kB is 413 at %s, told or not", async (path) => {
  const body = `{"a":"${"x".repeat(256 * 1024)}"}`;
  expect((await gateway.request(path, { ...MUTATION, body, headers: { ...MUTATION.headers, "content-length": String(body.length) } })).status).toBe(413);
  const stream = new Blob([body]).stream();
  expect((await gateway.request(path, { ...MUTATION, body: stream, duplex: "half" } as RequestInit)).status).toBe(413);
});

test.each(["/", "/trpc/ping", "/health", "/nowhere", "/trpc/none.such"])("%s carries the security headers", async (path) => {
  const { headers } = await gateway.request(path);
  const policy = headers.get("content-security-policy");
  expect(policy).toContain("default-src 'self'");
  expect(policy).toContain("script-src 'self'");
  expect(policy).toContain("object-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe-inline|unsafe-eval|\*/);
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("x-frame-options")).toBe("DENY");
  expect(headers.get("referrer-policy")).toBe("strict-origin-when-cross-origin");
  expect(headers.get("strict-transport-security")).toBeNull();
  expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
});

test("behind https it says so for a year", async () => {
  const secure = await start({ env: { PUBLIC_URL: "https://stay.test" } });
  expect((await secure.request("/trpc/ping")).headers.get("strict-transport-security")).toContain("max-age=31536000");
});

test("the caller's request id is echoed in header, error and log; one that could forge a log line is not", async () => {
  const id = "caller-0123456789";
  const answer = await callWire(gateway, "bookings.get", {}, { headers: { "x-request-id": id } });
  expect(answer.headers.get("x-request-id")).toBe(id);
  expect(answer.error?.data.requestId).toBe(id);
  const forged = await gateway.request("/trpc/ping", { headers: { "x-request-id": "a b{}" } });
  expect(forged.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
});

test("past the limit 429 with Retry-After, in the shape of a refusal; another client goes on", async () => {
  const redis = await openRedisGateway();
  closing.push(() => redis.close());
  const limited = await start({ redis: redis.redis, env: { RATE_LIMIT_PER_MINUTE: "3" } });
  const statuses: number[] = [];
  for (let i = 0; i < 7; i += 1) statuses.push((await limited.request("/trpc/ping")).status);
  // The minute may turn in between: then at most three more go through.
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(1);
  const answer = await vi.waitFor(async () => {
    const refused = await callWire(limited, "ping", undefined);
    expect(refused.status).toBe(429);
    return refused;
  });
  expect(Number(answer.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  expect(answer.error?.data).toMatchObject({ httpStatus: 429, domain: { code: "RATE_LIMITED", facts: { retryAfterMs: expect.any(Number) } } });
  await vi.waitFor(async () => expect((await limited.request("/bookings/nonsense/calendar.ics?token=x")).status).toBe(429));
  limited.runtime.clientAddress = "10.0.0.9";
  expect((await limited.request("/trpc/ping")).status).toBe(200);
});

test.each(["sign-in/email", "sign-up/email", "verify-email", "request-password-reset", "reset-password", "change-password", "organization/invite-member"])(
  "%s, which mails or takes a secret, has the allowance of look-ups",
  async (path) => {
    const redis = await openRedisGateway();
    closing.push(() => redis.close());
    const limited = await start({ redis: redis.redis, env: { RATE_LIMIT_LOOKUPS_PER_MINUTE: "1" } });
    const ask = async () => (await limited.request(`/auth/${path}`, { method: "POST", body: "{}", headers: { "content-type": "application/json", origin: limited.url } })).status;
    await ask();
    // The minute may turn in between.
    await vi.waitFor(async () => expect(await ask()).toBe(429));
  },
);

/** A path as it goes over the wire: `fetch` would tidy it first. */
function rawStatus(path: string, method = "GET"): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(gateway.url);
    const sent = request({ hostname, port, path, method, headers: { "content-type": "application/json" } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    sent.once("error", reject);
    sent.end(method === "POST" ? "{}" : undefined);
  });
}

test.each([
  "/trpc//bookings.lookup",
  "/trpc/%2Fbookings.lookup",
  "/trpc/%2fbookings.lookup",
  "/trpc/%5Cbookings.lookup",
  "//trpc/bookings.lookup",
  "/auth//sign-in/email",
  "/hotels//some-house",
])("%s, which a router may read as another path than the limits do, is not found, and counts nothing", async (path) => {
  const counted: string[] = [];
  gateway.runtime.limits = { check: async (tier) => void counted.push(tier) };
  expect(await rawStatus(path, "POST")).toBe(404);
  expect(await rawStatus(path)).toBe(404);
  expect(counted).toEqual([]);
});

test.each(["/trpc/bookings.lookup", "/trpc/x/../bookings.lookup", "/trpc/%2e/bookings.lookup", "/trpc/bookings%2Elookup", "/trpc/%62ookings.lookup", "/trpc/bookings.lookup/"])(
  "however it is spelt, %s counts as a lookup",
  async (path) => {
    const counted: string[] = [];
    gateway.runtime.limits = { check: async (tier) => void counted.push(tier) };
    await rawStatus(path, "POST");
    expect(counted).toEqual(["lookup"]);
  },
);

test.each([
  "/auth/sign-in/email",
  "/auth/sign-up/email",
  "/auth/request-password-reset",
  "/auth/verify-email",
  "/auth/reset-password",
  "/auth/change-password",
  "/auth/organization/invite-member",
  "/trpc/bookings.lookup",
  "/trpc/bookings.hold",
  "/trpc/bookings.modify",
  "/trpc/bookings.cancel",
  "/trpc/payments.start",
  "/trpc/proofs.ask",
  "/trpc/proofs.give",
])("another site's picture of %s can do nothing, and uses up no more than any request", async (path) => {
  const counted: string[] = [];
  gateway.runtime.limits = { check: async (tier) => void counted.push(tier) };
  for (const method of ["GET", "HEAD"]) {
    const answer = await gateway.request(path, { method, headers: { "sec-fetch-site": "cross-site", "sec-fetch-dest": "image" } });
    expect([204, 404, 405]).toContain(answer.status);
  }
  expect(counted).toEqual(["general", "general"]);
});

test("a POST that no route of the accounts takes counts like any other request", async () => {
  const counted: string[] = [];
  gateway.runtime.limits = { check: async (tier) => void counted.push(tier) };
  expect((await gateway.request("/auth/sign-in/social", { ...MUTATION, headers: { ...MUTATION.headers, origin: gateway.url } })).status).toBe(404);
  expect(counted).toEqual(["general"]);
});

test.each(["/art/room/1.svg", "/art/property/none-such.svg", "/bookings/nonsense/calendar.ics?token=x"])("%s counts like any other request", async (path) => {
  const counted: string[] = [];
  gateway.runtime.limits = { check: async (tier) => void counted.push(tier) };
  await gateway.request(path);
  expect(counted).toEqual(["general"]);
});

test("limits fail open when Redis is dead, and a metric says so", async () => {
  const counted: string[] = [];
  const open = await start({
    redis: redisAt("http://127.0.0.1:1"),
    metrics: { count: (name) => void counted.push(name), gauge() {}, observe() {} },
    env: { RATE_LIMIT_PER_MINUTE: "1" },
  });
  for (let i = 0; i < 4; i += 1) expect((await open.request("/trpc/ping")).status).toBe(200);
  expect(counted).toContain("rate_limit_failures_total");
});

/** Accepts connections and never answers. */
async function hanging(): Promise<string> {
  const server: Server = createServer((socket) => void socket.on("error", () => {}));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const sockets = new Set<{ destroy(): void }>();
  server.on("connection", (socket) => sockets.add(socket));
  closing.push(
    () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  );
  const address = server.address();
  if (!address || typeof address === "string") throw new Error("no address");
  return `http://127.0.0.1:${address.port}`;
}

test("/health answers under a second when Redis and the queue hang, and says which", async () => {
  const stuck = await start({ redis: redisAt(await hanging()), env: { QSTASH_URL: await hanging(), QSTASH_TOKEN: "t" } });
  const started = performance.now();
  const answer = await stuck.request("/health");
  expect(performance.now() - started).toBeLessThan(1000);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({ ok: true, dependencies: { postgres: "up", redis: "down", queue: "down" } });
});

test("/health asks what it leans on once for all who come within a second", async () => {
  const { ctx, runtime } = gateway;
  let asked = 0;
  const db = new Proxy(ctx.db, { get: (target, name) => (name === "execute" && (asked += 1), Reflect.get(target, name)) });
  runtime.services = { ...ctx, db };
  const started = performance.now();
  for (let i = 0; i < 20; i += 1) expect((await gateway.request("/health")).status).toBe(200);
  expect(asked).toBeLessThanOrEqual(1 + Math.floor((performance.now() - started) / 1000));
});

test("/health is 503 without Postgres", async () => {
  const { ctx, runtime } = gateway;
  const { openDatabase } = await import("../../db/client.ts");
  const nowhere = openDatabase("postgres://nobody:x@127.0.0.1:1/none");
  closing.push(() => nowhere.close());
  runtime.services = { ...ctx, db: nowhere.db };
  const answer = await gateway.request("/health");
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({ ok: false, dependencies: { postgres: "down" } });
});

test("without Postgres a call is UNAVAILABLE with Retry-After, and tells nothing of the driver", async () => {
  const { ctx, runtime } = gateway;
  const { openDatabase } = await import("../../db/client.ts");
  const nowhere = openDatabase("postgres://nobody:x@127.0.0.1:1/none");
  closing.push(() => nowhere.close());
  runtime.services = { ...ctx, db: nowhere.db };
  const answer = await callWire(gateway, "bookings.get", { bookingId: "0199a000-0000-7000-8000-000000000001" });
  expect(answer.status).toBe(503);
  expect(answer.error?.data.domain).toEqual({ code: "UNAVAILABLE", facts: { what: "database", retryAfterMs: 1000 } });
  expect(answer.headers.get("retry-after")).toBe("1");
  expect(answer.text).not.toMatch(/ECONNREFUSED|select|postgres|127\.0\.0\.1|\.ts/i);
  const job = await gateway.request("/bookings/0199a000-0000-7000-8000-000000000001/calendar.ics?token=x");
  expect(job.status).toBeGreaterThanOrEqual(500);
  expect(await job.text()).not.toMatch(/ECONNREFUSED|select|postgres|127\.0\.0\.1|\.ts/i);
});

test.each(["57P02", "ECONNRESET", "EPIPE"])("a connection that Postgres drops as it crashes (%s) is UNAVAILABLE, not a bug", async (code) => {
  const { ctx, runtime } = gateway;
  const dropped = (): never => {
    throw Object.assign(new Error("the connection is gone"), { code });
  };
  const db = new Proxy(ctx.db, { get: dropped });
  runtime.services = { ...ctx, db };
  const answer = await callWire(gateway, "bookings.get", { bookingId: "0199a000-0000-7000-8000-000000000001" });
  expect(answer.error?.data.domain).toEqual({ code: "UNAVAILABLE", facts: { what: "database", retryAfterMs: 1000 } });
});

test("a bug's 500 has the request id and no word of the cause, which is logged", async () => {
  const { ctx, runtime } = gateway;
  runtime.services = { ...ctx, db: undefined as unknown as typeof ctx.db };
  const answer = await gateway.request("/trpc/bookings.get?input=%7B%22bookingId%22%3A%220199a000-0000-7000-8000-000000000001%22%7D", {
    headers: { "x-request-id": "look-me-up-1" },
  });
  expect(answer.status).toBe(500);
  expect(await answer.text()).not.toMatch(/undefined|TypeError|\.ts|stack/);
  expect(answer.headers.get("x-request-id")).toBe("look-me-up-1");
});

test("a CDN may keep public queries for a moment; nothing else is kept, and no error", async () => {
  const kept = await gateway.request("/trpc/ping");
  expect(kept.headers.get("cdn-cache-control")).toMatch(/^public, max-age=\d+/);
  for (const answer of [await callWire(gateway, "bookings.mine", { scope: "upcoming" }), await callWire(gateway, "search.destinations", {})]) {
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("cdn-cache-control")).toBeNull();
  }
});

test("public queries set no cookie, others give an anonymous guest theirs, once", async () => {
  expect((await gateway.request("/trpc/ping")).headers.getSetCookie()).toEqual([]);
  const first = await callWire(gateway, "bookings.get", { bookingId: "0199a000-0000-7000-8000-000000000001" });
  const [cookie] = first.headers.getSetCookie();
  expect(cookie).toMatch(/^nightledger\.guest=[\w-]+\.[\w-]+; Path=\/; HttpOnly; SameSite=Lax/);
  const again = await callWire(gateway, "bookings.get", { bookingId: "0199a000-0000-7000-8000-000000000001" }, { cookie: cookie!.split(";")[0]! });
  expect(again.headers.getSetCookie()).toEqual([]);
  const forged = await callWire(gateway, "bookings.get", { bookingId: "0199a000-0000-7000-8000-000000000001" }, { cookie: `${cookie!.split(";")[0]!}x` });
  expect(forged.headers.getSetCookie()).toHaveLength(1);
});

test("a cookie's id is looked at before it is signed and remembered: even rightly signed, a text that is no id is no guest", async () => {
  const signed = (id: string) => `nightledger.guest=${signedId("guest", gateway.ctx.config.AUTH_SECRET, id)}`;
  const ask = (cookie: string) => callWire(gateway, "bookings.get", { bookingId: "0199a000-0000-7000-8000-000000000001" }, { cookie });
  expect((await ask(signed("0199a000-0000-7000-8000-000000000002"))).headers.getSetCookie()).toEqual([]);
  for (const id of ["x".repeat(8000), "-".repeat(36)]) expect((await ask(signed(id))).headers.getSetCookie()).toHaveLength(1);
});

test.each(["nonsense", "-".repeat(36), "0199a000-0000-7000-8000-000000000001"])("the calendar of %s is not found", async (id) => {
  expect((await gateway.request(`/bookings/${id}/calendar.ics?token=x`)).status).toBe(404);
});

test("only the app's own queries come in a batch: no public query, and no mutation, which the limits count one by one", async () => {
  const input = encodeURIComponent(JSON.stringify({ 0: {}, 1: {} }));
  expect((await gateway.request(`/trpc/bookings.get,bookings.mine?batch=1&input=${input}`)).headers.getSetCookie()).toHaveLength(1);
  const mixed = await gateway.request(`/trpc/search.destinations,bookings.get?batch=1&input=${input}`);
  expect(mixed.status).toBe(400);
  expect(await mixed.text()).not.toContain("bookings.get");
  const crowd = await gateway.request("/trpc/bookings.lookup,bookings.lookup?batch=1", { ...MUTATION, body: "{}" });
  expect(crowd.status).toBe(400);
  const hidden = await gateway.request("/trpc/ping,bookings.lookup?batch=1", { ...MUTATION, body: "{}" });
  expect(hidden.status).toBe(400);
});

test.each(["stripe", "midtrans", "resend", "twilio"])("webhooks of %s without the secret to check them are 503, and one line says what to set", async (vendor) => {
  for (let i = 0; i < 3; i += 1) {
    const answer = await gateway.request(`/webhooks/${vendor}`, { method: "POST", body: "{}" });
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "3600"]);
  }
  const lines = gateway.ctx.logged.filter((line) => line["vendor"] === vendor);
  expect(lines).toEqual([expect.objectContaining({ level: "warn", variable: expect.stringMatching(new RegExp(`^${vendor}`, "i")) })]);
});

test("the worker is in production unless it is told otherwise, and refuses what the server does", async () => {
  const answer = worker.fetch(new Request("https://stay.test/health"), { ASSETS: { fetch }, DATABASE_URL: database.url, AUTH_SECRET: "a secret of the tests" }, { waitUntil() {} });
  await expect(answer).rejects.toThrow(/PUBLIC_URL must be set[^]*AUTH_SECRET must have 32/);
});

test("the app's page answers every path, with 404 where it has no screen", async () => {
  for (const path of ["/", "/search?place=1", "/trips/"]) expect((await gateway.request(path)).status, path).toBe(200);
  for (const path of ["/no-such-page", "/hotels", "/wp-admin/setup"]) {
    const answer = await gateway.request(path);
    expect([answer.status, answer.headers.get("content-type"), await answer.text()], path).toEqual([404, expect.stringContaining("text/html"), expect.stringContaining("<title>")]);
  }
});

test("a property's pages are 200 while it is published, else 404, and 200 where that can't be read in time", async () => {
  const { propertyId } = await createProperty(database.db);
  const [house] = await database.db.select({ slug: properties.slug }).from(properties).where(eq(properties.id, propertyId));
  const statusOf = async (path: string) => (await gateway.request(path)).status;
  const paths = [`/hotels/${house!.slug}`, `/hotels/${house!.slug}/book?rooms=2`];
  for (const path of paths) expect(await statusOf(path), path).toBe(200);
  for (const path of ["/hotels/no-such-house", "/hotels/No%20House/book", "/hotels/%E0%A4%A"]) expect(await statusOf(path), path).toBe(404);
  await database.db.transaction(async (tx) => {
    await tx.execute(sql`lock table properties in access exclusive mode`);
    expect(await statusOf("/hotels/no-such-house")).toBe(200);
  });
  await database.db.update(properties).set({ publishedAt: null }).where(eq(properties.id, propertyId));
  for (const path of paths) expect(await statusOf(path), path).toBe(404);
});

test("metrics need the token where there is one", async () => {
  const guarded = await start({ env: { METRICS_TOKEN: "let me in" } });
  guarded.runtime.metricsPage = () => Promise.resolve("nightledger_up 1");
  expect((await guarded.request("/metrics")).status).toBe(404);
  expect((await guarded.request("/metrics", { headers: { authorization: "Bearer let me in" } })).status).toBe(200);
});

test.each([
  [false, 404],
  [true, 200],
])("the Redis gateway and the queue with switches %s answer %d to them", async (switches, status) => {
  const own = { databaseUrl: database.url, redisUrl: await emptyRedis() };
  const { servers, close } = await startCloud({ publicUrl: gateway.url, ports: { upstash: 0, qstash: 0 }, ...own, switches });
  closing.push(close);
  const { upstash, qstash } = servers;
  const switched = ["faults", "clock"].flatMap((name) => [`${upstash!.url}/_control/${name}`, `${qstash!.url}/_control/${name}`]);
  for (const url of [...switched, `${qstash!.url}/_control/pause`, `${qstash!.url}/_control/resume`]) {
    const body = url.endsWith("/clock") ? { offsetMs: 0 } : { calls: 1, path: "/nowhere", hang: true };
    expect((await fetch(url, { method: "POST", body: JSON.stringify(body) })).status, url).toBe(status);
  }
  expect(upstash!.faults.list()).toHaveLength(switches ? 1 : 0);
  const token = "nightledger-demo-redis-token";
  expect(await (await fetch(`${upstash!.url}/ping`, { headers: { authorization: `Bearer ${token}` } })).json()).toEqual({ result: "PONG" });
});
