import { sqlState } from "../db/client.ts";
import { isDomainError } from "../server/errors.ts";
import { isTransient, OutsideError } from "../server/platform/outside.ts";

/** Names the cause to the failure callback: the letters of one cause are one incident. */
export const FAILURE_HEADER = "nightledger-failure";

/** 489: not to be tried again, a person must look. */
export function hopeless(failure: string, reason = failure): Response {
  return new Response(reason, { status: 489, headers: { "upstash-nonretryable-error": "true", [FAILURE_HEADER]: failure } });
}

/** What a failed run tells the queue: 503 or 500 try again, after the vendor's own wish where it has one; 489 hopeless. */
export function refusal(error: unknown): Response {
  if (error instanceof OutsideError) {
    const failure = failureOfVendor(error);
    return isTransient(error) ? later(failure, error.message, error.retryAfterMs) : hopeless(failure, error.message);
  }
  if (isDomainError(error, "UNAVAILABLE") || isDomainError(error, "ROOM_BUSY")) return later(error.code, error.code, error.facts.retryAfterMs);
  if (isDomainError(error)) return hopeless(error.code);
  if (sqlState(error) === "55P03") return later("a row was locked", "locked", undefined);
  // Class and code only: a driver's text may hold data.
  const name = error instanceof Error ? error.constructor.name : "unknown";
  const failure = ["failed", name, sqlState(error)].filter(Boolean).join(" ");
  return new Response(failure, { status: 500, headers: { [FAILURE_HEADER]: failure } });
}

/** A refusal is a cause by its status; time-outs, lost connections and 5xx are one outage. */
function failureOfVendor({ vendor, kind, status }: OutsideError): string {
  if (kind === "busy") return `${vendor} busy`;
  if (kind === "timeout" || kind === "network" || kind === "server") return `${vendor} unavailable`;
  return `${vendor} ${kind === "refused" && status ? status : kind}`;
}

function later(failure: string, reason: string, afterMs: number | undefined): Response {
  const wait: Record<string, string> = afterMs ? { "retry-after": String(Math.ceil(afterMs / 1000)) } : {};
  return new Response(reason, { status: 503, headers: { ...wait, [FAILURE_HEADER]: failure } });
}
