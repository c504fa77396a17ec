import type Stripe from "stripe";
import { z } from "zod";
import type { PaymentState } from "../../db/schema/payments.ts";
import type { ProviderRefund, ProviderView } from "./gateway.ts";

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
    amount: state === "authorised" || state === "captured" || state === "paid" ? intent?.amount : undefined,
    currency: intent?.currency.toUpperCase(),
    captured: intent?.amount_received ?? 0,
    refunded: theirs.reduce((sum, refund) => sum + (refund.state === "succeeded" ? refund.amount : 0), 0),
    captureBefore: captureBefore ? new Date(captureBefore * 1000) : undefined,
    expiresAt: session ? new Date(session.expires_at * 1000) : undefined,
    refunds: theirs,
    disputes: disputes.map((dispute) => ({
      ref: dispute.id,
      amount: dispute.amount,
      currency: dispute.currency.toUpperCase(),
      state: dispute.status,
    })),
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

export function refundOf(refund: Stripe.Refund): ProviderRefund {
  return {
    ref: refund.id,
    refundId: z.uuid().safeParse(refund.metadata?.["refund_id"]).data,
    amount: refund.amount,
    state: REFUND_STATE[refund.status as keyof typeof REFUND_STATE] ?? "pending",
  };
}
