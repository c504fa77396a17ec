import type { ChargeLine, StayState } from "../../db/schema/bookings.ts";
import type { PaymentState } from "../../db/schema/payments.ts";
import { bookingState } from "./states.ts";
import type { StayRow } from "./stays.ts";

interface Priced {
  total: number;
  charges: readonly ChargeLine[];
}

/** Which part of a room stay that no longer changes the booking still costs. */
const COSTS = {
  pending: "nothing",
  confirmed: "nothing",
  expired: "nothing",
  checked_in: "all",
  checked_out: "all",
  cancelled: "fee",
  no_show: "fee",
} satisfies Record<StayState, "all" | "fee" | "nothing">;

/**
 * What a booking costs: the rooms that stand, those that were used, and the fees of those that were not. Minor units.
 * @param standing as they are, or as they will be
 * @param stays all of the booking's; of them, those whose state is final count
 * @returns the total, and the part of it that is due online; the rest is paid at the property
 */
export function amountsOf(
  payment: "online" | "property",
  standing: readonly Priced[],
  stays: readonly (Priced & Pick<StayRow, "state" | "fee">)[],
): { total: number; dueOnline: number } {
  const left = stays.filter((stay) => COSTS[stay.state] === "fee");
  const whole = [...standing, ...stays.filter((stay) => COSTS[stay.state] === "all")];
  const total = left.reduce((sum, stay) => sum + stay.fee, 0) + whole.reduce((sum, stay) => sum + stay.total, 0);
  // As of a booking that ended (`keptOnline`): no more of a room's fee than the room was to be paid online.
  const online = left.reduce((sum, stay) => sum + Math.min(stay.fee, onlineOf(stay)), 0) + whole.reduce((sum, stay) => sum + onlineOf(stay), 0);
  return { total, dueOnline: payment === "online" ? online : 0 };
}

/** What we collect of a room stay, whichever way it is paid: its total without what the property collects. */
export function onlineOf({ total, charges }: Priced): number {
  return total - charges.reduce((sum, charge) => sum + (charge.collect === "property" ? charge.amount : 0), 0);
}

/**
 * What of an ended booking's fees stays with us of money that came online: never more than the booking was to be
 * paid online, nothing where it was to be paid at the property. The rest of a higher fee the property collects itself.
 */
export function keptOnline(booking: { dueOnline: number }, fees: number): number {
  return Math.min(fees, booking.dueOnline);
}

/** What of the money that came online is not the guest's any more: what a booking that stands owes online, what one that ended keeps. */
export function owedOnline(booking: { dueOnline: number }, stays: readonly Pick<StayRow, "state" | "fee">[]): number {
  const state = bookingState(stays);
  if (state !== "cancelled" && state !== "expired") return booking.dueOnline;
  return keptOnline(
    booking,
    stays.reduce((sum, stay) => sum + (stay.state === "cancelled" ? stay.fee : 0), 0),
  );
}

/** What of a payment is or was with us: its reservation, else all that was ever taken; what went back of that is a refund. Minor units. */
export function takenOf(payment: { state: PaymentState; amount: number; captured: number }): number {
  return payment.state === "authorised" ? payment.amount : payment.captured;
}
