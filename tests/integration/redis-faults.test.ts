import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { hold } from "../../server/bookings/index.ts";
import type { HoldInput } from "../../server/bookings/schemas.ts";
import { isDomainError } from "../../server/errors.ts";
import { addDays } from "../../server/platform/dates.ts";
import { inGroups } from "../../server/platform/together.ts";
import { availability } from "../../server/rooms/availability.ts";
import { writeAvailability } from "../../server/rooms/index.ts";
import { hotels } from "../../server/search/hotels.ts";
import { expectAudited, expectBooked, nightOf, refusalOf, wish } from "../helpers/booking.ts";
import { anonymous, makeContext, type TestContext } from "../helpers/context.ts";
import { guestCookie } from "../helpers/guest-cookie.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { startGateway } from "../helpers/gateway.ts";
import { DOWN, EVERY_FAULT, openFragileRedis, type FragileRedis } from "../helpers/redis-faults.ts";
import { callWire } from "../helpers/trpc.ts";
import { createProperty, FIRST_NIGHT, type World } from "../helpers/world.ts";

const STAY = { checkIn: FIRST_NIGHT, checkOut: addDays(FIRST_NIGHT, 2), rooms: [{ adults: 2, childAges: [] }] };

let database: TestDatabase;
let fragile: FragileRedis;
let ctx: TestContext;
beforeAll(async () => {
  database = await createDatabase({ max: 30 });
});
beforeEach(async () => {
  fragile = await openFragileRedis();
  ctx = makeContext(database, { redis: fragile.redis, together: inGroups() });
});
afterEach(async () => {
  await ctx.settled();
  await fragile.close();
  await expectAudited(database.db);
  await expectBooked(database.db);
});
afterAll(() => database.drop());

function units(count: number): Promise<World> {
  return createProperty(database.db, { rooms: [{ units: count }] });
}

function outcomeOf(context: TestContext, input: HoldInput): Promise<string> {
  return hold(context.as(anonymous()), input).then(
    () => "held",
    (error: unknown) => (isDomainError(error) ? error.code : String(error)),
  );
}

function tally(outcomes: string[]): Record<string, number> {
  return outcomes.reduce<Record<string, number>>((counts, outcome) => ({ ...counts, [outcome]: (counts[outcome] ?? 0) + 1 }), {});
}

/** Thirty guests at once; the fault comes while they are on their way. */
async function rushInto(context: TestContext, world: World, fault: () => Promise<unknown>): Promise<Record<string, number>> {
  const input = await wish(context, world);
  const guests = Array.from({ length: 15 }, () => outcomeOf(context, input));
  const broken = fault();
  const more = Array.from({ length: 15 }, () => outcomeOf(context, input));
  await broken;
  return tally(await Promise.all([...guests, ...more]));
}

test.each(EVERY_FAULT)("with Redis %s midway, three rooms go to three of thirty guests, and all others are told SOLD_OUT", async (fault) => {
  const world = await units(3);
  expect(await rushInto(ctx, world, () => fragile.break(fault))).toEqual({ held: 3, SOLD_OUT: 27 });
  expect(await nightOf(database.db, world.roomTypeId)).toMatchObject({ held: 3 });
});

test.each(EVERY_FAULT)("with Redis %s from the start, as many are held, by processes that decide each guest alone too", async (fault) => {
  const world = await units(3);
  await fragile.break(fault);
  const apart = makeContext(database, { redis: fragile.redis });
  expect(await rushInto(apart, world, async () => {})).toEqual({ held: 3, SOLD_OUT: 27 });
  await apart.settled();
});

test.each(DOWN)("with Redis %s and REDIS_DOWN=reject a hold is 503 UNAVAILABLE with Retry-After, and takes nothing", async (fault) => {
  const world = await units(3);
  const gateway = await startGateway(database, { redis: fragile.redis, cloud: {}, publishing: false, env: { REDIS_DOWN: "reject" } });
  try {
    const input = await wish(ctx, world);
    const mend = await fragile.break(fault);
    const asked = { type: "mutation", cookie: await guestCookie(gateway.ctx.config.AUTH_SECRET) } as const;
    const answer = await callWire(gateway, "bookings.hold", input, asked);
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("2");
    expect(answer.error?.data.domain).toEqual({ code: "UNAVAILABLE", facts: { what: "booking", retryAfterMs: 2000 } });
    expect(await nightOf(database.db, world.roomTypeId)).toMatchObject({ held: 0 });
    await mend();
    await vi.waitFor(async () => expect((await callWire(gateway, "bookings.hold", input, asked)).status).toBe(200), { timeout: 10_000, interval: 50 });
  } finally {
    await gateway.close();
  }
});

test.each(EVERY_FAULT)("with Redis %s search and availability tell the truth, and no wrong page outlives the fault", async (fault) => {
  const world = await units(1);
  const left = async () => (await availability(ctx, { ...STAY, propertyId: world.propertyId })).roomTypes[0]!.left;
  const found = async () => (await hotels(ctx, { ...STAY, destinationId: world.destinationId, sort: "price", limit: 20 })).items.map((item) => item.cheapest.left);
  const mend = await fragile.break(fault);
  expect([await left(), await found()]).toEqual([1, [1]]);
  expect(await outcomeOf(ctx, await wish(ctx, world))).toBe("held");
  await ctx.settled();
  await mend();
  // The page of a search may be a minute old; the availability is as new as the move where Redis works.
  await vi.waitFor(async () => expect(await left()).toBe(0), { timeout: 10_000, interval: 100 });
});

