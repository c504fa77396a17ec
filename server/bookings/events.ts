import { z } from "zod";
import type { DecisionKind, DisputeState, PaymentState } from "../../db/schema/payments.ts";
import type { RefundState } from "../payments/index.ts";
import { emitterOf } from "../platform/outbox.ts";
import { NEWS } from "./schemas.ts";

/** What a booking's events carry: ids and a version. */
export const bookingPayload = z.object({ bookingId: z.uuid(), propertyId: z.uuid(), version: z.int() });
export type BookingPayload = z.infer<typeof bookingPayload>;

const changePayload = bookingPayload.extend({ changeId: z.uuid() });

export const BOOKING_EVENTS = {
  "booking.held": bookingPayload.extend({ holdExpiresAt: z.iso.datetime() }),
  /** `payment`: how it will be paid; absent in events of before. */
  "booking.confirmed": bookingPayload.extend({ payment: z.enum(["online", "property"]).optional() }),
  /** It was confirmed while it had pages, paid for on another or at the property: nobody should pay on them any more. */
  "booking.pages_left": bookingPayload,
  "booking.cancelled": bookingPayload,
  /** Dates, rooms or guests are others now, or single rooms were cancelled. */
  "booking.modified": bookingPayload.extend({ payment: z.enum(["online", "property"]) }),
  /** A change waits for its difference to be paid, and holds the nights it lacks. */
  "booking.change_held": changePayload.extend({ expiresAt: z.iso.datetime() }),
  /** A change that was never paid: it expired, or another one took its place. */
  "booking.change_ended": changePayload,
  /** A hold that its guest let go. */
  "booking.released": bookingPayload,
  "booking.expired": bookingPayload,
  /** Money came for a change that can't be made any more: it goes back, and the guest is told. */
  "booking.change_late": changePayload.extend({ paymentId: z.uuid() }),
  /** Money came, and its nights are gone or the stay can't begin any more: it goes back, and the guest is told. */
  "booking.paid_too_late": bookingPayload.extend({ paymentId: z.uuid() }),
  /** A payment was declined: the guest is told. */
  "booking.payment_failed": bookingPayload.extend({ paymentId: z.uuid() }),
  /** Something became of its money that guest or property must hear of; `about` is the payment, refund, dispute or decision. */
  "booking.money_news": bookingPayload.extend({ news: z.enum(NEWS), about: z.uuid() }),
  /** Money came, or moved: what is due and what was taken are compared. */
  "booking.money_changed": bookingPayload,
} as const;

/** Writes a booking's events into the transaction of their cause. */
export const emit = emitterOf(BOOKING_EVENTS);

/** What `booking_events` may tell of a booking. */
export type HistoryType =
  | "held"
  | "confirmed"
  | "retaken"
  | "expired"
  | "modified"
  | "cancelled"
  | "room_cancelled"
  | "change_held"
  | "change_abandoned"
  | "change_expired"
  | "change_late"
  | "paid_too_late"
  | "paid_beyond"
  | "authorisation_lapsed"
  | `payment_${PaymentState}`
  | `refund_${RefundState}`
  | `dispute_${DisputeState}`
  | `money_${DecisionKind}`;

/** Whose booking it is, at which version, and who acts: what every entry of its money carries. */
export interface MoneyEntry {
  bookingId: string;
  propertyId: string;
  version: number;
  actor: string;
}
