import { eq } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import {
  destinations,
  inventoryNights,
  organizations,
  policies,
  products,
  properties,
  propertyContents,
  rateNights,
  ratePlans,
  roomTypeContents,
  roomTypes,
  taxes,
} from "../../db/schema/index.ts";
import { addDays } from "../../server/platform/dates.ts";
import { newId } from "../../server/platform/ids.ts";
import { normalise } from "../../server/search/normalise.ts";

type Fields<T> = Partial<T>;
type Night = Fields<typeof rateNights.$inferInsert>;
type Stock = Fields<typeof inventoryNights.$inferInsert>;

/** A rate of a room type: `plan` names one of the property's plans; `base` the plan it is derived from. */
export interface WorldRate {
  plan: string;
  base?: string;
  percent?: number;
  perAdult?: number;
}

export interface WorldRoom extends Fields<typeof roomTypes.$inferInsert> {
  /** Minor units for 1, 2 … adults on every night. */
  prices?: number[];
  childPrices?: number[];
  rates?: WorldRate[];
  /** Fields of single nights, by date: of every base product, and of the ledger. */
  nights?: Record<string, Night>;
  stock?: Record<string, Stock>;
}

export interface WorldPlan extends Fields<typeof ratePlans.$inferInsert> {
  /** Name of one of the property's policies; the first where absent. */
  policy?: string;
}

export interface WorldOverrides {
  property?: Fields<typeof properties.$inferInsert>;
  destination?: Fields<typeof destinations.$inferInsert>;
  /** The first loaded night. */
  from?: string;
  days?: number;
  rooms?: WorldRoom[];
  plans?: WorldPlan[];
  taxes?: Fields<typeof taxes.$inferInsert>[];
  policies?: Fields<typeof policies.$inferInsert>[];
}

export interface World {
  organizationId: string;
  destinationId: number;
  propertyId: string;
  slug: string;
  rooms: {
    roomTypeId: number;
    name: string;
    /** Product id by the code of its plan. */
    products: Record<string, number>;
  }[];
  /** The first room type and its first product, which most tests are content with. */
  roomTypeId: number;
  productId: number;
}

/** The first loaded night where a test names none: far enough ahead for any real or moved clock. */
export const FIRST_NIGHT = "2027-03-01";

const FLEXIBLE = { name: "Flexible", rules: [{ daysBefore: 2, time: "18:00", fee: { kind: "nights" as const, value: 1 } }], noShow: { kind: "percent" as const, value: 100 } };

/**
 * A property of the test's own: one double room type of two units at 10 000 minor units a night, a
 * flexible plan, ten percent tax on top, 30 nights from `FIRST_NIGHT`. All of it can be overridden;
 * slugs, codes and ids are minted, so that any number of tests share a database.
 */
export async function createProperty(db: Database, overrides: WorldOverrides = {}): Promise<World> {
  const mark = newId().replaceAll("-", "");
  const organizationId = `org-${mark}`;
  const propertyId = overrides.property?.id ?? newId();
  const slug = overrides.property?.slug ?? `house-${mark}`;
  await db.insert(organizations).values({ id: organizationId, name: "House of tests", slug: organizationId });
  const destinationId = overrides.property?.destinationId ?? (await createDestination(db, overrides.destination));
  const [place] = await db.select().from(destinations).where(eq(destinations.id, destinationId));
  if (!place) throw new Error(`no destination ${destinationId}`);

  await db.insert(properties).values({
    organizationId,
    name: "House of Tests",
    country: "ID",
    city: "Ubud",
    address: "Jalan Uji 1",
    latitude: place.latitude,
    longitude: place.longitude,
    zone: "Asia/Makassar",
    currency: "EUR",
    stars: 4,
    email: "desk@house.test",
    phone: "+62361000000",
    paymentMethods: ["stripe", "property"],
    childBuckets: [{ maxAge: 5 }, { maxAge: 11 }],
    horizonDays: 1000,
    art: { scene: "hills", palette: "dawn", seed: 1 },
    publishedAt: new Date("2026-01-01T00:00:00Z"),
    ...overrides.property,
    id: propertyId,
    slug,
    destinationId,
  });
  await db.insert(propertyContents).values([
    { propertyId, locale: "en", summary: "A quiet house.", description: "A quiet house between rice fields." },
    { propertyId, locale: "id", summary: "Rumah yang tenang.", description: "Rumah tenang di antara sawah." },
  ]);

  const policyIds = new Map<string, string>();
  for (const given of overrides.policies ?? [FLEXIBLE]) {
    const policy = { ...FLEXIBLE, ...given, id: newId(), propertyId };
    await db.insert(policies).values(policy);
    policyIds.set(policy.name, policy.id);
  }
  const taxRows = overrides.taxes ?? [{ name: "Tax", base: "percent", amount: 100_000, inclusive: false }];
  for (const [position, tax] of taxRows.entries()) {
    await db.insert(taxes).values({ position, name: `Tax ${position}`, base: "percent", amount: 0, inclusive: false, ...tax, id: newId(), propertyId });
  }

  const planIds = new Map<string, string>();
  for (const [position, given] of (overrides.plans ?? [{ code: "flex" }]).entries()) {
    const { policy, ...fields } = given;
    const plan = { code: `plan-${position}`, name: "Flexible", position, ...fields, id: newId(), propertyId };
    const policyId = policy === undefined ? [...policyIds.values()][0] : policyIds.get(policy);
    if (!policyId) throw new Error(`no policy "${policy}"`);
    await db.insert(ratePlans).values({ ...plan, policyId });
    planIds.set(plan.code, plan.id);
  }

  const rooms: World["rooms"] = [];
  for (const [position, room] of (overrides.rooms ?? [{}]).entries()) {
    rooms.push(await createRoom(db, propertyId, position, room, planIds, overrides.from ?? FIRST_NIGHT, overrides.days ?? 30));
  }
  const [first] = rooms;
  if (!first) throw new Error("a property needs a room type");
  return { organizationId, destinationId, propertyId, slug, rooms, roomTypeId: first.roomTypeId, productId: Object.values(first.products)[0]! };
}

