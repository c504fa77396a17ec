// One file although long: every test speaks to the same gateway, and the last one kills its Redis.
import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ratelimit } from "@upstash/ratelimit";
import { Redis } from "@upstash/redis";
import fc from "fast-check";
import { Redis as TcpRedis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { RunningServer } from "../../local/kit/serve.ts";
import { startUpstash } from "../../local/upstash/index.ts";

vi.setConfig({ testTimeout: 30_000 });

const TOKEN = "local-token";
let gateway: RunningServer;
let direct: TcpRedis;
let ours: { child: ChildProcess; port: number; dir: string } | undefined;
let prefix = "";
let tests = 0;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function spawnRedis(port: number, dir: string): ChildProcess {
  const flags = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", dir];
  return spawn("redis-server", flags, { stdio: "ignore" });
}

async function stopRedis(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}

beforeAll(async () => {
  // A Redis of this file's own: one test kills it.
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), "upstash-test-"));
  ours = { child: spawnRedis(port, dir), port, dir };
  const redisUrl = `redis://127.0.0.1:${port}`;
  direct = new TcpRedis(redisUrl, { maxRetriesPerRequest: null, retryStrategy: () => 25 });
  direct.on("error", () => undefined);
  await direct.ping();
  gateway = await startUpstash({ redisUrl, token: TOKEN });
});

afterAll(async () => {
  await gateway.close();
  direct.disconnect();
  if (ours) {
    await stopRedis(ours.child);
    await rm(ours.dir, { recursive: true });
  }
});

beforeEach(() => {
  prefix = `t${process.pid}-${(tests += 1)}:`;
});

function until<T>(condition: () => T | Promise<T>) {
  return vi.waitUntil(condition, { timeout: 10_000, interval: 10 });
}

/** The options that the product uses. */
function lean(): Redis {
  return new Redis({
    url: gateway.url,
    token: TOKEN,
    enableAutoPipelining: false,
    retry: { retries: 0 },
    automaticDeserialization: false,
    signal: () => AbortSignal.timeout(5000),
    enableTelemetry: false,
  });
}

/** The official client as it comes. */
function plain(): Redis {
  return new Redis({ url: gateway.url, token: TOKEN });
}

async function call(path: string, init: RequestInit = {}): Promise<{ status: number; body: unknown; headers: Headers }> {
  const headers = { authorization: `Bearer ${TOKEN}`, ...init.headers };
  const response = await fetch(gateway.url + path, { method: "POST", ...init, headers });
  return { status: response.status, body: await response.json(), headers: response.headers };
}

test("strings of every shape survive the official client in both option sets", async () => {
  const odd = ["abcd", "deadbeef", "OK", "null", "007", "1.50", "Ubud ☕ 日本", '{"a":1}', "", "a,b\nc"];
  for (const value of odd) {
    await lean().set(`${prefix}k`, value);
    expect(await lean().get(`${prefix}k`)).toBe(value);
  }
  await plain().set(`${prefix}json`, { nights: 3, tags: ["a"] });
  expect(await plain().get(`${prefix}json`)).toEqual({ nights: 3, tags: ["a"] });
  expect(await plain().mget(`${prefix}json`, `${prefix}absent`)).toEqual([{ nights: 3, tags: ["a"] }, null]);
});

test("hashes, sorted sets and scans come in the shapes that the client promises", async () => {
  const redis = plain();
  await redis.hset(`${prefix}h`, { f: "x", g: 2 });
  expect(await redis.hgetall(`${prefix}h`)).toEqual({ f: "x", g: 2 });
  await redis.zadd(`${prefix}z`, { score: 1.5, member: "a" }, { score: 2, member: "b" });
  expect(await redis.zrange(`${prefix}z`, 0, -1, { withScores: true })).toEqual(["a", 1.5, "b", 2]);
  const [, keys] = await redis.scan(0, { match: `${prefix}*`, count: 1000 });
  expect(keys.sort()).toEqual([`${prefix}h`, `${prefix}z`]);
  expect(await lean().hgetall(`${prefix}h`)).toEqual(["f", "x", "g", "2"]);
});

