import { m } from "./i18n/compiled/messages.js";
import { formatMoney } from "./money.ts";
import { refusalOf, type Refusal } from "./refusal.ts";

/** What happened, and what to do next. */
export interface Explanation {
  title: string;
  advice: string;
  /** To quote to support; only where the fault is ours. */
  requestId?: string | undefined;
}

/** Why a stay can't be sold, in words; `value` is the number of nights of a minimum or maximum. */
export function explainRestriction({ reason, value }: { reason: string; value?: number | undefined }): string {
  switch (reason) {
    case "min_stay":
      return m.restricted_min_stay({ count: value ?? 1 });
    case "max_stay":
      return m.restricted_max_stay({ count: value ?? 1 });
    case "closed_to_arrival":
      return m.restricted_arrival();
    case "closed_to_departure":
      return m.restricted_departure();
    case "past":
      return m.restricted_past();
    case "horizon":
      return m.restricted_horizon();
    case "party":
      return m.restricted_party();
    default:
      return m.restricted_closed();
  }
}

/** In the unit that a person waits in. */
function waitAdvice(waitMs: number): string {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  return seconds <= 120 ? m.error_rate_limited_advice({ count: seconds }) : m.error_rate_limited_minutes({ count: Math.ceil(seconds / 60) });
}

function holdLimit({ of, limit }: Extract<Refusal, { code: "HOLD_LIMIT" }>["facts"]): [title: string, advice: string] {
  if (of === "network") return [m.error_hold_limit_network(), m.error_hold_limit_network_advice()];
  return [of === "rooms" ? m.error_hold_limit_rooms() : m.error_hold_limit({ count: limit }), m.error_hold_limit_advice()];
}

function sentences(refusal: Refusal): [title: string, advice: string] {
  switch (refusal.code) {
    case "SOLD_OUT":
      return [m.error_sold_out(), m.error_sold_out_advice()];
    case "ROOM_BUSY":
      return [m.error_room_busy(), m.error_room_busy_advice()];
    case "PRICE_CHANGED":
      if (refusal.facts.fee !== undefined) return [m.error_fee_changed({ fee: formatMoney(refusal.facts.fee, refusal.facts.currency) }), m.error_fee_changed_advice()];
      return [m.error_price_changed({ total: formatMoney(refusal.facts.total, refusal.facts.currency) }), m.error_price_changed_advice()];
    case "HOLD_EXPIRED":
      return [m.error_hold_expired(), m.error_hold_expired_advice()];
    case "HOLD_LIMIT":
      return holdLimit(refusal.facts);
    case "PROOF_REQUIRED":
      return [m.error_proof_required(), m.error_proof_required_advice()];
    case "RESTRICTED":
      return [m.error_restricted(), explainRestriction(refusal.facts)];
    case "CONFLICT":
      return [m.error_conflict(), m.error_conflict_advice()];
    case "PRECONDITION":
      if (refusal.facts.again) return [m.error_no_cookie(), m.error_no_cookie_advice()];
      // A way to pay that can't take the amount; others may.
      if (refusal.facts.methods) return [m.error_method_refused(), refusal.facts.methods.length > 0 ? m.error_method_refused_advice() : m.error_method_none_advice()];
      return [m.error_precondition(), m.error_conflict_advice()];
    case "NOT_FOUND":
      return [m.error_not_found(), m.error_not_found_advice()];
    case "FORBIDDEN":
      return [m.error_forbidden(), m.error_forbidden_advice()];
    case "UNAUTHENTICATED":
      return [m.error_unauthenticated(), m.error_unauthenticated_advice()];
    case "INVALID":
      return [m.error_invalid(), m.error_invalid_advice()];
    case "RATE_LIMITED":
      return [m.error_rate_limited(), waitAdvice(refusal.facts.retryAfterMs)];
    case "UNAVAILABLE":
      return [m.error_unavailable(), m.error_unavailable_advice()];
    case "OFFLINE":
      return [m.error_offline(), m.error_offline_advice()];
    case "UNREACHABLE":
      return [m.error_unreachable(), m.error_unreachable_advice()];
    case "UNKNOWN":
      return [m.error_unknown(), m.error_unknown_advice()];
  }
}

/** The one place where a failed call becomes sentences. */
export function explain(error: unknown): Explanation {
  const refusal = refusalOf(error);
  if (!refusal) return { title: m.error_unknown(), advice: m.error_unknown_advice() };
  const [title, advice] = sentences(refusal);
  const ours = refusal.code === "UNKNOWN" || refusal.code === "UNAVAILABLE";
  return { title, advice, requestId: ours ? refusal.requestId : undefined };
}
