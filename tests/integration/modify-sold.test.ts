import { asc, eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { bookings, roomStayVersions } from "../../db/schema/index.ts";
import { cancelQuote, get, modifyQuote } from "../../server/bookings/index.ts";
import { modifyQuoteInput } from "../../server/bookings/modify-schemas.ts";
import { bookAtProperty, changeStay } from "../helpers/booking.ts";
import { makeContext, type TestContext } from "../helpers/context.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { createProperty, type WorldOverrides } from "../helpers/world.ts";

let database: TestDatabase;
let ctx: TestContext;
beforeAll(async () => {
  database = await createDatabase();
});
beforeEach(() => {
  ctx = makeContext(database, { env: { STRIPE_SECRET_KEY: "sk_test_sold" } });
});
afterAll(() => database.drop());

/** Nothing goes back, and a city tax of 2.50 a person and night is paid at the hotel. */
const CITY_TAX: WorldOverrides = {
  taxes: [{ name: "City tax", base: "per_person_night", amount: 250, inclusive: false, collect: "property" }],
  policies: [{ name: "Non-refundable", rules: [{ daysBefore: 900, time: "00:00", fee: { kind: "percent", value: 100 } }] }],
};

test("a non-refundable stay made shorter costs no more online, and its city tax is that of the nights that are left", async () => {
  const world = await createProperty(database.db, CITY_TAX);
  const bookingId = await bookAtProperty(ctx, world, { nights: 4 });
  // Paid online, as far as the amounts are concerned.
  await database.db.update(bookings).set({ payment: "online", dueOnline: 40_000 }).where(eq(bookings.id, bookingId));
  expect(await get(ctx, { bookingId })).toMatchObject({ total: 42_000, dueOnline: 40_000 });
  expect(await cancelQuote(ctx, { bookingId })).toMatchObject({ fee: 40_000 });
  const shorter = modifyQuoteInput.parse({ bookingId, checkOut: "2027-03-03" });
  expect(await modifyQuote(ctx, shorter)).toMatchObject({ due: 0, changeFee: 20_000, total: 41_000, cancelFee: 40_000 });
});

test("what was sold before a change stays readable: every night, tax line and policy of each version", async () => {
  const world = await createProperty(database.db);
  const bookingId = await bookAtProperty(ctx, world, { nights: 3 });
  const first = (await get(ctx, { bookingId })).stays[0]!;
  await changeStay(ctx, bookingId, { checkOut: "2027-03-03" });
  const second = (await get(ctx, { bookingId })).stays[0]!;
  await changeStay(ctx, bookingId, { checkOut: "2027-03-05" });
  const versions = await database.db.select().from(roomStayVersions).where(eq(roomStayVersions.roomStayId, first.id)).orderBy(asc(roomStayVersions.version));
  const sold = ({ nights, charges, policy, total }: Pick<typeof first, "nights" | "charges" | "policy" | "total">) => ({ nights, charges, policy, total });
  expect(versions.map(sold)).toEqual([sold(first), sold(second)]);
  expect(versions.map(({ checkIn, checkOut }) => [checkIn, checkOut])).toEqual([
    ["2027-03-01", "2027-03-04"],
    ["2027-03-01", "2027-03-03"],
  ]);
});
