import type { bookings } from "../../db/schema/bookings.ts";
import type { Context } from "../context.ts";
import { refuse } from "../errors.ts";
import { methodsFor, type ProductFacts } from "../rooms/index.ts";
import type { StartInput } from "./payment-schemas.ts";
import type { StayRow } from "./stays.ts";
import { bookingState } from "./states.ts";

type Booking = Pick<typeof bookings.$inferSelect, "id" | "holdExpiresAt" | "dueOnline">;

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

/** @throws PRECONDITION when the booking's property or plans don't take this method */
export function assertOffered(ctx: Pick<Context, "config">, booking: Booking, products: readonly ProductFacts[], method: StartInput["method"]): void {
  const offered = methodsFor(ctx.config, [...products]).includes(method) && (method === "property" || booking.dueOnline > 0);
  if (!offered) throw refuse("PRECONDITION", { reason: "payment method not offered" });
}
