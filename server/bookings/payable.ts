import type { bookings } from "../../db/schema/bookings.ts";
import type { Context } from "../context.ts";
import { refuse } from "../errors.ts";
import { canCharge, isTooSmall } from "../platform/provider-amounts.ts";
import { methodsFor, methodsTaking, type ProductFacts } from "../rooms/index.ts";
import type { StartInput } from "./payment-schemas.ts";
import type { StayRow } from "./stays.ts";
import { bookingState } from "./states.ts";

type Booking = Pick<typeof bookings.$inferSelect, "id" | "holdExpiresAt">;

/**
 * Whether the booking still waits to be paid; the caller has its lock.
 * @throws HOLD_EXPIRED, PRECONDITION in every state but `pending` and `confirmed`
 */
export function awaitsPayment(ctx: Pick<Context, "clock">, booking: Booking, stays: readonly StayRow[]): "confirmed" | "pending" {
  const state = bookingState(stays);
  if (state === "confirmed") return state;
  if (state === "expired" || (state === "pending" && (booking.holdExpiresAt ?? 0) <= ctx.clock.now())) throw refuse("HOLD_EXPIRED", { bookingId: booking.id });
  if (state !== "pending") throw refuse("PRECONDITION", { reason: "can't be paid", state });
  return state;
}

/**
 * @param amount what is to be paid: of a booking, or of a change of it
 * @throws PRECONDITION when the booking's property or plans don't take this method, or its provider doesn't charge such
 *   an amount, with the methods that remain
 */
export function assertOffered(
  ctx: Pick<Context, "config">,
  { amount, currency }: { amount: number; currency: string },
  products: readonly ProductFacts[],
  method: StartInput["method"],
): void {
  const offered = methodsFor(ctx.config, [...products]).includes(method) && (method === "property" || amount > 0);
  if (!offered) throw refuse("PRECONDITION", { reason: "payment method not offered" });
  if (method === "property" || canCharge(method, amount, currency)) return;
  const reason = isTooSmall(method, amount, currency) ? TOO_SMALL : REFUSED;
  throw refuse("PRECONDITION", { reason, methods: methodsTaking(ctx.config, [...products], amount) });
}

/** Why a provider won't take an amount, ever. */
export const TOO_SMALL = "amount below the provider's minimum";
export const REFUSED = "the provider refuses this payment";
