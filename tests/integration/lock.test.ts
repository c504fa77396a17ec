import { sql } from "drizzle-orm";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { sqlState } from "../../db/client.ts";
import { cancel, cancelQuote, expire, hold } from "../../server/bookings/index.ts";
import { isDomainError } from "../../server/errors.ts";
import { addDays, nightsOf } from "../../server/platform/dates.ts";
import { inGroups } from "../../server/platform/together.ts";
import { transact } from "../../server/platform/transact.ts";
import { moveNights, withNightLocks } from "../../server/rooms/index.ts";
import { expectAudited, expectBooked, refusalOf, wish } from "../helpers/booking.ts";
import { anonymous, makeContext, openRedisGateway, SYSTEM, type TestContext, type TestRedis } from "../helpers/context.ts";
import { tally } from "../helpers/crowd.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { emptyRedis } from "../helpers/redis.ts";
import { createProperty, FIRST_NIGHT } from "../helpers/world.ts";

const NIGHTS = [7, 8].flatMap((roomTypeId) => nightsOf(FIRST_NIGHT, addDays(FIRST_NIGHT, 5)).map((date) => ({ roomTypeId, date })));
const KEYS = NIGHTS.map((night) => `lock:room:${night.roomTypeId}:${night.date}`);
const MANY = 100_000;

let database: TestDatabase;
let gateway: TestRedis;
let raw: Redis;
let ctx: TestContext;
beforeAll(async () => {
  database = await createDatabase({ max: 30 });
});
beforeEach(async () => {
  gateway = await openRedisGateway();
  raw = new Redis(await emptyRedis());
  ctx = makeContext(database, { redis: gateway.redis });
});
afterEach(async () => {
  gateway.gateway.faults.clear();
  await ctx.settled();
  raw.disconnect();
  await gateway.close();
});
afterAll(() => database.drop());

/** Counts the requests that reach the gateway from now on: by a fault that does nothing. */
function countRequests(): () => number {
  gateway.gateway.faults.clear();
  gateway.gateway.faults.add({ calls: MANY });
  return () => MANY - (gateway.gateway.faults.list()[0]?.calls ?? 0);
}

test("ten nights of two room types are locked in one round trip, by one owner, for five seconds at most", async () => {
  const requests = countRequests();
  await withNightLocks(ctx, NIGHTS, async () => {
    expect(requests()).toBe(1);
    const owners = new Set(await raw.mget(KEYS));
    expect(owners.size).toBe(1);
    expect(owners).not.toContain(null);
    for (const life of await Promise.all(KEYS.map((key) => raw.pttl(key)))) {
      expect(life).toBeGreaterThan(1000);
      expect(life).toBeLessThanOrEqual(5000);
    }
  });
  await ctx.settled();
  expect(requests()).toBe(2);
  expect(await raw.exists(...KEYS)).toBe(0);
});

test("all or none: one night that somebody has leaves the others free", async () => {
  await raw.set(KEYS[3]!, "somebody");
  await refusalOf(
    withNightLocks(makeContext(database, { redis: gateway.redis, env: { LOCK_WAIT_MS: "0" } }), NIGHTS, async () => {}),
    "ROOM_BUSY",
  );
  expect(await raw.exists(...KEYS)).toBe(1);
});

test("the release deletes its own keys alone: what lapsed and passed to another stays", async () => {
  await withNightLocks(ctx, NIGHTS, async () => void (await raw.set(KEYS[0]!, "the next owner")));
  await ctx.settled();
  expect(await raw.exists(...KEYS)).toBe(1);
  expect(await raw.get(KEYS[0]!)).toBe("the next owner");
});

