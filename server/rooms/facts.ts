import { and, asc, eq, isNotNull, isNull, sql } from "drizzle-orm";
import { pgArray, statement, type Database, type Executor } from "../../db/client.ts";
import { policies, products, properties, rateNights, ratePlans, roomTypes, taxes, type ChildBucket, type PaymentMethod } from "../../db/schema/index.ts";
import type { PolicyRule } from "../../db/schema/properties.ts";
import { refuse } from "../errors.ts";
import { addDays } from "../platform/dates.ts";
import { gathered } from "../platform/gather.ts";

/** A tax as the price engine reads it. */
export interface TaxFacts {
  name: string;
  base: "percent" | "per_night" | "per_person_night" | "per_stay";
  /** Parts per million for `percent`, else minor units. */
  amount: number;
  inclusive: boolean;
  /** The percent taxes behind it are charged on it too. */
  taxed: boolean;
  collect: "now" | "property";
  exempt_age: number | null;
  max_nights: number | null;
}

/** All that a product's price depends on, but for its nights. */
export type ProductFacts = Awaited<ReturnType<typeof productsOfProperty>>[number];

const selection = {
  productId: products.id,
  baseProductId: sql<number>`coalesce(${products.baseProductId}, ${products.id})`,
  derivedPercent: products.derivedPercent,
  derivedPerAdult: products.derivedPerAdult,
  propertyId: products.propertyId,
  roomTypeId: products.roomTypeId,
  roomName: roomTypes.name,
  maxAdults: roomTypes.maxAdults,
  maxChildren: roomTypes.maxChildren,
  maxOccupancy: roomTypes.maxOccupancy,
  rateName: ratePlans.name,
  meal: ratePlans.meal,
  payment: ratePlans.payment,
  policyName: policies.name,
  policyRules: sql<PolicyRule[]>`${policies.rules}`,
  noShow: sql<PolicyRule["fee"]>`${policies.noShow}`,
  zone: properties.zone,
  currency: properties.currency,
  childBuckets: sql<ChildBucket[]>`${properties.childBuckets}`,
  paymentMethods: sql<PaymentMethod[]>`to_json(${properties.paymentMethods})`,
  holdMinutes: properties.holdMinutes,
  horizonDays: properties.horizonDays,
  sameDayCutOff: properties.sameDayCutOff,
  taxes: sql<
    TaxFacts[]
  >`coalesce((select json_agg(json_build_object('name', t.name, 'base', t.base, 'amount', t.amount, 'inclusive', t.inclusive, 'taxed', t.taxed, 'collect', t.collect, 'exempt_age', t.exempt_age, 'max_nights', t.max_nights) order by t.position, t.id) from ${taxes} t where t.property_id = ${properties.id} and t.archived_at is null), '[]'::json)`,
};

function select(db: Executor) {
  return db
    .select(selection)
    .from(products)
    .innerJoin(roomTypes, eq(roomTypes.id, products.roomTypeId))
    .innerJoin(ratePlans, and(eq(ratePlans.propertyId, products.propertyId), eq(ratePlans.id, products.ratePlanId)))
    .innerJoin(policies, and(eq(policies.propertyId, ratePlans.propertyId), eq(policies.id, ratePlans.policyId)))
    .innerJoin(properties, eq(properties.id, products.propertyId));
}

/** Live: neither it, its room type, its plan nor its property is archived, and the property is published. */
const live = sql`${products.archivedAt} is null and ${roomTypes.archivedAt} is null and ${ratePlans.archivedAt} is null and ${properties.archivedAt} is null and ${properties.publishedAt} is not null`;

const byProperty = statement((db) =>
  select(db)
    .where(and(eq(products.propertyId, sql.placeholder("propertyId")), live))
    .orderBy(asc(roomTypes.position), asc(roomTypes.id), asc(ratePlans.position), asc(products.id))
    .prepare("products_of_property"),
);

const byIds = statement((db) =>
  select(db)
    .where(and(eq(products.propertyId, sql.placeholder("propertyId")), sql`${products.id} = any(${sql.placeholder("ids")}::int[])`, live))
    .prepare("products_by_id"),
);

/** Every live product of a property, in the order in which it shows them. */
export function productsOfProperty(db: Executor, propertyId: string) {
  return byProperty(db, { propertyId });
}