test("a hung call ends within its budget, five open the circuit, and then nobody waits", async () => {
  await fragile.break("hung");
  const started = performance.now();
  const calls = Array.from({ length: 5 }, (_, index) => expect(fragile.redis.get(`key:${index}`)).rejects.toThrow());
  await Promise.all(calls);
  // 150 ms, and what a busy machine adds.
  expect(performance.now() - started).toBeLessThan(1500);
  expect(fragile.measured.get("redis_circuit_open")).toBe(1);
  await expect(fragile.redis.get("key")).rejects.toThrow(expect.objectContaining({ name: "OpenCircuitError" }));
});

test.each(["hung", "out of memory", "refused"] as const)("the circuit closes by itself once Redis is no longer %s, and locks are taken again", async (fault) => {
  const mend = await fragile.break(fault);
  await vi.waitFor(async () => {
    await fragile.redis.set("key", "value", 1000).catch(() => undefined);
    expect(fragile.measured.get("redis_circuit_open")).toBe(1);
  });
  // While it lasts, probes find out that it does.
  await vi.waitFor(
    async () => {
      await fragile.redis.set("key", "value", 1000).catch(() => undefined);
      expect(fragile.measured.get("redis_probes_total")).toBeGreaterThanOrEqual(1);
    },
    { timeout: 5000, interval: 50 },
  );
  expect(fragile.measured.get("redis_circuit_open")).toBe(1);
  await mend();
  await vi.waitFor(async () => expect(await fragile.redis.set("key", "value", 60_000).then(() => "stored")).toBe("stored"), { timeout: 10_000, interval: 50 });
  expect(fragile.measured.get("redis_circuit_open")).toBe(0);
  expect(await fragile.redis.get("key")).toBe("value");
});

test("a script's own error is not an outage: the circuit stays closed, for it alone and among others", async () => {
  const broken = () => expect(fragile.redis.eval("return redis.call('LPUSH', KEYS[1], 1)", ["text"], [])).rejects.toThrow("WRONGTYPE");
  await fragile.redis.set("text", "not a list", 60_000);
  for (let i = 0; i < 8; i += 1) await broken();
  await expect(fragile.redis.eval("this is no Lua", [], [])).rejects.toThrow();
  for (let i = 0; i < 8; i += 1) await expect(fragile.redis.eval("return nothing.at_all", [], [])).rejects.toThrow();
  const [, , fine] = await Promise.all([broken(), broken(), fragile.redis.eval("return ARGV[1]", [], ["fine"])]);
  expect(fine).toBe("fine");
  expect(fragile.measured.get("redis_circuit_open")).toBe(0);
});

test("scripts that travel together and meet a full Redis count as an outage, and reads among them still answer", async () => {
  await fragile.break("out of memory");
  for (let i = 0; i < 5; i += 1) {
    const write = expect(fragile.redis.eval("return redis.call('SET', KEYS[1], 1)", ["full"], [])).rejects.toThrow("OOM");
    const read = fragile.redis.eval("return ARGV[1]", [], ["read"]);
    await write;
    expect(await read).toBe("read");
  }
  expect(fragile.measured.get("redis_circuit_open")).toBe(1);
});

test("an older availability never overwrites a newer, in whatever order they arrive", async () => {
  const cell = { roomTypeId: 424_242, date: FIRST_NIGHT };
  const versions = Array.from({ length: 40 }, (_, index) => index + 1).toSorted((a, b) => Math.sin(a) - Math.sin(b));
  await Promise.all(versions.map((version) => writeAvailability(ctx, [{ ...cell, available: version * 10, version }])));
  expect(await fragile.redis.get(`availability:room:424242:${FIRST_NIGHT}`)).toBe('{"available":400,"version":40}');
  await writeAvailability(ctx, [{ ...cell, available: 1, version: 39 }]);
  expect(await fragile.redis.get(`availability:room:424242:${FIRST_NIGHT}`)).toBe('{"available":400,"version":40}');
});

test("an entry that isn't ours is a miss, and is written over", async () => {
  const world = await units(2);
  const key = `availability:room:${world.roomTypeId}:${FIRST_NIGHT}`;
  for (const garbage of ["", "null", "[]", "<html>", '{"available":"many"}']) {
    await fragile.raw.set(key, garbage);
    expect((await availability(ctx, { ...STAY, propertyId: world.propertyId })).roomTypes[0]!.left).toBe(2);
    await ctx.settled();
    expect(await fragile.raw.get(key)).toBe('{"available":2,"version":1}');
  }
  const read = () => ctx.cache.through("page:garbage", { ttlMs: 60_000 }, async () => "the page", ctx.defer);
  const elsewhere = makeContext(database, { redis: fragile.redis });
  await read();
  await ctx.settled();
  await fragile.raw.set("page:garbage:body", "<html>");
  expect(await elsewhere.cache.through("page:garbage", { ttlMs: 60_000 }, async () => "the page", elsewhere.defer)).toBe("the page");
  await elsewhere.settled();
});

test("with REDIS_DOWN=reject a Redis that is up refuses nobody", async () => {
  const world = await units(1);
  const strict = makeContext(database, { redis: fragile.redis, env: { REDIS_DOWN: "reject" } });
  expect(await outcomeOf(strict, await wish(strict, world))).toBe("held");
  await refusalOf(hold(strict.as(anonymous()), await wish(strict, world)), "SOLD_OUT");
  await strict.settled();
});
