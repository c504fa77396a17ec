import { sql } from "drizzle-orm";
import { check, foreignKey, index, integer, jsonb, pgTable, primaryKey, smallint, text, unique, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { createdAt, currency, id, instant, minor, propertyId } from "./columns.ts";
import { bookingChanges, bookings } from "./bookings.ts";

export const PAYMENT_STATES = ["created", "requires_action", "pending", "challenged", "authorised", "captured", "paid", "denied", "voided", "expired", "failed"] as const;
export type PaymentState = (typeof PAYMENT_STATES)[number];

/** Where the guest sends the money by a slow method: to an account, by a biller's code, or over a shop's counter. */
export interface PayInstructions {
  kind: "account" | "bill" | "counter";
  /** The bank's or shop's code, as the provider names it (`bca`, `mandiri`, `indomaret`). */
  at: string;
  number: string;
  /** The company's code of a bill, beside its number. */
  biller: string | null;
}

/** One attempt to be paid online; a booking may have many. */
export const payments = pgTable(
  "payments",
  {
    id: id().primaryKey(),
    propertyId: propertyId(),
    bookingId: id("booking_id"),
    /** Set where it pays a change's difference instead of the booking. */
    changeId: uuid("change_id"),
    attempt: smallint("attempt").notNull(),
    provider: text("provider").$type<"stripe" | "midtrans">().notNull(),
    state: text("state").$type<PaymentState>().notNull(),
    amount: minor("amount").notNull(),
    currency: currency(),
    /** The page at the provider: Stripe's session id, Midtrans' order id. */
    pageRef: text("page_ref"),
    pageUrl: text("page_url"),
    /** The money at the provider: Stripe's PaymentIntent, Midtrans' transaction. */
    paymentRef: text("payment_ref"),
    /** `card`, `bank_transfer`, `qris` … as the provider names it. */
    method: text("method"),
    /** Of a slow method, while it waits for the guest. */
    instructions: jsonb("instructions").$type<PayInstructions>(),
    captured: minor("captured").notNull().default(0),
    /** An authorisation lapses then. */
    captureBefore: instant("capture_before"),
    /** The page, or the slow method's number, ends then. */
    expiresAt: instant("expires_at"),
    /** When the provider was last asked; the sweep takes the oldest. */
    checkedAt: instant("checked_at"),
    version: integer("version").notNull().default(1),
    createdAt: createdAt(),
    updatedAt: instant("updated_at")
      .notNull()
      .default(sql`app_now()`),
  },
  (t) => [
    unique("payments_property_id").on(t.propertyId, t.id),
    unique("payments_currency").on(t.propertyId, t.id, t.currency),
    unique("payments_attempt").on(t.bookingId, t.attempt),
    uniqueIndex("payments_page_ref")
      .on(t.provider, t.pageRef)
      .where(sql`${t.pageRef} is not null`),
    index("payments_payment_ref").on(t.paymentRef),
    index("payments_open")
      .on(t.updatedAt)
      .where(sql`${t.state} in ('created','requires_action','pending','challenged','authorised')`),
    index("payments_taken")
      .on(t.checkedAt)
      .where(sql`${t.state} in ('captured','paid')`),
    foreignKey({ columns: [t.propertyId, t.bookingId], foreignColumns: [bookings.propertyId, bookings.id] }),
    foreignKey({ columns: [t.bookingId, t.changeId], foreignColumns: [bookingChanges.bookingId, bookingChanges.id], name: "payments_change_fk" }),
    check("payments_state", sql`${t.state} in ('created','requires_action','pending','challenged','authorised','captured','paid','denied','voided','expired','failed')`),
    check("payments_provider", sql`${t.provider} in ('stripe','midtrans')`),
    check("payments_money", sql`${t.amount} > 0 and ${t.captured} between 0 and ${t.amount}`),
  ],
);

export const REFUND_STATES = ["requested", "pending", "succeeded", "failed", "manual", "withdrawn"] as const;

export const refunds = pgTable(
  "refunds",
  {
    id: id().primaryKey(),
    propertyId: propertyId(),
    paymentId: id("payment_id"),
    amount: minor("amount").notNull(),
    currency: currency(),
    reason: text("reason").notNull(),
    state: text("state").$type<(typeof REFUND_STATES)[number]>().notNull(),
    providerRef: text("provider_ref"),
    createdAt: createdAt(),
    updatedAt: instant("updated_at")
      .notNull()
      .default(sql`app_now()`),
  },
  (t) => [
    index("refunds_payment").on(t.paymentId),
    uniqueIndex("refunds_provider_ref")
      .on(t.providerRef)
      .where(sql`${t.providerRef} is not null`),
    foreignKey({ columns: [t.propertyId, t.paymentId, t.currency], foreignColumns: [payments.propertyId, payments.id, payments.currency], name: "refunds_payment_fk" }),
    check("refunds_state", sql`${t.state} in ('requested','pending','succeeded','failed','manual','withdrawn')`),
    check("refunds_amount", sql`${t.amount} > 0`),
  ],
);

export const disputes = pgTable(
  "disputes",
  {
    id: id().primaryKey(),
    propertyId: propertyId(),
    paymentId: id("payment_id"),
    providerRef: text("provider_ref").notNull().unique(),
    amount: minor("amount").notNull(),
    currency: currency(),
    state: text("state").notNull(),
    createdAt: createdAt(),
  },
  (t) => [foreignKey({ columns: [t.propertyId, t.paymentId], foreignColumns: [payments.propertyId, payments.id] })],
);

/** Each webhook event once, stored before it is acted on. */
export const providerEvents = pgTable(
  "provider_events",
  {
    provider: text("provider").notNull(),
    eventId: text("event_id").notNull(),
    type: text("type").notNull(),
    receivedAt: instant("received_at")
      .notNull()
      .default(sql`app_now()`),
  },
  (t) => [primaryKey({ columns: [t.provider, t.eventId] }), index("provider_events_age").on(t.receivedAt)],
);