/** The live products among `ids` that belong to the property; a foreign or archived one is left out. */
export function productsByIds(db: Executor, propertyId: string, ids: number[]): Promise<ProductFacts[]> {
  return byIds(db, { propertyId, ids: pgArray(ids) });
}

const anywhere = statement((db) =>
  select(db)
    .where(and(sql`${products.id} = any(${sql.placeholder("ids")}::int[])`, live))
    .prepare("products_anywhere"),
);

/** The live products among `ids`, of any property: for search, which found the ids itself. */
export function productsAnywhere(db: Executor, ids: number[]): Promise<ProductFacts[]> {
  return anywhere(db, { ids: pgArray(ids) });
}

/** Products whose facts one process remembers; a thousand take about 2 MB. */
const MOST = 5000;
type Known = ProductFacts & { version: number };
/** By database, so that two of them in one process (tests) never mix. */
const books = new WeakMap<Database, Map<number, Known>>();

const versions = statement((db) =>
  db
    .select({ propertyId: properties.id, version: properties.version })
    .from(properties)
    .where(sql`${properties.id} = any(${sql.placeholder("ids")}::uuid[])`)
    .prepare("property_versions"),
);

/**
 * The live products among `ids` that belong to one of the properties, as this transaction sees them. What was read before is used again as long as
 * its property's version is the same: every write to rooms, plans, policies and taxes raises it (decision 009).
 */
export async function productsNow(db: Database, tx: Executor, propertyIds: string[], ids: number[]): Promise<Map<number, ProductFacts>> {
  const book = books.get(db) ?? new Map<number, Known>();
  books.set(db, book);
  const current = new Map((await versions(tx, { ids: pgArray(propertyIds) })).map((row) => [row.propertyId, row.version]));
  // Taken out before the read that others may change the book under.
  const found = new Map<number, ProductFacts>();
  for (const id of ids) {
    const known = book.get(id);
    if (known && current.get(known.propertyId) === known.version) found.set(id, known);
  }
  const missing = ids.filter((id) => !found.has(id));
  if (missing.length === 0) return found;
  const read = await anywhere(tx, { ids: pgArray(missing) });
  if (book.size + missing.length > MOST) book.clear();
  for (const id of missing) book.delete(id);
  for (const facts of read) {
    const version = current.get(facts.propertyId);
    if (version === undefined) continue;
    found.set(facts.productId, facts);
    book.set(facts.productId, { ...facts, version });
  }
  return found;
}

const owners = statement((db) =>
  db
    .select({ productId: products.id, propertyId: products.propertyId, roomTypeId: products.roomTypeId })
    .from(products)
    .where(sql`${products.id} = any(${sql.placeholder("ids")}::int[])`)
    .prepare("room_types_of_products"),
);

interface Owner {
  propertyId: string;
  roomTypeId: number;
}

type FindOwner = (productId: number) => Promise<Owner | undefined>;

/** A product's room type and property never change; guests who come together ask for theirs in one question. */
function rememberedOwners(db: Database): FindOwner {
  const book = new Map<number, Owner>();
  const find = gathered(async (ids: number[]) => {
    if (book.size > 20 * MOST) book.clear();
    for (const { productId, ...owner } of await owners(db, { ids: pgArray(ids) })) book.set(productId, owner);
    return ids.map((id) => book.get(id));
  });
  return async (id) => book.get(id) ?? find(id);
}

const findersOfOwners = new WeakMap<Database, FindOwner>();

/** The room types behind the property's products, in the order of `ids`. @throws NOT_FOUND product */
export async function roomTypesOf(db: Database, propertyId: string, ids: readonly number[]): Promise<number[]> {
  const find = findersOfOwners.get(db) ?? rememberedOwners(db);
  findersOfOwners.set(db, find);
  const found = await Promise.all(ids.map(find));
  return found.map((product) => {
    if (product?.propertyId !== propertyId) throw refuse("NOT_FOUND", { what: "product" });
    return product.roomTypeId;
  });
}

const nightColumns = {
  productId: rateNights.productId,
  date: rateNights.stayDate,
  adultPrices: rateNights.adultPrices,
  childPrices: rateNights.childPrices,
  closed: rateNights.closed,
  minStayArrival: rateNights.minStayArrival,
  minStayThrough: rateNights.minStayThrough,
  maxStay: rateNights.maxStay,
  closedToArrival: rateNights.closedToArrival,
  closedToDeparture: rateNights.closedToDeparture,
};

