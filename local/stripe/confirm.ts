import type { Stripe } from "stripe";
import type { TestCard } from "./cards.ts";
import { createCharge } from "./charges.ts";
import { invalid, unexpected, withDoc, type ApiErrorBody } from "./errors.ts";
import { emit } from "./events.ts";
import type { Reader } from "./form.ts";
import { cardOf, resolveMethod } from "./methods.ts";
import { find, type Cause, type StripeState } from "./state.ts";

/** The intent after a try; `error` is the card error that the API answers with 402. */
export interface Confirmation {
  intent: Stripe.PaymentIntent;
  error?: ApiErrorBody;
}

const CONFIRMABLE = ["requires_payment_method", "requires_confirmation", "requires_action"];

/** `POST …/confirm`, also of a create with `confirm=true`. */
export function confirmIntent(state: StripeState, id: string, input: Reader, cause: Cause): Confirmation {
  const intent = find(state.intents, "payment_intent", id, "intent");
  if (state.sessionOfIntent.get(id)) {
    throw unexpected(intent, "You cannot confirm a PaymentIntent created by Checkout.");
  }
  if (!CONFIRMABLE.includes(intent.status)) {
    throw unexpected(
      intent,
      intent.status === "canceled"
        ? "You cannot confirm this PaymentIntent because it has a status of canceled. Only a PaymentIntent with one of the following statuses may be confirmed: requires_confirmation, requires_action."
        : "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.",
    );
  }
  const name = input.text("payment_method");
  const method = name ? resolveMethod(state, name) : (intent.payment_method as string | null);
  if (!method) {
    throw unexpected(
      intent,
      "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.",
    );
  }
  const returnUrl = input.text("return_url");
  if (!returnUrl && intent.automatic_payment_methods?.allow_redirects === "always") {
    throw invalid(
      "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`. " +
        "If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.",
      { param: "return_url" },
    );
  }
  const offSession = input.flag("off_session") ?? false;
  const withMethod: Stripe.PaymentIntent = { ...intent, payment_method: method };
  const card = cardOf(state, method);
  if (!needsAuthentication(card, offSession)) return charge(state, withMethod, card, false, cause);
  if (offSession || input.flag("error_on_requires_action")) {
    return fail(
      state,
      withMethod,
      {
        type: "card_error",
        code: "authentication_required",
        decline_code: "authentication_required",
        message: "Your card was declined. This transaction requires authentication.",
      },
      cause,
    );
  }
  return { intent: askAuthentication(state, withMethod, returnUrl, cause) };
}

/** One try of a card by a guest who is present: charged, declined, or waiting for 3D Secure. */
export function tryCard(state: StripeState, intent: Stripe.PaymentIntent, method: string, returnUrl: string, cause: Cause): Confirmation {
  const card = cardOf(state, method);
  const withMethod: Stripe.PaymentIntent = { ...intent, payment_method: method };
  if (!needsAuthentication(card, false)) return charge(state, withMethod, card, false, cause);
  return { intent: askAuthentication(state, withMethod, returnUrl, cause) };
}

/** The guest came back from the bank's page; `passed` says whether they proved who they are. */
export function finishAuthentication(state: StripeState, intent: Stripe.PaymentIntent, passed: boolean, cause: Cause): Confirmation {
  const answered: Stripe.PaymentIntent = { ...intent, next_action: null };
  if (passed) return charge(state, answered, cardOf(state, String(intent.payment_method)), true, cause);
  return fail(
    state,
    answered,
    {
      type: "invalid_request_error",
      code: "payment_intent_authentication_failure",
      message: "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
    },
    cause,
  );
}

function needsAuthentication(card: TestCard, offSession: boolean): boolean {
  return card.threeDSecure === "always" || (card.threeDSecure === "setUp" && !offSession);
}

function askAuthentication(state: StripeState, intent: Stripe.PaymentIntent, returnUrl: string | undefined, cause: Cause): Stripe.PaymentIntent {
  const asking: Stripe.PaymentIntent = {
    ...intent,
    status: "requires_action",
    last_payment_error: null,
    next_action: returnUrl
      ? {
          type: "redirect_to_url",
          redirect_to_url: {
            url: `${state.publicUrl}/c/challenge/${intent.id}`,
            return_url: returnUrl,
          },
        }
      : { type: "use_stripe_sdk", use_stripe_sdk: { type: "three_d_secure_redirect" } },
  };
  state.intents.put(intent.id, asking);
  emit(state, cause, "payment_intent.requires_action", asking);
  return asking;
}

function charge(state: StripeState, intent: Stripe.PaymentIntent, card: TestCard, authenticated: boolean, cause: Cause): Confirmation {
  const made = createCharge(state, intent, card, authenticated, cause);
  if (card.decline) {
    const error: ApiErrorBody = { type: "card_error", charge: made.id, ...card.decline };
    return fail(state, { ...intent, latest_charge: made.id }, error, cause);
  }
  const manual = intent.capture_method === "manual";
  const done: Stripe.PaymentIntent = {
    ...intent,
    amount_capturable: manual ? intent.amount : 0,
    amount_received: manual ? 0 : intent.amount,
    last_payment_error: null,
    latest_charge: made.id,
    status: manual ? "requires_capture" : "succeeded",
  };
  state.intents.put(done.id, done);
  emit(state, cause, manual ? "payment_intent.amount_capturable_updated" : "payment_intent.succeeded", done);
  return { intent: done };
}

function fail(state: StripeState, intent: Stripe.PaymentIntent, error: ApiErrorBody, cause: Cause): Confirmation {
  const method = state.methods.get(String(intent.payment_method))?.method;
  const documented: ApiErrorBody = { ...withDoc(error), payment_method: method };
  const failed: Stripe.PaymentIntent = {
    ...intent,
    status: "requires_payment_method",
    payment_method: null,
    last_payment_error: documented as Stripe.PaymentIntent.LastPaymentError,
  };
  state.intents.put(failed.id, failed);
  emit(state, cause, "payment_intent.payment_failed", failed);
  return { intent: failed, error: { ...documented, payment_intent: failed } };
}
