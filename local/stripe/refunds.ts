import type { Stripe } from "stripe";
import { enterRefund, enterRefundFailure } from "./balance.ts";
import { invalid, refused } from "./errors.ts";
import { emit } from "./events.ts";
import { mergeMetadata, type Reader } from "./form.ts";
import { cardOf } from "./methods.ts";
import { find, newId, NO_REQUEST, nowSeconds, type Cause, type StripeState } from "./state.ts";

/** How long the pending and the failing refund cards take to decide, on the kit's clock. */
export const REFUND_DECIDES_MS = 60_000;

export function createRefund(state: StripeState, input: Reader, cause: Cause): Stripe.Refund {
  const amount = input.integer("amount");
  const reason = input.oneOf("reason", ["duplicate", "fraudulent", "requested_by_customer"]) ?? null;
  const charge = chargeToRefund(state, input);
  const left = charge.amount_captured - charge.amount_refunded;
  if (left === 0) {
    throw refused(`Charge ${charge.id} has already been refunded.`, {
      code: "charge_already_refunded",
      charge: charge.id,
    });
  }
  const wanted = amount ?? left;
  if (wanted < 1) {
    throw invalid("This value must be greater than or equal to 1.", {
      code: "parameter_invalid_integer",
      param: "amount",
    });
  }
  if (wanted > left) {
    throw refused(`Refund amount (${wanted}) is greater than unrefunded amount on charge (${left})`, { param: "amount" });
  }
  const { after } = cardOf(state, String(charge.payment_method));
  const id = newId("re");
  const refund: Stripe.Refund = {
    id,
    object: "refund",
    amount: wanted,
    balance_transaction: enterRefund(state, id, charge.currency, wanted),
    charge: charge.id,
    created: nowSeconds(state),
    currency: charge.currency,
    customer: null,
    customer_account: null,
    destination_details: { type: "card" },
    metadata: mergeMetadata({}, input.metadata()),
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: after === "pendingRefund" ? "pending" : "succeeded",
    transfer_reversal: null,
  };
  state.refunds.put(refund.id, refund);
  const refunded = addRefunded(state, charge, wanted);
  emit(state, cause, "refund.created", refund);
  emit(state, cause, "charge.refunded", refunded, { amount_refunded: charge.amount_refunded });
  if (after === "pendingRefund" || after === "failingRefund") {
    state.agenda.plan("refund", refund.id, state.clock.now() + REFUND_DECIDES_MS);
  }
  return refund;
}

/** The bank decides a refund: the pending one succeeds, the other comes back. */
export function decideRefund(state: StripeState, id: string): void {
  const refund = state.refunds.get(id);
  const charge = refund && state.charges.get(String(refund.charge));
  if (!refund || !charge) return;
  const previous = { status: refund.status };
  if (refund.status === "pending") {
    const succeeded: Stripe.Refund = { ...refund, status: "succeeded" };
    state.refunds.put(id, succeeded);
    emit(state, NO_REQUEST, "refund.updated", succeeded, previous);
    return;
  }
  const failed: Stripe.Refund = {
    ...refund,
    status: "failed",
    failure_reason: "expired_or_canceled_card",
    failure_balance_transaction: enterRefundFailure(state, refund),
  };
  state.refunds.put(id, failed);
  addRefunded(state, charge, -refund.amount);
  emit(state, NO_REQUEST, "refund.updated", failed, previous);
  emit(state, NO_REQUEST, "refund.failed", failed);
}

export function updateRefund(state: StripeState, id: string, input: Reader): Stripe.Refund {
  const refund = find(state.refunds, "refund", id);
  const updated: Stripe.Refund = {
    ...refund,
    metadata: mergeMetadata(refund.metadata ?? {}, input.metadata()),
  };
  state.refunds.put(id, updated);
  return updated;
}

function addRefunded(state: StripeState, charge: Stripe.Charge, amount: number): Stripe.Charge {
  const total = charge.amount_refunded + amount;
  const updated: Stripe.Charge = {
    ...charge,
    amount_refunded: total,
    refunded: total === charge.amount_captured,
  };
  state.charges.put(charge.id, updated);
  return updated;
}

function chargeToRefund(state: StripeState, input: Reader): Stripe.Charge {
  const intentId = input.text("payment_intent");
  const chargeId = input.text("charge");
  if (intentId && chargeId) {
    throw invalid("You may only specify one of these parameters: payment_intent, charge.", { param: "charge" });
  }
  if (!intentId && !chargeId) {
    throw invalid("One of the following params should be provided for this request: payment_intent or charge.", {
      code: "parameter_missing",
      param: "payment_intent",
    });
  }
  const charge = intentId
    ? state.charges.get(String(find(state.intents, "payment_intent", intentId, "payment_intent").latest_charge))
    : find(state.charges, "charge", String(chargeId), "charge");
  if (!charge?.captured) {
    throw refused(`This PaymentIntent (${String(charge?.payment_intent ?? intentId)}) does not have a successful charge to refund.`);
  }
  if (charge.disputed && !isWon(state, charge.id)) {
    throw refused(`Charge ${charge.id} has been charged back; cannot issue a refund.`, {
      code: "charge_disputed",
      charge: charge.id,
    });
  }
  return charge;
}

function isWon(state: StripeState, chargeId: string): boolean {
  return state.disputes.all().every((d) => d.charge !== chargeId || d.status === "won");
}
