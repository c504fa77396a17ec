import type { Stripe } from "stripe";
import { checkAmount, readCurrency } from "./amounts.ts";
import { invalid, missing, refused } from "./errors.ts";
import { emit } from "./events.ts";
import { mergeMetadata, readEmail, type Reader } from "./form.ts";
import { markCanceled, readCaptureMethod } from "./intents.ts";
import { find, newId, nowSeconds, type Cause, type StripeState } from "./state.ts";

const SHORTEST_SECONDS = 30 * 60;
const LONGEST_SECONDS = 24 * 3600;
const MOST_ITEMS = 100;
/** The languages of the hosted page. */
const LOCALES = "auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hr hu id it ja ko lt lv ms mt nb nl pl pt pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW".split(" ");

export function createSession(state: StripeState, input: Reader): Stripe.Checkout.Session {
  const mode = input.oneOf("mode", ["payment", "setup", "subscription"]);
  if (mode !== "payment") throw invalid("`mode` must be `payment` here.", { param: "mode" });
  const successUrl = readUrl(input, "success_url");
  if (!successUrl) throw missing("success_url");
  const created = nowSeconds(state);
  const expiresAt = readExpiry(input, created);
  const lineItems = input.children("line_items", ["price_data", "quantity"]).map(readLineItem);
  const currency = lineItems[0]?.currency;
  if (!currency) throw missing("line_items");
  if (lineItems.length > MOST_ITEMS) throw invalid(`At most ${MOST_ITEMS} line items.`, { param: "line_items" });
  if (lineItems.some((item) => item.currency !== currency)) {
    throw invalid("All line items must have the same currency.", { param: "line_items" });
  }
  const total = lineItems.reduce((sum, item) => sum + item.amount_total, 0);
  checkAmount(total, currency, "line_items");
  const intentData = input.child("payment_intent_data", ["capture_method", "description", "metadata"]);
  const id = newId("cs_test");
  const session = {
    id,
    object: "checkout.session",
    adaptive_pricing: { enabled: false },
    after_expiration: null,
    allow_promotion_codes: null,
    allowed_payment_method_types: null,
    amount_subtotal: total,
    amount_total: total,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: null,
    cancel_url: readUrl(input, "cancel_url") ?? null,
    client_reference_id: input.text("client_reference_id", 200) ?? null,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created,
    currency,
    currency_conversion: null,
    custom_fields: [],
    custom_text: {
      after_submit: null,
      shipping_address: null,
      submit: null,
      terms_of_service_acceptance: null,
    },
    customer: null,
    customer_account: null,
    customer_creation: "if_required",
    customer_details: null,
    customer_email: readEmail(input, "customer_email") ?? null,
    discounts: [],
    expires_at: expiresAt,
    integration_identifier: null,
    invoice: null,
    invoice_creation: null,
    livemode: false,
    locale: input.oneOf("locale", LOCALES) ?? null,
    managed_payments: null,
    metadata: mergeMetadata({}, input.metadata()),
    mode,
    origin_context: null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection: "if_required",
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: ["card"],
    payment_status: "unpaid",
    permissions: null,
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: "open",
    submit_type: input.oneOf("submit_type", ["auto", "book", "donate", "pay"]) ?? null,
    subscription: null,
    success_url: successUrl,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: "hosted_page",
    url: `${state.publicUrl}/c/pay/${id}`,
    wallet_options: null,
  } as Stripe.Checkout.Session;
  state.sessions.put(id, session);
  state.sessionPlans.put(id, {
    lineItems,
    captureMethod: intentData ? readCaptureMethod(intentData) : "automatic_async",
    intentMetadata: mergeMetadata({}, intentData?.metadata() ?? {}),
    intentDescription: intentData?.text("description") ?? null,
  });
  state.agenda.plan("session", id, expiresAt * 1000);
  return session;
}

function readExpiry(input: Reader, created: number): number {
  const at = input.integer("expires_at") ?? created + LONGEST_SECONDS;
  if (at < created + SHORTEST_SECONDS) {
    throw invalid("The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.", { param: "expires_at" });
  }
  if (at > created + LONGEST_SECONDS) {
    throw invalid("The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.", { param: "expires_at" });
  }
  return at;
}

function readUrl(input: Reader, name: string): string | undefined {
  const value = input.text(name);
  if (value !== undefined && !/^https?:\/\/./.test(value)) {
    throw invalid("Not a valid URL", { code: "url_invalid", param: name });
  }
  return value;
}

function readLineItem(input: Reader): Stripe.LineItem {
  const price = input.child("price_data", ["currency", "unit_amount", "product_data"]);
  if (!price) throw missing(input.path("price_data"));
  const product = price.child("product_data", ["name"]);
  if (!product) throw missing(price.path("product_data"));
  const currency = readCurrency(price, "currency");
  const unitAmount = price.integer("unit_amount");
  if (unitAmount === undefined) throw missing(price.path("unit_amount"));
  const quantity = input.integer("quantity") ?? 1;
  if (unitAmount < 0 || quantity < 1) {
    const param = unitAmount < 0 ? price.path("unit_amount") : input.path("quantity");
    throw invalid("This value must be greater than or equal to 1.", {
      code: "parameter_invalid_integer",
      param,
    });
  }
  const total = unitAmount * quantity;
  return {
    id: newId("li"),
    object: "item",
    adjustable_quantity: null,
    amount_discount: 0,
    amount_subtotal: total,
    amount_tax: 0,
    amount_total: total,
    currency,
    description: product.required("name"),
    metadata: null,
    price: null,
    quantity,
  };
}

/** `POST …/expire`: only an open session; its page then says so. */
export function expireSession(state: StripeState, id: string, cause: Cause): Stripe.Checkout.Session {
  const session = find(state.sessions, "checkout.session", id, "session");
  if (session.status !== "open") {
    throw refused(`Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${session.status}\`.`);
  }
  const expired: Stripe.Checkout.Session = { ...session, status: "expired", url: null };
  state.sessions.put(id, expired);
  state.agenda.cancel("session", id);
  const intent = state.intents.get(String(session.payment_intent));
  if (intent) markCanceled(state, intent, "automatic", cause);
  emit(state, cause, "checkout.session.expired", expired);
  return expired;
}

/** `POST /v1/checkout/sessions/{id}`: its metadata. */
export function updateSession(state: StripeState, id: string, input: Reader): Stripe.Checkout.Session {
  const session = find(state.sessions, "checkout.session", id, "session");
  const updated: Stripe.Checkout.Session = {
    ...session,
    metadata: mergeMetadata(session.metadata ?? {}, input.metadata()),
  };
  state.sessions.put(id, updated);
  return updated;
}

export function lineItemsOf(state: StripeState, id: string): Stripe.LineItem[] {
  find(state.sessions, "checkout.session", id, "session");
  return state.sessionPlans.get(id)?.lineItems ?? [];
}

/** The whole list of a session's items, as `expand[]=line_items` shows it. */
export function lineItemsList(state: StripeState, id: string) {
  const url = `/v1/checkout/sessions/${id}/line_items`;
  return { object: "list" as const, data: lineItemsOf(state, id), has_more: false, url };
}
