import { sql, type Column, type SQL } from "drizzle-orm";
import { boolean, check, doublePrecision, index, integer, jsonb, pgTable, primaryKey, smallint, text, unique } from "drizzle-orm/pg-core";
import { isOneOf } from "../conditions.ts";
import { createdAt, currency, id, instant, isJson, LOCALES, propertyId } from "./columns.ts";
import { organizations } from "./accounts.ts";

/** A place of the gazetteer (GeoNames); `id` is the GeoNames id. */
export const destinations = pgTable(
  "destinations",
  {
    id: integer("id").primaryKey(),
    name: text("name").notNull(),
    /** Lower case, without accents, with alternative spellings: what typed text is compared with. */
    searchText: text("search_text").notNull(),
    /** ISO 3166-1 alpha-2. */
    country: text("country").notNull(),
    latitude: doublePrecision("latitude").notNull(),
    longitude: doublePrecision("longitude").notNull(),
    population: integer("population").notNull().default(0),
    /** Live properties in or near it; kept by the content writes, ranks the autocomplete. */
    propertyCount: integer("property_count").notNull().default(0),
  },
  (t) => [
    index("destinations_trgm").using("gin", sql`${t.searchText} gin_trgm_ops`),
    check("destinations_country", sql`${t.country} ~ '^[A-Z]{2}$'`),
    check("destinations_place", sql`${t.latitude} between -90 and 90 and ${t.longitude} between -180 and 180`),
    check("destinations_counts", sql`${t.population} >= 0 and ${t.propertyCount} >= 0`),
  ],
);

export const PAYMENT_METHODS = ["stripe", "midtrans", "property"] as const;
export type PaymentMethod = (typeof PAYMENT_METHODS)[number];

/** Child prices and exemptions go by these: ages up to `maxAge` inclusive; no bucket fits ⇒ an adult. */
export interface ChildBucket {
  maxAge: number;
}

/** The scene of the property's poster: see server/hotels/art. */
export interface ArtParams {
  scene: string;
  palette: string;
  seed: number;
}

export const properties = pgTable(
  "properties",
  {
    id: id().primaryKey(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id),
    slug: text("slug").notNull().unique(),
    name: text("name").notNull(),
    destinationId: integer("destination_id")
      .notNull()
      .references(() => destinations.id),
    /** Where its ledger lives; writes go there. */
    homeRegion: text("home_region").notNull().default("local"),
    country: text("country").notNull(),
    city: text("city").notNull(),
    address: text("address").notNull(),
    latitude: doublePrecision("latitude").notNull(),
    longitude: doublePrecision("longitude").notNull(),
    /** IANA zone; every local rule is read in it. */
    zone: text("zone").notNull(),
    currency: currency(),
    stars: smallint("stars").notNull(),
    email: text("email").notNull(),
    phone: text("phone").notNull(),
    /** Local times "HH:MM". */
    checkInFrom: text("check_in_from").notNull().default("14:00"),
    checkOutUntil: text("check_out_until").notNull().default("11:00"),
    /** Same-day sale stays open until this local time; "03:00" means three in the night after. */
    sameDayCutOff: text("same_day_cut_off").notNull().default("23:00"),
    amenities: text("amenities")
      .array()
      .notNull()
      .default(sql`'{}'`),
    paymentMethods: text("payment_methods").array().$type<PaymentMethod[]>().notNull(),
    childBuckets: jsonb("child_buckets").$type<ChildBucket[]>().notNull().default([]),
    /** Minutes an unpaid booking keeps its nights. */
    holdMinutes: smallint("hold_minutes").notNull().default(15),
    /** Whether a slow method (virtual account) may extend the hold once to the method's expiry. */
    extendHolds: boolean("extend_holds").notNull().default(false),
    /** Days ahead that are sold: always within the partitions of the nights, which reach three years ahead. */
    horizonDays: smallint("horizon_days").notNull().default(500),
    art: jsonb("art").$type<ArtParams>().notNull(),
    /** Rises with each change of content; part of cache keys. */
    version: integer("version").notNull().default(1),
    /** Rises with each statement on `rate_nights` that changes its nights, by a trigger; not with one on a partition. */
    ratesVersion: integer("rates_version").notNull().default(1),
    publishedAt: instant("published_at"),
    archivedAt: instant("archived_at"),
    createdAt: createdAt(),
  },
  (t) => [
    index("properties_destination")
      .on(t.destinationId)
      .where(sql`${t.archivedAt} is null and ${t.publishedAt} is not null`),
    // The search's reach around a place.
    index("properties_reach")
      .on(t.latitude, t.longitude)
      .where(sql`${t.archivedAt} is null and ${t.publishedAt} is not null`),
    index("properties_organization").on(t.organizationId),
    check("properties_country", sql`${t.country} ~ '^[A-Z]{2}$'`),
    check("properties_zone", sql`is_zone(${t.zone})`),
    check("properties_place", sql`${t.latitude} between -90 and 90 and ${t.longitude} between -180 and 180`),
    check("properties_email", sql`${t.email} = lower(${t.email}) and length(${t.email}) <= 254`),
    check("properties_json", sql`${isJson(t.childBuckets, "array")} and ${isJson(t.art, "object")}`),
    check("properties_child_buckets", holdsForAll(t.childBuckets, "@.maxAge >= 0 && @.maxAge <= 17")),
    check("properties_versions", sql`${t.version} >= 1 and ${t.ratesVersion} >= 1`),
    check("properties_stars", sql`${t.stars} between 0 and 5`),
    check("properties_texts", sql`length(${t.name}) between 1 and 200 and length(${t.slug}) between 1 and 120 and length(${t.address}) <= 500`),
    check(
      "properties_times",
      sql`${t.checkInFrom} ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$' and ${t.checkOutUntil} ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$' and ${t.sameDayCutOff} ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'`,
    ),
    check("properties_hold_minutes", sql`${t.holdMinutes} between 1 and 1440`),
    check("properties_horizon_days", sql`${t.horizonDays} between 1 and 1000`),
    // The containment lets a null pass.
    check("properties_payment_methods", sql`${t.paymentMethods} <@ array['stripe','midtrans','property'] and array_position(${t.paymentMethods}, null) is null`),
  ],
);

