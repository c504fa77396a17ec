import Stripe from "stripe";
import { z } from "zod";
import { refuse } from "../errors.ts";
import type { Config } from "../platform/config.ts";
import { vendorTextField } from "../platform/fields.ts";
import { sameText } from "../platform/tokens.ts";
import type { WebhookHint } from "./gateway.ts";

/** A signature older than this, or made by a clock this far ahead, is not believed. In seconds. */
const TOLERANCE = 300;

const idField = vendorTextField(255);
/** The few fields by which any of Stripe's objects names its payment. */
const stripeEventSchema = z.object({
  id: idField,
  type: idField,
  data: z.object({
    object: z.object({
      object: idField.optional(),
      id: idField.nullish(),
      payment_intent: z.union([idField, z.object({ id: idField })]).nullish(),
      metadata: z.record(z.string(), z.unknown()).nullish(),
    }),
  }),
});

/**
 * Checks Stripe's signature and tells what the event speaks of.
 * @throws FORBIDDEN when it isn't Stripe's, or not of now; INVALID of the field "event" when it is and can't be read;
 *   UNAVAILABLE without a secret.
 */
export async function readStripeWebhook(config: Config, rawBody: string, headers: Headers): Promise<WebhookHint> {
  const secret = config.STRIPE_WEBHOOK_SECRET;
  if (!secret) throw refuse("UNAVAILABLE", { what: "stripe", retryAfterMs: 60_000 });
  const signature = headers.get("stripe-signature") ?? "";
  let signed: unknown;
  try {
    signed = await Stripe.webhooks.constructEventAsync(rawBody, signature, secret, TOLERANCE, Stripe.createSubtleCryptoProvider());
  } catch (error) {
    if (error instanceof SyntaxError) throw refuse("INVALID", { field: "event", reason: "no JSON" }, error);
    throw refuse("FORBIDDEN", { what: "signature" }, error);
  }
  // The SDK refuses what is too old, and takes any that is yet to come.
  const signedAt = Number(/(?:^|,)t=(\d{1,12})(?:,|$)/.exec(signature)?.[1]);
  if (!(signedAt <= Date.now() / 1000 + TOLERANCE)) throw refuse("FORBIDDEN", { what: "signature" });
  const event = stripeEventSchema.safeParse(signed);
  if (!event.success) throw refuse("INVALID", { field: "event", reason: "no event" }, event.error);
  const { id, type, data } = event.data;
  return { eventId: id, type, ...namesOf(data.object) };
}

function namesOf(subject: z.infer<typeof stripeEventSchema>["data"]["object"]): Pick<WebhookHint, "pageRef" | "paymentRef" | "paymentId"> {
  const intent = typeof subject.payment_intent === "object" ? subject.payment_intent?.id : subject.payment_intent;
  const own = subject.metadata?.["payment_id"];
  return {
    paymentId: typeof own === "string" ? own : undefined,
    pageRef: subject.object === "checkout.session" ? (subject.id ?? undefined) : undefined,
    paymentRef: subject.object === "payment_intent" ? (subject.id ?? undefined) : intent,
  };
}

/** What Midtrans signs. */
const noticeSchema = z.object({
  order_id: z.string().max(100),
  status_code: z.string().max(10),
  gross_amount: z.string().max(40),
  signature_key: z.string().max(200),
});
const signedNoticeSchema = z.object({
  order_id: vendorTextField(100),
  transaction_id: vendorTextField(100).optional(),
  transaction_status: vendorTextField(40).default("unknown"),
});

/**
 * Checks a notification of Midtrans. The signature covers neither state nor time: it only says where to look.
 * @throws FORBIDDEN when the signature is wrong; INVALID when it can't be read, of the field "event" where it is signed;
 *   UNAVAILABLE without a key.
 */
export async function readMidtransWebhook(config: Config, rawBody: string): Promise<WebhookHint> {
  const key = config.MIDTRANS_SERVER_KEY;
  if (!key) throw refuse("UNAVAILABLE", { what: "midtrans", retryAfterMs: 60_000 });
  const body = parseJson(rawBody);
  const notice = noticeSchema.safeParse(body);
  if (!notice.success) throw refuse("INVALID", { field: "body", reason: "no notification" }, notice.error);
  const { order_id: signedOrder, status_code, gross_amount, signature_key } = notice.data;
  const expected = await hexDigest("SHA-512", `${signedOrder}${status_code}${gross_amount}${key}`);
  if (!sameText(expected, signature_key.toLowerCase())) throw refuse("FORBIDDEN", { what: "signature" });
  const signed = signedNoticeSchema.safeParse(body);
  if (!signed.success) throw refuse("INVALID", { field: "event", reason: "no notification" }, signed.error);
  const { order_id, transaction_id, transaction_status } = signed.data;
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
