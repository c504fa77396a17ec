import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { startApp, type RunningApp } from "../helpers/app.ts";
import { expectAudited, expectBooked, nightOf, wish } from "../helpers/booking.ts";
import { makeContext } from "../helpers/context.ts";
import { askPatiently, askToHold, tally } from "../helpers/crowd.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { openPostgresProxy, type PostgresProxy } from "../helpers/postgres-proxy.ts";
import { emptyRedis } from "../helpers/redis.ts";
import { createProperty } from "../helpers/world.ts";

const PAUSE_MS = 8000;

let database: TestDatabase;
let proxy: PostgresProxy;
let paused: RunningApp;
let other: RunningApp;
let redis: Redis;
beforeAll(async () => {
  database = await createDatabase();
});
beforeEach(async () => {
  const redisUrl = await emptyRedis();
  redis = new Redis(redisUrl);
  proxy = await openPostgresProxy(database.url);
  const common = { redisUrl, ports: { upstash: 0 } };
  [paused, other] = await Promise.all([startApp({ ...common, databaseUrl: proxy.url }), startApp({ ...common, databaseUrl: database.url })]);
});
afterEach(async () => {
  process.kill(paused.pid, "SIGCONT");
  proxy.release();
  await Promise.all([paused.stop(), other.stop()]);
  await proxy.close();
  redis.disconnect();
  await expectAudited(database.db);
  await expectBooked(database.db);
});
afterAll(() => database.drop());

test.each([
  ["before its transaction, the last unit is gone when it wakes up", "begin", 1],
  ["before its transaction, it gets a unit that is still free", "begin", 6],
  ["inside its transaction, the last unit is gone when it wakes up", 'update "inventory_nights"', 1],
  ["inside its transaction, it gets a unit that is still free", 'update "inventory_nights"', 6],
])("a holder of the lock is stopped for eight seconds %s; the others went on meanwhile", { timeout: 60_000 }, async (_, point, units) => {
  const world = await createProperty(database.db, { rooms: [{ units }] });
  const input = await wish(makeContext(database), world);
  const reached = proxy.holdAt(point);
  const first = askToHold(paused.url, input);
  await reached;
  expect(await redis.keys(`lock:room:${world.roomTypeId}:????-??-??`)).toHaveLength(2);
  process.kill(paused.pid, "SIGSTOP");
  const since = performance.now();

  const others = tally(await Promise.all(Array.from({ length: 5 }, () => askPatiently(other.url, input))));
  expect(others).toEqual(units === 1 ? { held: 1, SOLD_OUT: 4 } : { held: 5 });
  // The lock's life is 5 s, a transaction's at most 3.
  expect(performance.now() - since).toBeLessThan(PAUSE_MS);

  await vi.waitUntil(() => performance.now() - since >= PAUSE_MS, { timeout: PAUSE_MS + 1000, interval: 50 });
  process.kill(paused.pid, "SIGCONT");
  proxy.release();
  expect((await first).outcome, paused.log()).toBe(units === 1 ? "SOLD_OUT" : "held");
  expect(await nightOf(database.db, world.roomTypeId)).toMatchObject({ held: units, oversold: 0 });
});
