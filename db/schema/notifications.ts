import { sql } from "drizzle-orm";
import { check, foreignKey, index, integer, pgTable, smallint, text, unique, uuid } from "drizzle-orm/pg-core";
import { isOneOf } from "../conditions.ts";
import { bookings } from "./bookings.ts";
import { createdAt, id, instant, isWord } from "./columns.ts";

export const DELIVERY_STATES = ["queued", "held_back", "sending", "sent", "delivered", "delayed", "bounced", "complained", "failed"] as const;

const MESSAGE_CHANNELS = ["email", "sms"] as const;
const AUDIENCES = ["guest", "property"] as const;

/** One message to one person; the row's id is the vendor's idempotency key. */
export const deliveries = pgTable(
  "deliveries",
  {
    id: id().primaryKey(),
    propertyId: uuid("property_id"),
    bookingId: uuid("booking_id"),
    kind: text("kind").notNull(),
    channel: text("channel").$type<(typeof MESSAGE_CHANNELS)[number]>().notNull(),
    audience: text("audience").$type<(typeof AUDIENCES)[number]>().notNull().default("guest"),
    /** The booking's version that it tells of: one message per kind and version, and per payment, refund or dispute. */
    version: integer("version").notNull(),
    about: uuid("about"),
    state: text("state").$type<(typeof DELIVERY_STATES)[number]>().notNull().default("queued"),
    providerId: text("provider_id"),
    error: text("error"),
    tries: smallint("tries").notNull().default(0),
    /** A keyed hash of the address or number, to count what one person gets. */
    recipient: text("recipient"),
    /** When it was last given to the vendor. */
    sentAt: instant("sent_at"),
    createdAt: createdAt(),
    updatedAt: instant("updated_at")
      .notNull()
      .default(sql`app_now()`),
  },
  (t) => [
    unique("deliveries_once").on(t.bookingId, t.kind, t.channel, t.version, t.about).nullsNotDistinct(),
    index("deliveries_provider").on(t.providerId),
    index("deliveries_recipient")
      .on(t.recipient, t.sentAt)
      .where(sql`${t.recipient} is not null`),
    index("deliveries_held_back")
      .on(t.updatedAt)
      .where(sql`${t.state} = 'held_back'`),
    foreignKey({ columns: [t.propertyId, t.bookingId], foreignColumns: [bookings.propertyId, bookings.id], name: "deliveries_booking_fk" }),
    // Or the key above would let any booking pass.
    check("deliveries_property", sql`${t.bookingId} is null or ${t.propertyId} is not null`),
    check("deliveries_kind", isWord(t.kind)),
    check("deliveries_counts", sql`${t.version} >= 1 and ${t.tries} >= 0`),
    check("deliveries_state", isOneOf(t.state, DELIVERY_STATES)),
    check("deliveries_audience", isOneOf(t.audience, AUDIENCES)),
    check("deliveries_channel", isOneOf(t.channel, MESSAGE_CHANNELS)),
  ],
);
