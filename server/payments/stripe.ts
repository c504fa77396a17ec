import type Stripe from "stripe";
import { z } from "zod";
import type { Config } from "../platform/config.ts";
import { OutsideError } from "../platform/outside.ts";
import type { Moved, Page, PageRequest, PaymentGateway, PaymentRef, ProviderRefund, ProviderView, RefundRequest } from "./gateway.ts";
import { toStripe } from "./stripe-amounts.ts";
import { callStripe, stripeClient } from "./stripe-client.ts";
import { refundOf, viewOf } from "./stripe-view.ts";

/** Stripe's shortest page lives 30 minutes; one more for clocks that differ. */
const SHORTEST_PAGE_MS = 31 * 60_000;
/** Its longest is 24 hours, which is also the default. */
const LONGEST_PAGE_MS = 24 * 3_600_000;

/** Hosted Checkout pages with manual capture. */
export function stripeGateway(config: Config, secretKey: string): PaymentGateway {
  const stripe = stripeClient(config, secretKey);
  return {
    openPage: (request) => callStripe(() => openPage(stripe, request)),
    closePage: (ref) => callStripe(() => closePage(stripe, ref)),
    read: (ref) => callStripe(() => read(stripe, ref)),
    capture: (ref, amount) => callStripe(() => capture(stripe, ref, amount)),
    void: (ref) => callStripe(() => voidPayment(stripe, ref)),
    refund: (ref, refund) => callStripe(() => giveBack(stripe, ref, refund)),
    listMoved: (from, to) => callStripe(() => listMoved(stripe, from, to)),
  };
}

async function openPage(stripe: Stripe, request: PageRequest): Promise<Page> {
  const session = await keyed(`page:${request.paymentId}`, (idempotencyKey) => createSession(stripe, request, idempotencyKey));
  if (!session.url) throw new OutsideError("stripe", "unreadable", { code: "page_without_url" });
  return { pageRef: session.id, pageUrl: session.url, expiresAt: new Date(session.expires_at * 1000) };
}

function createSession(stripe: Stripe, request: PageRequest, idempotencyKey: string): Promise<Stripe.Checkout.Session> {
  const metadata = { payment_id: request.paymentId, booking_id: request.bookingId };
  return stripe.checkout.sessions.create(
    {
      mode: "payment",
      submit_type: "book",
      client_reference_id: request.bookingCode,
      customer_email: request.guest.email,
      locale: request.locale === "id" ? "id" : "en",
      line_items: [
        {
          quantity: 1,
          price_data: { currency: request.currency.toLowerCase(), unit_amount: toStripe(request.amount, request.currency), product_data: { name: request.description } },
        },
      ],
      metadata,
      payment_intent_data: { capture_method: "manual", description: request.description, metadata },
      success_url: request.successUrl,
      cancel_url: request.cancelUrl,
      expires_at: pageEnd(request.expiresAt),
    },
    { idempotencyKey },
  );
}

/**
 * Unix seconds. Reckoned from the hold's end, not from now: a retry under the same idempotency key must
 * send the same parameters. Our own job closes the page earlier, at the hold's end.
 */
function pageEnd(holdEnd: Date): number | undefined {
  const end = holdEnd.getTime() + SHORTEST_PAGE_MS;
  return end - Date.now() < LONGEST_PAGE_MS ? Math.floor(end / 1000) : undefined;
}

