import { sql } from "drizzle-orm";
import { boolean, check, foreignKey, index, integer, jsonb, pgTable, primaryKey, smallint, text, unique, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { isOneOf } from "../conditions.ts";
import { createdAt, currency, id, instant, isJson, isWord, minor, propertyId } from "./columns.ts";
import { bookingChanges, bookings } from "./bookings.ts";

export const PROVIDERS = ["stripe", "midtrans"] as const;

export const PAYMENT_STATES = ["created", "requires_action", "pending", "challenged", "authorised", "captured", "paid", "denied", "voided", "expired", "failed"] as const;
export type PaymentState = (typeof PAYMENT_STATES)[number];
/** What may become of these is the provider's to say: it is asked until it is known. */
export const OPEN_PAYMENTS = ["created", "requires_action", "pending", "challenged", "authorised", "denied"] as const satisfies PaymentState[];
/** The guest's money is ours. */
export const TAKEN_PAYMENTS = ["captured", "paid"] as const satisfies PaymentState[];

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
    provider: text("provider").$type<(typeof PROVIDERS)[number]>().notNull(),
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
    /** Taken money that nobody takes back any more: the sweep has done with it. */
    atRest: boolean("at_rest").notNull().default(false),
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
    index("payments_open").on(t.state, t.createdAt).where(isOneOf(t.state, OPEN_PAYMENTS)),
    // A card's try at Midtrans that ended, on a page that hasn't.
    index("payments_tried")
      .on(t.expiresAt)
      .where(sql`${t.provider} = 'midtrans' and ${t.state} = 'expired' and ${t.method} = 'credit_card'`),
    index("payments_fresh")
      .on(sql`coalesce(${t.capturedAt}, ${t.createdAt})`, t.checkedAt)
      .where(sql`${isOneOf(t.state, TAKEN_PAYMENTS)} and not ${t.atRest}`),
    index("payments_taken")
      .on(t.checkedAt)
      .where(sql`${isOneOf(t.state, TAKEN_PAYMENTS)} and not ${t.atRest}`),
    foreignKey({ columns: [t.propertyId, t.bookingId], foreignColumns: [bookings.propertyId, bookings.id] }),
    foreignKey({ columns: [t.bookingId, t.changeId], foreignColumns: [bookingChanges.bookingId, bookingChanges.id], name: "payments_change_fk" }),
    check("payments_state", isOneOf(t.state, PAYMENT_STATES)),
    check("payments_counts", sql`${t.attempt} >= 1 and ${t.version} >= 1 and ${t.refusals} >= 0`),
    check("payments_instructions", isJson(t.instructions, "object")),
    check("payments_provider", isOneOf(t.provider, PROVIDERS)),
    check("payments_money", sql`${t.amount} > 0 and ${t.captured} between 0 and ${t.amount}`),
  ],
);

/** `manual` has no way back by itself, `withdrawn` is not to be made any more. */
export const REFUND_STATES = ["requested", "pending", "succeeded", "failed", "manual", "withdrawn"] as const;
export type RefundState = (typeof REFUND_STATES)[number];
/** Still to be made, or under way. */
export const OPEN_REFUNDS = ["requested", "pending"] as const satisfies RefundState[];

export const refunds = pgTable(
  "refunds",
  {
    id: id().primaryKey(),
    propertyId: propertyId(),
    paymentId: id("payment_id"),
    amount: minor("amount").notNull(),
    currency: currency(),
    reason: text("reason").notNull(),
    state: text("state").$type<RefundState>().notNull(),
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
    index("refunds_open").on(t.state, t.createdAt).where(isOneOf(t.state, OPEN_REFUNDS)),
    uniqueIndex("refunds_provider_ref")
      .on(t.providerRef)
      .where(sql`${t.providerRef} is not null`),
    foreignKey({ columns: [t.propertyId, t.paymentId, t.currency], foreignColumns: [payments.propertyId, payments.id, payments.currency], name: "refunds_payment_fk" }),
    check("refunds_state", isOneOf(t.state, REFUND_STATES)),
    check("refunds_amount", sql`${t.amount} > 0 and ${t.refusals} >= 0`),
    check("refunds_reason", isWord(t.reason)),
  ],
);

/**
 * `inquiry`: the bank asks, no money is taken; `open`: the money is taken until it is decided; `won`: it came back;
 * `lost`: the guest has it; `closed`: an inquiry that came to nothing.
 */
export const DISPUTE_STATES = ["inquiry", "open", "won", "lost", "closed"] as const;
export type DisputeState = (typeof DISPUTE_STATES)[number];
export const OPEN_DISPUTES = ["inquiry", "open"] as const satisfies DisputeState[];

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
    index("disputes_open").on(t.paymentId).where(isOneOf(t.state, OPEN_DISPUTES)),
    foreignKey({ columns: [t.propertyId, t.paymentId], foreignColumns: [payments.propertyId, payments.id] }),
    check("disputes_state", sql`${isOneOf(t.state, DISPUTE_STATES)} and (${isOneOf(t.state, OPEN_DISPUTES)}) = (${t.closedAt} is null)`),
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
    check("money_decisions_kind", isOneOf(t.kind, DECISION_KINDS)),
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

/** Up to which instant all refunds and disputes that a provider has made have been looked at. */
export const providerLists = pgTable("provider_lists", {
  provider: text("provider").primaryKey(),
  listedUntil: instant("listed_until").notNull(),
});