export const propertyContents = pgTable(
  "property_contents",
  {
    propertyId: propertyId().references(() => properties.id),
    locale: text("locale").notNull(),
    summary: text("summary").notNull(),
    description: text("description").notNull(),
    /** What a guest must know: house rules, deposits, pets. */
    goodToKnow: text("good_to_know").notNull().default(""),
  },
  (t) => [
    primaryKey({ columns: [t.propertyId, t.locale] }),
    check("property_contents_locale", isOneOf(t.locale, LOCALES)),
    check("property_contents_texts", sql`length(${t.summary}) <= 400 and length(${t.description}) <= 8000 and length(${t.goodToKnow}) <= 4000`),
  ],
);

export const TAX_BASES = ["percent", "per_night", "per_person_night", "per_stay"] as const;
const COLLECTED = ["now", "property"] as const;

/** A tax or fee of the property, applied in `position` order on the net room price. */
export const taxes = pgTable(
  "taxes",
  {
    propertyId: propertyId().references(() => properties.id),
    id: id(),
    position: smallint("position").notNull(),
    name: text("name").notNull(),
    base: text("base").$type<(typeof TAX_BASES)[number]>().notNull(),
    /** Parts per million for `percent` (8.875 % is 88 750), else minor units of the property's currency. */
    amount: integer("amount").notNull(),
    /** Already within the price, or added to it. */
    inclusive: boolean("inclusive").notNull(),
    /** Whether the percent taxes behind it (by `position`) are charged on it too, as VAT is on a service charge. */
    taxed: boolean("taxed").notNull().default(false),
    /** Collected by us now, or by the property at arrival. */
    collect: text("collect").$type<(typeof COLLECTED)[number]>().notNull().default("now"),
    /** Children up to this age are free of per-person taxes. */
    exemptAge: smallint("exempt_age"),
    /** Charged for at most so many nights. */
    maxNights: smallint("max_nights"),
    archivedAt: instant("archived_at"),
  },
  (t) => [
    primaryKey({ columns: [t.propertyId, t.id] }),
    check("taxes_base", isOneOf(t.base, TAX_BASES)),
    check("taxes_collect", isOneOf(t.collect, COLLECTED)),
    check("taxes_amount", sql`${t.amount} >= 0 and (${t.base} <> 'percent' or ${t.amount} <= 1000000)`),
    check("taxes_bounds", sql`${t.exemptAge} between 0 and 17 and ${t.maxNights} >= 1`),
    check("taxes_name", sql`length(${t.name}) between 1 and 100`),
  ],
);

/**
 * The fee for a cancellation from `daysBefore` days before arrival at `time` (property's zone) on.
 * Rules are read from the earliest to the latest; before the first, cancelling is free.
 */
export interface PolicyRule {
  daysBefore: number;
  time: string;
  fee: { kind: "percent"; value: number } | { kind: "nights"; value: number };
}

/** What can't be compared is unknown, and neither true nor false. */
function holdsForAll(column: Column, condition: string): SQL {
  return sql`not jsonb_path_exists(${column}, ${sql.raw(`'$[*] ? (!(${condition}) || (${condition}) is unknown)'`)})`;
}

/** As a JSON path's condition; what has another shape doesn't fulfil it. */
const FEE = (at: string) => `((${at}.kind == "percent" && ${at}.value >= 0 && ${at}.value <= 100) || (${at}.kind == "nights" && ${at}.value >= 0))`;

export const policies = pgTable(
  "policies",
  {
    propertyId: propertyId().references(() => properties.id),
    id: id(),
    name: text("name").notNull(),
    rules: jsonb("rules").$type<PolicyRule[]>().notNull(),
    /** Fee of a guest who never came. */
    noShow: jsonb("no_show").$type<PolicyRule["fee"]>().notNull(),
    archivedAt: instant("archived_at"),
  },
  (t) => [
    primaryKey({ columns: [t.propertyId, t.id] }),
    unique("policies_name").on(t.propertyId, t.name),
    check("policies_name_text", sql`length(${t.name}) between 1 and 120`),
    check(
      "policies_rules",
      sql`${isJson(t.rules, "array")} and ${holdsForAll(t.rules, `@.daysBefore >= 0 && @.time like_regex "^([01][0-9]|2[0-3]):[0-5][0-9]$" && ${FEE("@.fee")}`)}`,
    ),
    check("policies_no_show", sql`jsonb_path_exists(${t.noShow}, ${sql.raw(`'$ ? (${FEE("@")})'`)})`),
  ],
);