test("work that throws gives the lock back", async () => {
  await expect(withNightLocks(ctx, NIGHTS, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  await ctx.settled();
  expect(await raw.exists(...KEYS)).toBe(0);
});

test("a lock that is granted after our own time-out keeps nobody out", async () => {
  // The request for the lock arrives at once and is executed 400 ms later, as is one that came right behind it.
  gateway.gateway.faults.add({ calls: 2, delayMs: 400 });
  const work = withNightLocks(ctx, NIGHTS, async () => "carried on");
  await vi.waitFor(() => expect(gateway.gateway.faults.list()[0]?.calls).toBe(1), { interval: 1 });
  const behind = fetch(gateway.gateway.url, { method: "POST", headers: { authorization: "Bearer test" }, body: JSON.stringify(["PING"]) });
  expect(await work).toBe("carried on");
  expect((await behind).status).toBe(200);
  await ctx.settled();
  await vi.waitFor(async () => expect(await raw.exists(...KEYS)).toBe(0), { timeout: 1000 });
  const next = makeContext(database, { redis: gateway.redis, env: { LOCK_WAIT_MS: "0" } });
  expect(await withNightLocks(next, NIGHTS, async () => "next")).toBe("next");
  await next.settled();
});

test("the wait is bounded, asks several times, and ends as ROOM_BUSY with a time that differs from guest to guest", async () => {
  await raw.set(KEYS[0]!, "somebody");
  const requests = countRequests();
  const hasty = makeContext(database, { redis: gateway.redis, env: { LOCK_WAIT_MS: "300" } });
  const started = performance.now();
  const refusals = await Promise.all(
    Array.from({ length: 8 }, () =>
      refusalOf(
        withNightLocks(hasty, [NIGHTS[0]!], async () => {}),
        "ROOM_BUSY",
      ),
    ),
  );
  const waited = performance.now() - started;
  expect(waited).toBeGreaterThanOrEqual(300);
  expect(waited).toBeLessThan(2000);
  expect(requests()).toBeGreaterThan(8);
  for (const { retryAfterMs } of refusals) {
    expect(retryAfterMs).toBeGreaterThanOrEqual(100);
    expect(retryAfterMs).toBeLessThanOrEqual(2000);
  }
  expect(new Set(refusals.map((refusal) => refusal.retryAfterMs)).size).toBeGreaterThan(1);
});

test("who waits goes on as soon as the lock is free: its next ask gets it", async () => {
  await raw.set(KEYS[0]!, "somebody");
  const requests = countRequests();
  const waiting = withNightLocks(ctx, [NIGHTS[0]!], async () => requests());
  await vi.waitFor(() => expect(requests()).toBeGreaterThan(1));
  await raw.del(KEYS[0]!);
  const asked = requests();
  expect(await waiting).toBeLessThanOrEqual(asked + 1);
});

/** Who waited too long on a slow machine asks again, as the queue does. */
async function untilUnlocked(work: () => Promise<unknown>): Promise<unknown> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (sqlState(error) !== "55P03") throw error;
    }
  }
}

test("holds of many nights and rooms, cancels, sweeps and edits in opposite orders never deadlock", { timeout: 60_000 }, async () => {
  const world = await createProperty(database.db, { rooms: [{ units: 60 }, { units: 60, code: "suite", name: "Suite" }] });
  const [double, suite] = world.rooms.map((room) => ({ productId: Object.values(room.products)[0]! }));
  const grouped = [makeContext(database, { redis: gateway.redis, together: inGroups() }), makeContext(database, { together: inGroups() }), makeContext(database)];
  const stays = [0, 1, 2, 3].flatMap((day) => [
    { checkIn: addDays(FIRST_NIGHT, day), nights: 5, rooms: [double!, suite!] },
    { checkIn: addDays(FIRST_NIGHT, 3 - day), nights: 4, rooms: [suite!, double!] },
  ]);
  const inputs = await Promise.all(stays.map((stay) => wish(ctx, world, stay)));
  const guests = Array.from({ length: 24 }, (_, index) => ({ context: grouped[index % 3]!.as(anonymous()), input: inputs[index % inputs.length]! }));
  const edit = (order: 1 | -1) => {
    const nights = world.rooms.flatMap(({ roomTypeId }) => nightsOf(FIRST_NIGHT, addDays(FIRST_NIGHT, 8)).map((date) => ({ roomTypeId, date, physical: order })));
    return transact(database.db, (tx) => moveNights(tx, order === 1 ? nights : nights.toReversed(), { reason: "adjust", actor: "job:test" }));
  };

  const early = await Promise.all(guests.map(({ context, input }) => hold(context, input).then((held) => ({ context, held }))));
  // Some of them will be overdue: the sweep and the next guests let them go at the same time.
  await ctx.advance(16 * 60_000);
  const fresh = await Promise.all(
    inputs.map(async (input) => {
      const context = grouped[2]!.as(anonymous());
      return { context, held: await hold(context, input) };
    }),
  );
  const works = [
    ...early.map(
      ({ held }) =>
        () =>
          expire(ctx.as(SYSTEM), held.bookingId),
    ),
    ...fresh.map(({ context, held }, index) => async () => {
      const { fee } = await cancelQuote(context, held);
      return cancel(context, { ...held, expectedFee: fee, idempotencyKey: `cancel-${index}-${held.bookingId}` });
    }),
    ...Array.from({ length: 30 }, (_, index) => () => hold(grouped[index % 3]!.as(anonymous()), inputs[index % inputs.length]!)),
    ...Array.from({ length: 10 }, (_, index) => () => edit(index % 2 === 0 ? 1 : -1)),
  ];
  const outcomes = await Promise.all(
    works.map((work) =>
      untilUnlocked(work).then(
        () => "done",
        (error: unknown) => (isDomainError(error) ? error.code : String(error)),
      ),
    ),
  );
  await Promise.all(grouped.map((context) => context.settled()));
  expect(tally(outcomes)).toEqual({ done: outcomes.length });
  await expectAudited(database.db);
  await expectBooked(database.db);
  const [stats] = await database.db.execute<{ deadlocks: number }>(sql`select deadlocks::int from pg_stat_database where datname = current_database()`);
  expect(stats).toEqual({ deadlocks: 0 });
});
