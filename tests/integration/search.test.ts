import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { destinations as places, inventoryNights, products, properties } from "../../db/schema/index.ts";
import { bySlug } from "../../server/hotels/by-slug.ts";
import type { HotelCard, HotelsInput } from "../../server/search/schemas.ts";
import { calendar } from "../../server/search/calendar.ts";
import { destinations } from "../../server/search/destinations.ts";
import { hotels } from "../../server/search/hotels.ts";
import { otherDates } from "../../server/search/other-dates.ts";
import { addDays, daysBetween } from "../../server/platform/dates.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { contextAt, openTestRedis } from "../helpers/reading.ts";
import { createDestination, createProperty } from "../helpers/world.ts";

const NOW = "2027-02-01T00:00:00Z";
const COUPLE = { adults: 2, childAges: [] };
let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase({ max: 4 });
});
afterAll(() => database.drop());

function search(destinationId: number, asked: Partial<HotelsInput> = {}, now = NOW) {
  return hotels(contextAt(database.db, now), {
    destinationId,
    checkIn: "2027-03-02",
    checkOut: "2027-03-04",
    rooms: [COUPLE],
    sort: "price",
    limit: 20,
    ...asked,
  });
}

async function found(destinationId: number, asked: Partial<HotelsInput> = {}, now = NOW): Promise<HotelCard["cheapest"] | undefined> {
  return (await search(destinationId, asked, now)).items[0]?.cheapest;
}

test("a property is shown with the cheapest product's total, every tax in it", async () => {
  const world = await createProperty(database.db, {
    plans: [{ code: "flex" }, { code: "saver", payment: "online", name: "Saver" }],
    rooms: [{ name: "Suite", prices: [20_000, 20_000] }, { rates: [{ plan: "flex" }, { plan: "saver", base: "flex", percent: 9_000 }] }],
  });
  const { items, propertiesInDestination, nextCursor } = await search(world.destinationId);
  expect(propertiesInDestination).toBe(1);
  expect(nextCursor).toBeUndefined();
  expect(items).toMatchObject([
    {
      propertyId: world.propertyId,
      slug: world.slug,
      picture: `/art/property/${world.slug}.svg?v=1`,
      summary: "A quiet house.",
      cheapest: {
        total: 19_800,
        currency: "EUR",
        rooms: [{ productId: world.rooms[1]!.products["saver"], roomName: "Double room", rateName: "Saver" }],
        freeCancellation: true,
        payAtProperty: false,
        left: 2,
      },
    },
  ]);
});

test("one sold-out or unloaded night hides the room type, and another type takes its place", async () => {
  const world = await createProperty(database.db, {
    rooms: [{ stock: { "2027-03-03": { sold: 1, held: 1 } } }, { name: "Suite", prices: [30_000, 30_000], units: 1 }],
  });
  expect(await found(world.destinationId)).toMatchObject({ total: 66_000, left: 1 });
  const until = await createProperty(database.db, { from: "2027-03-01", days: 2 });
  expect(await search(until.destinationId)).toMatchObject({ items: [], propertiesInDestination: 1 });
  expect(await found(until.destinationId, { checkOut: "2027-03-03" })).toMatchObject({ total: 11_000 });
});

test("stop-sell, arrival, departure and length rules hide a stay that they forbid", async () => {
  const rules = {
    "2027-03-02": { closedToArrival: true },
    "2027-03-08": { closedToDeparture: true },
    "2027-03-12": { minStayArrival: 3 },
    "2027-03-15": { minStayThrough: 4 },
    "2027-03-18": { maxStay: 1 },
    "2027-03-21": { closed: true },
  };
  const { destinationId } = await createProperty(database.db, { rooms: [{ nights: rules }] });
  const sold = async (checkIn: string, checkOut: string) => (await search(destinationId, { checkIn, checkOut })).items.length;
  expect(await sold("2027-03-02", "2027-03-04")).toBe(0);
  expect(await sold("2027-03-01", "2027-03-04")).toBe(1);
  expect(await sold("2027-03-06", "2027-03-08")).toBe(0);
  expect(await sold("2027-03-06", "2027-03-09")).toBe(1);
  expect(await sold("2027-03-12", "2027-03-14")).toBe(0);
  expect(await sold("2027-03-12", "2027-03-15")).toBe(1);
  expect(await sold("2027-03-14", "2027-03-16")).toBe(0);
  expect(await sold("2027-03-14", "2027-03-18")).toBe(1);
  expect(await sold("2027-03-18", "2027-03-20")).toBe(0);
  expect(await sold("2027-03-18", "2027-03-19")).toBe(1);
  expect(await sold("2027-03-20", "2027-03-22")).toBe(0);
  expect(await sold("2027-03-22", "2027-03-24")).toBe(1);
});

