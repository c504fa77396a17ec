import { randomBytes } from "node:crypto";
import type { Stripe } from "stripe";
import type { Agenda } from "../kit/agenda.ts";
import type { LocalClock } from "../kit/clock.ts";
import type { Collection, Store } from "../kit/store.ts";
import type { Webhooks } from "../kit/webhooks.ts";
import { notFound } from "./errors.ts";

/** What a session needs later and its API object doesn't show. */
export interface SessionPlan {
  lineItems: Stripe.LineItem[];
  captureMethod: "automatic_async" | "automatic" | "manual";
  intentMetadata: Record<string, string>;
  intentDescription: string | null;
}

export interface StoredMethod {
  method: Stripe.PaymentMethod;
  cardNumber: string;
}

/** The request that causes a change; null members: the dashboard, the page or the clock did. */
export type Cause = Stripe.Event.Request;
export const NO_REQUEST: Cause = { id: null, idempotency_key: null };

/** Everything that the verbs of the stand-in work on. */
export interface StripeState {
  store: Store;
  clock: LocalClock;
  agenda: Agenda;
  webhooks: Webhooks;
  webhookUrl: string | undefined;
  publicUrl: string;
  sessions: Collection<Stripe.Checkout.Session>;
  sessionPlans: Collection<SessionPlan>;
  /** Session id by payment intent id. */
  sessionOfIntent: Collection<string>;
  intents: Collection<Stripe.PaymentIntent>;
  methods: Collection<StoredMethod>;
  charges: Collection<Stripe.Charge>;
  refunds: Collection<Stripe.Refund>;
  disputes: Collection<Stripe.Dispute>;
  balance: Collection<Stripe.BalanceTransaction>;
  events: Collection<Stripe.Event>;
}

export function nowSeconds(state: StripeState): number {
  return Math.floor(state.clock.now() / 1000);
}

export function newId(prefix: string): string {
  return `${prefix}_${randomBytes(18).toString("base64url").replace(/[-_]/g, "0")}`;
}

/** The document, or Stripe's 404 naming the parameter that asked for it. */
export function find<T>(docs: Collection<T>, kind: string, id: string, param = "id"): T {
  const doc = docs.get(id);
  if (!doc) throw notFound(kind, id, param);
  return doc;
}
