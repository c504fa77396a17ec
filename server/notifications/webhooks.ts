import { Resend } from "resend";
import { z } from "zod";
import { refuse } from "../errors.ts";
import type { Config } from "../platform/config.ts";
import { vendorTextField } from "../platform/fields.ts";
import type { DeliveryState } from "./states.ts";

/** What a vendor tells of one message. `state` is undefined for what we don't follow (opened, clicked). */
export interface DeliveryNotice {
  deliveryId: string | undefined;
  providerId: string;
  state: DeliveryState | undefined;
  /** The vendor's reason of a failure. */
  error: string | undefined;
}

const MAIL_STATE: Record<string, DeliveryState | undefined> = {
  "email.sent": "sent",
  "email.delivered": "delivered",
  "email.delivery_delayed": "delayed",
  "email.bounced": "bounced",
  "email.suppressed": "bounced",
  "email.complained": "complained",
  "email.failed": "failed",
};

const SMS_STATE: Record<string, DeliveryState | undefined> = {
  sent: "sent",
  delivered: "delivered",
  read: "delivered",
  undelivered: "failed",
  failed: "failed",
  canceled: "failed",
};

const deliveryIdSchema = z.uuid().optional().catch(undefined);
const reasonField = vendorTextField(100).optional();
const mailEventSchema = z.object({
  type: vendorTextField(100),
  data: z.object({
    email_id: vendorTextField(255),
    tags: z.object({ delivery: deliveryIdSchema }).optional().catch(undefined),
    bounce: z.object({ type: reasonField, subType: reasonField }).optional().catch(undefined),
  }),
});

const callbackSchema = z.object({ providerId: vendorTextField(255), status: vendorTextField(40), error: vendorTextField(40).optional() });

/**
 * Checks a webhook of Resend (signed as Svix does).
 * @throws FORBIDDEN when it isn't Resend's or not of now, INVALID of the field "event" when it can't be read, UNAVAILABLE without a secret.
 */
export function readResendWebhook(config: Config, rawBody: string, headers: Headers): DeliveryNotice & { eventId: string } {
  const secret = config.RESEND_WEBHOOK_SECRET;
  if (!secret) throw refuse("UNAVAILABLE", { what: "mail", retryAfterMs: 60_000 });
  const id = headers.get("svix-id") ?? "";
  const signed = { id, timestamp: headers.get("svix-timestamp") ?? "", signature: headers.get("svix-signature") ?? "" };
  let payload: unknown;
  try {
    payload = new Resend(config.RESEND_API_KEY ?? "re_verify").webhooks.verify({ payload: rawBody, headers: signed, webhookSecret: secret });
  } catch (error) {
    if (error instanceof SyntaxError) throw refuse("INVALID", { field: "event", reason: "no JSON" }, error);
    throw refuse("FORBIDDEN", { what: "signature" }, error);
  }
  const event = mailEventSchema.safeParse(payload);
  if (!event.success) throw refuse("INVALID", { field: "event", reason: "no mail event" }, event.error);
  const { type, data } = event.data;
  return {
    eventId: id,
    deliveryId: data.tags?.delivery,
    providerId: data.email_id,
    state: MAIL_STATE[type],
    error: data.bounce ? `${data.bounce.type ?? "bounce"}/${data.bounce.subType ?? ""}` : undefined,
  };
}

/**
 * Checks a status callback of Twilio. `target` is the path and query as they came, untouched: Twilio signs
 * the address as we gave it, which is `PUBLIC_URL` and never what a proxy made of it.
 * @throws FORBIDDEN when the signature is wrong, INVALID of the field "event" when it can't be read, UNAVAILABLE without a token.
 */
export async function readTwilioWebhook(config: Config, target: string, params: URLSearchParams, signature: string | null): Promise<DeliveryNotice> {
  const token = config.TWILIO_AUTH_TOKEN;
  if (!token) throw refuse("UNAVAILABLE", { what: "sms", retryAfterMs: 60_000 });
  const fields = [...params].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([name, value]) => name + value);
  const checks = addressesOf(config.PUBLIC_URL).map((base) => isSigned(token, base + target + fields.join(""), signature ?? ""));
  if (!(await Promise.all(checks)).includes(true)) throw refuse("FORBIDDEN", { what: "signature" });
  const callback = callbackSchema.safeParse({ providerId: params.get("MessageSid"), status: params.get("MessageStatus"), error: params.get("ErrorCode") ?? undefined });
  if (!callback.success) throw refuse("INVALID", { field: "event", reason: "no status callback" }, callback.error);
  const { providerId, status, error } = callback.data;
  return {
    deliveryId: deliveryIdSchema.parse(new URLSearchParams(target.split("?")[1]).get("delivery") ?? undefined),
    providerId,
    state: SMS_STATE[status],
    error,
  };
}

/** The public address with its port and without: Twilio signs now the one, now the other. */
function addressesOf(publicUrl: string): string[] {
  const [, scheme = "", host = "", port, path = ""] = /^(https?):\/\/([^/:]+|\[[^\]]+\])(?::(\d+))?(.*)$/.exec(publicUrl) ?? [];
  return [`${scheme}://${host}${path}`, `${scheme}://${host}:${port ?? (scheme === "https" ? 443 : 80)}${path}`];
}

/** HMAC-SHA1 in Base64, compared in constant time. */
async function isSigned(token: string, text: string, signature: string): Promise<boolean> {
  if (!/^[A-Za-z0-9+/]{27}=$/.test(signature)) return false;
  const encoder = new TextEncoder();
  const key = await crypto.subtle.importKey("raw", encoder.encode(token), { name: "HMAC", hash: "SHA-1" }, false, ["verify"]);
  const bytes = Uint8Array.from(atob(signature), (char) => char.charCodeAt(0));
  return crypto.subtle.verify("HMAC", key, bytes, encoder.encode(text));
}
