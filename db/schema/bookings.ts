import { sql } from "drizzle-orm";
import { bigint, boolean, check, date, foreignKey, index, integer, jsonb, pgTable, primaryKey, smallint, text, unique, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { isOneOf } from "../conditions.ts";
import { createdAt, currency, id, instant, isJson, isWord, LOCALES, minor, propertyId } from "./columns.ts";
import { channelConnections } from "./channels.ts";
import { properties } from "./properties.ts";
import { MEALS, products, roomTypes, units, type Meal } from "./rooms.ts";

/** Who books: apart from the booking, so that it can be exported, erased and expired by itself. */
export const guests = pgTable(
  "guests",
  {
    id: id().primaryKey(),
    propertyId: propertyId().references(() => properties.id),
    /** Lower case. */
    email: text("email").notNull(),
    name: text("name").notNull(),
    /** E.164, or empty. */
    phone: text("phone").notNull().default(""),
    country: text("country"),
    erasedAt: instant("erased_at"),
    createdAt: createdAt(),
  },
  (t) => [
    unique("guests_property_id").on(t.propertyId, t.id),
    index("guests_email").on(t.email),
    check("guests_email", sql`${t.email} = lower(${t.email})`),
    check("guests_country", sql`${t.country} ~ '^[A-Z]{2}$'`),
    check("guests_texts", sql`length(${t.email}) <= 254 and length(${t.name}) between 1 and 200 and length(${t.phone}) <= 20`),
  ],
);

const PAID_WHERE = ["online", "property"] as const;
export const SOURCES = ["web", "desk", "phone", "channel", "api"] as const;

/** The commercial container. Its state is derived from its room stays. */
export const bookings = pgTable(
  "bookings",
  {
    id: id().primaryKey(),
    propertyId: propertyId().references(() => properties.id),
    /** Random and unguessable; with the e-mail it opens the booking. */
    code: text("code").notNull().unique(),
    guestId: id("guest_id"),
    /** The account it belongs to, if any. */
    userId: text("user_id"),
    /** `user:<id>` or `anon:<cookie id>` that made it; live holds are limited by it. */
    actor: text("actor").notNull(),
    source: text("source").$type<(typeof SOURCES)[number]>().notNull().default("web"),
    connectionId: uuid("connection_id"),
    externalId: text("external_id"),
    locale: text("locale").notNull().default("en"),
    currency: currency(),
    checkIn: date("check_in", { mode: "string" }).notNull(),
    checkOut: date("check_out", { mode: "string" }).notNull(),
    /** Sum of the room stays' totals, every tax in it. */
    total: minor("total").notNull(),
    /** The part to be paid online; the rest is paid at the property. */
    dueOnline: minor("due_online").notNull(),
    payment: text("payment").$type<(typeof PAID_WHERE)[number]>().notNull(),
    /** While pending: its nights go back after this instant. */
    holdExpiresAt: instant("hold_expires_at"),
    holdExtended: boolean("hold_extended").notNull().default(false),
    /** Nights without stock behind them; an incident is open. */
    oversold: boolean("oversold").notNull().default(false),
    notes: text("notes").notNull().default(""),
    /** Rises with each change; mails and calendar entries carry it. */
    version: integer("version").notNull().default(1),
    createdAt: createdAt(),
  },
  (t) => [
    unique("bookings_property_id").on(t.propertyId, t.id),
    foreignKey({ columns: [t.propertyId, t.guestId], foreignColumns: [guests.propertyId, guests.id] }),
    foreignKey({ columns: [t.propertyId, t.connectionId], foreignColumns: [channelConnections.propertyId, channelConnections.id] }),
    uniqueIndex("bookings_external")
      .on(t.connectionId, t.externalId)
      .where(sql`${t.connectionId} is not null`),
    index("bookings_guest").on(t.guestId),
    index("bookings_user")
      .on(t.userId, t.checkIn, t.id)
      .where(sql`${t.userId} is not null`),
    index("bookings_made").on(t.propertyId, t.createdAt),
    index("bookings_holds")
      .on(t.holdExpiresAt)
      .where(sql`${t.holdExpiresAt} is not null`),
    index("bookings_live_holds")
      .on(t.actor)
      .where(sql`${t.holdExpiresAt} is not null`),
    check("bookings_code", sql`${t.code} ~ '^[A-Z0-9]{8,16}$'`),
    check("bookings_span", sql`${t.checkIn} < ${t.checkOut}`),
    check("bookings_money", sql`${t.total} >= 0 and ${t.dueOnline} between 0 and ${t.total}`),
    check("bookings_payment", isOneOf(t.payment, PAID_WHERE)),
    check("bookings_source", isOneOf(t.source, SOURCES)),
    check("bookings_locale", isOneOf(t.locale, LOCALES)),
    check("bookings_version", sql`${t.version} >= 1`),
    check("bookings_external_pair", sql`(${t.connectionId} is null) = (${t.externalId} is null)`),
    check("bookings_texts", sql`length(${t.notes}) <= 2000 and length(${t.actor}) between 1 and 120`),
  ],
);

export const STAY_STATES = ["pending", "confirmed", "checked_in", "checked_out", "expired", "cancelled", "no_show"] as const;
export type StayState = (typeof STAY_STATES)[number];
/** The others are a stay's end. */
const STANDING = ["pending", "confirmed", "checked_in"] as const satisfies StayState[];

/** A tax or fee line frozen at sale. */
export interface ChargeLine {
  name: string;
  amount: number;
  /** Of a percentage: parts per million, and the amount that it was charged on. */
  rate?: number;
  base?: number;
  inclusive: boolean;
  collect: "now" | "property";
}

/** The policy frozen at sale: fees from instants on; before the first, cancelling is free. */
export interface FrozenPolicy {
  name: string;
  zone: string;
  /** What a fee is a part of (`price` and `tax`, that we collect), and what it never holds (the property collects it). */
  base: { price: number; tax: number; atProperty: number };
  steps: { from: string; fee: number }[];
  noShowFee: number;
}

/** One room of a booking; it carries the state. */
export const roomStays = pgTable(
  "room_stays",
  {
    propertyId: propertyId(),
    id: id().primaryKey(),
    bookingId: id("booking_id"),
    position: smallint("position").notNull(),
    roomTypeId: integer("room_type_id").notNull(),
    productId: integer("product_id").notNull(),
    state: text("state").$type<StayState>().notNull(),
    checkIn: date("check_in", { mode: "string" }).notNull(),
    checkOut: date("check_out", { mode: "string" }).notNull(),
    adults: smallint("adults").notNull(),
    /** Ages at check-in. */
    childAges: smallint("child_ages")
      .array()
      .notNull()
      .default(sql`'{}'`),
    /** Frozen at sale: names and conditions as they were sold. */
    roomName: text("room_name").notNull(),
    rateName: text("rate_name").notNull(),
    meal: text("meal").$type<Meal>().notNull(),
    total: minor("total").notNull(),
    charges: jsonb("charges").$type<ChargeLine[]>().notNull(),
    policy: jsonb("policy").$type<FrozenPolicy>().notNull(),
    /** The fee taken when it was cancelled or not used; minor units. */
    fee: minor("fee").notNull().default(0),
    unitId: uuid("unit_id"),
    endedAt: instant("ended_at"),
    version: integer("version").notNull().default(1),
    /** Whoever holds or booked it has proven no address and paid nothing: such rooms are bounded together (decision 022). */
    unproven: boolean("unproven").notNull().default(false),
    /** Keyed hashes of who asked for it, while nothing is paid: the network, and the guest's e-mail. Cleared when it is paid, over, or ended. */
    network: text("network"),
    contact: text("contact"),
  },
  (t) => [
    unique("room_stays_property_id").on(t.propertyId, t.id),
    unique("room_stays_position").on(t.bookingId, t.position),
    foreignKey({ columns: [t.propertyId, t.bookingId], foreignColumns: [bookings.propertyId, bookings.id] }),
    foreignKey({ columns: [t.propertyId, t.roomTypeId], foreignColumns: [roomTypes.propertyId, roomTypes.id] }),
    // The room type's property is the product's too.
    foreignKey({ columns: [t.roomTypeId, t.productId], foreignColumns: [products.roomTypeId, products.id], name: "room_stays_product_fk" }),
    foreignKey({ columns: [t.propertyId, t.unitId], foreignColumns: [units.propertyId, units.id], name: "room_stays_unit_fk" }),
    index("room_stays_room_type").on(t.roomTypeId, t.checkIn),
    index("room_stays_unproven")
      .on(t.roomTypeId, t.checkIn)
      .where(sql`${t.unproven} and ${t.endedAt} is null`),
    index("room_stays_network")
      .on(t.network)
      .where(sql`${t.network} is not null`),
    index("room_stays_contact")
      .on(t.contact)
      .where(sql`${t.contact} is not null`),
    check("room_stays_state", isOneOf(t.state, STAY_STATES)),
    check("room_stays_span", sql`${t.checkIn} < ${t.checkOut} and ${t.checkOut} - ${t.checkIn} <= 30`),
    check("room_stays_party", sql`${t.adults} between 1 and 20 and cardinality(${t.childAges}) <= 20 and 0 <= all(${t.childAges}) and 17 >= all(${t.childAges})`),
    check("room_stays_meal", isOneOf(t.meal, MEALS)),
    check("room_stays_ended", sql`${isOneOf(t.state, STANDING)} = (${t.endedAt} is null)`),
    check("room_stays_frozen", sql`${isJson(t.charges, "array")} and ${isJson(t.policy, "object")}`),
    check("room_stays_counts", sql`${t.position} >= 0 and ${t.version} >= 1`),
    check("room_stays_money", sql`${t.total} >= 0 and ${t.fee} between 0 and ${t.total}`),
    check("room_stays_counted", sql`(${t.network} is null) = (${t.contact} is null) and (not ${t.unproven} or ${t.contact} is not null)`),
  ],
);

/** The price of one night of one room stay, frozen at sale. */
export const bookingNights = pgTable(
  "booking_nights",
  {
    roomStayId: id("room_stay_id").references(() => roomStays.id),
    stayDate: date("stay_date", { mode: "string" }).notNull(),
    price: minor("price").notNull(),
  },
  (t) => [primaryKey({ columns: [t.roomStayId, t.stayDate] }), check("booking_nights_price", sql`${t.price} >= 0`)],
);

/** A room stay as it was sold before a change: append-only, so that every night and tax line ever sold stays readable. */
export const roomStayVersions = pgTable(
  "room_stay_versions",
  {
    propertyId: propertyId(),
    roomStayId: id("room_stay_id"),
    /** The room stay's version that the change replaced. */
    version: integer("version").notNull(),
    roomTypeId: integer("room_type_id").notNull(),
    productId: integer("product_id").notNull(),
    checkIn: date("check_in", { mode: "string" }).notNull(),
    checkOut: date("check_out", { mode: "string" }).notNull(),
    adults: smallint("adults").notNull(),
    childAges: smallint("child_ages").array().notNull(),
    roomName: text("room_name").notNull(),
    rateName: text("rate_name").notNull(),
    meal: text("meal").$type<Meal>().notNull(),
    nights: jsonb("nights").$type<{ date: string; price: number }[]>().notNull(),
    charges: jsonb("charges").$type<ChargeLine[]>().notNull(),
    policy: jsonb("policy").$type<FrozenPolicy>().notNull(),
    total: minor("total").notNull(),
    /** When the change replaced it. */
    replacedAt: instant("replaced_at")
      .notNull()
      .default(sql`app_now()`),
  },
  (t) => [
    primaryKey({ columns: [t.roomStayId, t.version] }),
    foreignKey({ columns: [t.propertyId, t.roomStayId], foreignColumns: [roomStays.propertyId, roomStays.id], name: "room_stay_versions_stay_fk" }),
    foreignKey({ columns: [t.propertyId, t.roomTypeId], foreignColumns: [roomTypes.propertyId, roomTypes.id], name: "room_stay_versions_room_type_fk" }),
    foreignKey({ columns: [t.roomTypeId, t.productId], foreignColumns: [products.roomTypeId, products.id], name: "room_stay_versions_product_fk" }),
    check("room_stay_versions_meal", isOneOf(t.meal, MEALS)),
    check("room_stay_versions_money", sql`${t.total} >= 0 and ${t.adults} between 1 and 20 and ${t.version} >= 1`),
    check("room_stay_versions_frozen", sql`${isJson(t.charges, "array")} and ${isJson(t.policy, "object")}`),
    check("room_stay_versions_span", sql`${t.checkIn} < ${t.checkOut} and jsonb_array_length(${t.nights}) = ${t.checkOut} - ${t.checkIn}`),
  ],
);

/** What an event did to its booking's money. Minor units of `currency`; computed in the event's transaction, never changed. */
export interface Settlement {
  currency: string;
  totalBefore: number;
  totalAfter: number;
  dueOnlineBefore: number;
  dueOnlineAfter: number;
  /** What of online money is not the guest's any more: less than what is due where a person waived some. */
  owedOnlineBefore: number;
  owedOnlineAfter: number;
  /** With us or reserved for us, at that instant. */
  taken: number;
  /** What goes back because of this event, and how: let go, refunded by the provider, paid by hand, or not before the guest's bank has decided. */
  back: number;
  ways: { way: "void" | "refund" | "hand" | "waits"; amount: number }[];
  /** Of the rooms that this event is about, and what it is a part of; the property collects `atProperty` itself. */
  fee: number;
  feeBase: { price: number; tax: number; atProperty: number };
  /** What the property is owed by the guest itself. */
  duePropertyBefore: number;
  duePropertyAfter: number;
}

export type EventData = Record<string, unknown> & { settlement?: Settlement };

/** Append-only audit of a booking: what happened, who did it, and the version that it made. */
export const bookingEvents = pgTable(
  "booking_events",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    propertyId: propertyId(),
    bookingId: id("booking_id"),
    type: text("type").notNull(),
    actor: text("actor").notNull(),
    version: integer("version").notNull(),
    /** Facts without personal data. */
    data: jsonb("data").$type<EventData>().notNull().default({}),
    at: instant("at")
      .notNull()
      .default(sql`app_now()`),
  },
  (t) => [
    index("booking_events_booking").on(t.bookingId),
    foreignKey({ columns: [t.propertyId, t.bookingId], foreignColumns: [bookings.propertyId, bookings.id] }),
    check("booking_events_type", isWord(t.type)),
    check("booking_events_texts", sql`length(${t.actor}) between 1 and 120 and ${t.version} >= 1 and ${isJson(t.data, "object")}`),
  ],
);

