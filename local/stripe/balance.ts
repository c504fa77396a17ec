import type { Stripe } from "stripe";
import { decimalsOf } from "./amounts.ts";
import { newId, nowSeconds, type StripeState } from "./state.ts";

/** What the stand-in keeps of a charge: 2.9 %, and 0.30 of the currency where it has decimals. */
const FEE_SHARE = 0.029;
/** What a dispute costs, won or lost: 15.00 of the currency. */
const DISPUTE_FEE = 15;
const DAYS_UNTIL_AVAILABLE = 2;

type Kind = Pick<Stripe.BalanceTransaction, "type" | "reporting_category">;

/** The captured part of a charge comes in, less the fee. */
export function enterCharge(state: StripeState, charge: Stripe.Charge, amount: number): string {
  const decimals = decimalsOf(charge.currency);
  const fixed = decimals === 0 ? 0 : 3 * 10 ** (decimals - 1);
  return enter(state, { type: "charge", reporting_category: "charge" }, charge.id, charge.currency, amount, Math.min(amount, Math.round(amount * FEE_SHARE) + fixed)).id;
}

/** A refund goes out; the fee of its charge isn't returned. */
export function enterRefund(state: StripeState, refundId: string, currency: string, amount: number): string {
  return enter(state, { type: "refund", reporting_category: "refund" }, refundId, currency, -amount, 0).id;
}

/** A refund that failed comes back. */
export function enterRefundFailure(state: StripeState, refund: Stripe.Refund): string {
  return enter(state, { type: "refund_failure", reporting_category: "refund_failure" }, refund.id, refund.currency, refund.amount, 0).id;
}

/** The disputed money is withdrawn, with the dispute's fee. */
export function enterDispute(state: StripeState, dispute: Stripe.Dispute): Stripe.BalanceTransaction {
  const kind: Kind = { type: "adjustment", reporting_category: "dispute" };
  return enter(state, kind, dispute.id, dispute.currency, -dispute.amount, DISPUTE_FEE * 10 ** decimalsOf(dispute.currency));
}

/** A dispute is won: its money comes back, its fee doesn't. */
export function enterDisputeReversal(state: StripeState, dispute: Stripe.Dispute): Stripe.BalanceTransaction {
  return enter(state, { type: "adjustment", reporting_category: "dispute_reversal" }, dispute.id, dispute.currency, dispute.amount, 0);
}

function enter(state: StripeState, kind: Kind, source: string, currency: string, amount: number, fee: number): Stripe.BalanceTransaction {
  const created = nowSeconds(state);
  const entry: Stripe.BalanceTransaction = {
    id: newId("txn"),
    object: "balance_transaction",
    amount,
    available_on: created + DAYS_UNTIL_AVAILABLE * 24 * 3600,
    balance_type: "payments",
    created,
    currency,
    description: null,
    exchange_rate: null,
    fee,
    fee_details: fee === 0 ? [] : [{ amount: fee, application: null, currency, description: "Stripe processing fees", type: "stripe_fee" }],
    net: amount - fee,
    source,
    status: "pending",
    ...kind,
  };
  state.balance.put(entry.id, entry);
  return entry;
}

/** An entry as of now: pending until its money can be paid out. */
export function showEntry(state: StripeState, entry: Stripe.BalanceTransaction): Stripe.BalanceTransaction {
  return { ...entry, status: entry.available_on <= nowSeconds(state) ? "available" : "pending" };
}
