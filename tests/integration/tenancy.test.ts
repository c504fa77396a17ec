import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sqlState } from "../../db/client.ts";
import { startPayment } from "../../server/bookings/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { bookingOf, holdStay } from "../helpers/booking.ts";
import { anonymous, makeContext, type TestContext } from "../helpers/context.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { createProperty, type World } from "../helpers/world.ts";

let database: TestDatabase;
let ctx: TestContext;
let mine: World;
let theirs: World;
let bookingId: string;
beforeAll(async () => {
  database = await createDatabase();
  ctx = makeContext(database);
  mine = await createProperty(database.db);
  theirs = await createProperty(database.db);
  const guest = ctx.as(anonymous());
  ({ bookingId } = await holdStay(guest, mine));
  await startPayment(guest, { bookingId, method: "property", idempotencyKey: newId() });
});
afterAll(() => database.drop());

/** The SQLSTATE of the refusal; undefined where the database let it through. */
function refused(statement: ReturnType<typeof sql>): Promise<string | undefined> {
  return database.db.execute(statement).then(
    () => undefined,
    (error: unknown) => sqlState(error),
  );
}

const FOREIGN_KEY = "23503";
const CHECK = "23514";

test("a booking can't be moved to another property, nor take another's guest", async () => {
  const { guestId } = await bookingOf(database.db, bookingId);
  expect(await refused(sql`update bookings set property_id = ${theirs.propertyId} where id = ${bookingId}`)).toBe(FOREIGN_KEY);
  expect(await refused(sql`update guests set property_id = ${theirs.propertyId} where id = ${guestId}`)).toBe(FOREIGN_KEY);
});

test("a room stay's booking, room type and product are the same property's", async () => {
  const other = theirs.rooms[0]!;
  expect(await refused(sql`update room_stays set property_id = ${theirs.propertyId} where booking_id = ${bookingId}`)).toBe(FOREIGN_KEY);
  expect(await refused(sql`update room_stays set room_type_id = ${other.roomTypeId} where booking_id = ${bookingId}`)).toBe(FOREIGN_KEY);
  expect(await refused(sql`update room_stays set product_id = ${theirs.productId} where booking_id = ${bookingId}`)).toBe(FOREIGN_KEY);
});

test("a room stay's product is one of its room type, and a product's base too", async () => {
  const { rooms, propertyId } = await createProperty(database.db, { rooms: [{}, {}], plans: [{ code: "flex" }, { code: "saver" }] });
  const [double, twin] = rooms;
  const { bookingId: own } = await holdStay(ctx.as(anonymous()), { ...mine, propertyId, rooms, productId: double!.products["flex"]! });
  const become = (roomTypeId: number, productId: number) =>
    refused(sql`update room_stays set room_type_id = ${roomTypeId}, product_id = ${productId} where booking_id = ${own} and property_id = ${propertyId}`);
  expect(await become(double!.roomTypeId, twin!.products["flex"]!)).toBe(FOREIGN_KEY);
  expect(await become(twin!.roomTypeId, double!.products["flex"]!)).toBe(FOREIGN_KEY);
  expect(await become(twin!.roomTypeId, twin!.products["flex"]!)).toBeUndefined();
  const derive = (base: number) => refused(sql`update products set base_product_id = ${base} where id = ${double!.products["saver"]!}`);
  expect(await derive(twin!.products["flex"]!)).toBe(FOREIGN_KEY);
  expect(await derive(double!.products["flex"]!)).toBeUndefined();
});

test("a room stay's unit is the same property's", async () => {
  const unitId = newId();
  await database.db.execute(sql`insert into units (property_id, id, room_type_id, name) values (${theirs.propertyId}, ${unitId}, ${theirs.roomTypeId}, '101')`);
  expect(await refused(sql`update room_stays set unit_id = ${unitId} where booking_id = ${bookingId}`)).toBe(FOREIGN_KEY);
});

test("a product's room type and rate plan, and a plan's policy, are the same property's", async () => {
  expect(await refused(sql`update products set room_type_id = ${theirs.roomTypeId} where id = ${mine.productId}`)).toBe(FOREIGN_KEY);
  expect(await refused(sql`update products set rate_plan_id = (select id from rate_plans where property_id = ${theirs.propertyId}) where id = ${mine.productId}`)).toBe(
    FOREIGN_KEY,
  );
  expect(await refused(sql`update rate_plans set policy_id = (select id from policies where property_id = ${theirs.propertyId}) where property_id = ${mine.propertyId}`)).toBe(
    FOREIGN_KEY,
  );
});

