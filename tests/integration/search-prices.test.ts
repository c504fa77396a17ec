import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { properties } from "../../db/schema/index.ts";
import { randomOf, type Random } from "../../db/seed/random.ts";
import { isDomainError } from "../../server/errors.ts";
import { addDays } from "../../server/platform/dates.ts";
import type { PartyRoom } from "../../server/platform/fields.ts";
import type { QuoteInput } from "../../server/rooms/schemas.ts";
import { feeAt } from "../../server/rooms/price.ts";
import { quote } from "../../server/rooms/quote.ts";
import { hotels } from "../../server/search/hotels.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { contextAt } from "../helpers/reading.ts";
import { createProperty, FIRST_NIGHT, type World, type WorldRoom } from "../helpers/world.ts";

// What search shows is what the quotes say: the cheapest of every way to lodge the party, or nothing where each is refused.

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase({ max: 4 });
});
afterAll(() => database.drop());

const NOW = "2027-02-01T00:00:00Z";
const DAYS = 16;

test.each([1, 2, 3, 4])("search shows the cheapest of all quotes, for every stay and party (draw %i)", async (draw) => {
  const random = randomOf(`search/${draw}`);
  let shown = 0;
  let dearer = 0;
  for (let property = 0; property < 3; property += 1) {
    const world = await propertyOf(random);
    for (let round = 0; round < 12; round += 1) {
      const checkIn = addDays(FIRST_NIGHT, random.int(0, DAYS - 3));
      const stay = { checkIn, checkOut: addDays(checkIn, random.int(1, 4)), rooms: Array.from({ length: random.pick([1, 1, 1, 2]) }, () => partyOf(random)) };
      const asked = { ...stay, destinationId: world.destinationId, sort: random.pick(["price", "recommended"] as const), limit: 20 };
      const [card] = (await hotels(contextAt(database.db, NOW), asked)).items;
      const expected = await cheapestQuote(world, stay);
      expect(card?.cheapest.total, JSON.stringify(stay)).toBe(expected.total);
      const [freeCard] = (await hotels(contextAt(database.db, NOW), { ...asked, freeCancellation: true })).items;
      expect(freeCard?.cheapest.total, JSON.stringify(stay)).toBe(expected.free);
      // Of two ways that cost the same, the card may show either.
      if (card) expect(card.cheapest.freeCancellation ? card.cheapest.total : card.free?.total, JSON.stringify(stay)).toBe(expected.free);
      if (card) shown += 1;
      if (card?.free) dearer += 1;
    }
  }
  expect(shown).toBeGreaterThan(5);
  expect(dearer).toBeGreaterThan(1);
});

test("a night's price that is changed, closed, taken away or given back by any statement on rate_nights counts in the next search, and no other property is read again for it", async () => {
  const world = await createProperty(database.db, { taxes: [], rooms: [{ prices: [10_000, 10_000] }] });
  const other = await createProperty(database.db);
  const search = async (): Promise<number | undefined> => {
    const stay = { checkIn: "2027-03-02", checkOut: "2027-03-04", rooms: [{ adults: 2, childAges: [] }] };
    const page = await hotels(contextAt(database.db, NOW), { ...stay, destinationId: world.destinationId, sort: "price", limit: 20 });
    return page.items[0]?.cheapest.total;
  };
  const night = sql`product_id = ${world.productId} and stay_date = '2027-03-03'`;
  const edits = [
    { edit: sql`update rate_nights set adult_prices = '{12000,13000}' where ${night}`, total: 23_000 },
    { edit: sql`update rate_nights set closed = true where ${night}`, total: undefined },
    { edit: sql`delete from rate_nights where ${night}`, total: undefined },
    { edit: sql`insert into rate_nights (product_id, stay_date, adult_prices) values (${world.productId}, '2027-03-03', '{9000,9000}')`, total: 19_000 },
  ];
  const versions = () => database.db.select({ id: properties.id, version: properties.version, rates: properties.ratesVersion }).from(properties);
  const versionOf = (rows: Awaited<ReturnType<typeof versions>>, id: string) => rows.find((row) => row.id === id);
  expect(await search()).toBe(20_000);
  for (const { edit, total } of edits) {
    const before = await versions();
    await database.db.execute(edit);
    expect(await search()).toBe(total);
    const after = await versions();
    expect(versionOf(after, world.propertyId)).toEqual({ ...versionOf(before, world.propertyId)!, rates: versionOf(before, world.propertyId)!.rates + 1 });
    expect(versionOf(after, other.propertyId)).toEqual(versionOf(before, other.propertyId));
  }
});

