import type { TRPC_ERROR_CODE_KEY } from "@trpc/server/unstable-core-do-not-import";

/**
 * Every way a verb may refuse, and the facts that a caller needs with each.
 * Distinct on purpose: PRECONDITION (the state forbids it), CONFLICT (lost a race, or another body under
 * one idempotency key), FORBIDDEN (not yours), NOT_FOUND (also for what is not yours to know of).
 */
export interface ErrorFacts {
  /** `nearest`: dates on which the same rooms can be had for as many nights, nearest first. */
  SOLD_OUT: { nights: { roomTypeId: number; date: string }[]; nearest?: { checkIn: string; checkOut: string }[] };
  ROOM_BUSY: { retryAfterMs: number };
  /** `fee`: what cancelling costs now; `total` is what the booking then comes to. Else `quoteHash` names the new price. */
  PRICE_CHANGED: { total: number; currency: string; quoteHash: string; fee?: undefined } | { total: number; currency: string; fee: number; quoteHash?: undefined };
  HOLD_EXPIRED: { bookingId: string };
  /** So many unpaid bookings, or rooms of one type and night, may one guest hold; or so many unpaid rooms one network. */
  HOLD_LIMIT: { limit: number; of: "bookings" | "rooms" | "network" };
  RESTRICTED: { reason: "min_stay" | "max_stay" | "closed_to_arrival" | "closed_to_departure" | "closed" | "past" | "horizon" | "party"; value?: number };
  CONFLICT: { reason: string };
  /**
   * `methods`: the ways to pay that remain, where one can't take the amount. `again`: the answer has set what was missing, so
   * that the same request goes through now.
   */
  PRECONDITION: { reason: string; state?: string; methods?: string[]; again?: true };
  /**
   * Whoever has proven nothing may not have this yet: too much is held or booked unpaid already, as `bound` counts it.
   * Whoever gives a code mailed to the guest's address (`proofs.ask`, `proofs.give`) may ask again, with the same key.
   */
  PROOF_REQUIRED: { bound: ProofBound; way: "mailed_code" };
  NOT_FOUND: { what: string };
  FORBIDDEN: { what: string };
  UNAUTHENTICATED: Record<string, never>;
  INVALID: { field: string; reason: string };
  RATE_LIMITED: { retryAfterMs: number };
  UNAVAILABLE: { what: string; retryAfterMs: number };
}

/** What was counted: a share of a night, the caller's network, the guest's e-mail, or the caller's cookie or account. */
export type ProofBound = "night" | "network" | "contact" | "actor";

export type ErrorCode = keyof ErrorFacts;

export class DomainError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = "DomainError";
  readonly code: C;
  readonly facts: ErrorFacts[C];
  constructor(code: C, facts: ErrorFacts[C], options?: ErrorOptions) {
    super(code, options);
    this.code = code;
    this.facts = facts;
  }
}

/** `throw refuse("SOLD_OUT", { nights })` reads as what it is. */
export function refuse<C extends ErrorCode>(code: C, facts: ErrorFacts[C], cause?: unknown): DomainError<C> {
  return new DomainError(code, facts, cause === undefined ? undefined : { cause });
}

export function isDomainError<C extends ErrorCode>(error: unknown, code?: C): error is DomainError<C> {
  return error instanceof DomainError && (code === undefined || error.code === code);
}

/** How each refusal looks on tRPC's wire. */
export const TRPC_CODE = {
  SOLD_OUT: "CONFLICT",
  ROOM_BUSY: "CONFLICT",
  PRICE_CHANGED: "CONFLICT",
  HOLD_EXPIRED: "PRECONDITION_FAILED",
  HOLD_LIMIT: "TOO_MANY_REQUESTS",
  RESTRICTED: "UNPROCESSABLE_CONTENT",
  CONFLICT: "CONFLICT",
  PRECONDITION: "PRECONDITION_FAILED",
  PROOF_REQUIRED: "PRECONDITION_FAILED",
  NOT_FOUND: "NOT_FOUND",
  FORBIDDEN: "FORBIDDEN",
  UNAUTHENTICATED: "UNAUTHORIZED",
  INVALID: "BAD_REQUEST",
  RATE_LIMITED: "TOO_MANY_REQUESTS",
  UNAVAILABLE: "SERVICE_UNAVAILABLE",
} as const satisfies Record<ErrorCode, TRPC_ERROR_CODE_KEY>;
