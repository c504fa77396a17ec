import Stripe from "stripe";
import { z } from "zod";
import { refuse } from "../errors.ts";
import type { Config } from "../platform/config.ts";
import { sameText } from "../platform/tokens.ts";
import type { WebhookHint } from "./gateway.ts";

/**
 * Checks Stripe's signature and tells what the event speaks of.
 * @throws FORBIDDEN when it isn't Stripe's, INVALID when it can't be read, UNAVAILABLE without a secret.
 */
export async function readStripeWebhook(config: Config, rawBody: string, headers: Headers): Promise<WebhookHint> {
  const secret = config.STRIPE_WEBHOOK_SECRET;
  if (!secret) throw refuse("UNAVAILABLE", { what: "stripe", retryAfterMs: 60_000 });
  let event: Stripe.Event;
  try {
    event = await Stripe.webhooks.constructEventAsync(rawBody, headers.get("stripe-signature") ?? "", secret, undefined, Stripe.createSubtleCryptoProvider());
  } catch (error) {
    if (error instanceof SyntaxError) throw refuse("INVALID", { field: "body", reason: "no JSON" }, error);
    throw refuse("FORBIDDEN", { what: "signature" }, error);
  }
  return { eventId: event.id, type: event.type, ...namesOf(event.data.object) };
}

/** The few fields by which any of Stripe's objects names its payment. */
interface StripeSubject {
  object?: string;
  id?: string;
  payment_intent?: string | { id: string } | null;
  metadata?: Record<string, string> | null;
}

function namesOf(subject: StripeSubject): Pick<WebhookHint, "pageRef" | "paymentRef" | "paymentId"> {
  const intent = typeof subject.payment_intent === "object" ? subject.payment_intent?.id : subject.payment_intent;
  return {
    paymentId: subject.metadata?.["payment_id"],
    pageRef: subject.object === "checkout.session" ? subject.id : undefined,
    paymentRef: subject.object === "payment_intent" ? subject.id : intent,
  };
}

const noticeSchema = z.object({
  order_id: z.string().max(100),
  status_code: z.string().max(10),
  gross_amount: z.string().max(40),
  signature_key: z.string().max(200),
  transaction_id: z.string().max(100).optional(),
  transaction_status: z.string().max(40).default("unknown"),
});

/**
 * Checks a notification of Midtrans. The signature covers neither state nor time: it only says where to look.
 * @throws FORBIDDEN when the signature is wrong, INVALID when it can't be read, UNAVAILABLE without a key.
 */
export async function readMidtransWebhook(config: Config, rawBody: string): Promise<WebhookHint> {
  const key = config.MIDTRANS_SERVER_KEY;
  if (!key) throw refuse("UNAVAILABLE", { what: "midtrans", retryAfterMs: 60_000 });
  const notice = noticeSchema.safeParse(parseJson(rawBody));
  if (!notice.success) throw refuse("INVALID", { field: "body", reason: "no notification" }, notice.error);
  const { order_id, status_code, gross_amount, signature_key, transaction_id, transaction_status } = notice.data;
  const expected = await hexDigest("SHA-512", `${order_id}${status_code}${gross_amount}${key}`);
  if (!sameText(expected, signature_key.toLowerCase())) throw refuse("FORBIDDEN", { what: "signature" });
  return {
    // There is no event id; a repeated notice has the same body.
    eventId: await hexDigest("SHA-256", rawBody),
    type: transaction_status,
    paymentId: order_id,
    pageRef: order_id,
    paymentRef: transaction_id,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function hexDigest(algorithm: "SHA-256" | "SHA-512", text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest(algorithm, new TextEncoder().encode(text)));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
