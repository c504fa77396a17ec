import { sql } from "drizzle-orm";
import { boolean, check, foreignKey, index, integer, pgTable, primaryKey, smallint, text, unique, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { createdAt, currency, id, instant, minor, propertyId } from "./columns.ts";
import { bookingChanges, bookings } from "./bookings.ts";

export const PAYMENT_STATES = ["created", "requires_action", "pending", "challenged", "authorised", "captured", "paid", "denied", "voided", "expired", "failed"] as const;
export type PaymentState = (typeof PAYMENT_STATES)[number];

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
    captured: minor("captured").notNull().default(0),
    /** An authorisation lapses then. */
    captureBefore: instant("capture_before"),
    /** The page, or the slow method's number, ends then. */
    expiresAt: instant("expires_at"),
    /** When the provider was last asked; the sweep takes the oldest. */
    checkedAt: instant("checked_at"),
    /** Posting dates: when the money was taken, and when a reservation or the money itself was let go. Set once. */
    capturedAt: instant("captured_at"),
    voidedAt: instant("voided_at"),
    /** How often the provider has refused a capture or void for good; not asked again before `askAfter`. */
    refusals: smallint("refusals").notNull().default(0),
    askAfter: instant("ask_after"),
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

/** `manual` has no way back by itself, `withdrawn` is not to be made any more. */
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
    /** A person paid it outside the provider. */
    byHand: boolean("by_hand").notNull().default(false),
    /** As of a payment. */
    refusals: smallint("refusals").notNull().default(0),
    askAfter: instant("ask_after"),
    createdAt: createdAt(),
    /** Posting date: when it was made. Set once. */
    settledAt: instant("settled_at"),
    updatedAt: instant("updated_at")
      .notNull()
      .default(sql`app_now()`),
  },
  (t) => [
    unique("refunds_property_id").on(t.propertyId, t.id),
    index("refunds_payment").on(t.paymentId),
    uniqueIndex("refunds_provider_ref")
      .on(t.providerRef)
      .where(sql`${t.providerRef} is not null`),
    foreignKey({ columns: [t.propertyId, t.paymentId, t.currency], foreignColumns: [payments.propertyId, payments.id, payments.currency], name: "refunds_payment_fk" }),
    check("refunds_state", sql`${t.state} in ('requested','pending','succeeded','failed','manual','withdrawn')`),
    check("refunds_amount", sql`${t.amount} > 0`),
  ],
);

/**
 * `inquiry`: the bank asks, no money is taken; `open`: the money is taken until it is decided; `won`: it came back;
 * `lost`: the guest has it; `closed`: an inquiry that came to nothing.
 */
export const DISPUTE_STATES = ["inquiry", "open", "won", "lost", "closed"] as const;
export type DisputeState = (typeof DISPUTE_STATES)[number];

export const disputes = pgTable(
  "disputes",
  {
    id: id().primaryKey(),
    propertyId: propertyId(),
    paymentId: id("payment_id"),
    providerRef: text("provider_ref").notNull().unique(),
    amount: minor("amount").notNull(),
    currency: currency(),
    state: text("state").$type<DisputeState>().notNull(),
    /** In the provider's own words. */
    providerState: text("provider_state").notNull(),
    /** Whether the payment can be refunded all the same. */
    refundable: boolean("refundable").notNull(),
    /** Posting dates; set once. */
    openedAt: instant("opened_at").notNull(),
    closedAt: instant("closed_at"),
    createdAt: createdAt(),
  },
  (t) => [
    unique("disputes_property_id").on(t.propertyId, t.id),
    index("disputes_payment").on(t.paymentId),
    foreignKey({ columns: [t.propertyId, t.paymentId], foreignColumns: [payments.propertyId, payments.id] }),
    check("disputes_state", sql`${t.state} in ('inquiry','open','won','lost','closed') and (${t.state} in ('inquiry','open')) = (${t.closedAt} is null)`),
    check("disputes_amount", sql`${t.amount} > 0`),
  ],
);

export const DECISION_KINDS = ["paid_by_hand", "goodwill", "waive", "write_off", "chargeback_accepted"] as const;
export type DecisionKind = (typeof DECISION_KINDS)[number];

/** What a person decided about a booking's money: who, why, and how much. Rows are never changed. */
export const moneyDecisions = pgTable(
  "money_decisions",
  {
    id: id().primaryKey(),
    propertyId: propertyId(),
    bookingId: id("booking_id"),
    paymentId: uuid("payment_id"),
    refundId: uuid("refund_id"),
    disputeId: uuid("dispute_id"),
    kind: text("kind").$type<DecisionKind>().notNull(),
    /** `actorKey()`'s text. */
    author: text("author").notNull(),
    reason: text("reason").notNull(),
    /** Of a payment by hand: the bank's or the cash book's own. */
    reference: text("reference"),
    amount: minor("amount").notNull(),
    currency: currency(),
    at: instant("at")
      .notNull()
      .default(sql`app_now()`),
  },
  (t) => [
    index("money_decisions_booking").on(t.bookingId),
    // Each is decided once; a gift may have to be paid by hand.
    uniqueIndex("money_decisions_refund")
      .on(t.refundId, t.kind)
      .where(sql`${t.refundId} is not null`),
    uniqueIndex("money_decisions_dispute")
      .on(t.disputeId)
      .where(sql`${t.disputeId} is not null`),
    foreignKey({ columns: [t.propertyId, t.bookingId], foreignColumns: [bookings.propertyId, bookings.id], name: "money_decisions_booking_fk" }),
    foreignKey({ columns: [t.propertyId, t.paymentId], foreignColumns: [payments.propertyId, payments.id], name: "money_decisions_payment_fk" }),
    foreignKey({ columns: [t.propertyId, t.refundId], foreignColumns: [refunds.propertyId, refunds.id], name: "money_decisions_refund_fk" }),
    foreignKey({ columns: [t.propertyId, t.disputeId], foreignColumns: [disputes.propertyId, disputes.id], name: "money_decisions_dispute_fk" }),
    check("money_decisions_kind", sql`${t.kind} in ('paid_by_hand','goodwill','waive','write_off','chargeback_accepted')`),
    check("money_decisions_amount", sql`${t.amount} > 0`),
    check(
      "money_decisions_subject",
      sql`(${t.kind} in ('paid_by_hand','goodwill')) = (${t.refundId} is not null) and (${t.kind} = 'chargeback_accepted') = (${t.disputeId} is not null)`,
    ),
    check("money_decisions_texts", sql`length(${t.author}) between 1 and 120 and length(${t.reason}) between 3 and 500 and length(${t.reference}) between 1 and 200`),
  ],
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
