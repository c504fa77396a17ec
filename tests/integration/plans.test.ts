import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { members, users } from "../../db/schema/index.ts";
import { mine } from "../../server/bookings/mine.ts";
import { today } from "../../server/inventory/today.ts";
import { MAX_NIGHTS } from "../../server/platform/fields.ts";
import { newId } from "../../server/platform/ids.ts";
import { holdStay } from "../helpers/booking.ts";
import { makeContext } from "../helpers/context.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { planOf, preparedPlans, wholeScans } from "../helpers/plans.ts";
import { createProperty } from "../helpers/world.ts";

/** What grows with each booking. */
const GROWING = ["bookings", "guests", "room_stays"];
const userId = "user-of-plans";
const STEP = 500;

let database: TestDatabase;
beforeAll(async () => {
  // One connection, so that what it prepared can be asked for.
  database = await createDatabase({ max: 1 });
});
afterAll(() => database.drop());

/**
 * The booking's copies, one a day and backwards from its own; each has its own guest, every fortieth is the account's.
 * Analysed as it grows: a foreign key is checked by the plan that the table had when it was empty.
 */
async function addHistory(bookingId: string, copies: number): Promise<void> {
  for (let last = STEP; last <= copies; last += STEP) {
    await addCopies(bookingId, last - STEP + 1, last);
    await database.db.execute(sql`analyze guests, bookings, room_stays`);
  }
}

async function addCopies(bookingId: string, first: number, last: number): Promise<void> {
  await database.db.execute(sql`
    with copy as materialized (
      select n, gen_random_uuid() as booking_id, gen_random_uuid() as guest_id from generate_series(${first}::int, ${last}::int) n),
    guest as (
      insert into guests (id, property_id, email, name)
      select c.guest_id, b.property_id, 'past' || c.n || '@guest.test', 'Past guest' from copy c, bookings b where b.id = ${bookingId}),
    booking as (
      insert into bookings (id, property_id, code, guest_id, user_id, actor, currency, check_in, check_out, total, due_online, payment, created_at)
      select c.booking_id, property_id, 'PAST' || lpad(c.n::text, 8, '0'), c.guest_id, case when c.n % 40 = 0 then ${userId} end, actor, currency,
        check_in - c.n, check_out - c.n, total, due_online, payment, created_at - c.n * interval '1 day'
      from copy c, bookings b where b.id = ${bookingId})
    insert into room_stays (property_id, id, booking_id, position, room_type_id, product_id, state, check_in, check_out, adults, room_name, rate_name, meal, total, charges, policy, ended_at)
    select property_id, gen_random_uuid(), c.booking_id, 0, room_type_id, product_id, 'checked_out', check_in - c.n, check_out - c.n, adults, room_name, rate_name, meal, total,
      charges, policy, app_now()
    from copy c, room_stays s where s.booking_id = ${bookingId}`);
}

test("an account's history and a property's day are read by index, however long everybody's history is", async () => {
  const ctx = makeContext(database);
  const world = await createProperty(database.db);
  await database.db.insert(users).values({ id: userId, name: "Ana Reis", email: "ana@guest.test", emailVerified: true });
  await database.db.insert(members).values({ id: newId(), organizationId: world.organizationId, userId, role: "member" });
  await addHistory((await holdStay(ctx, world)).bookingId, 4000);
  await database.db.execute(sql`analyze`);
  const guest = ctx.as({ kind: "guest", anonId: newId(), userId, email: "ana@guest.test", emailVerified: true });
  for (const scope of ["upcoming", "past", "cancelled"] as const) await mine(guest, { scope, limit: 20 });
  await today(guest, { propertyId: world.propertyId });
  const plans = (await preparedPlans(database.db)).map(({ statement, scans }) => ({ statement, whole: wholeScans(scans, GROWING) }));
  expect(plans.filter(({ statement }) => statement.includes("string_agg"))).toHaveLength(3);
  expect(plans.filter(({ statement }) => statement.includes("cardinality"))).toHaveLength(2);
  expect(plans.filter(({ whole }) => whole.length > 0)).toEqual([]);
});

test("a plan that reads a table from end to end is told", async () => {
  const scans = await planOf(database.db, "select count(*) from guests g join bookings b on b.guest_id = g.id where g.name = $1 or b.notes = $2", 2);
  expect(wholeScans(scans, GROWING).toSorted()).toEqual(["bookings", "guests"]);
  expect(wholeScans(await planOf(database.db, "select 1 from bookings where id = $1", 1), GROWING)).toEqual([]);
});

test("no stay can be longer than the day's lists look back", async () => {
  const [check] = await database.db.execute<{ text: string }>(sql`select pg_get_constraintdef(oid) as text from pg_constraint where conname = 'room_stays_span'`);
  expect(check?.text).toContain(`<= ${MAX_NIGHTS})`);
});
