import type Stripe from "stripe";
import { z } from "zod";
import type { DisputeState, PaymentState } from "../../db/schema/payments.ts";
import { fromStripe } from "./stripe-amounts.ts";
import type { ProviderDispute, ProviderRefund, ProviderView } from "./gateway.ts";

type IntentStatus = "requires_payment_method" | "requires_confirmation" | "requires_action" | "processing" | "requires_capture" | "succeeded" | "canceled";

const INTENT_STATE = {
  requires_payment_method: "created",
  requires_confirmation: "created",
  requires_action: "requires_action",
  processing: "pending",
  requires_capture: "authorised",
  succeeded: "captured",
  canceled: "voided",
} as const satisfies Record<IntentStatus, PaymentState>;

const REFUND_STATE = {
  pending: "pending",
  requires_action: "pending",
  succeeded: "succeeded",
  failed: "failed",
  canceled: "failed",
} as const satisfies Record<string, ProviderRefund["state"]>;

/** A prevented dispute was settled in the cardholder's favour before it began: the money is gone as by a lost one. */
const DISPUTE_STATE = {
  warning_needs_response: "inquiry",
  warning_under_review: "inquiry",
  warning_closed: "closed",
  needs_response: "open",
  under_review: "open",
  appeal_needs_response: "lost",
  appeal_under_review: "lost",
  won: "won",
  lost: "lost",
  prevented: "lost",
} as const satisfies Record<string, DisputeState>;

/** What Stripe has of one payment. The session is absent when only the intent is known. */
export interface StripeObjects {
  session: Stripe.Checkout.Session | undefined;
  intent: Stripe.PaymentIntent | undefined;
  refunds: Stripe.Refund[];
  disputes: Stripe.Dispute[];
}

export function viewOf({ session, intent, refunds, disputes }: StripeObjects): ProviderView {
  const charge = typeof intent?.latest_charge === "object" ? intent.latest_charge : undefined;
  const captureBefore = charge?.payment_method_details?.card?.capture_before;
  const state = stateOf(session, intent);
  const theirs = refunds.map(refundOf);
  return {
    state,
    paymentRef: intent?.id,
    method: charge?.payment_method_details?.type,
    amount: state === "authorised" || state === "captured" || state === "paid" ? intent && fromStripe(intent.amount, intent.currency) : undefined,
    currency: intent?.currency.toUpperCase(),
    captured: intent ? fromStripe(intent.amount_received, intent.currency) : 0,
    refunded: theirs.reduce((sum, refund) => sum + (refund.state === "succeeded" ? refund.amount : 0), 0),
    // Of a later capture Stripe keeps no time with the charge.
    capturedAt: charge?.captured && intent?.capture_method !== "manual" ? instant(charge.created) : undefined,
    voidedAt: intent?.canceled_at ? instant(intent.canceled_at) : undefined,
    captureBefore: captureBefore ? instant(captureBefore) : undefined,
    expiresAt: session ? instant(session.expires_at) : undefined,
    refunds: theirs,
    disputes: disputes.map(disputeOf),
  };
}

function stateOf(session: Stripe.Checkout.Session | undefined, intent: Stripe.PaymentIntent | undefined): PaymentState {
  const over = session?.status === "expired";
  if (!intent) return over ? "expired" : "created";
  const state = INTENT_STATE[intent.status as IntentStatus] ?? "pending";
  // Methods that settle at once can't be held back, whatever was asked for.
  if (state === "captured" && intent.capture_method !== "manual") return "paid";
  // Stripe itself cancels an intent whose page or authorisation ran out.
  if (state === "voided") return over || intent.cancellation_reason === "automatic" || intent.cancellation_reason === "expired" ? "expired" : "voided";
  if (over && (state === "created" || state === "requires_action")) return "expired";
  return state === "created" && intent.last_payment_error ? "denied" : state;
}

/** One in a status that we don't know holds the money back until somebody has looked. */
function disputeOf(dispute: Stripe.Dispute): ProviderDispute {
  return {
    ref: dispute.id,
    amount: fromStripe(dispute.amount, dispute.currency),
    currency: dispute.currency.toUpperCase(),
    state: DISPUTE_STATE[dispute.status as keyof typeof DISPUTE_STATE] ?? "open",
    providerState: dispute.status,
    isRefundable: dispute.is_charge_refundable,
    openedAt: instant(dispute.created),
  };
}

function instant(seconds: number): Date {
  return new Date(seconds * 1000);
}

export function refundOf(refund: Stripe.Refund): ProviderRefund {
  return {
    ref: refund.id,
    refundId: z.uuid().safeParse(refund.metadata?.["refund_id"]).data,
    amount: fromStripe(refund.amount, refund.currency),
    state: REFUND_STATE[refund.status as keyof typeof REFUND_STATE] ?? "pending",
    createdAt: instant(refund.created),
    // When a pending one went through, Stripe doesn't say.
    settledAt: undefined,
  };
}