type Stay = Pick<QuoteInput, "checkIn" | "checkOut"> & { rooms: PartyRoom[] };

/** Every product for every room of the party, each combination quoted: the least of all, and of those that cost nothing to cancel. */
async function cheapestQuote({ propertyId, rooms }: World, stay: Stay): Promise<{ total: number | undefined; free: number | undefined }> {
  const products = rooms.flatMap((room) => Object.values(room.products));
  const ways = stay.rooms.reduce<number[][]>((all) => all.flatMap((way) => products.map((productId) => [...way, productId])), [[]]);
  const quotes = await Promise.all(
    ways.map(async (way) => {
      const asked = { ...stay, propertyId, rooms: stay.rooms.map((party, at) => ({ ...party, productId: way[at]! })) };
      try {
        const { total, stays } = await quote(contextAt(database.db, NOW), asked);
        return [{ total, free: stays.every(({ policy }) => feeAt(policy, new Date(NOW)) === 0) }];
      } catch (error) {
        if (isDomainError(error, "RESTRICTED") || isDomainError(error, "SOLD_OUT") || isDomainError(error, "PRECONDITION")) return [];
        throw error;
      }
    }),
  );
  const all = quotes.flat();
  const least = (some: typeof all): number | undefined => (some.length === 0 ? undefined : Math.min(...some.map(({ total }) => total)));
  return { total: least(all), free: least(all.filter(({ free }) => free)) };
}

function propertyOf(random: Random): Promise<World> {
  return createProperty(database.db, {
    days: DAYS,
    property: { currency: random.pick(["IDR", "EUR", "JPY"]), childBuckets: random.pick([[{ maxAge: 5 }, { maxAge: 11 }], [{ maxAge: 3 }], []]) },
    policies: [{ name: "Free" }, { name: "Strict", rules: [{ daysBefore: 400, time: "00:00", fee: { kind: "percent", value: 100 } }] }],
    plans: [
      { code: "flex", policy: random.pick(["Free", "Strict"]) },
      { code: "saver", policy: random.pick(["Free", "Strict"]), payment: random.pick(["online", "either"]) },
      { code: "desk", policy: random.pick(["Free", "Strict"]), payment: random.pick(["property", "either"]) },
    ],
    taxes: [
      { name: "VAT", base: "percent", amount: 110_000, inclusive: random.chance(0.5) },
      { name: "City", base: "per_person_night", amount: 150, inclusive: false, exemptAge: 11, maxNights: 3, collect: "property" },
    ],
    rooms: Array.from({ length: random.int(1, 3) }, () => roomOf(random)),
  });
}

/** A room type with odd prices, up to four adults, and some restricted, closed and sold-out nights. */
function roomOf(random: Random): WorldRoom {
  const adults = random.int(1, 4);
  const nights: NonNullable<WorldRoom["nights"]> = {};
  const stock: NonNullable<WorldRoom["stock"]> = {};
  for (let day = 0; day < DAYS; day += 1) {
    const date = addDays(FIRST_NIGHT, day);
    const base = random.int(800_003, 1_200_007);
    nights[date] = {
      adultPrices: Array.from({ length: random.chance(0.9) ? adults : random.int(1, adults) }, (_, at) => base + at * 70_001),
      childPrices: random.chance(0.9) ? [random.int(0, 50_000), random.int(50_000, 90_000)] : [],
      closed: random.chance(0.05),
      closedToArrival: random.chance(0.08),
      closedToDeparture: random.chance(0.08),
      minStayArrival: random.chance(0.1) ? random.int(2, 3) : 1,
      minStayThrough: random.chance(0.05) ? 2 : 1,
      maxStay: random.chance(0.1) ? 2 : 30,
    };
    if (random.chance(0.1)) stock[date] = { sold: random.int(1, 2) };
  }
  return {
    maxAdults: adults,
    maxChildren: random.int(0, 2),
    maxOccupancy: adults + 1,
    units: 2,
    nights,
    stock,
    rates: [
      { plan: "flex" },
      { plan: "saver", base: "flex", percent: random.pick([8_999, 9_001, 10_000]) },
      { plan: "desk", base: "flex", percent: random.pick([9_501, 10_000]), perAdult: random.pick([0, 2_500]) },
    ],
  };
}

function partyOf(random: Random): PartyRoom {
  return { adults: random.int(1, 3), childAges: Array.from({ length: random.chance(0.4) ? random.int(1, 2) : 0 }, () => random.int(0, 14)) };
}
