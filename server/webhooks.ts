import { providerEvents } from "../db/schema/payments.ts";
import { paymentOfHint, settle } from "./bookings/index.ts";
import type { Context } from "./context.ts";
import { isDomainError, type DomainError } from "./errors.ts";
import { readResendWebhook, readTwilioWebhook, recordStatus } from "./notifications/index.ts";
import { raiseIncident } from "./platform/incidents.ts";
import { isTransientFailure } from "./trpc.ts";
import { readMidtransWebhook, readStripeWebhook, type WebhookHint } from "./payments/index.ts";

/** By what each vendor's webhooks are checked. */
const SECRETS: ReadonlyMap<string, "STRIPE_WEBHOOK_SECRET" | "MIDTRANS_SERVER_KEY" | "RESEND_WEBHOOK_SECRET" | "TWILIO_AUTH_TOKEN"> = new Map([
  ["stripe", "STRIPE_WEBHOOK_SECRET"],
  ["midtrans", "MIDTRANS_SERVER_KEY"],
  ["resend", "RESEND_WEBHOOK_SECRET"],
  ["twilio", "TWILIO_AUTH_TOKEN"],
]);

/** Said once: a vendor sends for days what nobody here can check. */
const missed = new Set<string>();

/**
 * A vendor's webhook: the signature over the raw body, then the vendor's object is read anew and
 * decides. 2xx only after the commit; a wrong signature is 401, an unknown vendor 404,
 * and one whose secret isn't set 503: it sends again, and may come in once it is.
 */
export async function webhook(ctx: Context, vendor: string, request: Request): Promise<Response> {
  const secret = SECRETS.get(vendor);
  if (secret && !ctx.config[secret]) {
    if (!missed.has(secret)) ctx.log.warn("webhooks come that can't be checked: a secret is not set", { vendor, variable: secret });
    missed.add(secret);
    return new Response("not set up", { status: 503, headers: { "retry-after": "3600" } });
  }
  const body = await request.text();
  try {
    switch (vendor) {
      case "stripe":
        return await payment(ctx, "stripe", await readStripeWebhook(ctx.config, body, request.headers));
      case "midtrans":
        return await payment(ctx, "midtrans", await readMidtransWebhook(ctx.config, body));
      case "resend":
        await recordStatus(ctx, readResendWebhook(ctx.config, body, request.headers));
        return new Response("recorded");
      case "twilio":
        await recordStatus(ctx, await readTwilioWebhook(ctx.config, targetOf(request.url), new URLSearchParams(body), request.headers.get("x-twilio-signature")));
        return new Response("recorded");
      default:
        return new Response("no such vendor", { status: 404 });
    }
  } catch (error) {
    if (isDomainError(error, "FORBIDDEN")) return new Response("wrong signature", { status: 401 });
    if (isDomainError(error, "INVALID")) {
      // Signed, and we can't read it: whatever it says is lost, and sending it again helps nobody.
      if (error.facts.field === "event") await fileUnreadable(ctx, vendor, error);
      return new Response("unreadable", { status: 400 });
    }
    if (isTransientFailure(error)) {
      ctx.log.warn("transient failure", { vendor }, error);
      return new Response("try again", { status: 503, headers: { "retry-after": "10" } });
    }
    ctx.log.error("webhook failed; the vendor will send it again", { vendor }, error);
    return new Response("try again", { status: 500 });
  }
}

async function fileUnreadable(ctx: Context, vendor: string, error: DomainError): Promise<void> {
  ctx.log.error("a signed webhook can't be read", { vendor }, error);
  const title = `${vendor} sends a webhook that we can't read`;
  await raiseIncident(ctx.db, { cause: `unreadable-webhook:${vendor}`, severity: "warning", title, data: { vendor } });
}

/** Path and query as they came: a URL object would re-encode what was signed. */
function targetOf(url: string): string {
  return url.slice(url.indexOf("/", url.indexOf("://") + 3));
}

/** The event is remembered after its effect: settling twice is harmless, losing one is not. */
async function payment(ctx: Context, provider: "stripe" | "midtrans", hint: WebhookHint): Promise<Response> {
  const paymentId = await paymentOfHint(ctx, provider, hint);
  if (paymentId) await settle(ctx, paymentId);
  await ctx.db.insert(providerEvents).values({ provider, eventId: hint.eventId, type: hint.type }).onConflictDoNothing();
  return new Response(paymentId ? "settled" : "not ours");
}
