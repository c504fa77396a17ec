import { and, eq, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { bookingEvents, bookingNights, guests, inventoryEvents, inventoryNights, outbox, rateNights, roomStays } from "../../db/schema/index.ts";
import { expire, get, hold, overdueHolds } from "../../server/bookings/index.ts";
import { LackingNights, withOverdueLetGo } from "../../server/bookings/overdue.ts";
import type { Context } from "../../server/context.ts";
import { isDomainError } from "../../server/errors.ts";
import { addDays } from "../../server/platform/dates.ts";
import type { RedisPort } from "../../server/platform/redis.ts";
import { alone, inGroups, type Together } from "../../server/platform/together.ts";
import { moveNights } from "../../server/rooms/index.ts";
import { bookingOf, eventsOf, expectAudited, expectBooked, holdStay, idsOf, ledgerOf, nightOf, refusalOf, stateOf, whileLocked, wish } from "../helpers/booking.ts";
import { quote } from "../../server/rooms/quote.ts";
import { anonymous, makeContext, openRedisGateway, redisAt, SYSTEM, type TestContext, type TestRedis } from "../helpers/context.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { meddled } from "../helpers/meddle.ts";
import { createProperty, FIRST_NIGHT, type World } from "../helpers/world.ts";

const NEXT_NIGHT = addDays(FIRST_NIGHT, 1);

let database: TestDatabase;
let gateway: TestRedis;
let ctx: TestContext;
beforeAll(async () => {
  database = await createDatabase({ max: 30 });
  gateway = await openRedisGateway();
});
beforeEach(() => {
  ctx = makeContext(database, { redis: gateway.redis });
});
afterEach(async () => {
  gateway.gateway.faults.clear();
  await ctx.settled();
  await expectAudited(database.db);
  await expectBooked(database.db);
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
});

function oneRoom(units = 1): Promise<World> {
  return createProperty(database.db, { rooms: [{ units }] });
}

/** So many different guests ask for the same room at once; each outcome is `held` or the refusal's code. */
async function rush(context: TestContext, world: World, guestCount: number): Promise<Record<string, number>> {
  const input = await wish(context, world);
  const outcomes = await Promise.all(
    Array.from({ length: guestCount }, () =>
      hold(context.as(anonymous()), input).then(
        () => "held",
        (error: unknown) => (isDomainError(error) ? error.code : String(error)),
      ),
    ),
  );
  await context.settled();
  return outcomes.reduce<Record<string, number>>((counts, outcome) => ({ ...counts, [outcome]: (counts[outcome] ?? 0) + 1 }), {});
}

test("a hold writes guest, booking, stays, nights, events and outbox in one commit", async () => {
  const world = await oneRoom(2);
  const held = await holdStay(ctx, world, { rooms: [{ productId: world.productId, adults: 2, childAges: [4] }] });
  const booking = await bookingOf(database.db, held.bookingId);
  // 2 nights at 10 000 and ten percent tax; a child of four is free.
  expect(booking).toMatchObject({
    code: held.code,
    total: 22_000,
    dueOnline: 22_000,
    currency: "EUR",
    checkIn: FIRST_NIGHT,
    checkOut: addDays(FIRST_NIGHT, 2),
    source: "web",
    version: 1,
  });
  expect(booking.holdExpiresAt!.getTime() - booking.createdAt.getTime()).toBe(15 * 60_000);
  expect(held.holdExpiresAt).toBe(booking.holdExpiresAt!.toISOString());
  const [guest] = await database.db.select().from(guests).where(eq(guests.id, booking.guestId));
  expect(guest).toMatchObject({ email: "ana@guest.test", name: "Ana Reis", propertyId: world.propertyId });
  const [stay] = await database.db.select().from(roomStays).where(eq(roomStays.bookingId, held.bookingId));
  expect(stay).toMatchObject({ state: "pending", roomTypeId: world.roomTypeId, adults: 2, childAges: [4], total: 22_000 });
  const priced = await database.db.select().from(bookingNights).where(eq(bookingNights.roomStayId, stay!.id)).orderBy(bookingNights.stayDate);
  expect(priced.map(({ stayDate, price }) => [stayDate, price])).toEqual([
    [FIRST_NIGHT, 10_000],
    [NEXT_NIGHT, 10_000],
  ]);
  const [event] = await database.db.select().from(bookingEvents).where(eq(bookingEvents.bookingId, held.bookingId));
  expect(event).toMatchObject({ type: "held", version: 1 });
  const [message] = await database.db
    .select()
    .from(outbox)
    .where(sql`${outbox.payload} ->> 'bookingId' = ${held.bookingId}`);
  expect(message).toMatchObject({
    type: "booking.held",
    v: 1,
    payload: { bookingId: held.bookingId, propertyId: world.propertyId, version: 1, holdExpiresAt: held.holdExpiresAt },
  });
  // All of it by one transaction.
  const [commits] = await database.db.execute<{ n: number }>(sql`
    select count(distinct xmin::text)::int as n from (
      select xmin from bookings where id = ${held.bookingId} union all select xmin from guests where id = ${booking.guestId}
      union all select xmin from room_stays where booking_id = ${held.bookingId} union all select xmin from booking_nights where room_stay_id = ${stay!.id}
      union all select xmin from booking_events where booking_id = ${held.bookingId} union all select xmin from outbox where id = ${message!.id}
      union all select xmin from inventory_events where booking_id = ${held.bookingId}
      union all select xmin from inventory_nights where room_type_id = ${world.roomTypeId} and held > 0
      union all select xmin from idempotency_keys where response ->> 'bookingId' = ${held.bookingId}) rows`);
  expect(commits?.n).toBe(1);
});

test("the guest who holds sees the booking, and nobody else does without its token", async () => {
  const held = await holdStay(ctx, await oneRoom());
  expect(await get(ctx, { bookingId: held.bookingId })).toMatchObject({ state: "pending", canPay: true, canCancel: true });
  expect(await get(ctx.as(anonymous()), { bookingId: held.bookingId, token: held.token })).toMatchObject({ code: held.code });
  await refusalOf(get(ctx.as(anonymous()), { bookingId: held.bookingId }), "NOT_FOUND");
  await refusalOf(get(ctx.as(anonymous()), { bookingId: held.bookingId, token: `${held.token.slice(0, -1)}_` }), "NOT_FOUND");
});

test("SOLD_OUT names the nights that lack rooms", async () => {
  const world = await createProperty(database.db, { rooms: [{ units: 1, stock: { [NEXT_NIGHT]: { physical: 0 } } }] });
  expect(await refusalOf(holdStay(ctx, world, { nights: 3 }), "SOLD_OUT")).toMatchObject({ nights: [{ roomTypeId: world.roomTypeId, date: NEXT_NIGHT }] });
});

test("SOLD_OUT offers the nearest dates on which as many nights are free", async () => {
  const world = await createProperty(database.db, { rooms: [{ units: 1, stock: { [FIRST_NIGHT]: { physical: 0 } } }] });
  const facts = await refusalOf(holdStay(ctx, world, { nights: 3 }), "SOLD_OUT");
  expect(facts.nearest?.[0]).toEqual({ checkIn: NEXT_NIGHT, checkOut: addDays(NEXT_NIGHT, 3) });
  const [nearest] = facts.nearest!;
  expect((await holdStay(ctx, world, { checkIn: nearest!.checkIn, nights: 3 })).bookingId).toBeTruthy();
});

test("forty guests for the last room: one booking, all others sold out", async () => {
  const world = await oneRoom();
  expect(await rush(ctx, world, 40)).toEqual({ held: 1, SOLD_OUT: 39 });
  expect(await nightOf(database.db, world.roomTypeId)).toMatchObject({ held: 1 });
});

test("two hundred guests whose holds share transactions: exactly the free units are held, all others are sold out", async () => {
  const world = await oneRoom(5);
  const grouped = makeContext(database, { redis: gateway.redis, together: inGroups() });
  expect(await rush(grouped, world, 200)).toEqual({ held: 5, SOLD_OUT: 195 });
  expect(await nightOf(database.db, world.roomTypeId)).toMatchObject({ held: 5 });
});

test("holds that share a transaction each get their own answer: held, sold out, dearer, or limited", async () => {
  const [roomy, full] = [await oneRoom(10), await createProperty(database.db, { rooms: [{ units: 0 }] })];
  const grouped = makeContext(database, { redis: gateway.redis, together: inGroups(), env: { HOLDS_PER_ACTOR: "2" } });
  const input = await wish(grouped, roomy);
  const outcomes = await Promise.allSettled([
    hold(grouped.as(anonymous()), { ...input, idempotencyKey: "first-guest" }),
    hold(grouped.as(anonymous()), await wish(grouped, full)),
    hold(grouped.as(anonymous()), { ...input, quoteHash: "0".repeat(64) }),
    ...["a", "b", "c"].map((name) => hold(grouped, { ...input, idempotencyKey: `same-client-${name}` })),
  ]);
  expect(outcomes.map((one) => (one.status === "fulfilled" ? "held" : isDomainError(one.reason) ? one.reason.code : one.reason))).toEqual([
    "held",
    "SOLD_OUT",
    "PRICE_CHANGED",
    "held",
    "held",
    "PROOF_REQUIRED",
  ]);
});

test("one guest's fault in a shared transaction is nobody else's", async () => {
  const world = await oneRoom(10);
  const grouped = makeContext(database, { redis: gateway.redis, together: inGroups() });
  const input = await wish(grouped, world);
  // A name that no column takes: the verb's own schema would refuse it, so it goes in behind it.
  const broken = { ...input, guest: { ...input.guest, name: "" } };
  const outcomes = await Promise.allSettled([input, broken, input].map((one) => hold(grouped.as(anonymous()), one)));
  expect(outcomes.map((one) => one.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(await nightOf(database.db, world.roomTypeId)).toMatchObject({ held: 2 });
});

test("past the first hold, a client may not take more than half of a room's night", async () => {
  const world = await oneRoom(4);
  await holdStay(ctx, world, { rooms: [{ productId: world.productId }, { productId: world.productId }] });
  expect(await refusalOf(holdStay(ctx, world), "HOLD_LIMIT")).toEqual({ limit: 2, of: "rooms" });
  expect((await holdStay(ctx.as(anonymous()), world)).bookingId).toBeTruthy();
});

const unreachable = () => redisAt("http://127.0.0.1:1");
/** Says yes to every lock, to everybody. */
const liar = (): RedisPort => ({
  ...gateway.redis,
  eval: <T>(_: string, keys: string[], args: (string | number)[]) => Promise.resolve((args.length > 4 ? args.slice(4).map(() => 1) : keys.length) as T),
});
const hung = () => {
  gateway.gateway.faults.add({ calls: 1000, hang: true });
  return redisAt(gateway.gateway.url);
};

test.each([
  ["absent", () => undefined],
  ["dead", unreachable],
  ["hung", hung],
  ["granting every lock to everybody", liar],
])("with Redis %s, three rooms are sold to three of thirty guests", async (_, redis) => {
  const world = await oneRoom(3);
  expect(await rush(makeContext(database, { redis: redis() }), world, 30)).toEqual({ held: 3, SOLD_OUT: 27 });
});

test("with REDIS_DOWN=reject a dead Redis is UNAVAILABLE, and nothing was taken", async () => {
  const world = await oneRoom();
  const strict = makeContext(database, { redis: unreachable(), env: { REDIS_DOWN: "reject" } });
  expect(await refusalOf(holdStay(strict, world), "UNAVAILABLE")).toMatchObject({ what: "booking", retryAfterMs: expect.any(Number) });
  await strict.settled();
  expect(await nightOf(database.db, world.roomTypeId)).toMatchObject({ held: 0 });
});

test("ROOM_BUSY past the wait when somebody keeps the lock; with their release it goes on", async () => {
  const world = await oneRoom();
  const key = `lock:room:${world.roomTypeId}:${NEXT_NIGHT}`;
  await gateway.redis.set(key, "somebody else", 60_000);
  const hasty = makeContext(database, { redis: gateway.redis, env: { LOCK_WAIT_MS: "0" } });
  expect(await refusalOf(holdStay(hasty, world), "ROOM_BUSY")).toEqual({ retryAfterMs: expect.any(Number) });
  // The other night's key was not taken either: all or none.
  expect(await gateway.redis.get(`lock:room:${world.roomTypeId}:${FIRST_NIGHT}`)).toBeNull();
  const patient = holdStay(ctx, world);
  await gateway.redis.eval("return redis.call('DEL', KEYS[1])", [key], []);
  expect((await patient).bookingId).toBeTruthy();
});

test("a repetition needs no lock: it gets its answer while somebody keeps the nights", async () => {
  const world = await oneRoom();
  const hasty = makeContext(database, { redis: gateway.redis, env: { LOCK_WAIT_MS: "0" } });
  const input = await wish(hasty, world);
  const held = await hold(hasty, input);
  await hasty.settled();
  const keys = [FIRST_NIGHT, NEXT_NIGHT].map((date) => `lock:room:${world.roomTypeId}:${date}`);
  for (const key of keys) await gateway.redis.set(key, "somebody else", 60_000);
  expect(await hold(hasty, input)).toEqual(held);
  expect(await refusalOf(hold(hasty, { ...input, notes: "another request" }), "CONFLICT")).toMatchObject({ reason: expect.any(String) });
  await gateway.redis.eval("return redis.call('DEL', KEYS[1], KEYS[2])", keys, []);
});

test("the lock is released after a hold and after a refusal", async () => {
  const world = await oneRoom();
  const keys = [FIRST_NIGHT, NEXT_NIGHT].map((date) => `lock:room:${world.roomTypeId}:${date}`);
  await holdStay(ctx, world);
  await ctx.settled();
  expect(await gateway.redis.mget(keys)).toEqual([null, null]);
  await refusalOf(holdStay(ctx.as(anonymous()), world), "SOLD_OUT");
  await ctx.settled();
  expect(await gateway.redis.mget(keys)).toEqual([null, null]);
});

test("a lock that has passed to somebody else is not released by its first owner", async () => {
  const world = await oneRoom();
  const key = `lock:room:${world.roomTypeId}:${FIRST_NIGHT}`;
  const deferred: (() => void)[] = [];
  const slow: Context = {
    ...ctx,
    redis: {
      ...gateway.redis,
      eval: <T>(script: string, keys: string[], args: (string | number)[]) =>
        // Only a release has nothing but the owner's token.
        args.length === 1 ? new Promise<T>((resolve) => deferred.push(() => resolve(gateway.redis.eval<T>(script, keys, args)))) : gateway.redis.eval<T>(script, keys, args),
    },
  };
  await holdStay(slow, world);
  await gateway.redis.set(key, "the next owner", 60_000);
  for (const release of deferred) release();
  await ctx.settled();
  expect(await gateway.redis.get(key)).toBe("the next owner");
});

test("PRICE_CHANGED brings the new total and hash, with which the hold goes through", async () => {
  const world = await oneRoom();
  const input = await wish(ctx, world);
  await database.db
    .update(rateNights)
    .set({ adultPrices: [11_000, 12_000] })
    .where(eq(rateNights.productId, world.productId));
  const facts = await refusalOf(hold(ctx, input), "PRICE_CHANGED");
  expect(facts).toEqual({ total: 26_400, currency: "EUR", quoteHash: expect.any(String) });
  expect(await hold(ctx, { ...input, quoteHash: facts.quoteHash ?? "" })).toMatchObject({ total: 26_400 });
});

test("RESTRICTED says why, before anything is taken", async () => {
  const world = await createProperty(database.db, { rooms: [{ nights: { [FIRST_NIGHT]: { minStayArrival: 3 } } }] });
  const input = await wish(ctx, world, { nights: 3 });
  expect(await refusalOf(hold(ctx, { ...input, checkOut: addDays(FIRST_NIGHT, 2) }), "RESTRICTED")).toEqual({ reason: "min_stay", value: 3 });
  expect(await refusalOf(hold(ctx, { ...input, checkIn: "2026-01-02", checkOut: "2026-01-04" }), "RESTRICTED")).toEqual({ reason: "past" });
  expect(await nightOf(database.db, world.roomTypeId)).toMatchObject({ held: 0 });
});

test("a product of another property is not found", async () => {
  const [mine, theirs] = [await oneRoom(), await oneRoom()];
  const input = await wish(ctx, mine);
  const foreign = { ...input, rooms: [{ ...input.rooms[0]!, productId: theirs.productId }] };
  expect(await refusalOf(hold(ctx, foreign), "NOT_FOUND")).toEqual({ what: "product" });
  expect(await refusalOf(hold(ctx, { ...foreign, rooms: [...input.rooms, ...foreign.rooms] }), "NOT_FOUND")).toEqual({ what: "product" });
});

test("several rooms of several types are one booking, all or none", async () => {
  const world = await createProperty(database.db, { rooms: [{ units: 3 }, { units: 1, code: "suite", name: "Suite" }] });
  const [double, suite] = world.rooms.map((room) => Object.values(room.products)[0]!);
  const rooms = [{ productId: double! }, { productId: suite! }, { productId: double! }];
  const held = await holdStay(ctx, world, { rooms });
  expect(await stateOf(database.db, held.bookingId)).toEqual(["pending", "pending", "pending"]);
  expect(await nightOf(database.db, world.rooms[0]!.roomTypeId)).toMatchObject({ held: 2 });
  expect(await nightOf(database.db, world.rooms[1]!.roomTypeId)).toMatchObject({ held: 1 });
  const before = await ledgerOf(database.db, world.rooms[0]!.roomTypeId);
  const facts = await refusalOf(holdStay(ctx.as(anonymous()), world, { rooms }), "SOLD_OUT");
  // The doubles lack one of two, the suite its only one.
  expect(facts.nights).toHaveLength(4);
  expect(await ledgerOf(database.db, world.rooms[0]!.roomTypeId)).toEqual(before);
});

test("an overdue hold never refuses anyone", async () => {
  const world = await oneRoom();
  const lost = await holdStay(ctx.as(anonymous()), world);
  await refusalOf(holdStay(ctx.as(anonymous()), world), "SOLD_OUT");
  await ctx.advance(15 * 60_000 + 1000);
  await holdStay(ctx.as(anonymous()), world);
  expect(await stateOf(database.db, lost.bookingId)).toEqual(["expired"]);
  expect(await eventsOf(database.db, lost.bookingId)).toEqual(["booking.held", "booking.expired"]);
});

test("one overdue hold of three rooms makes room for three guests at once", async () => {
  const world = await oneRoom(3);
  await holdStay(ctx.as(anonymous()), world, { rooms: [{ productId: world.productId }, { productId: world.productId }, { productId: world.productId }] });
  await ctx.advance(15 * 60_000 + 1000);
  expect(await rush(makeContext(database), world, 12)).toEqual({ held: 3, SOLD_OUT: 9 });
});

test("an overdue hold that another transaction is expiring this instant refuses nobody either", async () => {
  const world = await oneRoom();
  const lost = await holdStay(ctx.as(anonymous()), world);
  await ctx.advance(15 * 60_000 + 1000);
  let asked = 0;
  const counting: Together = (kind, ask, run) => {
    if (kind === "let-go") asked += 1;
    return alone(kind, ask, run);
  };
  let next: ReturnType<typeof holdStay> | undefined;
  await database.db.transaction(async (tx) => {
    await tx.execute(sql`select 1 from bookings where id = ${lost.bookingId} for no key update`);
    next = holdStay(makeContext(database, { together: counting }), world);
    next.catch(() => undefined);
    await vi.waitFor(() => expect(asked).toBeGreaterThan(1));
    await tx.execute(sql`update room_stays set state = 'expired', ended_at = app_now() where booking_id = ${lost.bookingId}`);
    await tx.execute(sql`update bookings set hold_expires_at = null where id = ${lost.bookingId}`);
    const given = [FIRST_NIGHT, NEXT_NIGHT].map((date) => ({ roomTypeId: world.roomTypeId, date, held: -1 }));
    await moveNights(tx, given, { reason: "expire", actor: "job:test", bookingId: lost.bookingId });
  });
  expect((await next)?.bookingId).toBeTruthy();
});

test("an overdue hold that somebody else has let go between refusal and look refuses nobody either", async () => {
  const world = await oneRoom();
  const lost = await holdStay(ctx.as(anonymous()), world);
  await ctx.advance(15 * 60_000 + 1000);
  const looks: Promise<boolean>[] = [];
  const db = meddled(database.db, (text) => {
    if (!isLook(text)) return undefined;
    looks.push(expire(ctx.as(SYSTEM), lost.bookingId));
    return looks.at(-1);
  });
  expect((await holdStay({ ...makeContext(database), db }, world)).bookingId).toBeTruthy();
  expect(await Promise.all(looks)).toEqual([true]);
});

test("an overdue hold of a night that lacks only while another night's are let go refuses nobody either", async () => {
  const { world, bookingId } = await overdueRoom();
  const [first, second] = ["2027-03-05", "2027-03-01"].map((date) => ({ roomTypeId: world.roomTypeId, date }));
  const lacking = [[first!], [second!]];
  const attempt = async (): Promise<string> => {
    const nights = lacking.shift();
    if (nights) throw new LackingNights(nights);
    return "taken";
  };
  expect(await withOverdueLetGo(ctx, performance.now(), attempt)).toBe("taken");
  expect(await stateOf(database.db, bookingId)).toEqual(["expired"]);
});

test("an overdue hold that somebody else lets go while a quote looks for it doesn't make the stay sold out", async () => {
  const world = await oneRoom();
  const guest = ctx.as(anonymous());
  const asked = await wish(guest, world);
  const lost = await holdStay(guest, world);
  await ctx.advance(15 * 60_000 + 1000);
  const ends: Promise<boolean>[] = [];
  const db = meddled(database.db, (text) => {
    if (!text.includes("generate_series")) return undefined;
    ends.push(expire(ctx.as(SYSTEM), lost.bookingId));
    return ends.at(-1);
  });
  const { propertyId, checkIn, checkOut, rooms } = asked;
  expect((await quote({ ...makeContext(database), db }, { propertyId, checkIn, checkOut, rooms })).total).toBeGreaterThan(0);
  expect(await Promise.all(ends)).toEqual([true]);
});

/** Whether the statement looks for overdue holds: the one that is asked this way. */
const isLook = (text: string): boolean => text.startsWith("select distinct");

/** The world's only room, its hold overdue. */
async function overdueRoom(): Promise<{ world: World; bookingId: string }> {
  const world = await oneRoom();
  const { bookingId } = await holdStay(ctx.as(anonymous()), world);
  await ctx.advance(15 * 60_000 + 1000);
  return { world, bookingId };
}

test("an overdue hold that somebody keeps locked is its own room's affair: ROOM_BUSY there, and a hold for whoever shares the transaction", async () => {
  const [behind, free] = [await overdueRoom(), await oneRoom()];
  const grouped = makeContext(database, { redis: gateway.redis, together: inGroups(), env: { LOCK_WAIT_MS: "0" } });
  const [blocked, lucky] = [await wish(grouped, behind.world), await wish(grouped, free)];
  await whileLocked(database, behind.bookingId, async () => {
    // Both are answered while it is locked.
    const [busy, held] = await Promise.allSettled([hold(grouped.as(anonymous()), blocked), hold(grouped.as(anonymous()), lucky)]);
    expect(busy).toMatchObject({ status: "rejected", reason: { code: "ROOM_BUSY", facts: { retryAfterMs: expect.any(Number) } } });
    expect(held).toMatchObject({ status: "fulfilled" });
  });
  expect((await hold(grouped.as(anonymous()), blocked)).bookingId).toBeTruthy();
  expect(await stateOf(database.db, behind.bookingId)).toEqual(["expired"]);
});

test("an overdue hold that can't be ended fails who needs its room, naming it, and nobody else", async () => {
  const [behind, free] = [await overdueRoom(), await oneRoom()];
  const grouped = makeContext(database, { redis: gateway.redis, together: inGroups() });
  const [blocked, lucky] = [await wish(grouped, behind.world, { nights: 1 }), await wish(grouped, free)];
  const second = and(eq(inventoryNights.roomTypeId, behind.world.roomTypeId), eq(inventoryNights.stayDate, NEXT_NIGHT));
  const [row] = await database.db.delete(inventoryNights).where(second).returning();
  const [failed, held] = await Promise.allSettled([hold(grouped.as(anonymous()), blocked), hold(grouped.as(anonymous()), lucky)]);
  expect(failed).toMatchObject({ status: "rejected", reason: { message: expect.stringContaining(behind.bookingId) } });
  expect(held).toMatchObject({ status: "fulfilled" });
  expect(grouped.logged).toMatchObject([{ booking_id: behind.bookingId }]);
  // Nothing of it was written.
  expect(await stateOf(database.db, behind.bookingId)).toEqual(["pending"]);
  expect(await nightOf(database.db, behind.world.roomTypeId)).toMatchObject({ held: 1 });
  await database.db.insert(inventoryNights).values(row!);
});

test("a look for overdue holds that fails takes nobody's hold away", async () => {
  const [behind, free] = [await overdueRoom(), await oneRoom()];
  const grouped = makeContext(database, { redis: gateway.redis, together: inGroups() });
  const [blocked, lucky] = [await wish(grouped, behind.world), await wish(grouped, free)];
  const db = meddled(database.db, (text) => (isLook(text) ? Promise.reject(new Error("the look failed")) : undefined));
  const outcomes = await Promise.allSettled([blocked, lucky].map((input) => hold({ ...grouped.as(anonymous()), db }, input)));
  expect(outcomes).toMatchObject([{ status: "rejected", reason: { cause: { message: "the look failed" } } }, { status: "fulfilled" }]);
});

test("who waited too long for a lock, and whose key can't be looked up, takes nobody's hold away", async () => {
  const [kept, free] = [await oneRoom(), await oneRoom()];
  const hasty = makeContext(database, { redis: gateway.redis, together: inGroups(), env: { LOCK_WAIT_MS: "0" } });
  const [blocked, lucky] = [await wish(hasty, kept), await wish(hasty, free)];
  await gateway.redis.set(`lock:room:${kept.roomTypeId}:${FIRST_NIGHT}`, "somebody else", 60_000);
  const db = meddled(database.db, (text) => (text.includes("idempotency_keys") ? Promise.reject(new Error("the look-up failed")) : undefined));
  const outcomes = await Promise.allSettled([blocked, lucky].map((input) => hold({ ...hasty.as(anonymous()), db }, input)));
  expect(outcomes).toMatchObject([{ status: "rejected", reason: { cause: { message: "the look-up failed" } } }, { status: "fulfilled" }]);
});

test("the sweep's list has overdue holds only, and expiring twice gives back once", async () => {
  const world = await oneRoom();
  const held = await holdStay(ctx, world);
  const system = ctx.as(SYSTEM);
  expect(await expire(system, held.bookingId)).toBe(false);
  expect(await idsOf(overdueHolds(system, 0, 100))).not.toContain(held.bookingId);
  await ctx.advance(15 * 60_000 + 1000);
  expect(await idsOf(overdueHolds(system, 0, 100))).toContain(held.bookingId);
  const outcomes = await Promise.all([expire(system, held.bookingId), expire(system, held.bookingId), expire(system, held.bookingId)]);
  expect(outcomes.filter(Boolean)).toHaveLength(1);
  expect(await stateOf(database.db, held.bookingId)).toEqual(["expired"]);
  const freed = await database.db
    .select()
    .from(inventoryEvents)
    .where(sql`${inventoryEvents.bookingId} = ${held.bookingId} and ${inventoryEvents.reason} = 'expire'`);
  expect(freed).toHaveLength(2);
});

test("a client may hold so many bookings and no more, also when it asks for all at once", async () => {
  const world = await oneRoom(20);
  // Without Redis, whose lock would let them in one after the other.
  const guest = makeContext(database);
  const inputs = await Promise.all(Array.from({ length: 9 }, () => wish(guest, world)));
  const outcomes = await Promise.allSettled(inputs.map((input) => hold(guest, input)));
  expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(5);
  expect(await refusalOf(holdStay(guest, world), "PROOF_REQUIRED")).toEqual({ bound: "actor", way: "mailed_code" });
  await holdStay(ctx.as(anonymous()), world);
});

test("only guests hold", async () => {
  const world = await oneRoom();
  await refusalOf(hold(ctx.as(SYSTEM), await wish(ctx, world)), "FORBIDDEN");
});
