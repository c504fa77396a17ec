import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Client } from "@upstash/qstash";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { startQstash, type RunningQstash } from "../../local/qstash/index.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";

const TOKEN = "queue-token";
let database: TestDatabase;
let queue: RunningQstash;
let client: Client;
let endpoint: Server;
let base = "";
let arrivals: string[] = [];
let tests = 0;
let name = "";

beforeAll(async () => {
  database = await createDatabase();
  queue = await startQstash({ databaseUrl: database.url, token: TOKEN, currentSigningKey: "sig_a", nextSigningKey: "sig_b", concurrency: 7 });
  client = new Client({ baseUrl: queue.url, token: TOKEN, devMode: false, retry: false, enableTelemetry: false });
  endpoint = createServer((request, response) => {
    arrivals.push(request.url ?? "");
    request.resume();
    response.writeHead(request.url?.includes("fail") ? 500 : 200).end();
  });
  await new Promise<void>((resolve) => endpoint.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await queue.close();
  endpoint.closeAllConnections();
  await new Promise((resolve) => endpoint.close(resolve));
  await database.drop();
});

beforeEach(() => {
  arrivals = [];
  name = `t${(tests += 1)}`;
});

async function call(method: string, path: string, headers: Record<string, string> = {}, body?: string) {
  const response = await fetch(queue.url + path, { method, headers: { authorization: `Bearer ${TOKEN}`, ...headers }, ...(body === undefined ? {} : { body }) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const until = (condition: () => boolean | Promise<boolean>) => vi.waitUntil(condition, { timeout: 10_000, interval: 10 });

/** The official client prints each refusal; here that belongs to the outcome. */
async function refused(attempt: () => Promise<unknown>, message: string): Promise<void> {
  const printed = vi.spyOn(console, "error").mockImplementation(() => undefined);
  await expect(attempt()).rejects.toThrow(message);
  printed.mockRestore();
}

const WRONG: [string, Record<string, string>][] = [
  ["an unknown header of the vendor's", { "upstash-retrys": "3" }],
  ["a header of schedules", { "upstash-cron": "0 4 * * *" }],
  ["a workflow", { "upstash-workflow-runid": "wfr_1" }],
  ["a workflow's forwarded header", { "upstash-forward-upstash-workflow-sdk-version": "1" }],
  ["a method that isn't served", { "upstash-method": "TRACE" }],
  ["no time at all", { "upstash-timeout": "0" }],
  ["no time, in seconds", { "upstash-timeout": "0s" }],
  ["more time than any plan gives", { "upstash-timeout": "40d" }],
  ["a forwarded Transfer-Encoding", { "upstash-forward-transfer-encoding": "chunked" }],
  ["a forwarded Content-Length", { "upstash-forward-content-length": "5" }],
  ["a forwarded Host", { "upstash-forward-host": "evil.test" }],
  ["a forwarded header without a name", { "upstash-forward-": "x" }],
  ["a callback's unknown option", { "upstash-callback": "http://a.test", "upstash-callback-retrys": "1" }],
  ["a callback's wrong option", { "upstash-callback": "http://a.test", "upstash-callback-delay": "soon" }],
  ["options of a callback that isn't there", { "upstash-failure-callback-retries": "1" }],
  ["a callback of a callback", { "upstash-callback": "http://a.test", "upstash-callback-callback": "http://b.test" }],
  ["an empty label", { "upstash-label": "a,,b" }],
  ["an unknown redaction", { "upstash-redact-fields": "body,query" }],
  ["an unknown part of flow control", { "upstash-flow-control-key": "k", "upstash-flow-control-value": "parallelism=1, burst=2" }],
  ["a flow of nothing", { "upstash-flow-control-key": "k", "upstash-flow-control-value": "rate=0" }],
  ["a flow past all numbers", { "upstash-flow-control-key": "k", "upstash-flow-control-value": "rate=9999999999" }],
  ["a flow without a name", { "upstash-flow-control-key": "", "upstash-flow-control-value": "rate=1" }],
  ["a period past all numbers", { "upstash-flow-control-key": "k", "upstash-flow-control-value": "rate=1, period=99999999999d" }],
  ["an unclear deduplication", { "upstash-content-based-deduplication": "maybe" }],
];
test.each(WRONG)("a message with %s is refused with 400, in a batch too, and isn't sent", async (_, headers) => {
  const before = await queue.pending();
  const destination = `${base}/${name}`;
  expect(await call("POST", `/v2/publish/${destination}`, headers, "x")).toMatchObject({ status: 400, body: { error: expect.any(String) } });
  const batch = await call("POST", "/v2/batch", {}, JSON.stringify([{ destination, headers, body: "x" }]));
  expect(JSON.stringify(batch.body)).toContain("error");
  expect(await queue.pending()).toBe(before);
  expect(arrivals).toEqual([]);
});

test("a batch that begins a workflow is refused whole, so that its client hears of it", async () => {
  const destination = `${base}/${name}`;
  const batch = [{ destination }, { destination, headers: { "Upstash-Workflow-Init": "true" } }];
  expect(await call("POST", "/v2/batch", {}, JSON.stringify(batch))).toMatchObject({ status: 400, body: { error: expect.stringContaining("workflow") } });
  expect(arrivals).toEqual([]);
});

test("unknown fields of a batch, a queue and a URL group are refused", async () => {
  expect((await call("POST", "/v2/batch", {}, JSON.stringify([{ destination: base, header: {} }]))).status).toBe(400);
  expect((await call("POST", "/v2/queues", {}, JSON.stringify({ queueName: "q", parallelisme: 2 }))).status).toBe(400);
  expect((await call("POST", "/v2/queues", {}, JSON.stringify({ queueName: "q", parallelism: 1e12 }))).status).toBe(400);
  for (const group of ["a%20b", "a:b", "%00"]) {
    expect((await call("POST", `/v2/topics/${group}/endpoints`, {}, JSON.stringify({ endpoints: [{ url: base }] }))).status, group).toBe(400);
  }
  expect((await call("POST", "/v2/topics/g/endpoints", {}, JSON.stringify({ endpoints: [{ url: "nowhere" }] }))).status).toBe(400);
});

test("a queued message takes no flow control beside its queue", async () => {
  const queued = client.queue({ queueName: name });
  await refused(() => queued.enqueue({ url: `${base}/${name}`, flowControl: { key: name, rate: 1 } }), "queue or by flow control");
  expect(arrivals).toEqual([]);
});

test("several labels are told, the first as before, and each finds the message", async () => {
  const { messageId } = await client.publish({ url: `${base}/${name}`, label: [`${name}-a`, `${name}-b`], delay: 3600 });
  const message = await client.messages.get(messageId);
  expect(message).toMatchObject({ label: `${name}-a`, labels: [`${name}-a`, `${name}-b`] });
  for (const label of message.labels!) {
    const { logs } = await client.logs({ filter: { label } });
    expect(logs.map((log) => log.messageId)).toEqual([messageId]);
  }
  expect(await client.messages.cancel({ filter: { label: `${name}-b` } })).toEqual({ cancelled: 1 });
});

test("what is to be redacted is shown as a hash, and delivered as it is", async () => {
  const common = { url: `${base}/${name}`, body: "secret", headers: { "X-Key": "k", "X-Open": "o" }, delay: 3600 };
  const hash = (text: string) => `REDACTED:${createHash("sha256").update(text).digest("hex")}`;
  const show = async (redact: { body?: true; header?: true | string[] }) => client.messages.get((await client.publish({ ...common, redact })).messageId);
  expect(await show({ body: true, header: ["X-Key"] })).toMatchObject({ body: hash("secret"), header: { "x-key": [hash("k")], "x-open": ["o"] } });
  expect(await show({ header: true })).toMatchObject({ body: "secret", header: { "x-key": [hash("k")], "x-open": [hash("o")] } });
  const failing = await client.publish({ url: `${base}/fail`, body: "secret", retries: 0, redact: { body: true }, label: name });
  await until(async () => (await client.dlq.listMessages({ filter: { label: name } })).messages.length === 1);
  expect((await client.dlq.listMessages({ filter: { label: name } })).messages).toMatchObject([{ messageId: failing.messageId, body: hash("secret") }]);
});

test("a flow key is pinned above what messages bring, unpinned in parts, and its rate begins anew", async () => {
  const publish = (parallelism: number) => client.publish({ url: `${base}/${name}`, flowControl: { key: name, parallelism, rate: 10, period: "1m" }, delay: 3600 });
  const limits = async () => {
    const { parallelismMax, rateMax, ratePeriod, isPinnedParallelism, isPinnedRate } = await client.flowControl.get(name);
    return [parallelismMax, rateMax, ratePeriod, isPinnedParallelism, isPinnedRate];
  };
  await publish(5);
  expect(await limits()).toEqual([5, 10, 60, false, false]);
  await client.flowControl.pin(name, { parallelism: 3, rate: 20, period: 120 });
  await publish(6);
  expect(await limits()).toEqual([3, 20, 120, true, true]);
  await client.flowControl.unpin(name, { parallelism: true });
  await publish(7);
  expect(await limits()).toEqual([7, 20, 120, false, true]);
  await client.flowControl.unpin(name, { rate: true });
  await publish(7);
  expect(await limits()).toEqual([7, 10, 60, false, false]);
  const list = (await call("GET", `/v2/flowControl?search=${name}`)).body as unknown as { flowControlKey: string }[];
  expect(list.map(({ flowControlKey }) => flowControlKey)).toEqual([name]);
  for (const query of ["", "?parallelism=0", "?rate=x", "?period=60", "?parallelism=1&burst=2", "?rate=1&rate=2"]) {
    expect((await call("POST", `/v2/flowControl/${name}/pin${query}`)).status, query).toBe(400);
  }
  for (const query of ["", "?parallelism=yes", "?parallelism=false", "?all=true"]) expect((await call("POST", `/v2/flowControl/${name}/unpin${query}`)).status, query).toBe(400);
  expect(await limits()).toEqual([7, 10, 60, false, false]);
  await refused(() => client.flowControl.pin("nobody", { rate: 1 }), "not found");
});

test("a spent rate lets messages go once it is reset", async () => {
  const flowControl = { key: name, rate: 1, period: "1h" as const };
  for (let index = 0; index < 2; index += 1) await client.publish({ url: `${base}/${name}`, flowControl });
  await until(() => arrivals.length === 1);
  await until(async () => (await client.flowControl.get(name)).rateCount === 1);
  await client.flowControl.resetRate(name);
  await until(() => arrivals.length === 2);
  expect(await client.flowControl.getGlobalParallelism()).toEqual({ parallelismMax: 7, parallelismCount: expect.any(Number) });
});

test("whatever comes over HTTP, it is never an error of the server", { timeout: 120_000 }, async () => {
  await call("POST", "/_control/pause");
  const id = fc.constantFrom("msg_1", "%ZZ", "%00", "%F0%9F", "a%2fb", "__proto__", "-1");
  const noun = fc.constantFrom("messages", "dlq", "dlq/retry", "queues", "schedules", "topics", "flowControl", "events", "logs", "keys", "globalParallelism", "batch");
  const verb = fc.constantFrom("", "/pause", "/resume", "/pin?rate=%00", "/unpin", "/resetRate", "/endpoints");
  const query = fc.constantFrom("", "?count=-5", "?cursor=99999999999999999999", "?fromDate=1e400", "?label=%00", "?label=%ZZ", "?messageIds=%ED%A0%80");
  const path = fc.oneof(
    fc.tuple(noun, id, verb).map(([a, b, c]) => `/v2/${a}/${b}${c}`),
    fc.tuple(noun, query).map(([a, b]) => `/v2/${a}${b}`),
    id.map((one) => `/v2/enqueue/${one}/http://a.test`),
    fc.constantFrom(
      "/v2/publish/http://[",
      "/v2/publish/http://a.test/%00%ZZ",
      "/v2/publish/group",
      "/v2/schedules/http://a.test",
      "/v2/",
      "/",
      "/_control/deliveries",
      "/_control/nothing",
    ),
  );
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("\0", "\ud800", "99999999999999999999d", "pow(".repeat(5000)));
  const header = fc.constantFrom(
    "Upstash-Delay",
    "Upstash-Not-Before",
    "Upstash-Timeout",
    "Upstash-Retry-Delay",
    "Upstash-Label",
    "Upstash-Deduplication-Id",
    "Upstash-Flow-Control-Key",
    "Upstash-Flow-Control-Value",
    "Upstash-Callback",
    "Upstash-Forward-X",
    "Content-Type",
  );
  const batch = fc.array(
    fc.record(
      { destination: fc.oneof(text, fc.constant("http://a.test/x")), headers: fc.dictionary(header, text, { maxKeys: 3 }), body: text, queue: text },
      { requiredKeys: ["destination"] },
    ),
    { maxLength: 3 },
  );
  const body = fc.oneof(
    fc.string(),
    fc.json(),
    fc.constant("[".repeat(50_000)),
    batch.map((items) => JSON.stringify(items)),
    fc.record({ messageIds: fc.jsonValue(), dlqIds: fc.jsonValue(), queueName: text, endpoints: fc.jsonValue() }, { requiredKeys: [] }).map((one) => JSON.stringify(one)),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom("GET", "POST", "PATCH", "DELETE"), fc.oneof(path, fc.constant("/v2/batch")), body, async (method, target, content) => {
      const { status } = await call(method, target, {}, method === "GET" ? undefined : content);
      expect(status, `${method} ${target} ${content}`).toBeLessThan(500);
    }),
    { numRuns: 150 },
  );
  await call("POST", "/_control/resume");
});
