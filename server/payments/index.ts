import { refuse } from "../errors.ts";
import type { Config } from "../platform/config.ts";
import type { PaymentGateway } from "./gateway.ts";
import { midtransGateway } from "./midtrans.ts";
import { stripeGateway } from "./stripe.ts";

export { hasWayBack } from "./way-back.ts";
export type { Moved, Page, PageRequest, PaymentGateway, PaymentRef, ProviderDispute, ProviderRefund, ProviderView, WebhookHint } from "./gateway.ts";
export { isExamined, leftOf, owedByHand, planMoney, wayOf, WAYS_BACK, type MoneyAction, type MoneyFacts, type MoneyPlan, type WayBack } from "./plan-money.ts";
export { assertRefundMove, BY_HAND, canMove, canMoveDispute, canMoveRefund, hasMoney, MOVES, REFUND_MOVES, type RefundState } from "./states.ts";
export { readMidtransWebhook, readStripeWebhook } from "./webhooks.ts";

export type Provider = "stripe" | "midtrans";

const built = new WeakMap<Config, Partial<Record<Provider, PaymentGateway>>>();

/** The providers that are configured; built once per configuration. */
export function gateways(config: Config): Partial<Record<Provider, PaymentGateway>> {
  let made = built.get(config);
  if (!made) {
    made = {
      ...(config.STRIPE_SECRET_KEY && { stripe: stripeGateway(config, config.STRIPE_SECRET_KEY) }),
      ...(config.MIDTRANS_SERVER_KEY && { midtrans: midtransGateway(config, config.MIDTRANS_SERVER_KEY) }),
    };
    built.set(config, made);
  }
  return made;
}

/** @throws UNAVAILABLE when the provider isn't configured. */
export function gatewayOf(config: Config, provider: Provider): PaymentGateway {
  const gateway = gateways(config)[provider];
  if (!gateway) throw refuse("UNAVAILABLE", { what: provider, retryAfterMs: 60_000 });
  return gateway;
}
