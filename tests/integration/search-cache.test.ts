import { eq, inArray, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { inventoryNights } from "../../db/schema/index.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { openRedisGateway, redisAt, type TestRedis } from "../helpers/context.ts";
import { startGateway, type Gateway, type GatewayOptions } from "../helpers/gateway.ts";
import { callWire } from "../helpers/trpc.ts";
import { createProperty, type World } from "../helpers/world.ts";

// A page in the cache goes over the wire as its stored text. Nobody may tell it from the procedure's own answer.

let database: TestDatabase;
let redis: TestRedis;
let counted: Record<string, number>;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  database = await createDatabase({ max: 4 });
});
beforeEach(async () => {
  redis = await openRedisGateway();
  closing.push(() => redis.close());
  counted = {};
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});
afterAll(() => database.drop());

async function start(options: GatewayOptions = {}): Promise<Gateway> {
  const count = (_: string, labels: Record<string, string> = {}) => {
    if (labels["family"] === "search") counted[labels["result"]!] = (counted[labels["result"]!] ?? 0) + 1;
  };
  const gateway = await startGateway(database, { cloud: {}, publishing: false, redis: redis.redis, metrics: { count, gauge() {}, observe() {} }, ...options });
  closing.push(() => gateway.close());
  return gateway;
}

/** A refresh is followed by a rest of three times its length, however long that was. */
const PATIENCE = { timeout: 15_000, interval: 50 };
const asked = (world: World) => ({ destinationId: world.destinationId, checkIn: "2027-03-02", checkOut: "2027-03-04", rooms: [{ adults: 2, childAges: [] }] });
const search = (gateway: Gateway, input: object, headers?: Record<string, string>) =>
  callWire<{ items: { cheapest: { left: number } }[] }>(gateway, "search.hotels", input, { ...(headers && { headers }) });

