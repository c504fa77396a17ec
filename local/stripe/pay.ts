import type { Stripe } from "stripe";
import { findCard } from "./cards.ts";
import { finishAuthentication, tryCard, type Confirmation } from "./confirm.ts";
import { emit } from "./events.ts";
import { insertIntent } from "./intents.ts";
import { createMethod } from "./methods.ts";
import { NO_REQUEST, type StripeState } from "./state.ts";

/** What the guest entered. */
export interface CardForm {
  /** A card number, or the `pm_card_…` name of a test card. */
  card: string;
  email?: string;
  name?: string;
}

/** What came of it; `next` is where the browser goes. */
export type Outcome =
  | { outcome: "succeeded"; next: string }
  | { outcome: "requires_action"; next: string }
  | { outcome: "declined"; message: string; code: string }
  | { outcome: "closed"; status: "complete" | "expired" };

/** The guest presses Pay on the session's page. A decline leaves the session open for another try. */
export function paySession(state: StripeState, session: Stripe.Checkout.Session, form: CardForm): Outcome {
  const closed = closedOutcome(session);
  if (closed) return closed;
  const card = findCard(form.card);
  if (!card) {
    return {
      outcome: "declined",
      code: "incorrect_number",
      message: "Your card number is not one of the test cards.",
    };
  }
  const intent = intentOf(state, session, form);
  const method = createMethod(state, card);
  const returnUrl = `${state.publicUrl}/c/pay/${session.id}`;
  return settle(state, session.id, tryCard(state, intent, method, returnUrl, NO_REQUEST), form);
}

/** The guest answers the bank's challenge of a session's payment. */
export function answerChallenge(state: StripeState, session: Stripe.Checkout.Session, passed: boolean): Outcome {
  const closed = closedOutcome(session);
  if (closed) return closed;
  const intent = state.intents.get(String(session.payment_intent));
  if (intent?.status !== "requires_action") {
    return {
      outcome: "declined",
      code: "no_challenge",
      message: "There is nothing to authenticate.",
    };
  }
  return settle(state, session.id, finishAuthentication(state, intent, passed, NO_REQUEST), {});
}

function closedOutcome(session: Stripe.Checkout.Session): Outcome | undefined {
  if (session.status === "open") return undefined;
  return { outcome: "closed", status: session.status === "complete" ? "complete" : "expired" };
}

/** The session's intent: made at the first try, used again at the next. */
function intentOf(state: StripeState, session: Stripe.Checkout.Session, form: CardForm): Stripe.PaymentIntent {
  const existing = state.intents.get(String(session.payment_intent));
  if (existing) return existing;
  const plan = state.sessionPlans.get(session.id);
  const intent = insertIntent(
    state,
    {
      amount: session.amount_total ?? 0,
      currency: session.currency ?? "usd",
      captureMethod: plan?.captureMethod ?? "automatic_async",
      metadata: plan?.intentMetadata ?? {},
      description: plan?.intentDescription ?? null,
      receiptEmail: session.customer_email ?? form.email ?? null,
      automaticMethods: null,
    },
    NO_REQUEST,
  );
  state.sessionOfIntent.put(intent.id, session.id);
  state.sessions.put(session.id, { ...session, payment_intent: intent.id });
  return intent;
}

function settle(state: StripeState, sessionId: string, { intent, error }: Confirmation, form: Partial<CardForm>): Outcome {
  if (error)
    return {
      outcome: "declined",
      message: error.message,
      code: error.decline_code ?? error.code ?? "",
    };
  const session = state.sessions.get(sessionId);
  if (!session) throw new Error(`session ${sessionId} is gone`);
  const withGuest = { ...session, customer_details: guestOf(session, form) };
  if (intent.status === "requires_action") {
    state.sessions.put(sessionId, withGuest);
    return { outcome: "requires_action", next: `${state.publicUrl}/c/challenge/${intent.id}` };
  }
  const complete: Stripe.Checkout.Session = {
    ...withGuest,
    status: "complete",
    payment_status: intent.status === "succeeded" ? "paid" : "unpaid",
    url: null,
  };
  state.sessions.put(sessionId, complete);
  state.agenda.cancel("session", sessionId);
  emit(state, NO_REQUEST, "checkout.session.completed", complete);
  return { outcome: "succeeded", next: successUrl(complete) };
}

function guestOf(session: Stripe.Checkout.Session, form: Partial<CardForm>): Stripe.Checkout.Session.CustomerDetails {
  const known = session.customer_details;
  return {
    address: null,
    business_name: null,
    email: session.customer_email ?? form.email ?? known?.email ?? null,
    individual_name: null,
    name: form.name ?? known?.name ?? null,
    phone: null,
    tax_exempt: "none",
    tax_ids: [],
  };
}

export function successUrl(session: Stripe.Checkout.Session): string {
  return (session.success_url ?? "/").replaceAll("{CHECKOUT_SESSION_ID}", session.id);
}
