import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openDatabase, violatedConstraint } from "../../db/client.ts";
import { inventoryEvents, inventoryNights } from "../../db/schema/index.ts";
import { addDays, nightsOf } from "../../server/platform/dates.ts";
import { transact } from "../../server/platform/transact.ts";
import { lockNights, moveNights, stockOf, type LockedNight, type NightMove } from "../../server/rooms/index.ts";
import type { MoveCause } from "../../server/rooms/ledger.ts";
import { expectAudited, ledgerOf, nightOf } from "../helpers/booking.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { createProperty, FIRST_NIGHT } from "../helpers/world.ts";

const BY_TEST: MoveCause = { reason: "hold", actor: "job:test" };

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase({ max: 30 });
});
afterAll(async () => {
  await expectAudited(database.db);
  await database.drop();
});

/** One transaction of its own, as every verb has; a refusal rolls back. */
async function move(moves: NightMove[], cause: Partial<MoveCause> = {}): Promise<boolean> {
  return transact(database.db, async (tx) => (await moveNights(tx, moves, { ...BY_TEST, ...cause })) !== undefined);
}

function nights(roomTypeId: number, from: string, count: number, delta: Omit<NightMove, "roomTypeId" | "date">): NightMove[] {
  return nightsOf(from, addDays(from, count)).map((date) => ({ roomTypeId, date, ...delta }));
}

async function room(units: number, from?: string) {
  const world = await createProperty(database.db, { rooms: [{ units }], ...(from && { from }) });
  return world.roomTypeId;
}

/** Waits until so many statements stand behind another's row lock. */
async function waitForBlocked(count: number): Promise<void> {
  await vi.waitFor(async () => {
    const [row] = await database.db.execute<{ n: number }>(sql`select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`);
    expect(row?.n).toBe(count);
  });
}

test("a take moves every night and says what is left", async () => {
  const roomTypeId = await room(3);
  const moved = await database.db.transaction((tx) => moveNights(tx, nights(roomTypeId, FIRST_NIGHT, 2, { held: 1 }), BY_TEST));
  expect(moved?.toSorted((a, b) => (a.date < b.date ? -1 : 1))).toEqual([
    { roomTypeId, date: FIRST_NIGHT, available: 2, version: 2 },
    { roomTypeId, date: addDays(FIRST_NIGHT, 1), available: 2, version: 2 },
  ]);
});

test("one full night refuses the whole stay, and nothing moves", async () => {
  const roomTypeId = await room(1);
  expect(await move(nights(roomTypeId, addDays(FIRST_NIGHT, 1), 1, { sold: 1 }))).toBe(true);
  const before = await ledgerOf(database.db, roomTypeId);
  expect(await move(nights(roomTypeId, FIRST_NIGHT, 3, { held: 1 }))).toBe(false);
  expect(await ledgerOf(database.db, roomTypeId)).toEqual(before);
});

test("a night without a row is closed", async () => {
  const roomTypeId = await room(5);
  const last = addDays(FIRST_NIGHT, 29);
  expect(await move(nights(roomTypeId, last, 1, { held: 1 }))).toBe(true);
  expect(await move(nights(roomTypeId, last, 2, { held: 1 }))).toBe(false);
  expect((await nightOf(database.db, roomTypeId, last)).held).toBe(1);
});

test("two rooms of one type are one need of two", async () => {
  const roomTypeId = await room(3);
  const two = [...nights(roomTypeId, FIRST_NIGHT, 2, { held: 1 }), ...nights(roomTypeId, FIRST_NIGHT, 2, { held: 1 })];
  expect(await move(two)).toBe(true);
  expect(await nightOf(database.db, roomTypeId)).toMatchObject({ held: 2, version: 2 });
  expect(await move(two)).toBe(false);
  expect(await nightOf(database.db, roomTypeId)).toMatchObject({ held: 2, version: 2 });
});

