import { randomBytes } from "node:crypto";
import type { Stripe } from "stripe";
import { checkAmount, readCurrency } from "./amounts.ts";
import { enterCharge } from "./balance.ts";
import { afterCapture } from "./charges.ts";
import { confirmIntent, type Confirmation } from "./confirm.ts";
import { invalid, missing, unexpected } from "./errors.ts";
import { emit } from "./events.ts";
import { mergeMetadata, readEmail, type Reader } from "./form.ts";
import { cardOf, resolveMethod } from "./methods.ts";
import { find, newId, nowSeconds, type Cause, type StripeState } from "./state.ts";

const UPDATABLE = ["requires_payment_method", "requires_confirmation", "requires_action"];
const CANCELABLE = [...UPDATABLE.slice(0, 1), "requires_capture", ...UPDATABLE.slice(1), "processing"];

/** What a new intent is made of, by the API's create or by a session's first try. */
export interface NewIntent {
  amount: number;
  currency: string;
  captureMethod: Stripe.PaymentIntent["capture_method"];
  metadata: Record<string, string>;
  description: string | null;
  receiptEmail: string | null;
  /** Null: only cards, which never send the guest to another site by themselves. */
  automaticMethods: Stripe.PaymentIntent["automatic_payment_methods"];
}

export function insertIntent(state: StripeState, input: NewIntent, cause: Cause): Stripe.PaymentIntent {
  const id = newId("pi");
  const intent: Stripe.PaymentIntent = {
    id,
    object: "payment_intent",
    allowed_payment_method_types: input.automaticMethods ? null : ["card"],
    amount: input.amount,
    amount_capturable: 0,
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: input.automaticMethods,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: input.captureMethod,
    client_secret: `${id}_secret_${randomBytes(12).toString("hex")}`,
    confirmation_method: "automatic",
    created: nowSeconds(state),
    currency: input.currency,
    customer: null,
    customer_account: null,
    description: input.description,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: input.metadata,
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: ["card"],
    payment_record: null,
    processing: null,
    receipt_email: input.receiptEmail,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: "requires_payment_method",
    transfer_data: null,
    transfer_group: null,
  };
  state.intents.put(id, intent);
  emit(state, cause, "payment_intent.created", intent);
  return intent;
}

export function createIntent(state: StripeState, input: Reader, cause: Cause): Confirmation {
  const amount = input.integer("amount");
  if (amount === undefined) throw missing("amount");
  const currency = readCurrency(input, "currency");
  checkAmount(amount, currency, "amount");
  const automatic = input.child("automatic_payment_methods", ["enabled", "allow_redirects"]);
  const types = input.texts("allowed_payment_method_types");
  if (types.some((type) => type !== "card")) {
    throw invalid("The payment method type provided is invalid.", {
      param: "allowed_payment_method_types",
    });
  }
  const name = input.text("payment_method");
  const method = name && resolveMethod(state, name);
  let intent = insertIntent(
    state,
    {
      amount,
      currency,
      captureMethod: readCaptureMethod(input),
      metadata: mergeMetadata({}, input.metadata()),
      description: input.unsettable("description") ?? null,
      receiptEmail: readEmail(input, "receipt_email") ?? null,
      automaticMethods:
        types.length > 0
          ? null
          : {
              enabled: automatic?.flag("enabled") ?? true,
              allow_redirects: automatic?.oneOf("allow_redirects", ["always", "never"]) ?? "always",
            },
    },
    cause,
  );
  if (method) {
    intent = { ...intent, payment_method: method, status: "requires_confirmation" };
    state.intents.put(intent.id, intent);
  }
  if (!input.flag("confirm")) return { intent };
  return confirmIntent(state, intent.id, input, cause);
}

export function updateIntent(state: StripeState, id: string, input: Reader, cause: Cause): Stripe.PaymentIntent {
  const intent = find(state.intents, "payment_intent", id, "intent");
  const amount = input.integer("amount");
  const name = input.text("payment_method");
  if ((amount !== undefined || name) && !UPDATABLE.includes(intent.status)) {
    const what = amount === undefined ? "payment_method" : "amount";
    throw unexpected(
      intent,
      `This PaymentIntent's ${what} could not be updated because it has a status of ${intent.status}. ` +
        `You may only update the ${what} of a PaymentIntent with one of the following statuses: ${UPDATABLE.join(", ")}.`,
    );
  }
  if (amount !== undefined) checkAmount(amount, intent.currency, "amount");
  // The currency of an intent stays.
  if (input.has("currency") && readCurrency(input, "currency") !== intent.currency) {
    throw invalid("The currency of a PaymentIntent can't be changed here.", { param: "currency" });
  }
  const updated: Stripe.PaymentIntent = {
    ...intent,
    amount: amount ?? intent.amount,
    metadata: mergeMetadata(intent.metadata, input.metadata()),
    description: input.has("description") ? (input.unsettable("description") ?? null) : intent.description,
    receipt_email: input.has("receipt_email") ? (readEmail(input, "receipt_email") ?? null) : intent.receipt_email,
  };
  if (name) {
    updated.payment_method = resolveMethod(state, name);
    updated.status = "requires_confirmation";
  }
  state.intents.put(id, updated);
  if (amount !== undefined && amount !== intent.amount) {
    emit(state, cause, "payment_intent.amount_updated", updated, { amount: intent.amount });
  }
  return updated;
}