/** A place somewhere at random, so that no other test's properties are within its reach. */
export async function createDestination(db: Database, overrides: Fields<typeof destinations.$inferInsert> = {}): Promise<number> {
  const [one, two, three] = crypto.getRandomValues(new Uint32Array(3)) as unknown as [number, number, number];
  const id = overrides.id ?? 1_000_000_000 + (one % 1_000_000_000);
  const name = overrides.name ?? `Place ${id}`;
  const latitude = (two / 2 ** 32) * 120 - 60;
  const longitude = (three / 2 ** 32) * 358 - 179;
  await db.insert(destinations).values({ name, searchText: normalise(name), country: "ID", latitude, longitude, ...overrides, id });
  return id;
}

async function createRoom(
  db: Database,
  propertyId: string,
  position: number,
  room: WorldRoom,
  planIds: Map<string, string>,
  from: string,
  days: number,
): Promise<World["rooms"][number]> {
  const { prices = [10_000, 10_000], childPrices = [0, 3_000], rates, nights = {}, stock = {}, ...fields } = room;
  const [made] = await db
    .insert(roomTypes)
    .values({
      code: `room-${position}`,
      name: "Double room",
      units: 2,
      maxAdults: 2,
      maxChildren: 2,
      maxOccupancy: 3,
      beds: [{ kind: "double", count: 1 }],
      art: { scene: "room", palette: "dawn", seed: position },
      position,
      ...fields,
      propertyId,
    })
    .returning();
  const roomTypeId = made!.id;
  await db.insert(roomTypeContents).values({ propertyId, roomTypeId, locale: "en", description: "A double bed and a window." });

  const dates = Array.from({ length: days }, (_, day) => addDays(from, day));
  await db.insert(inventoryNights).values(dates.map((stayDate) => ({ physical: made!.units, ...stock[stayDate], roomTypeId, stayDate })));

  const ids: Record<string, number> = {};
  for (const rate of rates ?? [...planIds.keys()].map((plan): WorldRate => ({ plan }))) {
    const ratePlanId = planIds.get(rate.plan);
    if (!ratePlanId) throw new Error(`no plan "${rate.plan}"`);
    const [product] = await db
      .insert(products)
      .values({
        propertyId,
        roomTypeId,
        ratePlanId,
        baseProductId: rate.base === undefined ? null : ids[rate.base],
        derivedPercent: rate.percent ?? 10_000,
        derivedPerAdult: rate.perAdult ?? 0,
      })
      .returning({ id: products.id });
    ids[rate.plan] = product!.id;
    if (rate.base !== undefined) continue;
    await db.insert(rateNights).values(dates.map((stayDate) => ({ adultPrices: prices, childPrices, ...nights[stayDate], productId: product!.id, stayDate })));
  }
  return { roomTypeId, name: made!.name, products: ids };
}