test("a lock is taken once, expires, and is released only by its owner", async () => {
  const redis = lean();
  const take = `for i, k in ipairs(KEYS) do if redis.call('exists', k) == 1 then return {i, redis.call('pttl', k)} end end
    for _, k in ipairs(KEYS) do redis.call('set', k, ARGV[1], 'px', ARGV[2]) end return 0`;
  const keys = [`${prefix}1`, `${prefix}2`];
  expect(await redis.eval(take, keys, ["me", "5000"])).toBe(0);
  const refused = (await redis.eval(take, keys.slice(1), ["you", "5000"])) as number[];
  expect(refused[0]).toBe(1);
  expect(refused[1]).toBeGreaterThan(4000);
  const release = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0`;
  expect(await redis.eval(release, [keys[0]!], ["you"])).toBe(0);
  expect(await redis.eval(release, [keys[0]!], ["me"])).toBe(1);
  expect(await redis.set(`${prefix}nx`, "a", { nx: true, px: 5000 })).toBe("OK");
  expect(await redis.set(`${prefix}nx`, "b", { nx: true, px: 5000 })).toBeNull();
});

test("scripts run by digest once loaded, and a miss says NOSCRIPT", async () => {
  const redis = plain();
  const source = `return {KEYS[1], ARGV[1], 3.9, false, 'after'} -- ${prefix}`;
  const miss = redis.evalsha("0".repeat(40), [], []);
  await expect(miss).rejects.toThrow("NOSCRIPT No matching script");
  expect(await redis.createScript(source).exec([`${prefix}k`], ["v"])).toEqual([`${prefix}k`, "v", 3, null, "after"]);
  const digest = await redis.scriptLoad(source);
  expect(await redis.evalsha(digest, [`${prefix}k`], ["v"])).toEqual([`${prefix}k`, "v", 3, null, "after"]);
  expect(await redis.scriptExists(digest)).toEqual([1]);
});

test("a script with the vendor's own key locking flag runs, also by its own digest", async () => {
  const redis = plain();
  const source = `#!lua flags=allow-key-locking\nreturn redis.call('incr', KEYS[1]) -- ${prefix}`;
  const digest = await redis.scriptLoad(source);
  expect(digest).toBe(createHash("sha1").update(source).digest("hex"));
  expect(await redis.scriptExists(digest)).toEqual([1]);
  expect(await redis.evalsha(digest, [`${prefix}n`], [])).toBe(1);
  expect(await redis.eval(source, [`${prefix}n`], [])).toBe(2);
  expect(
    await redis
      .multi()
      .evalsha(digest, [`${prefix}n`], [])
      .exec(),
  ).toEqual([3]);
});

test("a pipeline answers in order and keeps going after an error", async () => {
  const pipeline = plain().pipeline();
  pipeline.set(`${prefix}s`, "text").incr(`${prefix}s`).incr(`${prefix}n`);
  const replies = await pipeline.exec({ keepErrors: true });
  expect(replies.map((reply) => reply.result)).toEqual(["OK", undefined, 1]);
  expect(replies[1]?.error).toContain("ERR value is not an integer");
  const raw = await call("/pipeline", {
    body: JSON.stringify([["watch", "k"], ["nonsense"], ["ping"]]),
  });
  expect(raw.status).toBe(200);
  expect(raw.body).toEqual([{ error: expect.stringContaining("not available") }, { error: expect.stringContaining("unknown command") }, { result: "PONG" }]);
});

test("a transaction executes whole, reports errors by item, and is refused whole with 400", async () => {
  const redis = plain();
  const done = await redis.multi().set(`${prefix}s`, "text").get(`${prefix}s`).incr(`${prefix}n`).exec();
  expect(done).toEqual(["OK", "text", 1]);
  const mixed = await call("/multi-exec", {
    body: JSON.stringify([
      ["lpush", `${prefix}s`, "x"],
      ["get", `${prefix}s`],
    ]),
  });
  expect(mixed).toMatchObject({
    status: 200,
    body: [{ error: expect.stringMatching(/^WRONGTYPE/) }, { result: "text" }],
  });
  const aborted = await call("/multi-exec", {
    body: JSON.stringify([
      ["set", `${prefix}s`],
      ["incr", `${prefix}n`],
    ]),
  });
  expect(aborted).toMatchObject({
    status: 400,
    body: { error: expect.stringMatching(/^EXECABORT/) },
  });
  expect(await redis.get(`${prefix}n`)).toBe(1);
});