test("the whole party must fit: people by room, and units by room type", async () => {
  const { destinationId } = await createProperty(database.db, {
    rooms: [{ units: 1 }, { name: "Family room", prices: [12_000, 14_000, 15_000, 16_000], maxAdults: 4, maxOccupancy: 4, units: 1 }],
  });
  expect(await found(destinationId, { rooms: [{ adults: 5, childAges: [] }] })).toBeUndefined();
  expect(await found(destinationId, { rooms: [{ adults: 4, childAges: [] }] })).toMatchObject({ total: 35_200, rooms: [{ roomName: "Family room" }] });
  // The double is cheaper for both couples, and has one unit.
  expect(await found(destinationId, { rooms: [COUPLE, COUPLE] })).toMatchObject({ total: 22_000 + 30_800, left: 1 });
  // Only the family room holds four, so that the couple takes the double, in the party's order.
  expect(await found(destinationId, { rooms: [{ adults: 4, childAges: [] }, COUPLE] })).toMatchObject({
    total: 35_200 + 22_000,
    rooms: [{ roomName: "Family room" }, { roomName: "Double room" }],
  });
  expect(await found(destinationId, { rooms: [COUPLE, COUPLE, COUPLE] })).toBeUndefined();
});

test("children are priced by their age, and a child above the buckets counts as an adult", async () => {
  const { destinationId } = await createProperty(database.db);
  expect(await found(destinationId, { rooms: [{ adults: 2, childAges: [5] }] })).toMatchObject({ total: 22_000 });
  expect(await found(destinationId, { rooms: [{ adults: 2, childAges: [6] }] })).toMatchObject({ total: 28_600 });
  expect(await found(destinationId, { rooms: [{ adults: 2, childAges: [12] }] })).toBeUndefined();
});

test("rooms of one booking share a way to pay: an online-only and a desk-only rate are not mixed", async () => {
  const { destinationId } = await createProperty(database.db, {
    plans: [
      { code: "online", payment: "online" },
      { code: "desk", payment: "property" },
    ],
    rooms: [
      { units: 1, rates: [{ plan: "online" }] },
      { units: 2, prices: [13_000, 13_000], rates: [{ plan: "desk" }] },
    ],
  });
  expect(await found(destinationId)).toMatchObject({ total: 22_000, payAtProperty: false });
  expect(await found(destinationId, { rooms: [COUPLE, COUPLE] })).toMatchObject({ total: 57_200, payAtProperty: true });
});

test("past dates and dates beyond the horizon show nothing", async () => {
  const { destinationId } = await createProperty(database.db, { property: { horizonDays: 31 } });
  expect(await found(destinationId)).toBeDefined();
  expect(await found(destinationId, {}, "2027-01-31T00:00:00Z")).toBeUndefined();
  // Noon in Makassar is 04:00 UTC; the evening's cut-off is at 15:00 UTC.
  expect(await found(destinationId, {}, "2027-03-02T14:59:00Z")).toBeDefined();
  expect(await found(destinationId, {}, "2027-03-02T15:00:00Z")).toBeUndefined();
});

test("filters: stars, every amenity, words of the room type, total", async () => {
  const first = await createProperty(database.db, { property: { stars: 3, amenities: ["pool", "wifi"] } });
  const { destinationId } = first;
  const second = await createProperty(database.db, {
    property: { destinationId, stars: 5, amenities: ["wifi"] },
    rooms: [{ name: "Deluxe twin 100%", prices: [15_000, 15_000] }, { prices: [18_000, 18_000] }],
  });
  const ids = async (asked: Partial<HotelsInput>) => (await search(destinationId, asked)).items.map((item) => item.propertyId);
  expect(await ids({})).toEqual([first.propertyId, second.propertyId]);
  expect(await ids({ stars: [4, 5] })).toEqual([second.propertyId]);
  expect(await ids({ amenities: ["wifi", "pool"] })).toEqual([first.propertyId]);
  expect(await ids({ roomType: "TWIN deluxe" })).toEqual([second.propertyId]);
  expect(await ids({ roomType: "%" })).toEqual([second.propertyId]);
  expect(await found(destinationId, { stars: [5], roomType: "double" })).toMatchObject({ total: 39_600 });
  expect(await ids({ minTotal: 22_001 })).toEqual([second.propertyId]);
  expect(await ids({ maxTotal: 22_000 })).toEqual([first.propertyId]);
  expect((await search(destinationId, { stars: [1] })).propertiesInDestination).toBe(2);
});