test("the cached answer has the bytes and the headers of the procedure's", async () => {
  const gateway = await start();
  const world = await createProperty(database.db);
  const first = await search(gateway, asked(world));
  await gateway.ctx.settled();
  const second = await search(gateway, asked(world));
  expect(counted).toEqual({ miss: 1, hit: 1 });
  expect(second.text).toBe(first.text);
  expect(second.data?.items).toHaveLength(1);
  const shown = ({ headers }: { headers: Headers }) => [...headers].filter(([name]) => name !== "x-request-id");
  expect(shown(second)).toEqual(shown(first));
  expect(second.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  // Another process has only what stands in Redis.
  expect((await search(await start(), asked(world))).text).toBe(first.text);
  expect(counted).toEqual({ miss: 1, hit: 2 });
});

test("one page for one question, however it is written; a different question is a different page", async () => {
  const gateway = await start();
  const world = await createProperty(database.db);
  const { destinationId, ...rest } = asked(world);
  await search(gateway, { destinationId, ...rest, amenities: [], stars: [5, 4] });
  await gateway.ctx.settled();
  await search(gateway, { stars: [4, 5], ...rest, amenities: [], destinationId, sort: "recommended", limit: 20 });
  expect(counted).toEqual({ miss: 1, hit: 1 });
  expect((await search(gateway, { ...asked(world), stars: [1] })).data?.items).toEqual([]);
  expect(counted).toEqual({ miss: 2, hit: 1 });
});

test("a stale page is refreshed behind the wire's answer", async () => {
  const gateway = await start();
  const world = await createProperty(database.db);
  const left = async () => {
    const { data } = await search(gateway, asked(world));
    await gateway.ctx.settled();
    return data?.items[0]?.cheapest.left;
  };
  expect(await left()).toBe(2);
  await database.db.update(inventoryNights).set({ sold: 1 }).where(eq(inventoryNights.roomTypeId, world.roomTypeId));
  expect(await left()).toBe(2);
  await gateway.ctx.advance(11_000);
  expect(await left()).toBe(2);
  expect(await left()).toBe(1);
  expect(counted).toEqual({ miss: 1, hit: 2, stale: 1 });
  await gateway.ctx.advance(61_000);
  await database.db.update(inventoryNights).set({ sold: 0 }).where(eq(inventoryNights.roomTypeId, world.roomTypeId));
  // The refresh before it is followed by a rest; then whoever comes waits for the new page.
  await vi.waitFor(async () => expect(await left()).toBe(2), PATIENCE);
  expect(counted).toMatchObject({ miss: 2, stale: 1 });
});

test("past its minute a page is waited for, but where another one's refresh is under way", async () => {
  const gateway = await start();
  const [one, other] = [await createProperty(database.db), await createProperty(database.db)];
  const left = async (world: World) => (await search(gateway, asked(world))).data?.items[0]?.cheapest.left;
  await Promise.all([left(one), left(other)]);
  await gateway.ctx.settled();
  await database.db
    .update(inventoryNights)
    .set({ sold: 1 })
    .where(inArray(inventoryNights.roomTypeId, [one.roomTypeId, other.roomTypeId]));
  await gateway.ctx.advance(70_000);

  const fresh = await database.db.transaction(async (tx) => {
    await tx.execute(sql`lock table inventory_nights in access exclusive mode`);
    const waiting = left(one);
    await vi.waitFor(async () => {
      const [row] = await tx.execute<{ n: number }>(
        sql`select count(*)::int as n from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())`,
      );
      expect(row!.n).toBeGreaterThan(0);
    });
    expect(await left(other)).toBe(2);
    return { waiting };
  });
  expect(await fresh.waiting).toBe(1);
  await vi.waitFor(async () => expect(await left(other)).toBe(1), PATIENCE);
  expect(counted).toMatchObject({ late: expect.any(Number) });

  // After five minutes nobody is shown it.
  await gateway.ctx.advance(301_000);
  await database.db
    .update(inventoryNights)
    .set({ sold: 0 })
    .where(inArray(inventoryNights.roomTypeId, [one.roomTypeId, other.roomTypeId]));
  expect(await Promise.all([left(one), left(other)])).toEqual([2, 2]);
});

test("errors are never stored, and are the procedure's own each time", async () => {
  const gateway = await start();
  const world = await createProperty(database.db);
  const unknown = { ...asked(world), destinationId: 2_147_483_647 };
  for (let time = 0; time < 2; time += 1) {
    expect((await search(gateway, unknown)).error?.data.domain).toEqual({ code: "NOT_FOUND", facts: { what: "destination" } });
    await gateway.ctx.settled();
    const wrong = await search(gateway, { ...asked(world), checkOut: "2027-03-01" });
    expect(wrong.error?.data.fields).toEqual([{ path: "checkOut", message: "must be after check-in" }]);
    const garbage = await gateway.request("/trpc/search.hotels?input=%7B%ZZ");
    expect(garbage.status).toBe(400);
  }
  expect(counted).toEqual({ miss: 2 });
});

test("what is asked otherwise than by one plain GET is the procedure's to answer, or to refuse", async () => {
  const gateway = await start();
  const world = await createProperty(database.db);
  await search(gateway, asked(world));
  await gateway.ctx.settled();
  const input = encodeURIComponent(JSON.stringify(asked(world)));
  expect((await gateway.request(`/trpc/search.hotels?batch=1&input=${encodeURIComponent(JSON.stringify({ 0: asked(world) }))}`)).status).toBe(400);
  expect((await gateway.request(`/trpc/search.hotels?input=${input}&batch=1`)).status).toBe(400);
  expect((await gateway.request(`/trpc/search.hotels?input=${input}`, { method: "HEAD" })).status).toBe(204);
  expect((await gateway.request(`/trpc/search.hotels?input=${input}`, { method: "POST", headers: { "content-type": "application/json" } })).status).toBe(405);
  expect(counted).toEqual({ miss: 1 });
});

test("a body that is not whole, or is gone, is a miss that mends itself", async () => {
  const gateway = await start();
  const world = await createProperty(database.db);
  const { text } = await search(gateway, asked(world));
  await gateway.ctx.settled();
  const key = (await redis.redis.client.keys("search:*:body"))[0]!;
  for (const body of ["", text.slice(0, 40)]) {
    await redis.redis.client.set(key, body);
    const other = await start();
    expect((await search(other, asked(world))).text).toBe(text);
    await other.ctx.settled();
    expect(await redis.redis.get(key)).toBe(JSON.stringify((JSON.parse(text) as { result: { data: unknown } }).result.data));
  }
  expect(counted).toEqual({ miss: 3 });
});

test("without Redis, or with a dead one, each search is answered from Postgres", async () => {
  const world = await createProperty(database.db);
  for (const dead of [undefined, redisAt("http://127.0.0.1:1")]) {
    const gateway = await start({ redis: dead });
    for (let time = 0; time < 2; time += 1) expect((await search(gateway, asked(world))).data?.items).toHaveLength(1);
  }
  expect(counted).toEqual({ miss: 4 });
});
