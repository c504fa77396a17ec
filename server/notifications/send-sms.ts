import { z } from "zod";
import { refuse } from "../errors.ts";
import type { Config } from "../platform/config.ts";
import { callOutside, OutsideError } from "../platform/outside.ts";

const TIMEOUT_MS = 10_000;

export interface Sms {
  /** Our delivery row; the status callbacks carry it. */
  deliveryId: string;
  /** E.164. */
  to: string;
  text: string;
}

const acceptedSchema = z.object({ sid: z.string() });
const failureSchema = z.object({ code: z.number() });

/** Whether texts can be sent at all. */
export function hasSms(config: Config): boolean {
  return Boolean(config.TWILIO_ACCOUNT_SID && config.TWILIO_AUTH_TOKEN && config.TWILIO_FROM);
}

/**
 * Sends one text and returns Twilio's id of it. NOT safe to repeat: Twilio knows no idempotency key, so
 * that after a lost answer only the status callback tells whether it went out.
 * @throws OutsideError, `refused` with Twilio's own code for what won't ever work; UNAVAILABLE without an account.
 */
export async function sendSms(config: Config, sms: Sms): Promise<string> {
  const { TWILIO_ACCOUNT_SID: account, TWILIO_AUTH_TOKEN: token, TWILIO_FROM: from } = config;
  if (!account || !token || !from) throw refuse("UNAVAILABLE", { what: "sms", retryAfterMs: 60_000 });
  const body = new URLSearchParams({
    To: sms.to,
    Body: sms.text,
    [from.startsWith("MG") ? "MessagingServiceSid" : "From"]: from,
    StatusCallback: `${config.PUBLIC_URL}/webhooks/twilio?delivery=${sms.deliveryId}`,
  });
  let response: Response;
  try {
    response = await callOutside("twilio", `${config.TWILIO_BASE_URL}/2010-04-01/Accounts/${account}/Messages.json`, {
      method: "POST",
      headers: { authorization: `Basic ${btoa(`${account}:${token}`)}` },
      body,
      timeoutMs: TIMEOUT_MS,
    });
  } catch (error) {
    throw error instanceof OutsideError ? withCode(error) : error;
  }
  const accepted = acceptedSchema.safeParse(await response.json().catch(() => undefined));
  if (!accepted.success) throw new OutsideError("twilio", "unreadable", { status: response.status, cause: accepted.error });
  return accepted.data.sid;
}

/** The failure with Twilio's own code ("21610" = opted out), which its body carries. */
function withCode(error: OutsideError): OutsideError {
  if (typeof error.cause !== "string") return error;
  let body: unknown;
  try {
    body = JSON.parse(error.cause);
  } catch {
    return error;
  }
  const failure = failureSchema.safeParse(body);
  if (!failure.success) return error;
  return new OutsideError("twilio", error.kind, { status: error.status, code: String(failure.data.code), retryAfterMs: error.retryAfterMs, cause: error.cause });
}
