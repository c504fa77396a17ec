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
      sql`insert into payments (id, property_id, booking_id, attempt, provider, state, amount, currency) values (${paymentId}, ${propertyId}, ${bookingId}, 1, 'stripe', 'created', 100, 'EUR')`,
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

test("the audit of a booking is its own property's", async () => {
  expect(await refused(sql`insert into booking_events (property_id, booking_id, type, actor, version) values (${theirs.propertyId}, ${bookingId}, 'held', 'job:test', 9)`)).toBe(
    FOREIGN_KEY,
  );
});
