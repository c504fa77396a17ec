import type { Stripe } from "stripe";
import { enterCharge } from "./balance.ts";
import type { TestCard } from "./cards.ts";
import { openDispute } from "./disputes.ts";
import { emit } from "./events.ts";
import { cardFace, checksOf } from "./methods.ts";
import { newId, nowSeconds, type Cause, type StripeState } from "./state.ts";

const AUTHORISATION_SECONDS = 7 * 24 * 3600;

/** Asks the bank: writes the charge, authorised, paid or failed, and its event. */
export function createCharge(state: StripeState, intent: Stripe.PaymentIntent, card: TestCard, authenticated: boolean, cause: Cause): Stripe.Charge {
  const { decline } = card;
  const created = nowSeconds(state);
  const manual = intent.capture_method === "manual";
  const captured = !decline && !manual;
  const charge = {
    id: newId("ch"),
    object: "charge",
    amount: intent.amount,
    amount_captured: captured ? intent.amount : 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: {
      address: null,
      email: intent.receipt_email,
      name: null,
      phone: null,
      tax_id: null,
    },
    calculated_statement_descriptor: "NIGHTLEDGER",
    captured,
    created,
    currency: intent.currency,
    customer: null,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: intent.metadata,
    on_behalf_of: null,
    outcome: outcomeOf(card),
    paid: !decline,
    payment_intent: intent.id,
    payment_method: intent.payment_method as string,
    payment_method_details: {
      type: "card",
      card: {
        ...cardFace(card),
        amount_authorized: decline ? null : intent.amount,
        authorization_code: null,
        ...(manual && !decline ? { capture_before: created + AUTHORISATION_SECONDS } : {}),
        checks: checksOf(card),
        electronic_commerce_indicator: null,
        extended_authorization: { status: "disabled" },
        incremental_authorization: { status: "unavailable" },
        installments: null,
        mandate: null,
        multicapture: { status: "unavailable" },
        network: card.brand,
        network_token: { used: false },
        network_transaction_id: null,
        overcapture: { maximum_amount_capturable: intent.amount, status: "unavailable" },
        regulated_status: "unregulated",
        three_d_secure: authenticated ? threeDSecureResult() : null,
        transaction_link_id: null,
        wallet: null,
      },
    },
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: decline ? "failed" : "succeeded",
    transfer_data: null,
    transfer_group: null,
  } as Stripe.Charge;
  if (captured) charge.balance_transaction = enterCharge(state, charge, charge.amount);
  state.charges.put(charge.id, charge);
  emit(state, cause, decline ? "charge.failed" : "charge.succeeded", charge);
  if (!decline && manual) {
    state.agenda.plan("authorisation", intent.id, (created + AUTHORISATION_SECONDS) * 1000);
  }
  if (captured) afterCapture(state, charge, card);
  return charge;
}

function outcomeOf(card: TestCard) {
  const { decline } = card;
  const common = { advice_code: null, network_advice_code: null, network_decline_code: null };
  if (!decline) {
    return {
      ...common,
      network_status: "approved_by_network",
      reason: null,
      risk_level: "normal",
      seller_message: "Payment complete.",
      type: "authorized",
    };
  }
  if (card.blocked) {
    return {
      ...common,
      network_status: "not_sent_to_network",
      reason: "highest_risk_level",
      risk_level: "highest",
      seller_message: "Stripe blocked this payment as too risky.",
      type: "blocked",
    };
  }
  return {
    ...common,
    network_status: "declined_by_network",
    reason: decline.decline_code ?? decline.code,
    risk_level: "normal",
    seller_message: `The bank returned the decline code \`${decline.decline_code ?? decline.code}\`.`,
    type: "issuer_declined",
  };
}

function threeDSecureResult() {
  return {
    authentication_flow: "challenge",
    electronic_commerce_indicator: "05",
    exemption_indicator: null,
    result: "authenticated",
    result_reason: null,
    transaction_id: newId("tdsrc"),
    version: "2.2.0",
  };
}

/** What a card does once its money is captured. */
export function afterCapture(state: StripeState, charge: Stripe.Charge, card: TestCard): void {
  if (card.dispute) openDispute(state, charge, { amount: charge.amount_captured, reason: card.dispute });
}
