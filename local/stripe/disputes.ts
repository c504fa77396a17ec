import type { Stripe } from "stripe";
import { enterDispute, enterDisputeReversal } from "./balance.ts";
import { invalid, refused } from "./errors.ts";
import { emit } from "./events.ts";
import { mergeMetadata, type Reader } from "./form.ts";
import { find, newId, NO_REQUEST, nowSeconds, type Cause, type StripeState } from "./state.ts";

const DAYS_TO_ANSWER = 9;
export const DISPUTE_REASONS = ["duplicate", "fraudulent", "general", "product_not_received", "product_unacceptable", "subscription_canceled", "unrecognized"] as const;

/** What evidence may say in words; files aren't taken. */
export const EVIDENCE = [
  "access_activity_log",
  "billing_address",
  "cancellation_policy_disclosure",
  "cancellation_rebuttal",
  "customer_email_address",
  "customer_name",
  "customer_purchase_ip",
  "duplicate_charge_explanation",
  "duplicate_charge_id",
  "product_description",
  "refund_policy_disclosure",
  "refund_refusal_explanation",
  "service_date",
  "uncategorized_text",
] as const;
const LONGEST_EVIDENCE = 20_000;

export interface Complaint {
  /** At most what was captured and is in no other dispute. */
  amount: number;
  reason: (typeof DISPUTE_REASONS)[number];
}

/** The cardholder disputes a charge or a part of it, refunded or not: the money is withdrawn until the dispute is closed. */
export function openDispute(state: StripeState, charge: Stripe.Charge, { amount, reason }: Complaint): Stripe.Dispute {
  const others = state.disputes.all().filter((dispute) => dispute.charge === charge.id);
  const left = charge.amount_captured - others.reduce((sum, dispute) => sum + dispute.amount, 0);
  if (amount < 1 || amount > left) throw invalid(`A dispute of ${amount} is not within what can be disputed (${left}).`, { param: "amount" });
  const created = nowSeconds(state);
  const opened = {
    id: newId("du"),
    object: "dispute",
    amount,
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
    reason,
    status: "needs_response",
  } as unknown as Stripe.Dispute;
  const dispute: Stripe.Dispute = { ...opened, balance_transactions: [enterDispute(state, opened)] };
  state.disputes.put(dispute.id, dispute);
  state.charges.put(charge.id, { ...charge, disputed: true });
  emit(state, NO_REQUEST, "charge.dispute.created", dispute);
  emit(state, NO_REQUEST, "charge.dispute.funds_withdrawn", dispute);
  return dispute;
}

/** `evidence[uncategorized_text]` of `winning_evidence` or `losing_evidence` decides a test dispute once it is submitted. */
export function updateDispute(state: StripeState, id: string, input: Reader, cause: Cause): Stripe.Dispute {
  const dispute = mustBeOpen(find(state.disputes, "dispute", id));
  const evidence = input.child("evidence", EVIDENCE);
  const given = EVIDENCE.filter((name) => evidence?.has(name)).map((name) => [name, evidence?.unsettable(name, LONGEST_EVIDENCE) ?? null] as const);
  const submits = input.flag("submit") ?? given.length > 0;
  const details = dispute.evidence_details;
  const updated: Stripe.Dispute = {
    ...dispute,
    evidence: { ...dispute.evidence, ...Object.fromEntries(given) },
    metadata: mergeMetadata(dispute.metadata, input.metadata()),
    evidence_details: {
      ...details,
      has_evidence: details.has_evidence || given.length > 0,
      submission_count: details.submission_count + (submits ? 1 : 0),
    },
    status: submits ? "under_review" : dispute.status,
  };
  state.disputes.put(id, updated);
  if (submits && updated.evidence.uncategorized_text === "winning_evidence") return closeAs(state, updated, "won", cause);
  if (submits && updated.evidence.uncategorized_text === "losing_evidence") return closeAs(state, updated, "lost", cause);
  emit(state, cause, "charge.dispute.updated", updated, { status: dispute.status });
  return updated;
}

/** Gives the dispute up: lost. */
export function closeDispute(state: StripeState, id: string, cause: Cause): Stripe.Dispute {
  return decideDispute(state, id, "lost", cause);
}

/** The bank decides. Won: the money comes back. */
export function decideDispute(state: StripeState, id: string, status: "won" | "lost", cause: Cause): Stripe.Dispute {
  return closeAs(state, mustBeOpen(find(state.disputes, "dispute", id)), status, cause);
}

function mustBeOpen(dispute: Stripe.Dispute): Stripe.Dispute {
  if (dispute.status === "won" || dispute.status === "lost") {
    throw refused(`This dispute is already closed (${dispute.status}).`);
  }
  return dispute;
}

function closeAs(state: StripeState, dispute: Stripe.Dispute, status: "won" | "lost", cause: Cause): Stripe.Dispute {
  const back = status === "won" ? [enterDisputeReversal(state, dispute)] : [];
  const closed: Stripe.Dispute = { ...dispute, status, balance_transactions: [...dispute.balance_transactions, ...back] };
  state.disputes.put(dispute.id, closed);
  emit(state, cause, "charge.dispute.closed", closed);
  if (status === "won") emit(state, cause, "charge.dispute.funds_reinstated", closed);
  return closed;
}