test.each([1, 7])("%i units and fifty takers at once sell exactly so many", async (units) => {
  const roomTypeId = await room(units);
  const outcomes = await Promise.all(Array.from({ length: 50 }, () => move(nights(roomTypeId, FIRST_NIGHT, 3, { held: 1 }))));
  expect(outcomes.filter(Boolean)).toHaveLength(units);
  const rows = await ledgerOf(database.db, roomTypeId);
  expect(rows.slice(0, 4).map((row) => row.held)).toEqual([units, units, units, 0]);
});

test("a stay over New Year takes nights of both partitions, all or none", async () => {
  const roomTypeId = await room(1, "2027-12-20");
  expect(await move(nights(roomTypeId, "2027-12-30", 4, { held: 1 }))).toBe(true);
  expect(await move(nights(roomTypeId, "2027-12-29", 5, { held: 1 }))).toBe(false);
  const rows = await database.db
    .select({ partition: sql<string>`tableoid::regclass::text`, date: inventoryNights.stayDate })
    .from(inventoryNights)
    .where(sql`${inventoryNights.roomTypeId} = ${roomTypeId} and ${inventoryNights.held} = 1`)
    .orderBy(inventoryNights.stayDate);
  expect(rows.map((row) => row.partition)).toEqual(["inventory_nights_2027", "inventory_nights_2027", "inventory_nights_2028", "inventory_nights_2028"]);
});

test("takes of the same rooms in opposite orders never deadlock", async () => {
  const [a, b] = [await room(40), await room(40)];
  const there = [...nights(a, FIRST_NIGHT, 5, { held: 1 }), ...nights(b, FIRST_NIGHT, 5, { held: 1 })];
  const [before] = await database.db.execute<{ deadlocks: number }>(sql`select deadlocks::int from pg_stat_database where datname = current_database()`);
  // Straight, without `transact`, which would try a deadlock's victim again.
  const outcomes = await Promise.all(
    Array.from({ length: 40 }, (_, index) => database.db.transaction((tx) => moveNights(tx, index % 2 === 0 ? there : there.toReversed(), BY_TEST))),
  );
  expect(outcomes.filter(Boolean)).toHaveLength(40);
  await vi.waitFor(async () => {
    const [after] = await database.db.execute<{ deadlocks: number }>(sql`select deadlocks::int from pg_stat_database where datname = current_database()`);
    expect(after).toEqual(before);
  });
});

test("a take that waited for another's release gets every night", async () => {
  const roomTypeId = await room(1);
  const middle = nights(roomTypeId, addDays(FIRST_NIGHT, 1), 1, { held: 1 });
  await move(middle);
  let waiting: Promise<boolean> | undefined;
  await database.db.transaction(async (tx) => {
    await moveNights(tx, nights(roomTypeId, addDays(FIRST_NIGHT, 1), 1, { held: -1 }), { ...BY_TEST, reason: "release" });
    // Its snapshot still shows the middle night full; the row that it gets to lock is free.
    waiting = move(nights(roomTypeId, FIRST_NIGHT, 3, { sold: 1 }));
    await waitForBlocked(1);
  });
  expect(await waiting).toBe(true);
  expect((await ledgerOf(database.db, roomTypeId)).slice(0, 3).map((row) => row.sold)).toEqual([1, 1, 1]);
});

