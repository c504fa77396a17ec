import type { z } from "zod";

// Refusals outside of tRPC, in the shape that its client reads.

type Domain = { code: "RATE_LIMITED"; facts: { retryAfterMs: number } } | { code: "UNAVAILABLE"; facts: { what: string; retryAfterMs: number } };

function refusal(httpStatus: 429 | 503, domain: Domain): Response {
  const code = httpStatus === 429 ? "TOO_MANY_REQUESTS" : "SERVICE_UNAVAILABLE";
  const wire = httpStatus === 429 ? -32_029 : -32_603;
  const body = { code: domain.code, error: { message: domain.code, code: wire, data: { code, httpStatus, domain } } };
  return Response.json(body, { status: httpStatus, headers: { "retry-after": String(Math.ceil(domain.facts.retryAfterMs / 1000)), "cache-control": "no-store" } });
}

/** Too many calls; `waitMs` until there may be another. */
export function limited(waitMs: number): Response {
  return refusal(429, { code: "RATE_LIMITED", facts: { retryAfterMs: waitMs } });
}

/** Something we lean on is away for a moment. */
export function unavailable(what: string): Response {
  return refusal(503, { code: "UNAVAILABLE", facts: { what, retryAfterMs: 1000 } });
}

/** An input that isn't what the route takes: its fields by name, and never their values. */
export function invalid(error?: z.ZodError): Response {
  const fields = (error?.issues ?? []).slice(0, 20).map((issue) => ({ path: issue.path.join("."), message: issue.message }));
  return Response.json({ code: "INVALID", message: "INVALID", fields }, { status: 400, headers: { "cache-control": "no-store" } });
}
