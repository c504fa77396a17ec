import { sql } from "drizzle-orm";
import { pgArray, statement, type Database } from "../../db/client.ts";
import { products, properties, ratePlans, roomTypes, taxes, type PaymentMethod } from "../../db/schema/index.ts";
import type { ProductFacts, TaxFacts } from "../rooms/facts.ts";
import type { AmountFacts } from "../rooms/price.ts";
import { inReach, type Place } from "./place.ts";
import type { HotelsInput } from "./schemas.ts";

/** What a property sells, without dates. */
export interface Entry {
  propertyId: string;
  /** Of its content and of its rates. */
  version: string;
  stars: number;
  currency: string;
  paymentMethods: PaymentMethod[];
  rooms: EntryRoom[];
  /** The base products that the offers are priced from. */
  bases: number[];
  /** The most that any of its rooms takes. */
  adults: number;
  /** How many child buckets it has. */
  buckets: number;
}

export interface EntryRoom {
  roomTypeId: number;
  /** Lower case. */
  name: string;
  offers: Offer[];
}

/** A product as the price engine takes it. */
export interface Offer extends AmountFacts {
  productId: number;
  baseProductId: number;
  payment: ProductFacts["payment"];
}

const { placeholder } = sql;

const passes = sql`(${placeholder("stars")}::smallint[] is null or ${properties.stars} = any(${placeholder("stars")}::smallint[])) and ${properties.amenities} @> ${placeholder("amenities")}::text[]`;

const version = sql<string>`${properties.version} || '.' || ${properties.ratesVersion}`;

/** One row: how many are in reach, and "id version" of each that passes, as a thousand rows cost more than finding them. */
const inPlace = statement((db) =>
  db
    .select({ inReach: sql<number>`count(*)::int`, wanted: sql<string | null>`string_agg(concat_ws(' ', ${properties.id}, ${version}), ',') filter (where ${passes})` })
    .from(properties)
    .where(inReach)
    .prepare("search_properties"),
);

const offers = sql`(
  select coalesce(json_agg(json_build_object('productId', pr.id, 'baseProductId', coalesce(pr.base_product_id, pr.id), 'derivedPercent', pr.derived_percent,
    'derivedPerAdult', pr.derived_per_adult, 'payment', rp.payment) order by rp.position, pr.id), '[]')
  from ${products} pr join ${ratePlans} rp on rp.property_id = pr.property_id and rp.id = pr.rate_plan_id
  where pr.room_type_id = rt.id and pr.archived_at is null and rp.archived_at is null)`;

type OfferRow = Pick<Offer, "productId" | "baseProductId" | "derivedPercent" | "derivedPerAdult" | "payment">;
type RoomRow = { roomTypeId: number; name: string } & Pick<AmountFacts, "maxAdults" | "maxChildren" | "maxOccupancy"> & {
    offers: OfferRow[];
  };

const entryRows = statement((db) =>
  db
    .select({
      propertyId: properties.id,
      version,
      stars: properties.stars,
      zone: properties.zone,
      currency: properties.currency,
      sameDayCutOff: properties.sameDayCutOff,
      horizonDays: properties.horizonDays,
      childBuckets: properties.childBuckets,
      paymentMethods: properties.paymentMethods,
      taxes: sql<TaxFacts[]>`(select coalesce(json_agg(json_build_object('name', t.name, 'base', t.base, 'amount', t.amount, 'inclusive', t.inclusive, 'collect', t.collect,
        'exempt_age', t.exempt_age, 'max_nights', t.max_nights) order by t.position, t.id), '[]') from ${taxes} t where t.property_id = properties.id and t.archived_at is null)`,
      rooms: sql<RoomRow[]>`(select coalesce(json_agg(json_build_object('roomTypeId', rt.id, 'name', lower(rt.name), 'maxAdults', rt.max_adults, 'maxChildren', rt.max_children,
        'maxOccupancy', rt.max_occupancy, 'offers', ${offers}) order by rt.position, rt.id), '[]') from ${roomTypes} rt where rt.property_id = properties.id and rt.archived_at is null)`,
    })
    .from(properties)
    .where(sql`${properties.id} = any(${placeholder("ids")}::uuid[])`)
    .prepare("search_entries"),
);

const UUID_LENGTH = 36;
/** Properties of which one process remembers the entries; a thousand take about 3 MB. */
const MOST = 5000;

/** By database, so that two of them in one process (tests) never mix. */
const books = new WeakMap<Database, Map<string, Entry>>();

/**
 * The entries of the properties in reach that pass the filters, and how many are in reach at all. What was
 * read before is used again as long as the property's version is the same, so that a search reads little
 * more than nights.
 */
export async function entriesOf(db: Database, place: Place, filters: Pick<HotelsInput, "stars" | "amenities">): Promise<{ entries: Entry[]; inReach: number }> {
  const [found] = await inPlace(db, { ...place, stars: filters.stars?.length ? pgArray(filters.stars) : null, amenities: pgArray(filters.amenities ?? []) });
  const wanted = (found?.wanted?.split(",") ?? []).map((one) => ({ propertyId: one.slice(0, UUID_LENGTH), version: one.slice(UUID_LENGTH + 1) }));
  const book = books.get(db) ?? new Map<string, Entry>();
  books.set(db, book);
  const unknown = wanted.filter((property) => book.get(property.propertyId)?.version !== property.version);
  if (book.size + unknown.length > MOST) book.clear();
  const missing = book.size === 0 ? wanted : unknown;
  if (missing.length > 0) {
    const read = await entryRows(db, { ids: pgArray(missing.map((property) => property.propertyId)) });
    for (const row of read) book.set(row.propertyId, entryOf(row));
  }
  return { entries: wanted.flatMap((property) => book.get(property.propertyId) ?? []), inReach: found?.inReach ?? 0 };
}

function entryOf(row: Awaited<ReturnType<typeof entryRows>>[number]): Entry {
  const { propertyId, stars, currency, paymentMethods } = row;
  const { zone, sameDayCutOff, horizonDays, childBuckets, taxes: taxFacts } = row;
  const rooms = row.rooms.map(({ roomTypeId, name, offers: rows, ...capacity }) => ({
    roomTypeId,
    name,
    offers: rows
      .filter((offer) => !rows.some((other) => beats(other, offer, rows)))
      .map((offer) => ({ currency, zone, sameDayCutOff, horizonDays, childBuckets, taxes: taxFacts, ...capacity, ...offer })),
  }));
  const bases = [...new Set(rooms.flatMap((room) => room.offers.map((offer) => offer.baseProductId)))];
  const adults = Math.max(0, ...row.rooms.map((room) => room.maxAdults));
  return { propertyId, version: row.version, stars, currency, paymentMethods, rooms, bases, adults, buckets: childBuckets.length };
}

/**
 * Never dearer and never less open, whatever the nights say: the other offer can't be the cheapest. Of two
 * equal ones the earlier stays.
 */
function beats(one: OfferRow, other: OfferRow, order: OfferRow[]): boolean {
  if (one === other || one.baseProductId !== other.baseProductId) return false;
  if (one.payment !== "either" && one.payment !== other.payment) return false;
  if (one.derivedPercent > other.derivedPercent || one.derivedPerAdult > other.derivedPerAdult) return false;
  const equal = one.derivedPercent === other.derivedPercent && one.derivedPerAdult === other.derivedPerAdult && one.payment === other.payment;
  return !equal || order.indexOf(one) < order.indexOf(other);
}
