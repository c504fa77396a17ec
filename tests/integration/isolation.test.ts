import { sql } from "drizzle-orm";
import postgres from "postgres";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { payAtProperty } from "../../server/bookings/pay-at-property.ts";
import { hold } from "../../server/bookings/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { inGroups } from "../../server/platform/together.ts";
import { expectAudited, expectBooked, holdStay, refusalOf, wish } from "../helpers/booking.ts";
import { anonymous, makeContext, type TestContext } from "../helpers/context.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { createProperty, type World } from "../helpers/world.ts";

// What one hotel's trouble costs another: an outsider locks a row, and only those who need that row wait.

let database: TestDatabase;
let ctx: TestContext;
beforeAll(async () => {
  database = await createDatabase();
});
beforeEach(() => {
  ctx = makeContext(database, { together: inGroups(), env: { LOCK_WAIT_MS: "20000" } });
});
afterEach(async () => {
  await expectAudited(database.db);
  await expectBooked(database.db);
});
afterAll(() => database.drop());

/** Runs `work` while another transaction has the rows of `lock`. */
async function whileLocked<T>(lock: string, work: (unlock: () => Promise<void>) => Promise<T>): Promise<T> {
  const outsider = postgres(database.url, { max: 1, onnotice: () => {} });
  const held = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  const transaction = outsider.begin(async (tx) => {
    await tx.unsafe(lock);
    held.resolve();
    await done.promise;
  });
  try {
    await held.promise;
    return await work(async () => {
      done.resolve();
      await transaction;
    });
  } finally {
    done.resolve();
    await transaction;
    await outsider.end();
  }
}

const nightLock = ({ roomTypeId }: World) => `select from inventory_nights where room_type_id = ${roomTypeId} and stay_date = '2027-03-01' for no key update`;

const wishes = async (world: World, count: number) => {
  const input = await wish(ctx, world);
  return Array.from({ length: count }, () => ({ ...input, idempotencyKey: newId() }));
};

test("one locked night keeps only its own guests waiting: holds of other hotels and of other nights go through meanwhile", async () => {
  const [troubled, other] = [await createProperty(database.db, { rooms: [{ units: 9 }] }), await createProperty(database.db, { rooms: [{ units: 9 }] })];
  const [stuck, well] = [await wishes(troubled, 3), await wishes(other, 8)];
  const later = await wish(ctx, troubled, { checkIn: "2027-03-10" });
  await whileLocked(nightLock(troubled), async (unlock) => {
    let done = 0;
    const waiting = stuck.map((input) => hold(ctx.as(anonymous()), input).finally(() => (done += 1)));
    for (const input of well) await hold(ctx.as(anonymous()), input);
    await hold(ctx.as(anonymous()), { ...later, idempotencyKey: newId() });
    expect(done).toBe(0);
    await unlock();
    expect(await Promise.all(waiting)).toHaveLength(3);
  });
});

test("whoever waits for a locked night is told that the room is busy once the patience ends, and may try again with the same key", async () => {
  const world = await createProperty(database.db, { rooms: [{ units: 9 }] });
  const hasty = makeContext(database, { together: inGroups(), env: { LOCK_WAIT_MS: "300" } });
  const [input] = await wishes(world, 1);
  await whileLocked(nightLock(world), async () => {
    expect(await refusalOf(hold(hasty, input!), "ROOM_BUSY")).toMatchObject({ retryAfterMs: expect.any(Number) });
  });
  expect(await hold(hasty, input!)).toMatchObject({ total: 22_000 });
});

test("a client's own lock, held elsewhere, keeps only that client waiting", async () => {
  const world = await createProperty(database.db, { rooms: [{ units: 9 }] });
  const [first, second] = [ctx.as(anonymous()), ctx.as(anonymous())];
  const [one, two] = await wishes(world, 2);
  const actor = `anon:${(first.actor as { anonId: string }).anonId}`;
  await whileLocked(`select pg_advisory_xact_lock(hashtextextended('${actor}', 0))`, async (unlock) => {
    let done = false;
    const waiting = hold(first, one!).finally(() => (done = true));
    await hold(second, two!);
    expect(done).toBe(false);
    await unlock();
    await waiting;
  });
});

test("a property's locked row keeps only its own guests waiting", async () => {
  const [troubled, other] = [await createProperty(database.db), await createProperty(database.db)];
  const [[stuck], [well]] = [await wishes(troubled, 1), await wishes(other, 1)];
  await whileLocked(`select from properties where id = '${troubled.propertyId}' for update`, async (unlock) => {
    let done = false;
    const waiting = hold(ctx.as(anonymous()), stuck!).finally(() => (done = true));
    await hold(ctx.as(anonymous()), well!);
    expect(done).toBe(false);
    await unlock();
    await waiting;
  });
});

test.each(["a night", "the booking"])("confirmations at the property wait for %s that is locked only where it is theirs", async (what) => {
  const [troubled, other] = [await createProperty(database.db), await createProperty(database.db)];
  const [stuck, well] = [await holdStay(ctx, troubled), await holdStay(ctx, other)];
  const lock = what === "a night" ? nightLock(troubled) : `select from bookings where id = '${stuck.bookingId}' for update`;
  const pay = (bookingId: string) => payAtProperty(ctx, { bookingId, method: "property", idempotencyKey: newId() });
  await whileLocked(lock, async (unlock) => {
    let done = false;
    const waiting = pay(stuck.bookingId).finally(() => (done = true));
    await pay(well.bookingId);
    expect(done).toBe(false);
    await unlock();
    expect(await waiting).toEqual({ status: "confirmed" });
  });
});

test("no two holds wait for each other while they hold nights: there is no deadlock, whatever the order of their nights", async () => {
  const world = await createProperty(database.db, { rooms: [{ units: 60 }] });
  const process = () => makeContext(database, { together: inGroups(), env: { LOCK_WAIT_MS: "20000", HOLDS_PER_CLIENT: "100" } });
  const processes = [process(), process(), process()];
  const spans = await Promise.all([0, 1, 2, 3].map((day) => wish(ctx, world, { checkIn: `2027-03-0${1 + day}`, nights: 5 - day })));
  await Promise.all(Array.from({ length: 48 }, (_, i) => hold(processes[i % 3]!.as(anonymous()), { ...spans[i % 4]!, idempotencyKey: newId() })));
  const [stats] = await database.db.execute<{ deadlocks: number }>(sql`select deadlocks::int from pg_stat_database where datname = current_database()`);
  expect(stats).toEqual({ deadlocks: 0 });
});