test("concurrent transactions and commands on the shared connection never mix", async () => {
  const redis = lean();
  const results = await Promise.all(
    Array.from({ length: 50 }, async (_, index) => {
      const set = redis.multi().set(`${prefix}${index}`, String(index)).get(`${prefix}${index}`).exec();
      const [own, other] = await Promise.all([set, redis.incr(`${prefix}n`)]);
      return { own, other };
    }),
  );
  expect(results.map((result) => result.own)).toEqual(results.map((_, index) => ["OK", String(index)]));
  expect(new Set(results.map((result) => result.other)).size).toBe(50);
});

test("the path form decodes segments, then appends the body, then the query", async () => {
  const key = encodeURIComponent(`${prefix}a/b é`);
  expect(await call(`/set/${key}?EX=100`, { body: "the body" })).toMatchObject({
    status: 200,
    body: { result: "OK" },
  });
  expect(await direct.get(`${prefix}a/b é`)).toBe("the body");
  expect(await direct.ttl(`${prefix}a/b é`)).toBeGreaterThan(90);
  expect((await call(`/get/${key}`, { method: "GET" })).body).toEqual({ result: "the body" });
  expect((await call(`/get/${key}`, { headers: { "upstash-encoding": "base64" } })).body).toEqual({
    result: Buffer.from("the body").toString("base64"),
  });
});

test("raw RESP2 is given when asked, and refused with base64", async () => {
  await direct.set(`${prefix}k`, "é");
  const headers = { authorization: `Bearer ${TOKEN}`, "upstash-response-format": "resp2" };
  const body = JSON.stringify(["mget", `${prefix}k`, `${prefix}none`]);
  const response = await fetch(gateway.url, { method: "POST", headers, body });
  expect(await response.text()).toBe("*2\r\n$2\r\né\r\n$-1\r\n");
  expect((await call("/", { body, headers: { ...headers, "upstash-encoding": "base64" } })).status).toBe(400);
  expect((await call("/", { body, headers: { "upstash-response-format": "resp9" } })).status).toBe(400);
});

test("only the token opens the gateway, as bearer or in the query", async () => {
  const denied = { status: 401, body: { error: "WRONGPASS invalid or missing auth token" } };
  expect(await call("/ping", { headers: { authorization: "Bearer other" } })).toMatchObject(denied);
  expect(await call("/ping?_token=other", { headers: { authorization: "" } })).toMatchObject(denied);
  expect(await call(`/ping?_token=${TOKEN}`, { headers: { authorization: "" } })).toMatchObject({
    status: 200,
    body: { result: "PONG" },
  });
  await expect(new Redis({ url: gateway.url, token: "bad" }).get("k")).rejects.toThrow("WRONGPASS");
});

