import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bookings, guests, inventoryNights, rateNights, ratePlans, roomStays } from "../../db/schema/index.ts";
import { newBookingCode, newId } from "../../server/platform/ids.ts";
import { availability } from "../../server/rooms/availability.ts";
import { cachedStock, writeAvailability } from "../../server/rooms/cache.ts";
import { quote } from "../../server/rooms/quote.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { contextAt, openTestRedis, type TestRedis } from "../helpers/reading.ts";
import { createProperty, type World } from "../helpers/world.ts";

const NOW = "2027-02-01T00:00:00Z";
const COUPLE = { adults: 2, childAges: [] };
let database: TestDatabase;
let gateway: TestRedis;

beforeAll(async () => {
  [database, gateway] = await Promise.all([createDatabase({ max: 4 }), openTestRedis()]);
});
afterAll(() => Promise.all([database.drop(), gateway.close()]));

function stay(world: World, rooms: { productId: number; adults: number; childAges: number[] }[] = [{ productId: world.productId, ...COUPLE }]) {
  return { propertyId: world.propertyId, checkIn: "2027-03-02", checkOut: "2027-03-04", rooms };
}

test("a quote has the nights, the charges, the total, and what is paid online", async () => {
  const world = await createProperty(database.db, {
    taxes: [
      { name: "VAT", base: "percent", amount: 100_000, inclusive: false },
      { name: "City tax", base: "per_person_night", amount: 150, inclusive: false, collect: "property" },
    ],
  });
  const answer = await quote(contextAt(database.db, NOW), stay(world));
  expect(answer).toMatchObject({
    propertyId: world.propertyId,
    currency: "EUR",
    total: 20_000 + 2_000 + 600,
    dueOnline: 22_000,
    paymentMethods: ["stripe", "property"],
    expiresAt: "2027-02-01T00:15:00.000Z",
  });
  expect(answer.stays[0]?.policy.steps).toEqual([{ from: "2027-02-28T10:00:00.000Z", fee: 11_000 }]);
});

test("the hash stays while the offer stays, and changes with a night's price, a tax or the party", async () => {
  const world = await createProperty(database.db);
  const first = await quote(contextAt(database.db, NOW), stay(world));
  const later = await quote(contextAt(database.db, "2027-02-01T08:00:00Z"), stay(world));
  expect(first.hash).toMatch(/^[0-9a-f]{64}$/);
  expect(later.hash).toBe(first.hash);
  const alone = await quote(contextAt(database.db, NOW), stay(world, [{ productId: world.productId, adults: 1, childAges: [] }]));
  expect(alone.hash).not.toBe(first.hash);
  await database.db
    .update(rateNights)
    .set({ adultPrices: [10_001, 10_001] })
    .where(and(eq(rateNights.productId, world.productId), eq(rateNights.stayDate, "2027-03-03")));
  expect((await quote(contextAt(database.db, NOW), stay(world))).hash).not.toBe(first.hash);
});

test("another property's product can't be quoted", async () => {
  const [world, other] = await Promise.all([createProperty(database.db), createProperty(database.db)]);
  await expect(quote(contextAt(database.db, NOW), stay(world, [{ productId: other.productId, ...COUPLE }]))).rejects.toMatchObject({
    code: "NOT_FOUND",
    facts: { what: "product" },
  });
});

test("a restricted stay is refused with its reason", async () => {
  const world = await createProperty(database.db, { rooms: [{ nights: { "2027-03-02": { minStayArrival: 3 } } }] });
  await expect(quote(contextAt(database.db, NOW), stay(world))).rejects.toMatchObject({ code: "RESTRICTED", facts: { reason: "min_stay", value: 3 } });
  await expect(quote(contextAt(database.db, "2027-03-05T00:00:00Z"), stay(world))).rejects.toMatchObject({ facts: { reason: "past" } });
});

test("two rooms of one type need two units on every night, and the lacking nights are named", async () => {
  const world = await createProperty(database.db, { rooms: [{ stock: { "2027-03-03": { sold: 1 } } }] });
  const one = { productId: world.productId, ...COUPLE };
  expect((await quote(contextAt(database.db, NOW), stay(world, [one]))).total).toBe(22_000);
  await expect(quote(contextAt(database.db, NOW), stay(world, [one, one]))).rejects.toMatchObject({
    code: "SOLD_OUT",
    facts: { nights: [{ roomTypeId: world.roomTypeId, date: "2027-03-03" }] },
  });
});

