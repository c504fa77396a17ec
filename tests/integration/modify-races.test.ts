import { sql } from "drizzle-orm";
import postgres from "postgres";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { cancel, expire, get, hold, modify, modifyQuote, overdueHolds } from "../../server/bookings/index.ts";
import { modifyQuoteInput } from "../../server/bookings/modify-schemas.ts";
import { isDomainError } from "../../server/errors.ts";
import { newId } from "../../server/platform/ids.ts";
import { bookAtProperty, changeOf, expectAudited, expectBooked, holdStay, idsOf, ledgerOf, nightOf, refusalOf, stateOf, whileLocked, wish } from "../helpers/booking.ts";
import { anonymous, makeContext, SYSTEM, type TestContext } from "../helpers/context.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { createProperty, type World } from "../helpers/world.ts";

const ROUNDS = 15;

let database: TestDatabase;
let ctx: TestContext;
beforeAll(async () => {
  database = await createDatabase();
});
beforeEach(() => {
  ctx = makeContext(database, { env: { HOLDS_PER_ACTOR: "1000" } });
});
afterEach(async () => {
  await ctx.settled();
  await expectAudited(database.db);
  await expectBooked(database.db);
});
afterAll(() => database.drop());

/** What became of each: "ok" or the refusal's code. Anything else fails the test. */
async function outcomes(work: Promise<unknown>[]): Promise<string[]> {
  const settled = await Promise.allSettled(work);
  return settled.map((one) => {
    if (one.status === "fulfilled") return "ok";
    if (!isDomainError(one.reason)) throw one.reason;
    return one.reason.code;
  });
}

/** A transaction waits 2 s for a lock. */
const PATIENT = { timeout: 1900, interval: 10 };

/** What became of each, where they all come to the locked night one after the other, and only then may go on. */
async function inTurn({ roomTypeId }: World, date: string, works: (() => Promise<unknown>)[]): Promise<string[]> {
  const client = postgres(database.url, { max: 1, onnotice: () => {} });
  const running: Promise<string[]>[] = [];
  await client.begin(async (tx) => {
    await tx`select 1 from inventory_nights where room_type_id = ${roomTypeId} and stay_date = ${date} for no key update`;
    for (const work of works) {
      running.push(outcomes([work()]));
      await vi.waitFor(async () => {
        const [row] = await database.db.execute<{ n: number }>(
          sql`select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and application_name = 'nightledger-waiting'`,
        );
        expect(row?.n).toBe(running.length);
      }, PATIENT);
    }
  });
  await client.end();
  return (await Promise.all(running)).flat();
}

/** A change of a booking and a hold, both of the last unit of one night. */
async function rivals() {
  const world = await createProperty(database.db, { rooms: [{ units: 1 }] });
  const change = await changeOf(ctx, await bookAtProperty(ctx, world), { checkOut: "2027-03-04" });
  const guest = ctx.as(anonymous());
  const wanted = await wish(guest, world, { checkIn: "2027-03-03", nights: 1 });
  return { world, works: { change: () => modify(ctx, change), hold: () => hold(guest, wanted) } };
}

test.each([
  ["change", "hold", { sold: 1, held: 0 }],
  ["hold", "change", { sold: 0, held: 1 }],
] as const)("a %s is at the last unit before a %s: it gets the unit, the other is told SOLD_OUT", async (first, second, night) => {
  const { world, works } = await rivals();
  expect(await inTurn(world, "2027-03-03", [works[first], works[second]])).toEqual(["ok", "SOLD_OUT"]);
  expect(await nightOf(database.db, world.roomTypeId, "2027-03-03")).toMatchObject(night);
});

test("a change and a hold want the last unit at once: exactly one gets it", async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const { world, works } = await rivals();
    const [first, second] = round % 2 === 0 ? [works.change, works.hold] : [works.hold, works.change];
    const result = await outcomes([first(), second()]);
    expect(result.toSorted()).toEqual(["SOLD_OUT", "ok"]);
    const changed = (round % 2 === 0) === (result[0] === "ok");
    expect(await nightOf(database.db, world.roomTypeId, "2027-03-03")).toMatchObject(changed ? { sold: 1, held: 0 } : { sold: 0, held: 1 });
  }
});

test("a change whose night is with an overdue hold that somebody keeps locked is told ROOM_BUSY, quoted or made", async () => {
  const world = await createProperty(database.db, { rooms: [{ units: 1 }] });
  const bookingId = await bookAtProperty(ctx, world);
  const change = await changeOf(ctx, bookingId, { checkOut: "2027-03-04" });
  const lost = await holdStay(ctx.as(anonymous()), world, { checkIn: "2027-03-03", nights: 1 });
  await ctx.advance(16 * 60_000);
  const hasty = { ...ctx, config: { ...ctx.config, LOCK_WAIT_MS: 300 } };
  await whileLocked(database, lost.bookingId, async () => {
    await refusalOf(modifyQuote(hasty, modifyQuoteInput.parse({ bookingId, checkOut: "2027-03-04" })), "ROOM_BUSY");
    await refusalOf(modify(hasty, change), "ROOM_BUSY");
  });
  expect(await modify(ctx, change)).toMatchObject({ status: "applied" });
});