const nights = statement((db) =>
  db
    .select(nightColumns)
    .from(rateNights)
    .where(
      sql`${rateNights.productId} in (select coalesce(p.base_product_id, p.id) from ${products} p where p.id = any(${sql.placeholder("ids")}::int[])) and ${rateNights.stayDate} between ${sql.placeholder("from")} and ${sql.placeholder("to")}`,
    )
    .orderBy(asc(rateNights.productId), asc(rateNights.stayDate))
    .prepare("rate_nights_of"),
);

export type RateNight = Awaited<ReturnType<typeof rateNightsOf>>[number];

/**
 * The nights that price the products, of their base products. The row of the check-out date is among
 * them: closed-to-departure stands there.
 */
export function rateNightsOf(db: Executor, ids: number[], checkIn: string, checkOut: string) {
  return nights(db, { ids: pgArray(ids), from: checkIn, to: checkOut });
}

// LATERAL with its OFFSET keeps the planner from joining by the bounds of all spans together: a plan of a hundred times the work.
const spans = statement((db) => {
  const night = db
    .select(nightColumns)
    .from(rateNights)
    .where(
      sql`${rateNights.productId} = span.base_id and ${rateNights.stayDate} between span.from_date and span.to_date and ${rateNights.stayDate} between ${sql.placeholder("from")} and ${sql.placeholder("to")} offset 0`,
    )
    .as("night");
  const { productId, date, adultPrices, childPrices, closed, minStayArrival, minStayThrough, maxStay, closedToArrival, closedToDeparture } = night;
  return db
    .select({ productId, date, adultPrices, childPrices, closed, minStayArrival, minStayThrough, maxStay, closedToArrival, closedToDeparture })
    .from(
      sql`(select coalesce(p.base_product_id, p.id) as base_id, s.from_date, s.to_date
        from unnest(${sql.placeholder("ids")}::int[], ${sql.placeholder("froms")}::date[], ${sql.placeholder("tos")}::date[]) as s(id, from_date, to_date) join ${products} p on p.id = s.id) as span`,
    )
    .innerJoinLateral(night, sql`true`)
    .prepare("rate_nights_of_spans");
});

/** As `rateNightsOf`, each product for dates of its own: for holds that are decided together. */
export function rateNightsOfSpans(db: Executor, list: readonly { productId: number; checkIn: string; checkOut: string }[]): Promise<RateNight[]> {
  const distinct = [...new Map(list.map((span) => [`${span.productId}/${span.checkIn}/${span.checkOut}`, span])).values()];
  const froms = distinct.map((span) => span.checkIn);
  const tos = distinct.map((span) => span.checkOut);
  return spans(db, {
    ids: pgArray(distinct.map((span) => span.productId)),
    froms: pgArray(froms),
    tos: pgArray(tos),
    from: froms.reduce((a, b) => (a < b ? a : b)),
    to: tos.reduce((a, b) => (a > b ? a : b)),
  });
}

/** Rate nights by base product and date, as `priceStay` wants them. */
export function byProduct(rows: RateNight[]): Map<number, Map<string, RateNight>> {
  const all = new Map<number, Map<string, RateNight>>();
  for (const row of rows) {
    const own = all.get(row.productId) ?? new Map<string, RateNight>();
    own.set(row.date, row);
    all.set(row.productId, own);
  }
  return all;
}

const currency = statement((db) =>
  db
    .select({ currency: properties.currency })
    .from(properties)
    .where(and(eq(properties.id, sql.placeholder("id")), isNull(properties.archivedAt), isNotNull(properties.publishedAt)))
    .prepare("property_currency"),
);

/** @throws NOT_FOUND property, also for one that is not published */
export async function currencyOf(db: Executor, propertyId: string): Promise<string> {
  const [property] = await currency(db, { id: propertyId });
  if (!property) throw refuse("NOT_FOUND", { what: "property" });
  return property.currency;
}

/** The last date that the property sells: a check-out may not be after it. */
export function horizonOf(facts: Pick<ProductFacts, "horizonDays">, today: string): string {
  return addDays(today, facts.horizonDays);
}