test("a hold that is overdue doesn't make a stay sold out, a live one does", async () => {
  const world = await createProperty(database.db, { rooms: [{ units: 1, stock: { "2027-03-02": { held: 1 }, "2027-03-03": { held: 1 } } }] });
  const { propertyId, roomTypeId, productId } = world;
  const [guestId, bookingId] = [newId(), newId()];
  const span = { checkIn: "2027-03-01", checkOut: "2027-03-05" };
  await database.db.insert(guests).values({ id: guestId, propertyId, email: "slow@guest.test", name: "Slow Guest" });
  await database.db.insert(bookings).values({
    id: bookingId,
    propertyId,
    guestId,
    ...span,
    code: newBookingCode(),
    actor: "anon:slow",
    currency: "EUR",
    total: 22_000,
    dueOnline: 22_000,
    payment: "online",
    holdExpiresAt: new Date(Date.now() + 60_000),
  });
  await database.db.insert(roomStays).values({
    id: newId(),
    propertyId,
    bookingId,
    position: 0,
    roomTypeId,
    productId,
    ...span,
    state: "pending",
    adults: 2,
    roomName: "Double room",
    rateName: "Flexible",
    meal: "room_only",
    total: 22_000,
    charges: [],
    policy: { name: "Flexible", zone: "UTC", base: { price: 22_000, tax: 0, atProperty: 0 }, steps: [], noShowFee: 0 },
  });
  await expect(quote(contextAt(database.db, NOW), stay(world))).rejects.toMatchObject({ code: "SOLD_OUT" });
  await database.db
    .update(bookings)
    .set({ holdExpiresAt: new Date(Date.now() - 1000) })
    .where(eq(bookings.id, bookingId));
  expect((await quote(contextAt(database.db, NOW), stay(world))).total).toBe(22_000);
});

test("payment methods are those that the property, every rate plan and our keys allow", async () => {
  const world = await createProperty(database.db, {
    property: { currency: "IDR", paymentMethods: ["stripe", "midtrans", "property"] },
    plans: [{ code: "flex" }, { code: "prepaid", payment: "online" }, { code: "desk", payment: "property" }],
  });
  const { flex, prepaid, desk } = world.rooms[0]!.products as { flex: number; prepaid: number; desk: number };
  const methods = async (productIds: number[], env?: Record<string, string>) =>
    (
      await quote(
        contextAt(database.db, NOW, { env }),
        stay(
          world,
          productIds.map((productId) => ({ productId, ...COUPLE })),
        ),
      )
    ).paymentMethods;
  const keys = { STRIPE_SECRET_KEY: "sk_test_1", MIDTRANS_SERVER_KEY: "SB-1" };
  expect(await methods([flex], keys)).toEqual(["stripe", "midtrans", "property"]);
  expect(await methods([flex], {})).toEqual(["property"]);
  expect(await methods([flex, prepaid], keys)).toEqual(["stripe", "midtrans"]);
  expect(await methods([desk], keys)).toEqual(["property"]);
  await expect(methods([prepaid, desk], keys)).rejects.toMatchObject({ code: "PRECONDITION", facts: { reason: "no_payment_method" } });
  await expect(methods([prepaid], {})).rejects.toMatchObject({ code: "PRECONDITION" });
});

test("Midtrans is not offered for another currency than rupiah", async () => {
  const world = await createProperty(database.db, { property: { paymentMethods: ["midtrans", "property"] } });
  const ctx = contextAt(database.db, NOW, { env: { MIDTRANS_SERVER_KEY: "SB-1" } });
  expect((await quote(ctx, stay(world))).paymentMethods).toEqual(["property"]);
});

