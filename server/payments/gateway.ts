import type { DisputeState, PayInstructions, PaymentState } from "../../db/schema/payments.ts";

/** What we ask the guest to pay, and where the page sends them back to. */
export interface PageRequest {
  /** Our payment row: the idempotency key at the provider, and `metadata` of its objects. */
  paymentId: string;
  bookingId: string;
  bookingCode: string;
  attempt: number;
  /** Minor units of `currency`. */
  amount: number;
  currency: string;
  /** "Hotel Name, 2 nights from 2026-12-20". */
  description: string;
  guest: { name: string; email: string; phone: string };
  locale: string;
  /** The hold's end: the page should not outlive it, where the provider lets us say so. */
  expiresAt: Date;
  successUrl: string;
  cancelUrl: string;
}

export interface Page {
  pageRef: string;
  pageUrl: string;
  expiresAt: Date | undefined;
}

/** What names a payment at its provider. */
export interface PaymentRef {
  paymentId: string;
  pageRef: string | null;
  paymentRef: string | null;
  currency: string;
  /** How often a capture or void of it was refused for good: the next is asked under a new idempotency key. */
  refusals?: number;
}

/** The provider's object in our words. It decides; webhooks and returns only make us read it. */
export interface ProviderView {
  state: PaymentState;
  paymentRef: string | undefined;
  method: string | undefined;
  /** Authorised or paid, minor units; undefined before. */
  amount: number | undefined;
  currency: string | undefined;
  captured: number;
  refunded: number;
  /** When the money was taken, or let go, by the provider's own clock; undefined where it doesn't say. */
  capturedAt?: Date | undefined;
  voidedAt?: Date | undefined;
  captureBefore: Date | undefined;
  /** A slow method's own end (virtual account). */
  expiresAt: Date | undefined;
  /** How the guest pays by a slow method. */
  instructions?: PayInstructions | undefined;
  refunds: ProviderRefund[];
  disputes: ProviderDispute[];
}

export interface ProviderDispute {
  ref: string;
  amount: number;
  currency: string;
  state: DisputeState;
  /** In the provider's own words. */
  providerState: string;
  /** Whether the payment can be refunded all the same. */
  isRefundable: boolean;
  openedAt: Date | undefined;
}

export interface ProviderRefund {
  ref: string;
  /** Our refund row's id, when it was us. */
  refundId: string | undefined;
  amount: number;
  state: "pending" | "succeeded" | "failed";
  /** By the provider's own clock; undefined where it doesn't say. */
  createdAt: Date | undefined;
  settledAt: Date | undefined;
}

/** A refund or dispute by its names alone. */
export interface Moved {
  kind: "refund" | "dispute";
  ref: string;
  /** The payment at its provider, and our row of it, where the object names them. */
  paymentRef: string | undefined;
  paymentId: string | undefined;
}

export interface RefundRequest {
  refundId: string;
  amount: number;
  reason: string;
  /** As of a payment. */
  refusals?: number;
}

/** One payment provider. Each call may throw `OutsideError`; none touches our database. */
export interface PaymentGateway {
  openPage(request: PageRequest): Promise<Page>;
  /**
   * Closes the page, so that nobody can pay on it any more.
   * `closed` nothing was paid; `paid` money is there (read it); `open` it can still be paid (Midtrans before a method is chosen).
   */
  closePage(ref: PaymentRef): Promise<"closed" | "paid" | "open">;
  read(ref: PaymentRef): Promise<ProviderView>;
  /** Takes authorised money; safe to repeat. */
  capture(ref: PaymentRef, amount: number): Promise<ProviderView>;
  /** Lets an authorisation go; safe to repeat. */
  void(ref: PaymentRef): Promise<ProviderView>;
  /** Gives captured money back; `refundId` is the idempotency key. `manual`: the method has no way back. */
  refund(ref: PaymentRef, refund: RefundRequest): Promise<ProviderRefund | "manual">;
  /** The whole account's refunds and disputes that were made in this half-open span; absent where a provider has no such list. */
  listMoved?(from: Date, to: Date): Promise<Moved[]>;
}

/** What a webhook tells us to look at. */
export interface WebhookHint {
  eventId: string;
  type: string;
  /** Our payment row, where the provider's object carries it. */
  paymentId: string | undefined;
  /** The page or the payment that it speaks of; undefined: nothing of ours. */
  pageRef: string | undefined;
  paymentRef: string | undefined;
}