// Postgres looks at a row that was waited for once more, by the statement's own plan: one that prunes partitions as it runs
// (as with real numbers of rows) then lost the row, and a guest was told SOLD_OUT beside a thousand free rooms.
test("nights that were waited for are told as they are, none left out, whatever the plan", async () => {
  const from = `${new Date().getUTCFullYear()}-06-01`;
  const roomTypeId = await room(5, from);
  const stay = nights(roomTypeId, from, 3, { held: 1 });
  const year = new Date().getUTCFullYear();
  await database.db.transaction(async (tx) => {
    // Nights of nothing, that only the planner sees: their triggers would refuse them.
    await tx.execute(sql`set local session_replication_role = replica`);
    await tx.execute(sql`insert into inventory_nights (room_type_id, stay_date, physical)
      select 900000 + r, make_date(${year}::int - 1, 1, 1) + d, 0 from generate_series(1, 60) r, generate_series(0, 1000) d`);
  });
  await database.db.execute(sql`analyze inventory_nights`);
  const own = openDatabase(database.url, { max: 1 });
  let waiting: Promise<LockedNight[]> | undefined;
  await database.db.transaction(async (tx) => {
    await moveNights(tx, stay, BY_TEST);
    waiting = own.db.transaction((last) => lockNights(last, stay));
    await waitForBlocked(1);
  });
  expect((await waiting)?.map((night) => night.free)).toEqual([4, 4, 4]);
  await own.close();
});

test("a refused take leaves nothing behind, even where its transaction goes on", async () => {
  const roomTypeId = await room(1);
  await move(nights(roomTypeId, addDays(FIRST_NIGHT, 1), 1, { sold: 1 }));
  const committed = await database.db.transaction((tx) => moveNights(tx, nights(roomTypeId, FIRST_NIGHT, 3, { sold: 1 }), BY_TEST));
  expect(committed).toBeUndefined();
  expect((await ledgerOf(database.db, roomTypeId)).slice(0, 3).map((row) => row.sold)).toEqual([0, 1, 0]);
});

test("a release returns the night, and the next guest may have it", async () => {
  const roomTypeId = await room(1);
  await move(nights(roomTypeId, FIRST_NIGHT, 2, { held: 1 }));
  expect(await move(nights(roomTypeId, FIRST_NIGHT, 2, { held: 1 }))).toBe(false);
  expect(await move(nights(roomTypeId, FIRST_NIGHT, 2, { held: -1 }), { reason: "release" })).toBe(true);
  expect(await move(nights(roomTypeId, FIRST_NIGHT, 2, { held: 1 }))).toBe(true);
});

test("confirming the last unit needs no second one", async () => {
  const roomTypeId = await room(1);
  await move(nights(roomTypeId, FIRST_NIGHT, 1, { held: 1 }));
  expect(await move(nights(roomTypeId, FIRST_NIGHT, 1, { held: -1, sold: 1 }), { reason: "confirm" })).toBe(true);
  expect(await nightOf(database.db, roomTypeId)).toMatchObject({ held: 0, sold: 1 });
});

test("a channel's booking beyond the stock is accepted as oversold, and each freeing move lowers that", async () => {
  const roomTypeId = await room(2);
  const one = (delta: Omit<NightMove, "roomTypeId" | "date">) => nights(roomTypeId, FIRST_NIGHT, 1, delta);
  await move(one({ sold: 2 }));
  const [moved] = (await database.db.transaction((tx) => moveNights(tx, one({ sold: 2 }), { ...BY_TEST, reason: "channel", force: true })))!;
  // One number to the cache, whether a move or a reading put it there.
  expect(moved).toMatchObject({ available: -2 });
  expect(await stockOf(database.db, [roomTypeId], FIRST_NIGHT, addDays(FIRST_NIGHT, 1))).toEqual([moved]);
  expect(await nightOf(database.db, roomTypeId)).toMatchObject({ sold: 4, oversold: 2 });
  // A cancel of one must not open a room to the next guest.
  await move(one({ sold: -1 }), { reason: "cancel" });
  expect(await nightOf(database.db, roomTypeId)).toMatchObject({ sold: 3, oversold: 1 });
  expect(await move(one({ held: 1 }))).toBe(false);
  await move(one({ sold: -2 }), { reason: "cancel" });
  expect(await nightOf(database.db, roomTypeId)).toMatchObject({ sold: 1, oversold: 0 });
  expect(await move(one({ held: 1 }))).toBe(true);
  expect(await move(one({ held: 1 }))).toBe(false);
});