test("an archived plan's product is not sold", async () => {
  const world = await createProperty(database.db);
  await database.db.update(ratePlans).set({ archivedAt: new Date() }).where(eq(ratePlans.propertyId, world.propertyId));
  await expect(quote(contextAt(database.db, NOW), stay(world))).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("availability shows every product with the total per room, or why it can't be sold", async () => {
  const world = await createProperty(database.db, {
    plans: [{ code: "flex" }, { code: "breakfast", meal: "breakfast", name: "With breakfast" }],
    rooms: [
      { name: "Double room", rates: [{ plan: "flex" }, { plan: "breakfast", base: "flex", perAdult: 1_000 }] },
      {
        name: "Family room",
        maxAdults: 4,
        maxOccupancy: 5,
        prices: [9_000, 12_000, 15_000],
        units: 1,
        nights: { "2027-03-04": { closedToDeparture: true } },
        rates: [{ plan: "flex" }],
      },
    ],
  });
  const { roomTypes } = await availability(contextAt(database.db, NOW), { ...stay(world), rooms: [COUPLE, { adults: 3, childAges: [] }] });
  expect(roomTypes.map(({ roomTypeId, left }) => ({ roomTypeId, left }))).toEqual([
    { roomTypeId: world.rooms[0]!.roomTypeId, left: 2 },
    { roomTypeId: world.rooms[1]!.roomTypeId, left: 1 },
  ]);
  expect(roomTypes[0]?.offers).toMatchObject([
    { productId: world.rooms[0]!.products["flex"], totals: [22_000, null], refusal: null, freeUntil: "2027-02-28T10:00:00.000Z" },
    { rateName: "With breakfast", totals: [26_400, null], refusal: null },
  ]);
  expect(roomTypes[1]?.offers).toMatchObject([{ totals: [null, null], refusal: { reason: "closed_to_departure" }, freeUntil: null }]);
});

test("availability counts a night that was never loaded as sold out", async () => {
  const world = await createProperty(database.db, { from: "2027-03-01", days: 2 });
  const { roomTypes } = await availability(contextAt(database.db, NOW), { ...stay(world), rooms: [COUPLE] });
  expect(roomTypes[0]).toMatchObject({ left: 0, offers: [{ refusal: { reason: "closed" } }] });
});

test("an unknown property is not found", async () => {
  const missing = { propertyId: crypto.randomUUID(), checkIn: "2027-03-02", checkOut: "2027-03-04", rooms: [COUPLE] };
  await expect(availability(contextAt(database.db, NOW), missing)).rejects.toMatchObject({ code: "NOT_FOUND", facts: { what: "property" } });
});

test("cached stock is read through Redis, and an older version never overwrites a newer", async () => {
  const world = await createProperty(database.db);
  const deferred: Promise<unknown>[] = [];
  const ctx = contextAt(database.db, NOW, { redis: gateway.redis, defer: (work) => deferred.push(work) });
  const read = () => cachedStock(ctx, [world.roomTypeId], "2027-03-02", "2027-03-03");
  const cell = { roomTypeId: world.roomTypeId, date: "2027-03-02" };

  expect(await read()).toEqual([{ ...cell, available: 2, version: 1 }]);
  await Promise.all(deferred);
  await database.db.update(inventoryNights).set({ sold: 1 }).where(eq(inventoryNights.roomTypeId, world.roomTypeId));
  expect(await read()).toEqual([{ ...cell, available: 2, version: 1 }]);

  await writeAvailability(ctx, [{ ...cell, available: 0, version: 4 }]);
  await writeAvailability(ctx, [{ ...cell, available: 1, version: 3 }]);
  expect(await read()).toEqual([{ ...cell, available: 0, version: 4 }]);
  expect(await gateway.redis.get(`availability:room:${world.roomTypeId}:2027-03-02`)).toBe('{"available":0,"version":4}');
});

test("a Redis that fails is a miss: stock comes from Postgres", async () => {
  const world = await createProperty(database.db);
  const dead = { ...gateway.redis, mget: () => Promise.reject(new Error("down")), eval: () => Promise.reject(new Error("down")) };
  const ctx = contextAt(database.db, NOW, { redis: dead });
  expect(await cachedStock(ctx, [world.roomTypeId], "2027-03-02", "2027-03-03")).toMatchObject([{ available: 2 }]);
  await expect(writeAvailability(ctx, [{ roomTypeId: world.roomTypeId, date: "2027-03-02", available: 1, version: 2 }])).resolves.toBeUndefined();
});
