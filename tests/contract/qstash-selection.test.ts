import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Client } from "@upstash/qstash";
import fc from "fast-check";
import postgres from "postgres";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { startQstash, type RunningQstash } from "../../local/qstash/index.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";

const TOKEN = "queue-token";
let database: TestDatabase;
let queue: RunningQstash;
let client: Client;

beforeAll(async () => {
  database = await createDatabase();
  queue = await startQstash({ databaseUrl: database.url, token: TOKEN, currentSigningKey: "sig_a", nextSigningKey: "sig_b" });
  client = new Client({ baseUrl: queue.url, token: TOKEN, devMode: false, retry: false, enableTelemetry: false });
});

afterAll(async () => {
  await queue.close();
  await database.drop();
});

beforeEach(async () => {
  await call("DELETE", "/v2/messages");
  while ((await client.dlq.delete({ all: true })).cursor) {}
});

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(queue.url + path, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** The official client prints each refusal; here that belongs to the outcome. */
async function refused(attempt: () => Promise<unknown>, message: string): Promise<void> {
  const printed = vi.spyOn(console, "error").mockImplementation(() => undefined);
  await expect(attempt()).rejects.toThrow(message);
  printed.mockRestore();
}

/** Waiting messages, told apart by label, host, path, flow key and queue. */
async function publishFour(): Promise<string[]> {
  const common = { delay: 3600, body: "x" };
  const replies = await client.batch([
    { ...common, url: "http://one.test/a", label: ["red", "round"] },
    { ...common, url: "http://one.test/b?x=1,2", label: "blue" },
    { ...common, url: "http://two.test:8080/a", flowControl: { key: "flow", parallelism: 1 } },
    { ...common, url: "http://two.test/c", queueName: "line" },
  ]);
  return replies.map((reply) => (reply as { messageId: string }).messageId);
}

/** Dead letters, one for each path of an address where nobody listens; given in the order of the paths, buried in any. */
async function bury(paths: string[], label?: string): Promise<string[]> {
  const replies = await client.batch(paths.map((path) => ({ url: `http://127.0.0.1:1${path}`, retries: 0, ...(label && { label }) })));
  return vi.waitUntil(
    async () => {
      const { messages } = await client.dlq.listMessages({ count: 1000 });
      const letters = replies.flatMap((reply) => messages.find(({ messageId }) => messageId === (reply as { messageId: string }).messageId)?.dlqId ?? []);
      return letters.length === replies.length && letters;
    },
    { timeout: 10_000 },
  );
}

async function buried(): Promise<string[]> {
  return (await client.dlq.listMessages()).messages.map(({ dlqId }) => dlqId).toSorted();
}

test.each<[string, Parameters<Client["messages"]["cancel"]>[0], number[]]>([
  ["host", { filter: { host: "one.test" } }, [0, 1]],
  ["host with its port", { filter: { host: "two.test:8080" } }, [2]],
  ["path", { filter: { path: "/a" } }, [0, 2]],
  ["paths and host", { filter: { path: ["/a", "/b"], host: "one.test" } }, [0, 1]],
  ["url", { filter: { url: "http://one.test/b?x=1,2" } }, [1]],
  ["label", { filter: { label: "round" } }, [0]],
  ["labels, any of them", { filter: { label: ["red", "blue"] } }, [0, 1]],
  ["flow control key", { filter: { flowControlKey: "flow" } }, [2]],
  ["queue", { filter: { queueName: "line" } }, [3]],
  ["nothing that is there", { filter: { host: "three.test" } }, []],
  ["count", { filter: { host: "one.test" }, count: 1 }, [0]],
  ["all", { all: true }, [0, 1, 2, 3]],
])("a cancel by %s takes those messages and no other", async (_, request, gone) => {
  const ids = await publishFour();
  expect(await client.messages.cancel(request)).toEqual({ cancelled: gone.length });
  for (const [index, id] of ids.entries()) {
    expect((await call("GET", `/v2/messages/${id}`)).status, String(index)).toBe(gone.includes(index) ? 404 : 200);
  }
});

const WRONG_CANCELS: [string, string, unknown?][] = [
  ["a misspelt filter", "/v2/messages?labeel=red"],
  ["a filter of another call", "/v2/messages?responseStatus=500"],
  ["an empty filter", "/v2/messages?label="],
  ["an empty one among several", "/v2/messages?label=red,"],
  ["no id", "/v2/messages?messageIds="],
  ["ids and a filter", "/v2/messages?messageIds=msg_1&label=red"],
  ["a cursor, which it has not", "/v2/messages?cursor=1"],
  ["no number", "/v2/messages?count=all"],
  ["none", "/v2/messages?count=0"],
  ["less than none", "/v2/messages?count=-5"],
  ["two counts", "/v2/messages?count=1&count=2"],
  ["a date that is none", "/v2/messages?fromDate=yesterday"],
  ["an empty list of ids in a body", "/v2/messages", { messageIds: [] }],
  ["a misspelt list of ids in a body", "/v2/messages", { messageIDs: ["msg_1"] }],
  ["ids of another kind in a body", "/v2/messages", { dlqIds: ["dlq_1"] }],
  ["a body that is a list", "/v2/messages", ["msg_1"]],
  ["a body that is no JSON", "/v2/messages", "messageIds=msg_1"],
  ["a filter in query and body", "/v2/messages?label=red", { label: "blue" }],
  ["an id with a filter", "/v2/messages/msg_1?label=red"],
  ["an id with a body", "/v2/messages/msg_1", { messageIds: ["msg_1"] }],
  ["a path that goes on", "/v2/messages/msg_1/now"],
  ["an empty id", "/v2/messages/"],
];
test.each(WRONG_CANCELS)("a cancel with %s is refused and touches nothing", async (_, path, body) => {
  await publishFour();
  const { status, body: answer } = await call("DELETE", path, body);
  expect([400, 404]).toContain(status);
  expect(answer).toEqual({ error: expect.any(String) });
  expect(await queue.pending()).toBe(4);
});

test("ids in a JSON body, as the client of 2024 sent them, choose those and no others", async () => {
  const [first = "", second = ""] = await publishFour();
  expect((await call("DELETE", "/v2/messages", { messageIds: [first, second] })).body).toEqual({ cancelled: 2 });
  expect(await queue.pending()).toBe(2);
  const letters = await bury(["/1", "/2", "/3"]);
  expect((await call("DELETE", "/v2/dlq", { dlqIds: letters.slice(0, 2) })).body).toEqual({ deleted: 2 });
  expect(await buried()).toEqual(letters.slice(2));
});

test("dead letters are deleted and retried by label, status and count, and the cursor goes on from there", async () => {
  const letters = await bury(["/1", "/2", "/3"], "red");
  const others = await bury(["/4"], "blue");
  const first = await client.dlq.delete({ filter: { label: "red" }, count: 2 });
  expect(first).toEqual({ deleted: 2, cursor: expect.stringMatching(/^\d+$/) });
  expect(await client.dlq.delete({ filter: { label: "red" }, count: 2, cursor: first.cursor! })).toEqual({ deleted: 1 });
  expect((await client.dlq.listMessages({ filter: { responseStatus: 0 } })).messages.map(({ dlqId }) => dlqId)).toEqual(others);
  expect((await client.dlq.retry({ filter: { label: "red" } })).responses).toEqual([]);
  expect((await client.dlq.retry({ filter: { label: ["red", "blue"] } })).responses).toHaveLength(1);
  await refused(() => client.dlq.delete(letters[0]!), "not found");
});

test("a message that is cancelled while its last try ends leaves no dead letter", async () => {
  let end = () => {};
  const slow = createServer((_, response) => void (end = () => response.writeHead(500).end()));
  await new Promise<void>((resolve) => slow.listen(0, "127.0.0.1", resolve));
  const asked = new Promise((resolve) => slow.once("request", resolve));
  await client.publish({ url: `http://127.0.0.1:${(slow.address() as AddressInfo).port}`, retries: 0, body: "x" });
  await asked;
  const sql = postgres(database.url, { max: 2, fetch_types: false });
  await sql.begin(async (cancel) => {
    await cancel`delete from local_qstash.messages`;
    end();
    await vi.waitUntil(async () => (await sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`).length > 0, {
      timeout: 10_000,
    });
  });
  // Outcomes are written one after the other: behind this one, the cancelled message's is.
  const later = await bury(["/later"]);
  expect(await buried()).toEqual(later);
  await sql.end();
  slow.close();
});

const WRONG_LETTERS: [string, string, string, unknown?][] = [
  ["DELETE", "a misspelt filter", "/v2/dlq?labeel=red"],
  ["DELETE", "host, which the vendor refuses there", "/v2/dlq?host=127.0.0.1"],
  ["DELETE", "a negative count", "/v2/dlq?count=-5"],
  ["DELETE", "an empty list", "/v2/dlq", { dlqIds: [] }],
  ["DELETE", "another client's body", "/v2/dlq", { ids: ["dlq_1"] }],
  ["DELETE", "a cursor that is none", "/v2/dlq?cursor=undefined"],
  ["POST", "a misspelt filter", "/v2/dlq/retry?labeel=red"],
  ["POST", "an empty id", "/v2/dlq/retry/"],
  ["POST", "an empty filter", "/v2/dlq/retry?url="],
  ["GET", "a negative count", "/v2/dlq?count=-5"],
  ["GET", "a misspelt filter", "/v2/dlq?labeel=red"],
  ["GET", "a misspelt filter of the log", "/v2/events?messageID=msg_1"],
];
test.each(WRONG_LETTERS)("%s of dead letters with %s is refused and touches nothing", async (method, _, path, body) => {
  const letters = await bury(["/1", "/2"]);
  expect([400, 404]).toContain((await call(method, path, body)).status);
  expect(await buried()).toEqual(letters.toSorted());
});

test.each([
  ["DELETE", "/v2/queues/line?force=true"],
  ["DELETE", "/v2/queues/line/pause"],
  ["DELETE", "/v2/queues"],
  ["POST", "/v2/queues/line/pause?for=1h"],
  ["DELETE", "/v2/topics"],
  ["DELETE", "/v2/schedules"],
  ["POST", "/v2/flowControl/flow/pause?all=true"],
  ["DELETE", "/v2/keys"],
  ["GET", "/v2/keys/rotate"],
])("%s %s does nothing", async (method, path) => {
  await publishFour();
  const keys = await call("GET", "/v2/keys");
  expect((await call(method, path)).status).toBeGreaterThanOrEqual(400);
  expect(await call("GET", "/v2/keys")).toEqual(keys);
  expect(await queue.pending()).toBe(4);
  expect(await client.queue({ queueName: "line" }).get()).toMatchObject({ paused: false, lag: 1 });
});

test("of a URL group only the endpoints that are named go", async () => {
  const endpoints = [{ name: "a", url: "http://one.test/a" }, { url: "http://one.test/b" }];
  await client.urlGroups.addEndpoints({ name: "group", endpoints });
  for (const body of [{ endpoints: [{}] }, { endpoints: [] }, {}, { endpoints: [{ names: "a" }] }, { endpoints: [{ url: "" }] }]) {
    expect((await call("DELETE", "/v2/topics/group/endpoints", body)).status).toBe(400);
  }
  expect((await client.urlGroups.get("group")).endpoints).toEqual(endpoints);
});

test("whatever a deletion says that is not understood, nothing is deleted", async () => {
  await publishFour();
  const known = [
    "messageIds",
    "count",
    "fromDate",
    "toDate",
    "label",
    "host",
    "path",
    "url",
    "topicName",
    "queueName",
    "scheduleId",
    "callerIp",
    "callerIP",
    "flowControlKey",
    "qstash_token",
  ];
  const name = fc.string({ minLength: 1 }).filter((text) => !known.includes(text) && text.trim() === text);
  await fc.assert(
    fc.asyncProperty(name, fc.string(), async (parameter, value) => {
      const query = new URLSearchParams([[parameter, value]]).toString();
      expect((await call("DELETE", `/v2/messages?${query}`)).status).toBe(400);
      expect((await call("DELETE", "/v2/messages", { [parameter]: value })).status).toBe(400);
    }),
    { numRuns: 60 },
  );
  expect(await queue.pending()).toBe(4);
});