test("staff may lower the units below what is sold, and the shortfall stands as oversold", async () => {
  const roomTypeId = await room(3);
  const one = (delta: Omit<NightMove, "roomTypeId" | "date">) => nights(roomTypeId, FIRST_NIGHT, 1, delta);
  await move(one({ sold: 3 }));
  expect(await move(one({ physical: -2 }), { reason: "adjust" })).toBe(false);
  expect(await move(one({ physical: -2 }), { reason: "adjust", force: true })).toBe(true);
  expect(await nightOf(database.db, roomTypeId)).toMatchObject({ physical: 1, sold: 3, oversold: 2 });
  expect(await move(one({ physical: 1 }), { reason: "adjust" })).toBe(true);
  expect(await nightOf(database.db, roomTypeId)).toMatchObject({ physical: 2, oversold: 1 });
  await move(one({ allowance: 1 }), { reason: "adjust" });
  expect(await nightOf(database.db, roomTypeId)).toMatchObject({ allowance: 1, oversold: 0 });
});

test("the audit names who, why and which booking", async () => {
  const roomTypeId = await room(2);
  const bookingId = "0199a000-0000-7000-8000-00000000abcd";
  await move(nights(roomTypeId, FIRST_NIGHT, 1, { held: 1 }), { actor: "anon:somebody", bookingId });
  await move(nights(roomTypeId, FIRST_NIGHT, 1, { held: -1, sold: 1 }), { reason: "confirm", actor: "webhook:stripe", bookingId });
  const events = await database.db
    .select()
    .from(inventoryEvents)
    .where(sql`${inventoryEvents.roomTypeId} = ${roomTypeId}`)
    .orderBy(inventoryEvents.id);
  expect(events).toMatchObject([
    { reason: "hold", actor: "anon:somebody", bookingId, held: 1, sold: 0, version: 2 },
    { reason: "confirm", actor: "webhook:stripe", bookingId, held: -1, sold: 1, version: 3 },
  ]);
});

test("the database itself refuses a night beyond its units, and negative counts", async () => {
  const roomTypeId = await room(1);
  const set = (column: string, value: number) =>
    database.db.execute(sql`update inventory_nights set ${sql.identifier(column)} = ${value} where room_type_id = ${roomTypeId} and stay_date = ${FIRST_NIGHT}`).then(
      () => undefined,
      (error: unknown) => violatedConstraint(error),
    );
  expect(await set("sold", 2)).toBe("inventory_nights_not_oversold");
  expect(await set("held", -1)).toBe("inventory_nights_counts");
  expect(await set("sold", 1)).toBeUndefined();
  await database.db.execute(sql`update inventory_nights set sold = 0 where room_type_id = ${roomTypeId}`);
});

test("releasing what was never taken is a bug, and fails", async () => {
  const roomTypeId = await room(1);
  await expect(move(nights(roomTypeId, FIRST_NIGHT, 1, { held: -1 }))).rejects.toSatisfy((error) => violatedConstraint(error) === "inventory_nights_counts");
});

test.each(["force_custom_plan", "force_generic_plan"])("a move reads only the partitions of its own years (%s)", async (mode) => {
  const roomTypeId = await room(1);
  const scans = sql`select relname, (coalesce(seq_scan, 0) + coalesce(idx_scan, 0))::int as scans from pg_stat_xact_user_tables where relname like 'inventory\\_nights\\_%' order by relname`;
  await database.db.transaction(async (tx) => {
    await tx.execute(sql.raw(`set local plan_cache_mode = ${mode}`));
    const before = new Map([...(await tx.execute<{ relname: string; scans: number }>(scans))].map((row) => [row.relname, row.scans]));
    await moveNights(tx, nights(roomTypeId, FIRST_NIGHT, 2, { held: 1 }), BY_TEST);
    const after = [...(await tx.execute<{ relname: string; scans: number }>(scans))];
    expect(after.length).toBeGreaterThan(3);
    expect(after.filter((row) => row.scans > before.get(row.relname)!).map((row) => row.relname)).toEqual(["inventory_nights_2027"]);
  });
});