test("a payment and a refund belong to the property of their booking", async () => {
  const paymentId = newId();
  const pay = (propertyId: string) =>
    refused(
      sql`insert into payments (id, property_id, booking_id, attempt, provider, state, amount, captured, currency) values (${paymentId}, ${propertyId}, ${bookingId}, 1, 'stripe', 'captured', 100, 100, 'EUR')`,
    );
  expect(await pay(theirs.propertyId)).toBe(FOREIGN_KEY);
  expect(await pay(mine.propertyId)).toBeUndefined();
  const refund = (propertyId: string) =>
    refused(
      sql`insert into refunds (id, property_id, payment_id, amount, currency, reason, state) values (${newId()}, ${propertyId}, ${paymentId}, 1, 'EUR', 'test', 'requested')`,
    );
  expect(await refund(theirs.propertyId)).toBe(FOREIGN_KEY);
  expect(await refund(mine.propertyId)).toBeUndefined();
});

test("a refund is in its payment's currency", async () => {
  const refund = (currency: string) =>
    refused(sql`
      insert into refunds (id, property_id, payment_id, amount, currency, reason, state)
      select ${newId()}, property_id, id, 1, ${currency}, 'test', 'requested' from payments where booking_id = ${bookingId} limit 1`);
  expect(await refund("USD")).toBe(FOREIGN_KEY);
  expect(await refund("EUR")).toBeUndefined();
});

test("a payment pays for a change of its own booking", async () => {
  const { bookingId: other } = await holdStay(ctx.as(anonymous()), mine);
  const changeId = newId();
  await database.db.execute(sql`
    insert into booking_changes (id, property_id, booking_id, base_version, check_in, check_out, stays, held, total, due_online, due, currency, expires_at)
    select ${changeId}, property_id, id, version, check_in, check_out, '[]', '[]', total, 0, 1, currency, app_now() from bookings where id = ${other}`);
  const pay = (booking: string) =>
    refused(sql`
      insert into payments (id, property_id, booking_id, change_id, attempt, provider, state, amount, currency)
      values (${newId()}, ${mine.propertyId}, ${booking}, ${changeId}, 9, 'stripe', 'created', 100, 'EUR')`);
  expect(await pay(bookingId)).toBe(FOREIGN_KEY);
  expect(await pay(other)).toBeUndefined();
});

test("a block's room type is the same property's", async () => {
  const block = (roomTypeId: number) =>
    refused(
      sql`insert into blocks (id, property_id, room_type_id, from_date, to_date, units) values (${newId()}, ${mine.propertyId}, ${roomTypeId}, '2027-03-01', '2027-03-02', 1)`,
    );
  expect(await block(theirs.roomTypeId)).toBe(FOREIGN_KEY);
  expect(await block(mine.roomTypeId)).toBeUndefined();
});

test("messages and incidents of a booking are its property's, and name it", async () => {
  const message = (propertyId: string | null) =>
    refused(sql`insert into deliveries (id, property_id, booking_id, kind, channel, version) values (${newId()}, ${propertyId}, ${bookingId}, 'booking_confirmed', 'email', 99)`);
  const incident = (propertyId: string | null) =>
    refused(sql`insert into incidents (id, cause, severity, title, property_id, booking_id) values (${newId()}, 'test', 'info', 'Test', ${propertyId}, ${bookingId})`);
  for (const write of [message, incident]) {
    expect(await write(theirs.propertyId)).toBe(FOREIGN_KEY);
    expect(await write(null)).toBe(CHECK);
    expect(await write(mine.propertyId)).toBeUndefined();
  }
});

test("every row with a property names its other parents by a composite foreign key", async () => {
  const loose = await database.db.execute<{ at: string }>(sql`
    select c.table_name || '.' || c.column_name as at from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.column_name ~ '_id$' and c.column_name not in ('property_id', 'user_id', 'external_id', 'provider_id', 'request_id')
      and exists (select 1 from information_schema.columns p where p.table_schema = 'public' and p.table_name = c.table_name and p.column_name = 'property_id')
      and not exists (
        select 1 from pg_constraint k join pg_attribute a on a.attrelid = k.conrelid and a.attnum = any(k.conkey)
        where k.contype = 'f' and k.conrelid = format('public.%I', c.table_name)::regclass and a.attname = c.column_name and cardinality(k.conkey) > 1)
    order by 1`);
  expect(loose.map(({ at }) => at)).toEqual([]);
});

test("old rows are held to every key and check as new ones are", async () => {
  const unproven = await database.db.execute<{ name: string }>(sql`select conname as name from pg_constraint where not convalidated`);
  expect(unproven.map(({ name }) => name)).toEqual([]);
});

test("the audit of a booking is its own property's", async () => {
  expect(await refused(sql`insert into booking_events (property_id, booking_id, type, actor, version) values (${theirs.propertyId}, ${bookingId}, 'held', 'job:test', 9)`)).toBe(
    FOREIGN_KEY,
  );
});
