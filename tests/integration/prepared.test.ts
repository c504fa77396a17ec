import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startPayment } from "../../server/bookings/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { holdStay } from "../helpers/booking.ts";
import { makeContext } from "../helpers/context.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { createProperty } from "../helpers/world.ts";

let database: TestDatabase;
beforeAll(async () => {
  // One connection, so that what was prepared is seen.
  database = await createDatabase({ max: 1 });
});
afterAll(() => database.drop());

test("the statements of a booking are prepared once and used again", async () => {
  const ctx = makeContext(database);
  const world = await createProperty(database.db, { rooms: [{ units: 9 }] });
  const book = async () => {
    const { bookingId } = await holdStay(ctx, world);
    await startPayment(ctx, { bookingId, method: "property", idempotencyKey: newId() });
  };
  const prepared = async () => [
    ...(await database.db.execute<{ statement: string; calls: number }>(sql`select statement, (generic_plans + custom_plans)::int as calls from pg_prepared_statements`)),
  ];
  await book();
  const before = (await prepared()).map((row) => row.statement);
  for (const hot of [
    /insert into "idempotency_keys"/,
    /from "idempotency_keys"/,
    /from "products" inner join "room_types"/,
    /"version" from "properties"/,
    /from "rate_nights"/,
    /from "inventory_nights".* for no key update/s,
    /update "inventory_nights"/,
    /insert into "guests"/,
    /insert into "bookings"/,
    /insert into "room_stays"/,
    /insert into "booking_nights"/,
    /insert into booking_events/,
    /insert into "outbox"/,
    /update "room_stays"/,
    /update "bookings"/,
  ]) {
    expect(
      before.some((statement) => hot.test(statement)),
      String(hot),
    ).toBe(true);
  }
  await book();
  await book();
  const after = await prepared();
  expect(after.map((row) => row.statement).toSorted()).toEqual(before.toSorted());
  // Two moves a booking: the hold and the confirmation.
  expect(after.find((row) => row.statement.includes(`update "inventory_nights"`))?.calls).toBe(6);
});