/** Takes the authorised money, or a part of it; the rest is released. */
export function captureIntent(state: StripeState, id: string, input: Reader, cause: Cause): Stripe.PaymentIntent {
  const intent = find(state.intents, "payment_intent", id, "intent");
  const charge = state.charges.get(String(intent.latest_charge));
  if (intent.status !== "requires_capture" || !charge) {
    throw unexpected(
      intent,
      `This PaymentIntent could not be captured because it has a status of ${intent.status}. ` +
        "Only a PaymentIntent with one of the following statuses may be captured: requires_capture.",
    );
  }
  const amount = input.integer("amount_to_capture") ?? intent.amount_capturable;
  if (amount < 1 || amount > intent.amount_capturable) {
    throw invalid(
      amount < 1 ? "This value must be greater than or equal to 1." : `The amount to capture (${amount}) is greater than the amount capturable (${intent.amount_capturable}).`,
      {
        code: amount < 1 ? "parameter_invalid_integer" : "amount_too_large",
        param: "amount_to_capture",
      },
    );
  }
  const captured: Stripe.Charge = {
    ...charge,
    amount_captured: amount,
    captured: true,
    balance_transaction: enterCharge(state, charge, amount),
  };
  const updated: Stripe.PaymentIntent = {
    ...intent,
    amount_capturable: 0,
    amount_received: amount,
    status: "succeeded",
  };
  state.agenda.cancel("authorisation", id);
  state.charges.put(charge.id, captured);
  state.intents.put(id, updated);
  markSession(state, id, "paid");
  emit(state, cause, "charge.captured", captured, { captured: false });
  emit(state, cause, "payment_intent.succeeded", updated);
  afterCapture(state, captured, cardOf(state, String(intent.payment_method)));
  return updated;
}

export function cancelIntent(state: StripeState, id: string, input: Reader, cause: Cause): Stripe.PaymentIntent {
  const intent = find(state.intents, "payment_intent", id, "intent");
  const reason = input.oneOf("cancellation_reason", ["abandoned", "duplicate", "fraudulent", "requested_by_customer"]) ?? null;
  if (!CANCELABLE.includes(intent.status)) {
    throw unexpected(
      intent,
      `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. ` +
        `Only a PaymentIntent with one of the following statuses may be canceled: ${CANCELABLE.join(", ")}.`,
    );
  }
  if (state.sessionOfIntent.get(id) && intent.status !== "requires_capture") {
    throw unexpected(intent, "You cannot cancel a PaymentIntent created by Checkout unless its status is requires_capture. Instead, expire the Checkout Session.");
  }
  return markCanceled(state, intent, reason, cause);
}

export function markCanceled(state: StripeState, intent: Stripe.PaymentIntent, reason: Stripe.PaymentIntent["cancellation_reason"], cause: Cause): Stripe.PaymentIntent {
  const canceled: Stripe.PaymentIntent = {
    ...intent,
    amount_capturable: 0,
    canceled_at: nowSeconds(state),
    cancellation_reason: reason,
    next_action: null,
    status: "canceled",
  };
  state.agenda.cancel("authorisation", intent.id);
  state.intents.put(intent.id, canceled);
  emit(state, cause, "payment_intent.canceled", canceled);
  return canceled;
}

/** The bank takes its authorisation back: 7 days passed without a capture. */
export function expireAuthorisation(state: StripeState, id: string, cause: Cause): void {
  const intent = state.intents.get(id);
  const charge = intent && state.charges.get(String(intent.latest_charge));
  if (intent?.status !== "requires_capture" || !charge) return;
  emit(state, cause, "charge.expired", charge);
  markCanceled(state, intent, "expired", cause);
}

export function markSession(state: StripeState, intentId: string, payment: Stripe.Checkout.Session["payment_status"]): void {
  const session = state.sessions.get(state.sessionOfIntent.get(intentId) ?? "");
  if (session) state.sessions.put(session.id, { ...session, payment_status: payment });
}

export function readCaptureMethod(input: Reader): "automatic_async" | "automatic" | "manual" {
  return input.oneOf("capture_method", ["automatic", "automatic_async", "manual"]) ?? "automatic_async";
}