export const CHANGE_STATES = ["pending", "applied", "expired", "abandoned"] as const;

/** A room stay as it will be. */
export interface PlannedStay {
  roomStayId: string;
  roomTypeId: number;
  productId: number;
  roomName: string;
  rateName: string;
  meal: Meal;
  adults: number;
  childAges: number[];
  nights: { date: string; price: number }[];
  charges: ChargeLine[];
  total: number;
  policy: FrozenPolicy;
}

/** Units of a night that a draft change holds beyond what the booking has. */
export interface HeldUnits {
  roomTypeId: number;
  date: string;
  units: number;
}

/** A change of a booking that waits for its price difference to be paid; it holds the nights that the booking lacks. */
export const bookingChanges = pgTable(
  "booking_changes",
  {
    id: id().primaryKey(),
    propertyId: propertyId(),
    bookingId: id("booking_id"),
    state: text("state").$type<(typeof CHANGE_STATES)[number]>().notNull().default("pending"),
    /** The booking's version that it was priced for: at any other it can't be applied. */
    baseVersion: integer("base_version").notNull(),
    checkIn: date("check_in", { mode: "string" }).notNull(),
    checkOut: date("check_out", { mode: "string" }).notNull(),
    /** The room stays that become other ones. */
    stays: jsonb("stays").$type<PlannedStay[]>().notNull(),
    /** Held for it while it is pending. */
    held: jsonb("held").$type<HeldUnits[]>().notNull(),
    /** What the booking's total and its part due online will be. */
    total: minor("total").notNull(),
    dueOnline: minor("due_online").notNull(),
    /** The difference to be paid. */
    due: minor("due").notNull(),
    currency: currency(),
    expiresAt: instant("expires_at").notNull(),
    createdAt: createdAt(),
    endedAt: instant("ended_at"),
  },
  (t) => [
    unique("booking_changes_booking_id").on(t.bookingId, t.id),
    foreignKey({ columns: [t.propertyId, t.bookingId], foreignColumns: [bookings.propertyId, bookings.id] }),
    uniqueIndex("booking_changes_pending")
      .on(t.bookingId)
      .where(sql`${t.state} = 'pending'`),
    index("booking_changes_due")
      .on(t.expiresAt)
      .where(sql`${t.state} = 'pending'`),
    check("booking_changes_state", sql`${isOneOf(t.state, CHANGE_STATES)} and (${t.state} = 'pending') = (${t.endedAt} is null)`),
    check("booking_changes_plan", sql`${isJson(t.stays, "array")} and ${isJson(t.held, "array")} and ${t.baseVersion} >= 1`),
    check("booking_changes_span", sql`${t.checkIn} < ${t.checkOut}`),
    check("booking_changes_money", sql`${t.due} > 0 and ${t.total} >= 0 and ${t.dueOnline} between 0 and ${t.total}`),
  ],
);

/** The stored answer of a mutation; commits with its effect. Refusals are not stored. */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    verb: text("verb").notNull(),
    actor: text("actor").notNull(),
    key: text("key").notNull(),
    /** SHA-256 of the canonical input. */
    requestHash: text("request_hash").notNull(),
    response: jsonb("response"),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.verb, t.actor, t.key] }),
    index("idempotency_keys_age").on(t.createdAt),
    check("idempotency_keys_texts", sql`length(${t.key}) between 8 and 100 and length(${t.verb}) <= 60 and length(${t.actor}) <= 120`),
  ],
);