async function closePage(stripe: Stripe, ref: PaymentRef): Promise<"closed" | "paid" | "open"> {
  // Nobody was ever given the address of a page that we don't know ourselves.
  if (!ref.pageRef) return "closed";
  try {
    await stripe.checkout.sessions.expire(ref.pageRef);
    return "closed";
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
  const { state } = await read(stripe, ref);
  if (state === "authorised" || state === "captured" || state === "paid") return "paid";
  return state === "expired" || state === "voided" ? "closed" : "open";
}

async function read(stripe: Stripe, ref: PaymentRef): Promise<ProviderView> {
  let session: Stripe.Checkout.Session | undefined;
  let intent: Stripe.PaymentIntent | undefined;
  if (ref.pageRef) {
    session = await stripe.checkout.sessions.retrieve(ref.pageRef, { expand: ["payment_intent.latest_charge"] });
    if (session.payment_intent && typeof session.payment_intent === "object") intent = session.payment_intent;
  } else if (ref.paymentRef) {
    intent = await stripe.paymentIntents.retrieve(ref.paymentRef, { expand: ["latest_charge"] });
  }
  const charge = typeof intent?.latest_charge === "object" ? intent.latest_charge : undefined;
  const [refunds, disputes] = await Promise.all([
    intent && charge?.captured ? listRefunds(stripe, intent.id) : [],
    intent && charge?.disputed ? stripe.disputes.list({ payment_intent: intent.id, limit: 100 }).then((list) => list.data) : [],
  ]);
  return viewOf({ session, intent, refunds, disputes });
}

async function listRefunds(stripe: Stripe, paymentIntent: string): Promise<Stripe.Refund[]> {
  return (await stripe.refunds.list({ payment_intent: paymentIntent, limit: 100 })).data;
}

/** More than these in one span can't be: it must be asked for in smaller ones. */
const MOST_LISTED = 10_000;

async function listMoved(stripe: Stripe, from: Date, to: Date): Promise<Moved[]> {
  const span = { created: { gte: Math.floor(from.getTime() / 1000), lt: Math.ceil(to.getTime() / 1000) }, limit: 100 };
  const [refunds, disputes] = await Promise.all([
    stripe.refunds.list(span).autoPagingToArray({ limit: MOST_LISTED }),
    stripe.disputes.list(span).autoPagingToArray({ limit: MOST_LISTED }),
  ]);
  if (refunds.length === MOST_LISTED || disputes.length === MOST_LISTED) throw new OutsideError("stripe", "unreadable", { code: "too_many_listed" });
  return [...refunds.map((refund) => movedOf("refund", refund)), ...disputes.map((dispute) => movedOf("dispute", dispute))];
}

function movedOf(kind: Moved["kind"], { id, payment_intent: intent, metadata }: Stripe.Refund | Stripe.Dispute): Moved {
  const paymentRef = typeof intent === "string" ? intent : intent?.id;
  return { kind, ref: id, paymentRef, paymentId: z.uuid().safeParse(metadata?.["payment_id"]).data };
}

async function capture(stripe: Stripe, ref: PaymentRef, amount: number): Promise<ProviderView> {
  const intent = await intentOf(stripe, ref);
  try {
    // Without a key of ours: an intent is captured once in any case, and a server error would be kept under it for a day.
    await stripe.paymentIntents.capture(intent, { amount_to_capture: toStripe(amount, ref.currency) });
  } catch (error) {
    if (!isUnexpectedState(error)) throw error;
    const view = await read(stripe, ref);
    if (view.state === "captured" || view.state === "paid") return view;
    throw error;
  }
  return read(stripe, ref);
}

async function voidPayment(stripe: Stripe, ref: PaymentRef): Promise<ProviderView> {
  const before = await read(stripe, ref);
  if (before.state === "authorised" && before.paymentRef) {
    try {
      await stripe.paymentIntents.cancel(before.paymentRef, { cancellation_reason: "abandoned" });
    } catch (error) {
      if (!isUnexpectedState(error)) throw error;
    }
  } else if (before.state === "created" || before.state === "denied" || before.state === "requires_action") {
    // The intent of an open page can't be cancelled by itself.
    await closePage(stripe, ref);
  } else {
    return before;
  }
  return read(stripe, ref);
}

async function giveBack(stripe: Stripe, ref: PaymentRef, { refundId, amount, reason, refusals }: RefundRequest): Promise<ProviderRefund> {
  const intent = await intentOf(stripe, ref);
  const metadata = { refund_id: refundId, payment_id: ref.paymentId, reason: reason.slice(0, 500) };
  return keyed(keyOf(`refund:${refundId}`, refusals), async (idempotencyKey) => {
    // Stripe forgets keys after a day, and a dead letter may be replayed later than that.
    const done = (await listRefunds(stripe, intent)).find((refund) => refund.metadata?.["refund_id"] === refundId);
    if (done) return refundOf(done);
    const request = { payment_intent: intent, amount: toStripe(amount, ref.currency), reason: "requested_by_customer", metadata } as const;
    return refundOf(await stripe.refunds.create(request, { idempotencyKey }));
  });
}

/** How many keys are tried for one effect. */
const MOST_KEYS = 3;

/**
 * Stripe keeps even a server error under its key for a day, whether or not the call had its effect: once the answer is a replay
 * of one, only another key gets further. `call` must bear that an earlier one had its effect.
 */
async function keyed<T>(key: string, call: (idempotencyKey: string) => Promise<T>): Promise<T> {
  for (let again = 1; ; again += 1) {
    try {
      return await call(again === 1 ? key : `${key}:${again}`);
    } catch (error) {
      if (again === MOST_KEYS || !isKeptServerError(error)) throw error;
    }
  }
}

/** Stripe repeats a refusal under its key for a day: what it refused for good is asked under another. */
function keyOf(step: string, refusals = 0): string {
  return refusals > 0 ? `${step}:${refusals}` : step;
}

async function intentOf(stripe: Stripe, ref: PaymentRef): Promise<string> {
  const intent = ref.paymentRef ?? (await read(stripe, ref)).paymentRef;
  if (!intent) throw new OutsideError("stripe", "refused", { code: "nothing_paid" });
  return intent;
}

function isRefusal(error: unknown): boolean {
  return hasField(error, "type", "StripeInvalidRequestError") && !hasField(error, "statusCode", 404);
}

function isKeptServerError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { statusCode = 0, headers } = error as Stripe.errors.StripeError;
  return statusCode >= 500 && headers?.["idempotent-replayed"] === "true";
}

function isUnexpectedState(error: unknown): boolean {
  return hasField(error, "code", "payment_intent_unexpected_state");
}

function hasField(error: unknown, field: string, value: unknown): boolean {
  return error instanceof Error && (error as Error & Record<string, unknown>)[field] === value;
}
