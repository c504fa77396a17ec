import { sql } from "drizzle-orm";
import { boolean, check, foreignKey, index, integer, jsonb, pgTable, primaryKey, smallint, text, unique } from "drizzle-orm/pg-core";
import { isOneOf } from "../conditions.ts";
import { createdAt, id, instant, isJson, LOCALES, minor, propertyId } from "./columns.ts";
import { policies, properties, type ArtParams } from "./properties.ts";

export interface Bed {
  kind: "single" | "double" | "queen" | "king" | "sofa" | "bunk" | "futon";
  count: number;
}

/** A category sold as a pool. Its small integer id keys the ledger. */
export const roomTypes = pgTable(
  "room_types",
  {
    id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
    propertyId: propertyId().references(() => properties.id),
    code: text("code").notNull(),
    name: text("name").notNull(),
    /** How many units there are: what a new night of the ledger starts with. */
    units: integer("units").notNull(),
    maxAdults: smallint("max_adults").notNull(),
    maxChildren: smallint("max_children").notNull(),
    maxOccupancy: smallint("max_occupancy").notNull(),
    beds: jsonb("beds").$type<Bed[]>().notNull().default([]),
    sizeSqm: smallint("size_sqm"),
    amenities: text("amenities")
      .array()
      .notNull()
      .default(sql`'{}'`),
    art: jsonb("art").$type<ArtParams>().notNull(),
    position: smallint("position").notNull().default(0),
    archivedAt: instant("archived_at"),
    createdAt: createdAt(),
  },
  (t) => [
    unique("room_types_property_id").on(t.propertyId, t.id),
    unique("room_types_code").on(t.propertyId, t.code),
    check("room_types_units", sql`${t.units} between 0 and 10000`),
    check("room_types_capacity", sql`${t.maxAdults} between 1 and 20 and ${t.maxChildren} between 0 and 20 and ${t.maxOccupancy} between ${t.maxAdults} and 40`),
    check("room_types_json", sql`${isJson(t.beds, "array")} and ${isJson(t.art, "object")}`),
    check("room_types_size", sql`${t.sizeSqm} > 0`),
    check("room_types_texts", sql`length(${t.name}) between 1 and 120 and length(${t.code}) between 1 and 40`),
  ],
);

export const roomTypeContents = pgTable(
  "room_type_contents",
  {
    propertyId: propertyId(),
    roomTypeId: integer("room_type_id").notNull(),
    locale: text("locale").notNull(),
    description: text("description").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.roomTypeId, t.locale] }),
    foreignKey({ columns: [t.propertyId, t.roomTypeId], foreignColumns: [roomTypes.propertyId, roomTypes.id] }),
    check("room_type_contents_texts", sql`${isOneOf(t.locale, LOCALES)} and length(${t.description}) <= 8000`),
  ],
);

export const MEALS = ["room_only", "breakfast", "half_board", "full_board", "all_inclusive"] as const;
export type Meal = (typeof MEALS)[number];

const PLAN_PAYMENTS = ["online", "property", "either"] as const;

/** A commercial offer of the property: meal, policy, how it is paid. */
export const ratePlans = pgTable(
  "rate_plans",
  {
    propertyId: propertyId().references(() => properties.id),
    id: id(),
    code: text("code").notNull(),
    name: text("name").notNull(),
    meal: text("meal").$type<Meal>().notNull().default("room_only"),
    policyId: id("policy_id"),
    /** `online`: paid at booking; `property`: paid at the desk; `either`: the guest chooses. */
    payment: text("payment").$type<(typeof PLAN_PAYMENTS)[number]>().notNull().default("either"),
    position: smallint("position").notNull().default(0),
    archivedAt: instant("archived_at"),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.propertyId, t.id] }),
    unique("rate_plans_code").on(t.propertyId, t.code),
    foreignKey({ columns: [t.propertyId, t.policyId], foreignColumns: [policies.propertyId, policies.id] }),
    check("rate_plans_meal", isOneOf(t.meal, MEALS)),
    check("rate_plans_payment", isOneOf(t.payment, PLAN_PAYMENTS)),
    check("rate_plans_texts", sql`length(${t.name}) between 1 and 120 and length(${t.code}) between 1 and 40`),
  ],
);

/**
 * Room type × rate plan: what is priced, sold and mapped.
 * A derived product has no nights of its own: its price is the base product's × `percent` + `offset`.
 */
export const products = pgTable(
  "products",
  {
    id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
    propertyId: propertyId(),
    roomTypeId: integer("room_type_id").notNull(),
    ratePlanId: id("rate_plan_id"),
    /** The product whose `rate_nights` are read: itself (null) or its base, of the same room type. */
    baseProductId: integer("base_product_id"),
    /** Hundredths of a percent of the base price: 9000 is ten percent off. */
    derivedPercent: integer("derived_percent").notNull().default(10_000),
    /** Minor units added per adult and night after the percentage (breakfast). */
    derivedPerAdult: minor("derived_per_adult").notNull().default(0),
    archivedAt: instant("archived_at"),
  },
  (t) => [
    unique("products_room_type_id").on(t.roomTypeId, t.id),
    unique("products_room_rate").on(t.roomTypeId, t.ratePlanId),
    foreignKey({ columns: [t.propertyId, t.roomTypeId], foreignColumns: [roomTypes.propertyId, roomTypes.id] }),
    foreignKey({ columns: [t.propertyId, t.ratePlanId], foreignColumns: [ratePlans.propertyId, ratePlans.id] }),
    foreignKey({ columns: [t.roomTypeId, t.baseProductId], foreignColumns: [t.roomTypeId, t.id], name: "products_room_type_base_fk" }),
    check("products_base", sql`${t.baseProductId} is null or ${t.baseProductId} <> ${t.id}`),
    check("products_derived", sql`${t.derivedPercent} between 1 and 100000`),
    index("products_property").on(t.propertyId),
  ],
);

/** A numbered physical room; assigned late, never the unit of online sale. */
export const units = pgTable(
  "units",
  {
    propertyId: propertyId(),
    id: id(),
    roomTypeId: integer("room_type_id").notNull(),
    name: text("name").notNull(),
    outOfOrder: boolean("out_of_order").notNull().default(false),
    archivedAt: instant("archived_at"),
  },
  (t) => [
    primaryKey({ columns: [t.propertyId, t.id] }),
    unique("units_name").on(t.propertyId, t.name),
    check("units_texts", sql`length(${t.name}) between 1 and 60`),
    foreignKey({ columns: [t.propertyId, t.roomTypeId], foreignColumns: [roomTypes.propertyId, roomTypes.id] }),
  ],
);