test("what can't be run is refused with a Redis error and 400", async () => {
  const refused: [string, RegExp][] = [
    ["{", /^ERR failed to parse/],
    ['{"a":1}', /^ERR a command must be an array/],
    ['["set","k",{"a":1}]', /^ERR a command's arguments/],
    ['["nonsense"]', /^ERR unknown command/],
    ['["get"]', /^ERR wrong number of arguments/],
    ['["BLPOP","k",1]', /not available/],
    ['["xread","BLOCK",0,"STREAMS","s","$"]', /not available/],
    ['["select",1]', /not available/],
    ['["config","get","*"]', /not available/],
  ];
  for (const [body, message] of refused) {
    expect(await call("/", { body })).toMatchObject({
      status: 400,
      body: { error: expect.stringMatching(message) },
    });
  }
  expect((await call("/ping", { method: "DELETE" })).status).toBe(405);
});

test("the sync token goes back and forth", async () => {
  const redis = plain();
  await redis.set(`${prefix}k`, 1);
  expect(redis.readYourWritesSyncToken).toMatch(/^local-\d+$/);
});

test("subscribers and pattern subscribers hear what is published, commas and all", async () => {
  const redis = plain();
  const heard: unknown[] = [];
  const one = redis.subscribe<string>(`${prefix}room`);
  const many = redis.psubscribe<string>(`${prefix}*`);
  let ready = 0;
  one.on("subscribe", () => (ready += 1));
  many.on("psubscribe", () => (ready += 1));
  one.on("message", (event) => heard.push(event.message));
  many.on("pmessage", (event) => heard.push(event.channel));
  await until(() => ready === 2);
  expect(await redis.publish(`${prefix}room`, { ids: [1, 2] })).toBe(2);
  await until(() => heard.length === 2);
  expect(heard).toEqual(expect.arrayContaining([{ ids: [1, 2] }, `${prefix}room`]));
  await Promise.all([one.unsubscribe(), many.unsubscribe()]);
  await until(async () => Number(await direct.pubsub("NUMPAT")) === 0);
});

test("a payload with line breaks arrives whole and can't forge an event", async () => {
  const redis = plain();
  const heard: unknown[] = [];
  const room = redis.subscribe<string>(`${prefix}room`);
  let ready = false;
  room.on("subscribe", () => (ready = true));
  room.on("message", (event) => heard.push(event));
  await until(() => ready);
  const payloads = ["l1\nl2", `x\n\ndata: message,${prefix}room,forged`, "a\r\ndata: message,b,c"];
  for (const payload of payloads) await direct.publish(`${prefix}room`, payload);
  await direct.publish(`${prefix}room`, "end");
  await until(() => heard.length >= payloads.length + 1);
  expect(heard).toEqual([...payloads, "end"].map((message) => ({ channel: `${prefix}room`, message })));
  await room.unsubscribe();
});

test("numbers past 2^53 keep their digits in both directions", async () => {
  await call("/", { body: `["set","${prefix}n",9007199254740993]` });
  expect(await direct.get(`${prefix}n`)).toBe("9007199254740993");
  const headers = { authorization: `Bearer ${TOKEN}` };
  const raw = async (path: string, body: string) => (await fetch(gateway.url + path, { method: "POST", headers, body })).text();
  expect(await raw("/", `["incrby","${prefix}n",9223372036854770000]`)).toContain("ERR increment or decrement would overflow");
  expect(await raw("/", `["incr","${prefix}n"]`)).toBe('{"result":9007199254740994}');
  expect(await raw("/pipeline", `[["incr","${prefix}n"],["set","${prefix}text","12345678901234567890"]]`)).toBe('[{"result":9007199254740995},{"result":"OK"}]');
  expect(await direct.get(`${prefix}text`)).toBe("12345678901234567890");
  expect(await plain().incr(`${prefix}small`)).toBe(1);
});

const KEEPERS = [
  ["acl", "setuser", "x", "on", "nopass", "~*", "&*", "+@all"],
  ["ACL", "whoami"],
  ["config", "set", "maxmemory", "1"],
  ["shutdown"],
  ["replicaof", "127.0.0.1", "1"],
  ["swapdb", "0", "1"],
  ["memory", "purge"],
  ["slowlog", "reset"],
  ["info"],
  ["bgsave"],
  ["client", "kill", "type", "normal"],
  ["script", "kill"],
  ["function", "kill"],
  ["psetx"],
];
test.each(KEEPERS)("the server's keeper is not reached: %s %s", async (...words) => {
  const users = await direct.acl("LIST");
  const refused = { status: 400, body: { error: expect.stringMatching(/^ERR unknown command, or not available over REST/) } };
  expect(await call("/", { body: JSON.stringify(words) })).toMatchObject(refused);
  expect(await call(`/${words.map(encodeURIComponent).join("/")}`)).toMatchObject(refused);
  expect((await call("/multi-exec", { body: JSON.stringify([words]) })).status).toBe(400);
  expect(await direct.acl("LIST")).toEqual(users);
});

test.each(KEEPERS.slice(0, 5))("a script doesn't reach it either: %s %s", async (...words) => {
  const users = await direct.acl("LIST");
  const args = words.map((word) => `'${word}'`).join(",");
  const script = ["eval", `return redis.call(${args})`, "0"];
  expect(await call("/", { body: JSON.stringify(script) })).toMatchObject({ status: 400, body: { error: expect.stringContaining("not allowed from script") } });
  expect(await direct.acl("LIST")).toEqual(users);
});

test("the official rate limiter counts and refuses", async () => {
  for (const redis of [plain(), lean()]) {
    const limiter = new Ratelimit({
      redis,
      limiter: Ratelimit.slidingWindow(2, "1 h"),
      prefix: `${prefix}limit`,
      ephemeralCache: false,
    });
    await direct.script("FLUSH");
    const id = String(Math.random());
    const first = await limiter.limit(id);
    expect(first).toMatchObject({ success: true, limit: 2, remaining: 1 });
    expect((await limiter.limit(id)).success).toBe(true);
    expect((await limiter.limit(id)).success).toBe(false);
    const fixed = new Ratelimit({
      redis,
      limiter: Ratelimit.fixedWindow(1, "1 h"),
      prefix: `${prefix}fixed`,
      ephemeralCache: false,
    });
    expect([(await fixed.limit(id)).success, (await fixed.limit(id)).success]).toEqual([true, false]);
  }
});

test("whatever comes over HTTP, it is never an error of the server", { timeout: 120_000 }, async () => {
  const word = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("set", "get", "eval", "\0", "\ud800", "return 1", "0", "-1", "1e400", "9007199254740993"),
    fc.integer(),
    fc.constant(null),
    fc.double(),
  );
  const command = fc.array(word, { maxLength: 5 });
  const body = fc.oneof(
    fc.string(),
    fc.json(),
    fc.constant("[".repeat(50_000)),
    command.map((words) => JSON.stringify(words)),
    fc.array(command, { maxLength: 3 }).map((list) => JSON.stringify(list)),
  );
  const path = fc.constantFrom(
    "/",
    "/pipeline",
    "/multi-exec",
    "/%ZZ",
    "/get/%00",
    "/set/k/%F0%9F",
    "/subscribe/%ZZ",
    "/subscribe/a%0Ab",
    "/acl/list",
    "//",
    "/eval/x/0",
    "/set/k?EX=%ZZ",
  );
  const encoding = fc.constantFrom<Record<string, string>>({}, { "upstash-encoding": "base64" }, { "upstash-response-format": "resp2" });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom("GET", "POST", "DELETE"), path, body, encoding, async (method, target, content, headers) => {
      const init = { method, headers: { authorization: `Bearer ${TOKEN}`, ...headers }, ...(method === "GET" ? {} : { body: content }) };
      const answer = await fetch(gateway.url + target, init);
      await answer.text();
      expect(answer.status, `${method} ${target} ${content}`).toBeLessThan(500);
    }),
    { numRuns: 150 },
  );
});

