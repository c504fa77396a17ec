import type { BookingView } from "./types.ts";

export function feeOf(booking: BookingView): number {
  return booking.stays.reduce((sum, stay) => sum + stay.fee, 0);
}

/** What a cancelled booking's guest gets back and no refund tells of yet (decision 013). */
export function notAskedBack(booking: BookingView): number {
  if (booking.state !== "cancelled") return 0;
  return booking.refunds.reduce((left, refund) => left - refund.amount, booking.paid - booking.lost - booking.owedOnline);
}