test("pages follow each other without gap or repetition, in every sort", async () => {
  const destinationId = await createDestination(database.db);
  for (const [index, price] of [9_000, 7_000, 7_000, 12_000, 10_000].entries()) {
    await createProperty(database.db, { property: { destinationId, stars: 1 + (index % 3) }, rooms: [{ prices: [price, price] }] });
  }
  for (const sort of ["recommended", "price", "price_desc", "stars"] as const) {
    const whole = await search(destinationId, { sort });
    const paged: HotelCard[] = [];
    let cursor: string | undefined;
    do {
      const page = await search(destinationId, { sort, limit: 2, cursor });
      paged.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor);
    expect(paged).toEqual(whole.items);
    expect(paged).toHaveLength(5);
  }
  const totals = async (sort: HotelsInput["sort"]) => (await search(destinationId, { sort })).items.map((item) => item.cheapest.total);
  expect(await totals("price")).toEqual([15_400, 15_400, 19_800, 22_000, 26_400]);
  expect(await totals("price_desc")).toEqual([26_400, 22_000, 19_800, 15_400, 15_400]);
  expect((await search(destinationId, { sort: "stars" })).items.map((item) => item.stars)).toEqual([3, 2, 2, 1, 1]);
});

test("a cursor that is forged, or of another sort, is refused by name", async () => {
  const destinationId = await createDestination(database.db);
  await createProperty(database.db, { property: { destinationId } });
  await createProperty(database.db, { property: { destinationId } });
  const { nextCursor } = await search(destinationId, { limit: 1 });
  expect(nextCursor).toBeDefined();
  for (const cursor of ["", "%%%", "bnVsbA", btoa('["price",1,2,"x"]'), "\u{1F600}"]) {
    await expect(search(destinationId, { cursor })).rejects.toMatchObject({ code: "INVALID", facts: { field: "cursor" } });
  }
  await expect(search(destinationId, { cursor: nextCursor, sort: "stars" })).rejects.toMatchObject({ code: "INVALID" });
});

test("a place shows the properties within 25 km of it too", async () => {
  const near = await createDestination(database.db, { latitude: -8.65, longitude: 115.22 });
  const far = await createDestination(database.db, { latitude: -8.65, longitude: 115.6 });
  const world = await createProperty(database.db, { destination: { latitude: -8.51, longitude: 115.26 } });
  expect((await search(near)).items.map((item) => item.propertyId)).toEqual([world.propertyId]);
  expect(await search(far)).toMatchObject({ items: [], propertiesInDestination: 0 });
  await expect(search(2_147_483_647)).rejects.toMatchObject({ code: "NOT_FOUND", facts: { what: "destination" } });
});