test("a hang, a cut, and a lost response reach the client as they would", async () => {
  gateway.faults.add({ hang: true });
  const hasty = new Redis({
    url: gateway.url,
    token: TOKEN,
    retry: { retries: 0 },
    signal: () => AbortSignal.timeout(50),
  });
  await expect(hasty.get("k")).rejects.toThrow(/timeout/i);
  gateway.faults.add({ drop: "after" });
  await expect(lean().incr(`${prefix}n`)).rejects.toThrow();
  expect(await direct.get(`${prefix}n`)).toBe("1");
  gateway.faults.add({ drop: "after" });
  expect(await plain().incr(`${prefix}n`), "the client's own retry counts twice").toBe(3);
});

test("when Redis dies the answer is a quick error, and it heals by itself", async () => {
  const { child, port, dir } = ours!;
  await stopRedis(child);
  await until(async () => (await call("/ping")).status === 503);
  const begun = performance.now();
  await expect(lean().get("k")).rejects.toThrow("ERR Redis is not reachable");
  expect((await call("/pipeline", { body: '[["ping"]]' })).status).toBe(503);
  expect(performance.now() - begun).toBeLessThan(2000);
  ours = { child: spawnRedis(port, dir), port, dir };
  await until(async () => (await call("/ping")).status === 200);
  expect(await lean().set(`${prefix}k`, "back")).toBe("OK");
});
