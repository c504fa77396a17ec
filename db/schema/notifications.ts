import { sql } from "drizzle-orm";
import { check, foreignKey, index, integer, pgTable, smallint, text, unique, uuid } from "drizzle-orm/pg-core";
import { bookings } from "./bookings.ts";
import { createdAt, id, instant } from "./columns.ts";

export const DELIVERY_STATES = ["queued", "sending", "sent", "delivered", "delayed", "bounced", "complained", "failed"] as const;

/** One message to one person; the row's id is the vendor's idempotency key. */
export const deliveries = pgTable(
  "deliveries",
  {
    id: id().primaryKey(),
    propertyId: uuid("property_id"),
    bookingId: uuid("booking_id"),
    kind: text("kind").notNull(),
    channel: text("channel").$type<"email" | "sms">().notNull(),
    audience: text("audience").$type<"guest" | "property">().notNull().default("guest"),
    /** The booking's version that it tells of: one message per kind and version, and per payment, refund or dispute. */
    version: integer("version").notNull(),
    about: uuid("about"),
    state: text("state").$type<(typeof DELIVERY_STATES)[number]>().notNull().default("queued"),
    providerId: text("provider_id"),
    error: text("error"),
    tries: smallint("tries").notNull().default(0),
    createdAt: createdAt(),
    updatedAt: instant("updated_at")
      .notNull()
      .default(sql`app_now()`),
  },
  (t) => [
    unique("deliveries_once").on(t.bookingId, t.kind, t.channel, t.version, t.about).nullsNotDistinct(),
    index("deliveries_provider").on(t.providerId),
    foreignKey({ columns: [t.propertyId, t.bookingId], foreignColumns: [bookings.propertyId, bookings.id], name: "deliveries_booking_fk" }),
    // Or the key above would let any booking pass.
    check("deliveries_property", sql`${t.bookingId} is null or ${t.propertyId} is not null`),
    check("deliveries_state", sql`${t.state} in ('queued','sending','sent','delivered','delayed','bounced','complained','failed')`),
    check("deliveries_audience", sql`${t.audience} in ('guest','property')`),
    check("deliveries_channel", sql`${t.channel} in ('email','sms')`),
  ],
);
