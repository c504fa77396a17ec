import type { Stripe } from "stripe";
import { refused } from "./errors.ts";
import { emit } from "./events.ts";
import type { Reader } from "./form.ts";
import { find, newId, NO_REQUEST, nowSeconds, type Cause, type StripeState } from "./state.ts";

const DAYS_TO_ANSWER = 9;

/** The cardholder disputes the whole charge: its money is withdrawn until the dispute is closed. */
export function openDispute(state: StripeState, charge: Stripe.Charge): void {
  const created = nowSeconds(state);
  const dispute = {
    id: newId("du"),
    object: "dispute",
    amount: charge.amount_captured,
    balance_transactions: [],
    charge: charge.id,
    created,
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: {},
    evidence_details: {
      due_by: created + DAYS_TO_ANSWER * 24 * 3600,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: null,
    },
    intended_submission_method: null,
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    payment_intent: charge.payment_intent,
    reason: "fraudulent",
    status: "needs_response",
  } as unknown as Stripe.Dispute;
  state.disputes.put(dispute.id, dispute);
  state.charges.put(charge.id, { ...charge, disputed: true });
  emit(state, NO_REQUEST, "charge.dispute.created", dispute);
}

/** `evidence[uncategorized_text]` of `winning_evidence` or `losing_evidence` decides a test dispute. */
export function updateDispute(state: StripeState, id: string, input: Reader, cause: Cause): Stripe.Dispute {
  const dispute = mustBeOpen(find(state.disputes, "dispute", id));
  const text = input.child("evidence")?.text("uncategorized_text");
  if (text === "winning_evidence") return decide(state, dispute, "won", cause);
  if (text === "losing_evidence") return decide(state, dispute, "lost", cause);
  const updated = { ...dispute, status: "under_review" } satisfies Stripe.Dispute;
  state.disputes.put(id, updated);
  emit(state, cause, "charge.dispute.updated", updated, { status: dispute.status });
  return updated;
}

/** Gives the dispute up: lost. */
export function closeDispute(state: StripeState, id: string, cause: Cause): Stripe.Dispute {
  return decide(state, mustBeOpen(find(state.disputes, "dispute", id)), "lost", cause);
}

function mustBeOpen(dispute: Stripe.Dispute): Stripe.Dispute {
  if (dispute.status === "won" || dispute.status === "lost") {
    throw refused(`This dispute is already closed (${dispute.status}).`);
  }
  return dispute;
}

function decide(state: StripeState, dispute: Stripe.Dispute, status: "won" | "lost", cause: Cause): Stripe.Dispute {
  const closed: Stripe.Dispute = { ...dispute, status };
  state.disputes.put(dispute.id, closed);
  emit(state, cause, "charge.dispute.closed", closed);
  return closed;
}