test("changes in opposite directions over the same nights never deadlock, and none is refused while there is room", async () => {
  const world = await createProperty(database.db, { rooms: [{ units: 40 }, { units: 40, name: "Suite" }] });
  const products = world.rooms.map((room) => room.products["flex"]!);
  const bookings: string[] = [];
  for (let index = 0; index < 16; index += 1) {
    const rooms = [{ productId: products[index % 2]! }, { productId: products[0]! }];
    bookings.push(await bookAtProperty(ctx, world, { checkIn: index % 2 === 0 ? "2027-03-01" : "2027-03-04", nights: 5, rooms }));
  }
  for (let round = 0; round < 4; round += 1) {
    const changes = await Promise.all(
      bookings.map(async (bookingId, index) => {
        const [one, two] = (await get(ctx, { bookingId })).stays;
        const there = (index + round) % 2 === 0;
        return changeOf(ctx, bookingId, {
          checkIn: there ? "2027-03-04" : "2027-03-01",
          checkOut: there ? "2027-03-09" : "2027-03-06",
          rooms: [
            { roomStayId: one!.id, productId: products[there ? 0 : 1]!, adults: 2, childAges: [] },
            { roomStayId: two!.id, productId: products[there ? 1 : 0]!, adults: 2, childAges: [] },
          ],
        });
      }),
    );
    expect(new Set(await outcomes(changes.map((change) => modify(ctx, change))))).toEqual(new Set(["ok"]));
  }
});

/** Two stays of two nights in the last room; both want the free night between them. */
async function neighbours() {
  const world = await createProperty(database.db, { rooms: [{ units: 1 }] });
  const early = await bookAtProperty(ctx, world, { checkIn: "2027-03-01", nights: 2 });
  const late = await bookAtProperty(ctx, world, { checkIn: "2027-03-04", nights: 2 });
  const changes = {
    early: await changeOf(ctx, early, { checkIn: "2027-03-02", checkOut: "2027-03-04" }),
    late: await changeOf(ctx, late, { checkIn: "2027-03-03", checkOut: "2027-03-05" }),
  };
  return { world, works: { early: () => modify(ctx, changes.early), late: () => modify(ctx, changes.late) } };
}

/** Sold from 1 to 5 March once that stay has moved and the other has stayed. */
const MOVED = { early: [0, 1, 1, 1, 1], late: [1, 1, 1, 1, 0] };
const soldOf = async ({ roomTypeId }: World) => (await ledgerOf(database.db, roomTypeId)).slice(0, 5).map((night) => night.sold);

test.each([
  ["early", "late"],
  ["late", "early"],
] as const)("the %s stay is at the free night between the two before the %s one: it moves, the other keeps its nights", async (first, second) => {
  const { world, works } = await neighbours();
  expect(await inTurn(world, "2027-03-03", [works[first], works[second]])).toEqual(["ok", "SOLD_OUT"]);
  expect(await soldOf(world)).toEqual(MOVED[first]);
});

test("two stays want the free night between them at once: one moves, the other keeps its nights", async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const { world, works } = await neighbours();
    const [early, late] = await outcomes([works.early(), works.late()]);
    expect([early, late].toSorted()).toEqual(["SOLD_OUT", "ok"]);
    expect(await soldOf(world)).toEqual(early === "ok" ? MOVED.early : MOVED.late);
  }
});

test("changed and cancelled at once: either the change came first, or it found nothing to change", async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const world = await createProperty(database.db, { rooms: [{ units: 1 }] });
    const bookingId = await bookAtProperty(ctx, world);
    const change = await changeOf(ctx, bookingId, { checkIn: "2027-03-02", checkOut: "2027-03-05" });
    const [changed, cancelled] = await outcomes([modify(ctx, change), cancel(ctx, { bookingId, expectedFee: 0, idempotencyKey: newId() })]);
    expect(cancelled).toBe("ok");
    expect(["ok", "PRECONDITION"]).toContain(changed);
    expect(await stateOf(database.db, bookingId)).toEqual(["cancelled"]);
    for (const night of (await ledgerOf(database.db, world.roomTypeId)).slice(0, 6)) expect(night.sold + night.held).toBe(0);
  }
});

test("two changes of one booking at once: one is made, the other is shown the new price", async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const world = await createProperty(database.db);
    const bookingId = await bookAtProperty(ctx, world);
    const changes = [await changeOf(ctx, bookingId, { checkOut: "2027-03-04" }), await changeOf(ctx, bookingId, { checkIn: "2027-03-02", checkOut: "2027-03-05" })];
    expect((await outcomes(changes.map((change) => modify(ctx, change)))).toSorted()).toEqual(["PRICE_CHANGED", "ok"]);
  }
});

test("changes into nights that overdue holds occupy, while the sweep takes those away: everyone gets in, once", async () => {
  const world = await createProperty(database.db, { rooms: [{ units: 8 }] });
  const bookings: string[] = [];
  for (let count = 0; count < 8; count += 1) bookings.push(await bookAtProperty(ctx, world, { nights: 2 }));
  const changes = await Promise.all(bookings.map((bookingId) => changeOf(ctx, bookingId, { checkIn: "2027-03-02", checkOut: "2027-03-05" })));
  await Promise.all(Array.from({ length: 8 }, () => holdStay(ctx.as(anonymous()), world, { checkIn: "2027-03-03", nights: 2 })));
  await ctx.advance(16 * 60_000);
  const sweep = async () => {
    for (const id of await idsOf(overdueHolds(ctx, 0, 200))) await expire(ctx.as(SYSTEM), id);
  };
  const [results] = await Promise.all([outcomes(changes.map((change) => modify(ctx, change))), sweep(), sweep()]);
  expect(new Set(results)).toEqual(new Set(["ok"]));
  expect(await nightOf(database.db, world.roomTypeId, "2027-03-04")).toMatchObject({ sold: 8, held: 0 });
});
