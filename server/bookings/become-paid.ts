import type { Transaction } from "../../db/client.ts";
import type { bookings, payments } from "../../db/schema/index.ts";
import { giveBackNights, type MovedNight } from "../rooms/index.ts";
import { calendarOf, isTooLate } from "./begun.ts";
import { confirm } from "./confirm.ts";
import { emit } from "./events.ts";
import { tellMoney } from "./money-news.ts";
import { LackingNights } from "./overdue.ts";
import { payChange, refuseLate } from "./pay-change.ts";
import { recordEvent } from "./record.ts";
import { requestRefund } from "./refunds.ts";
import { settleArrival } from "./settle-arrival.ts";
import { bookingState } from "./states.ts";
import { endHold, moveStays, nightMoves, staysOf, type StayRow } from "./stays.ts";
import { databaseNow } from "./view.ts";

type Payment = typeof payments.$inferSelect;
type Booking = typeof bookings.$inferSelect;

interface Paid {
  confirmed: boolean;
  moved: readonly MovedNight[];
}

/**
 * Money is there for the booking, or for a change of it: confirms it, takes its nights again, or sends the money back.
 * A hold or draft whose end has passed counts as long as the stay can still begin. The caller has the booking's lock.
 * @throws LackingNights on all but the last try
 */
export async function becomePaid(tx: Transaction, booking: Booking, payment: Payment, actor: string, attempt: "try" | "last try"): Promise<Paid> {
  const stays = await staysOf(tx, booking.id);
  const state = bookingState(stays);
  if (payment.changeId) return becomeChanged(tx, booking, stays, { ...payment, changeId: payment.changeId }, actor, attempt);
  // Cancelled, or paid twice: the balance decides what goes back.
  if (state !== "pending" && state !== "expired") {
    await tellArrival(tx, booking, stays, payment, actor);
    return goBack(tx, booking, booking.version);
  }
  const tooLate = isTooLate(await calendarOf(tx, booking.propertyId), booking.holdExpiresAt, await databaseNow(tx), booking.checkIn);
  const confirmed = tooLate ? undefined : await confirm(tx, booking, stays, { actor, payment: "online" });
  if (confirmed) return { confirmed: true, moved: confirmed };
  if (!tooLate && attempt === "try") throw new LackingNights(nightMoves(stays, {}));
  return refusePayment(tx, booking, stays, payment, actor);
}

async function becomeChanged(
  tx: Transaction,
  booking: Booking,
  stays: readonly StayRow[],
  payment: Payment & { changeId: string },
  actor: string,
  attempt: "try" | "last try",
): Promise<Paid> {
  const paid = await payChange(tx, booking, stays, payment.changeId, actor);
  if (paid !== "late" && "moved" in paid) return { confirmed: false, moved: paid.moved };
  if (paid !== "late" && attempt === "try") throw new LackingNights(paid.lacking);
  return goBack(tx, booking, await refuseLate(tx, booking, stays, payment, actor));
}

/** The nights are gone, or the stay can't begin any more: what is still held goes back, the money too, and the guest is told. */
async function refusePayment(tx: Transaction, booking: Booking, stays: readonly StayRow[], payment: Payment, actor: string): Promise<Paid> {
  const held = stays.filter((stay) => stay.state === "pending");
  if (held.length > 0) await moveStays(tx, booking.id, "pending", "expired");
  const version = await endHold(tx, booking.id);
  const cause = { reason: "expire", actor, bookingId: booking.id } as const;
  const moved = held.length > 0 ? await giveBackNights(tx, nightMoves(held, { held: -1 }), cause) : [];
  // Asked for here, so that the mail that follows names it; a reservation is let go by the balance.
  const event = { bookingId: booking.id, propertyId: booking.propertyId, version };
  if (payment.captured > 0) await requestRefund(tx, { ...event, actor }, payment, payment.captured, "paid_too_late");
  const ended = stays.map((stay) => (stay.state === "pending" ? { ...stay, state: "expired" as const } : stay));
  const settlement = await settleArrival(tx, booking, ended, payment.id);
  await recordEvent(tx, { ...event, type: "paid_too_late", actor, data: { paymentId: payment.id, settlement } });
  await emit(tx, { type: "booking.paid_too_late", payload: { ...event, paymentId: payment.id } });
  return goBack(tx, booking, version, moved);
}

/** Paid twice, or paid online and at the property: what of it the booking doesn't owe goes back, and the guest is told. */
async function tellArrival(tx: Transaction, booking: Booking, stays: readonly StayRow[], payment: Payment, actor: string): Promise<void> {
  const settlement = await settleArrival(tx, booking, stays, payment.id);
  if (settlement.back === 0) return;
  const entry = { bookingId: booking.id, propertyId: booking.propertyId, version: booking.version, actor };
  await recordEvent(tx, { ...entry, type: "paid_beyond", data: { paymentId: payment.id, settlement } });
  await tellMoney(tx, entry, "paid_beyond", payment.id);
}

async function goBack(tx: Transaction, booking: Booking, version: number, moved: readonly MovedNight[] = []): Promise<Paid> {
  await emit(tx, { type: "booking.money_changed", payload: { bookingId: booking.id, propertyId: booking.propertyId, version } });
  return { confirmed: false, moved };
}
