import type { Stripe } from "stripe";
import { findCard, type TestCard } from "./cards.ts";
import { notFound } from "./errors.ts";
import { newId, nowSeconds, type StripeState } from "./state.ts";

/** A payment method of a `pm_card_…` name (a fresh one each time) or an id made before. */
export function resolveMethod(state: StripeState, name: string): string {
  if (state.methods.get(name)) return name;
  const card = name.startsWith("pm_card_") ? findCard(name) : undefined;
  if (!card) throw notFound("PaymentMethod", name, "payment_method");
  return createMethod(state, card);
}

export function createMethod(state: StripeState, card: TestCard): string {
  const method = {
    id: newId("pm"),
    object: "payment_method",
    allow_redisplay: "unspecified",
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
    card: {
      ...cardFace(card),
      checks: checksOf(card),
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: nowSeconds(state),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: "card",
  } as Stripe.PaymentMethod;
  state.methods.put(method.id, { method, cardNumber: card.number });
  return method.id;
}

export function cardOf(state: StripeState, methodId: string): TestCard {
  const card = findCard(state.methods.get(methodId)?.cardNumber ?? "");
  if (!card) throw notFound("PaymentMethod", methodId, "payment_method");
  return card;
}

/** What is printed on the card: test cards expire at the end of 2034. */
export function cardFace(card: TestCard) {
  return {
    brand: card.brand,
    country: "US",
    exp_month: 12,
    exp_year: 2034,
    fingerprint: `fp${card.number.slice(-6)}${card.number.slice(0, 4)}`,
    funding: "credit",
    last4: card.number.slice(-4),
  };
}

export function checksOf(card: TestCard) {
  return {
    address_line1_check: null,
    address_postal_code_check: null,
    cvc_check: card.cvcFails ? "fail" : "pass",
  };
}