test("unpublished and archived properties are nowhere", async () => {
  const world = await createProperty(database.db);
  await database.db.update(properties).set({ publishedAt: null }).where(eq(properties.id, world.propertyId));
  expect(await search(world.destinationId)).toMatchObject({ items: [], propertiesInDestination: 0 });
  await expect(bySlug(contextAt(database.db, NOW), { slug: world.slug, locale: "en" })).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("a change of what is sold is seen when it raises the property's version", async () => {
  const world = await createProperty(database.db, {
    plans: [{ code: "flex" }, { code: "saver" }],
    rooms: [{ rates: [{ plan: "flex" }, { plan: "saver", base: "flex", percent: 8_000 }] }],
  });
  expect(await found(world.destinationId)).toMatchObject({ total: 17_600 });
  await database.db.update(products).set({ derivedPercent: 7_000 }).where(eq(products.id, world.rooms[0]!.products["saver"]!));
  await database.db.update(properties).set({ version: 2 }).where(eq(properties.id, world.propertyId));
  expect(await found(world.destinationId)).toMatchObject({ total: 15_400 });
});

test("a search answered from Redis may be ten seconds old, then it is refreshed behind the answer", async () => {
  const { redis, close } = await openTestRedis();
  const world = await createProperty(database.db);
  const work: Promise<unknown>[] = [];
  const at = (now: string) => contextAt(database.db, now, { redis, defer: (promise) => work.push(promise) });
  const ask = async (now: string) => {
    const answer = await hotels(at(now), { destinationId: world.destinationId, checkIn: "2027-03-02", checkOut: "2027-03-04", rooms: [COUPLE], sort: "price", limit: 20 });
    await Promise.all(work.splice(0));
    return answer.items[0]?.cheapest.left;
  };
  expect(await ask("2027-02-01T00:00:00Z")).toBe(2);
  await database.db.update(inventoryNights).set({ sold: 1 }).where(eq(inventoryNights.roomTypeId, world.roomTypeId));
  expect(await ask("2027-02-01T00:00:10Z")).toBe(2);
  expect(await ask("2027-02-01T00:00:11Z")).toBe(2);
  expect(await ask("2027-02-01T00:00:12Z")).toBe(1);
  await close();
});

test("the calendar has the cheapest night for two and the units left, or nothing", async () => {
  const world = await createProperty(database.db, {
    rooms: [
      { units: 3, nights: { "2027-03-05": { adultPrices: [5_000, 6_000] }, "2027-03-06": { closed: true }, "2027-03-04": { minStayArrival: 5, closedToArrival: true } } },
      { name: "Single room", maxAdults: 1, maxOccupancy: 1, prices: [4_000], units: 9 },
      { name: "Suite", prices: [30_000, 30_000], units: 1, stock: { "2027-03-06": { blocked: 1 } } },
    ],
  });
  const { currency, days } = await calendar(contextAt(database.db, "2027-03-04T00:00:00Z"), { propertyId: world.propertyId, from: "2027-03-03", to: "2027-03-08" });
  expect(currency).toBe("EUR");
  expect(days).toEqual([
    { date: "2027-03-03", price: null, left: 0 },
    { date: "2027-03-04", price: 11_000, left: 4 },
    { date: "2027-03-05", price: 6_600, left: 4 },
    { date: "2027-03-06", price: null, left: 0 },
    { date: "2027-03-07", price: 11_000, left: 4 },
  ]);
  await expect(calendar(contextAt(database.db, NOW), { propertyId: crypto.randomUUID(), from: "2027-03-03", to: "2027-03-08" })).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("a property's page is in the guest's language, in English where that has no text", async () => {
  const world = await createProperty(database.db, { property: { paymentMethods: ["midtrans", "stripe", "property"] } });
  const page = await bySlug(contextAt(database.db, NOW), { slug: world.slug, locale: "id" });
  expect(page).toMatchObject({
    id: world.propertyId,
    summary: "Rumah yang tenang.",
    picture: `/art/property/${world.slug}.svg?v=1`,
    paymentMethods: ["stripe", "property"],
    roomTypes: [{ id: world.roomTypeId, description: "A double bed and a window.", picture: `/art/room/${world.roomTypeId}.svg?v=1` }],
  });
});

const STRICT = { name: "Non-refundable", rules: [{ daysBefore: 400, time: "00:00", fee: { kind: "percent" as const, value: 100 } }] };
const FREE_FOR_LONG = { name: "Until the day before", rules: [{ daysBefore: 1, time: "18:00", fee: { kind: "nights" as const, value: 1 } }] };
const TWO_RATES = {
  policies: [STRICT, FREE_FOR_LONG],
  plans: [
    { code: "flex", policy: FREE_FOR_LONG.name },
    { code: "saver", policy: STRICT.name, payment: "online" as const },
  ],
  rooms: [
    {
      rates: [{ plan: "flex" }, { plan: "saver", base: "flex", percent: 9_000 }],
    },
  ],
};

test("a card says whether the shown price can be cancelled, until when, and what free cancellation costs", async () => {
  const world = await createProperty(database.db, TWO_RATES);
  const [card] = (await search(world.destinationId)).items;
  expect(card).toMatchObject({
    zone: "Asia/Makassar",
    cheapest: { total: 19_800, freeCancellation: false, freeUntil: null },
    free: { total: 22_000, freeUntil: "2027-03-01T10:00:00.000Z" },
  });
  // Past the last free moment no rate can be cancelled for nothing.
  const [late] = (await search(world.destinationId, {}, "2027-03-01T10:00:00.001Z")).items;
  expect(late).toMatchObject({ cheapest: { total: 19_800, freeCancellation: false }, free: null });
  const flexible = await createProperty(database.db);
  const [only] = (await search(flexible.destinationId)).items;
  expect(only).toMatchObject({ cheapest: { freeCancellation: true, freeUntil: "2027-02-28T10:00:00.000Z" }, free: null });
});

test("free cancellation is asked for: each price is of a way that can be cancelled, and who has none isn't shown", async () => {
  const world = await createProperty(database.db, TWO_RATES);
  const { destinationId } = world;
  await createProperty(database.db, { ...TWO_RATES, property: { destinationId }, plans: [{ code: "saver", policy: STRICT.name }], rooms: [{}] });
  expect((await search(destinationId)).items).toHaveLength(2);
  const { items } = await search(destinationId, { freeCancellation: true });
  expect(items).toMatchObject([{ propertyId: world.propertyId, cheapest: { total: 22_000, freeCancellation: true, freeUntil: "2027-03-01T10:00:00.000Z" }, free: null }]);
  expect((await search(destinationId, { freeCancellation: true, maxTotal: 21_999 })).items).toEqual([]);
  expect((await search(destinationId, { freeCancellation: true }, "2027-03-01T10:00:00.001Z")).items).toEqual([]);
});

test("a card's summary is in the guest's language, and the page names the place as the gazetteer has it", async () => {
  const { destinationId } = await createProperty(database.db, { destination: { name: "Ubud" } });
  expect(await search(destinationId)).toMatchObject({ place: "Ubud", items: [{ summary: "A quiet house." }] });
  expect(await search(destinationId, { locale: "id" })).toMatchObject({ place: "Ubud", items: [{ summary: "Rumah yang tenang." }] });
});

const otherDatesOf = (destinationId: number, asked: Partial<Parameters<typeof otherDates>[1]> = {}) =>
  otherDates(contextAt(database.db, NOW), { destinationId, checkIn: "2027-03-10", checkOut: "2027-03-12", rooms: [COUPLE], ...asked });

test("other dates are those on which somebody has rooms, with how many and from what price", async () => {
  const taken = { sold: 2 };
  const first = await createProperty(database.db, { rooms: [{ stock: { "2027-03-09": taken, "2027-03-10": taken, "2027-03-11": taken } }] });
  const { destinationId } = first;
  await createProperty(database.db, { property: { destinationId }, rooms: [{ prices: [9_000, 9_000], stock: { "2027-03-10": taken, "2027-03-11": taken, "2027-03-12": taken } }] });
  const found = await otherDatesOf(destinationId);
  expect(found).toEqual([
    { checkIn: "2027-03-03", checkOut: "2027-03-05", properties: 2, total: 19_800, currency: "EUR", atLeast: false },
    { checkIn: "2027-03-08", checkOut: "2027-03-10", properties: 1, total: 19_800, currency: "EUR", atLeast: false },
    { checkIn: "2027-03-12", checkOut: "2027-03-14", properties: 1, total: 22_000, currency: "EUR", atLeast: false },
    { checkIn: "2027-03-17", checkOut: "2027-03-19", properties: 2, total: 19_800, currency: "EUR", atLeast: false },
  ]);
  // What is shown for them is what a search finds then.
  for (const { checkIn, checkOut, properties: count, total } of found) {
    const { items } = await search(destinationId, { checkIn, checkOut });
    expect([items.length, items[0]?.cheapest.total]).toEqual([count, total]);
  }
});

test("other dates of one property are its own", async () => {
  const world = await createProperty(database.db, { rooms: [{ stock: { "2027-03-10": { sold: 2 }, "2027-03-11": { sold: 2 } } }] });
  await createProperty(database.db, { property: { destinationId: world.destinationId } });
  const found = await otherDatesOf(world.destinationId, { propertyId: world.propertyId });
  expect(found.map(({ checkIn, properties: count }) => [checkIn, count])).toEqual([
    ["2027-03-03", 1],
    ["2027-03-08", 1],
    ["2027-03-12", 1],
    ["2027-03-17", 1],
  ]);
});

test("of a large place so many are asked that all the dates together cost no more than a search, and the answer says so", async () => {
  const { propertyId, destinationId } = await createProperty(database.db);
  const copies = await database.db.execute(sql`
    insert into properties select (jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid(), 'slug', p.slug || '-' || n))).*
    from properties p, generate_series(1, 150) n where p.id = ${propertyId} returning id`);
  expect(copies).toHaveLength(150);
  expect((await otherDatesOf(destinationId, { propertyId })).map(({ atLeast }) => atLeast)).toEqual([false, false, false, false]);
  expect((await otherDatesOf(destinationId)).every(({ atLeast }) => atLeast)).toBe(true);
});

test("where nobody has rooms for the party on any of the dates, none are named", async () => {
  const { destinationId } = await createProperty(database.db);
  expect(await otherDatesOf(destinationId, { rooms: [COUPLE, COUPLE, COUPLE] })).toEqual([]);
  expect(await otherDatesOf(await createDestination(database.db))).toEqual([]);
  await expect(otherDatesOf(2_147_483_647)).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("a longer stay is named where the house asks for one, none past the longest", async () => {
  const { destinationId } = await createProperty(database.db, {
    days: 60,
    rooms: [{ nights: Object.fromEntries(Array.from({ length: 31 }, (_, day) => [addDays("2027-03-01", day), { minStayThrough: 3 }])) }],
  });
  expect(await otherDatesOf(destinationId)).toMatchObject([{ checkIn: "2027-03-10", checkOut: "2027-03-13" }]);
  const longest = await createProperty(database.db, { days: 60, rooms: [{ stock: { "2027-03-10": { sold: 2 } } }] });
  const found = await otherDatesOf(longest.destinationId, { checkIn: "2027-03-10", checkOut: "2027-04-09" });
  expect(found.every(({ checkIn, checkOut }) => daysBetween(checkIn, checkOut) === 30)).toBe(true);
});

test("a place that leads to nothing never comes before one that doesn't, however it is spelt, and few of them come at all", async () => {
  const marks = { country: "ZZ" };
  for (let copy = 0; copy < 5; copy += 1) await createDestination(database.db, { name: "Kwidney", population: 100_000 - copy, ...marks });
  const real = await createDestination(database.db, { name: "Kwydney", population: 10, ...marks });
  await createProperty(database.db, { property: { destinationId: real } });
  const found = await destinations(contextAt(database.db, NOW), { text: "Kwidney" });
  expect(found.map(({ name, propertyCount }) => [name, propertyCount])).toEqual([
    ["Kwydney", 1],
    ["Kwidney", 0],
    ["Kwidney", 0],
  ]);
  // A property of the neighbourhood counts, as a search shows it.
  const [row] = await database.db.select().from(places).where(eq(places.id, real));
  const near = await createDestination(database.db, { name: "Kwoodford", latitude: row!.latitude + 0.05, longitude: row!.longitude, ...marks });
  expect(await destinations(contextAt(database.db, NOW), { text: "Kwoodford" })).toMatchObject([{ id: near, propertyCount: 1 }]);
});

test("places are found by a beginning, without accents, and through slips of the hand", async () => {
  const marks = { country: "ZZ" };
  const made = [
    { name: "São Zêzere", population: 500, propertyCount: 0, ...marks },
    { name: "Zêzere", population: 100, propertyCount: 0, ...marks },
    { name: "Zezeria", population: 90_000, propertyCount: 0, ...marks },
    { name: "Zezerato", population: 10, propertyCount: 3, ...marks },
    { name: "Quarkabanta", population: 10, propertyCount: 1, searchText: "quarkabanta blueisle", ...marks },
  ];
  for (const place of made) {
    const destinationId = await createDestination(database.db, { ...place, ...("searchText" in place ? { searchText: place.searchText } : {}) });
    for (let count = 0; count < place.propertyCount; count += 1) await createProperty(database.db, { property: { destinationId } });
  }
  const names = async (text: string) => (await destinations(contextAt(database.db, NOW), { text })).map((place) => place.name);
  // What resembles it and has properties; then whole words, the exact one before the larger.
  expect(await names("ZÉZERE")).toEqual(["Zezerato", "Zêzere", "São Zêzere"]);
  // Only beginnings: those with properties, then the larger.
  expect(await names("zez")).toEqual(["Zezerato", "Zezeria", "São Zêzere"]);
  expect(await names("quakabanta")).toEqual(["Quarkabanta"]);
  expect(await names("Blueisle")).toEqual(["Quarkabanta"]);
  expect(await names("z")).toEqual([]);
  expect(await names("%_")).toEqual([]);
});
