import Stripe from "stripe";
import { OutsideError, retryAfter, type OutsideKind } from "../platform/outside.ts";
import type { Config } from "../platform/config.ts";

const TIMEOUT_MS = 15_000;

/** The SDK on `fetch`, against `STRIPE_API_BASE`. It tries twice more by itself, always with the same key. */
export function stripeClient(config: Config, secretKey: string): Stripe {
  const base = new URL(config.STRIPE_API_BASE);
  return new Stripe(secretKey, {
    host: base.hostname,
    port: base.port || (base.protocol === "https:" ? 443 : 80),
    protocol: base.protocol === "https:" ? "https" : "http",
    httpClient: Stripe.createFetchHttpClient(),
    timeout: TIMEOUT_MS,
    maxNetworkRetries: 2,
    telemetry: false,
  });
}

/** Runs one SDK call; its failure comes out as an `OutsideError`. */
export async function callStripe<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof Stripe.errors.StripeError ? outsideError(error) : error;
  }
}

function outsideError(error: InstanceType<typeof Stripe.errors.StripeError>): OutsideError {
  return new OutsideError("stripe", kindOf(error), {
    status: error.statusCode,
    code: error.code || error.rawType || error.type,
    retryAfterMs: error.headers ? retryAfter(new Headers(error.headers)) : undefined,
    cause: error,
  });
}

function kindOf(error: InstanceType<typeof Stripe.errors.StripeError>): OutsideKind {
  if (error instanceof Stripe.errors.StripeConnectionError) return /timeout/.test(error.message) ? "timeout" : "network";
  if (error instanceof Stripe.errors.StripeRateLimitError || error.statusCode === 409) return "busy";
  // Also an answer that was no JSON, or a proxy's own: whether the call had its effect is unknown, so the same key is tried again.
  return error instanceof Stripe.errors.StripeAPIError || (error.statusCode ?? 0) >= 500 ? "server" : "refused";
}
