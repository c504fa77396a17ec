import { sql } from "drizzle-orm";
import { pgArray, statement, type Database } from "../../db/client.ts";
import { policies, products, properties, ratePlans, roomTypes, taxes, type PaymentMethod } from "../../db/schema/index.ts";
import type { PolicyRule } from "../../db/schema/properties.ts";
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
  /** Those that can be the cheapest. */
  offers: Offer[];
  /** Those that can be the cheapest of an equal policy. */
  offersByPolicy: Offer[];
}

/** A product as the price engine takes it. */
export interface Offer extends AmountFacts {
  productId: number;
  baseProductId: number;
  payment: ProductFacts["payment"];
  policyId: string;
  policyRules: PolicyRule[];
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
    'derivedPerAdult', pr.derived_per_adult, 'payment', rp.payment, 'policyId', po.id, 'policyRules', po.rules) order by rp.position, pr.id), '[]')
  from ${products} pr join ${ratePlans} rp on rp.property_id = pr.property_id and rp.id = pr.rate_plan_id
  join ${policies} po on po.property_id = rp.property_id and po.id = rp.policy_id
  where pr.room_type_id = rt.id and pr.archived_at is null and rp.archived_at is null)`;

type OfferRow = Pick<Offer, "productId" | "baseProductId" | "derivedPercent" | "derivedPerAdult" | "payment" | "policyId" | "policyRules">;
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
      taxes: sql<
        TaxFacts[]
      >`(select coalesce(json_agg(json_build_object('name', t.name, 'base', t.base, 'amount', t.amount, 'inclusive', t.inclusive, 'taxed', t.taxed, 'collect', t.collect,
        'exempt_age', t.exempt_age, 'max_nights', t.max_nights) order by t.position, t.id), '[]') from ${taxes} t where t.property_id = properties.id and t.archived_at is null)`,
      rooms: sql<RoomRow[]>`(select coalesce(json_agg(json_build_object('roomTypeId', rt.id, 'name', lower(rt.name), 'maxAdults', rt.max_adults, 'maxChildren', rt.max_children,
        'maxOccupancy', rt.max_occupancy, 'offers', ${offers}) order by rt.position, rt.id), '[]') from ${roomTypes} rt where rt.property_id = properties.id and rt.archived_at is null)`,
    })
    .from(properties)
    .where(sql`${properties.id} = any(${placeholder("ids")}::uuid[])`)
    .prepare("search_entries"),
);

const UUID_LENGTH = 36;
/** Properties of which one process remembers the entries, or those of the largest place; a thousand take about 3 MB. */
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
  // Taken out before the read that other searches may change the book under.
  const entries = new Map<string, Entry | undefined>();
  for (const { propertyId, version } of wanted) {
    const known = book.get(propertyId);
    entries.set(propertyId, known?.version === version ? known : undefined);
  }
  const missing = wanted.map((property) => property.propertyId).filter((id) => !entries.get(id));
  if (missing.length > 0) {
    for (const row of await entryRows(db, { ids: pgArray(missing) })) {
      // Another search may have read it at the same time: one entry for both, as the nights' prices are remembered by it.
      const other = book.get(row.propertyId);
      const entry = other?.version === row.version ? other : entryOf(row);
      entries.set(row.propertyId, entry);
      book.set(row.propertyId, entry);
    }
    forget(book, entries);
  }
  return { entries: [...entries.values()].filter((entry) => entry !== undefined), inReach: found?.inReach ?? 0 };
}

/** Past `MOST`, the oldest that this search doesn't want; what it wants stays, or a place of more would be read anew by each search. */
function forget(book: Map<string, Entry>, wanted: ReadonlyMap<string, unknown>): void {
  for (const id of book.keys()) {
    if (book.size <= MOST) return;
    if (!wanted.has(id)) book.delete(id);
  }
}

function entryOf(row: Awaited<ReturnType<typeof entryRows>>[number]): Entry {
  const { propertyId, stars, currency, paymentMethods } = row;
  const { zone, sameDayCutOff, horizonDays, childBuckets, taxes: taxFacts } = row;
  const rooms = row.rooms.map(({ roomTypeId, name, offers: rows, ...capacity }) => {
    const all = rows.map((offer): Offer => ({ currency, zone, sameDayCutOff, horizonDays, childBuckets, taxes: taxFacts, ...capacity, ...offer }));
    return {
      roomTypeId,
      name,
      offers: all.filter((offer) => !all.some((other) => beats(other, offer, all))),
      offersByPolicy: all.filter((offer) => !all.some((other) => other.policyId === offer.policyId && beats(other, offer, all))),
    };
  });
  const bases = [...new Set(rooms.flatMap((room) => room.offersByPolicy.map((offer) => offer.baseProductId)))];
  const adults = Math.max(0, ...row.rooms.map((room) => room.maxAdults));
  return { propertyId, version: row.version, stars, currency, paymentMethods, rooms, bases, adults, buckets: childBuckets.length };
}

/**
 * Never dearer and never less open, whatever the nights say: the other offer can't be the cheapest. Of two
 * equal ones the earlier stays.
 */
function beats(one: Offer, other: Offer, order: Offer[]): boolean {
  if (one === other || one.baseProductId !== other.baseProductId) return false;
  if (one.payment !== "either" && one.payment !== other.payment) return false;
  if (one.derivedPercent > other.derivedPercent || one.derivedPerAdult > other.derivedPerAdult) return false;
  const equal = one.derivedPercent === other.derivedPercent && one.derivedPerAdult === other.derivedPerAdult && one.payment === other.payment;
  return !equal || order.indexOf(one) < order.indexOf(other);
}
