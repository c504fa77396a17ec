import type { Stripe } from "stripe";
import type { Reply } from "../kit/serve.ts";

/** The `error` object of an answer. */
export interface ApiErrorBody {
  type: "invalid_request_error" | "card_error" | "idempotency_error" | "api_error";
  message: string;
  code?: string;
  decline_code?: string;
  param?: string;
  charge?: string;
  doc_url?: string;
  payment_intent?: Stripe.PaymentIntent;
  payment_method?: Stripe.PaymentMethod;
}

/** An answer that is an error and has no effects; `stored` says whether its idempotency key remembers it. */
export class StripeFault extends Error {
  readonly status: number;
  readonly error: ApiErrorBody;
  readonly stored: boolean;
  constructor(status: number, error: ApiErrorBody, stored: boolean) {
    super(error.message);
    this.status = status;
    this.error = withDoc(error);
    this.stored = stored;
  }
}

export function withDoc(error: ApiErrorBody): ApiErrorBody {
  if (!error.code) return error;
  return {
    ...error,
    doc_url: `https://docs.stripe.com/error-codes/${error.code.replaceAll("_", "-")}`,
  };
}

export function faultReply(fault: StripeFault): Reply {
  return { status: fault.status, body: { error: fault.error } };
}

/** A parameter that fails validation: 400, never stored under an idempotency key. */
export function invalid(message: string, more: { code?: string; param?: string } = {}): StripeFault {
  return new StripeFault(400, { type: "invalid_request_error", message, ...more }, false);
}

export function missing(param: string): StripeFault {
  return invalid(`Missing required param: ${param}.`, { code: "parameter_missing", param });
}

/** A request that is well formed and refused by the state of its object: 400, stored. */
export function refused(
  message: string,
  more: {
    code?: string;
    param?: string;
    charge?: string;
    payment_intent?: Stripe.PaymentIntent;
  } = {},
): StripeFault {
  return new StripeFault(400, { type: "invalid_request_error", message, ...more }, true);
}

/** The intent is in a status that does not allow the call; the error carries the intent. */
export function unexpected(intent: Stripe.PaymentIntent, message: string): StripeFault {
  return refused(message, { code: "payment_intent_unexpected_state", payment_intent: intent });
}

export function notFound(kind: string, id: string, param: string): StripeFault {
  return new StripeFault(
    404,
    {
      type: "invalid_request_error",
      message: `No such ${kind}: '${id}'`,
      code: "resource_missing",
      param,
    },
    true,
  );
}

export function unknownUrl(method: string, path: string): StripeFault {
  const message = `Unrecognized request URL (${method}: ${path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`;
  return new StripeFault(404, { type: "invalid_request_error", message }, false);
}

export function unauthorized(key: string | undefined): StripeFault {
  const message = key
    ? `Invalid API Key provided: ${key.slice(0, 8)}${"*".repeat(8)}${key.slice(-4)}`
    : "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').";
  return new StripeFault(401, { type: "invalid_request_error", message }, false);
}
