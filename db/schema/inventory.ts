// The ledger of nights. Both `*_nights` tables are partitioned by year of `stay_date`; the DSL can't
// say so, the first migration does. That room type and product exist is asked once a statement that makes nights, by a
// trigger: a foreign key asks for each row, which more than doubles what a horizon or a load costs (decision 025).
import { sql } from "drizzle-orm";
import { bigint, boolean, check, date, foreignKey, index, integer, pgTable, primaryKey, smallint, text, uuid } from "drizzle-orm/pg-core";
import { isOneOf } from "../conditions.ts";
import { createdAt, instant } from "./columns.ts";
import { roomTypes } from "./rooms.ts";

export const inventoryNights = pgTable(
  "inventory_nights",
  {
    roomTypeId: integer("room_type_id").notNull(),
    /** Local calendar date D: the night from D to D+1. */
    stayDate: date("stay_date", { mode: "string" }).notNull(),
    physical: integer("physical").notNull(),
    sold: integer("sold").notNull().default(0),
    held: integer("held").notNull().default(0),
    blocked: integer("blocked").notNull().default(0),
    allowance: integer("allowance").notNull().default(0),
    oversold: integer("oversold").notNull().default(0),
    version: integer("version").notNull().default(1),
  },
  (t) => [
    primaryKey({ columns: [t.roomTypeId, t.stayDate] }),
    check("inventory_nights_counts", sql`${t.physical} >= 0 and ${t.sold} >= 0 and ${t.held} >= 0 and ${t.blocked} >= 0 and ${t.allowance} >= 0 and ${t.oversold} >= 0`),
    check("inventory_nights_version", sql`${t.version} >= 1`),
    check("inventory_nights_not_oversold", sql`${t.sold} + ${t.held} + ${t.blocked} <= ${t.physical} + ${t.allowance} + ${t.oversold}`),
  ],
);

/** Price and restrictions of a base product for one night. No row, or `closed`: not for sale. */
export const rateNights = pgTable(
  "rate_nights",
  {
    productId: integer("product_id").notNull(),
    stayDate: date("stay_date", { mode: "string" }).notNull(),
    /** Minor units for 1, 2, 3 … adults, each of them priced; more adults than the last can't be sold. */
    adultPrices: bigint("adult_prices", { mode: "number" }).array().notNull(),
    /** Minor units per child of each of the property's buckets. */
    childPrices: bigint("child_prices", { mode: "number" })
      .array()
      .notNull()
      .default(sql`'{}'`),
    /** Stop-sell of this product; stock is not touched. */
    closed: boolean("closed").notNull().default(false),
    minStayArrival: smallint("min_stay_arrival").notNull().default(1),
    minStayThrough: smallint("min_stay_through").notNull().default(1),
    maxStay: smallint("max_stay").notNull().default(30),
    closedToArrival: boolean("closed_to_arrival").notNull().default(false),
    closedToDeparture: boolean("closed_to_departure").notNull().default(false),
    version: integer("version").notNull().default(1),
  },
  (t) => [
    primaryKey({ columns: [t.productId, t.stayDate] }),
    check("rate_nights_prices", sql`cardinality(${t.adultPrices}) between 1 and 20 and 0 <= all(${t.adultPrices}) and 0 <= all(${t.childPrices})`),
    // The check above lets a null pass: nothing is known to be wrong with it.
    check("rate_nights_no_nulls", sql`array_position(${t.adultPrices}, null) is null and array_position(${t.childPrices}, null) is null`),
    check("rate_nights_version", sql`${t.version} >= 1`),
    check("rate_nights_stays", sql`${t.minStayArrival} >= 1 and ${t.minStayThrough} >= 1 and ${t.maxStay} >= 1`),
  ],
);

export const MOVE_REASONS = ["hold", "sell", "confirm", "release", "expire", "cancel", "retake", "modify", "block", "unblock", "adjust", "channel"] as const;
export type MoveReason = (typeof MOVE_REASONS)[number];

/** Append-only audit of the nights: the sums of the deltas equal the rows (physical: since the load). */
export const inventoryEvents = pgTable(
  "inventory_events",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    roomTypeId: integer("room_type_id").notNull(),
    stayDate: date("stay_date", { mode: "string" }).notNull(),
    reason: text("reason").$type<MoveReason>().notNull(),
    /** `guest`, `staff:<user id>`, `job:<name>`, `channel:<id>`; no personal data. */
    actor: text("actor").notNull(),
    bookingId: uuid("booking_id"),
    sold: integer("sold").notNull().default(0),
    held: integer("held").notNull().default(0),
    blocked: integer("blocked").notNull().default(0),
    physical: integer("physical").notNull().default(0),
    allowance: integer("allowance").notNull().default(0),
    oversold: integer("oversold").notNull().default(0),
    /** The row's version after the move. */
    version: integer("version").notNull(),
    at: instant("at")
      .notNull()
      .default(sql`app_now()`),
  },
  (t) => [
    index("inventory_events_night").on(t.roomTypeId, t.stayDate),
    check("inventory_events_reason", isOneOf(t.reason, MOVE_REASONS)),
    check("inventory_events_actor", sql`length(${t.actor}) between 1 and 120`),
  ],
);

/** Staff or group blocks: the reason behind `blocked`. */
export const blocks = pgTable(
  "blocks",
  {
    id: uuid("id").primaryKey(),
    propertyId: uuid("property_id").notNull(),
    roomTypeId: integer("room_type_id").notNull(),
    fromDate: date("from_date", { mode: "string" }).notNull(),
    toDate: date("to_date", { mode: "string" }).notNull(),
    units: integer("units").notNull(),
    note: text("note").notNull().default(""),
    releasedAt: instant("released_at"),
    createdAt: createdAt(),
  },
  (t) => [
    index("blocks_room_type").on(t.roomTypeId),
    foreignKey({ columns: [t.propertyId, t.roomTypeId], foreignColumns: [roomTypes.propertyId, roomTypes.id], name: "blocks_room_type_fk" }),
    check("blocks_note", sql`length(${t.note}) <= 500`),
    check("blocks_span", sql`${t.fromDate} < ${t.toDate} and ${t.units} > 0`),
  ],
);
