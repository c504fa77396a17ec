import type { Transaction } from "../../db/client.ts";
import type { bookings } from "../../db/schema/bookings.ts";
import { emit } from "../platform/outbox.ts";
import { moveNights, type MovedNight } from "../rooms/index.ts";
import { recordEvent } from "./record.ts";
import { endHold, moveStays, nightMoves, type StayRow } from "./stays.ts";

type Booking = typeof bookings.$inferSelect;

/**
 * Turns the hold into a sale, whatever the clock says: the nights are still its own.
 * A booking that expired takes its nights again, if they are there.
 * @returns the moved nights; undefined when an expired booking's nights are gone
 */
export async function confirm(
  tx: Transaction,
  booking: Booking,
  stays: StayRow[],
  how: { actor: string; payment: "online" | "property"; dueOnline?: number },
): Promise<MovedNight[] | undefined> {
  const from = stays.some((stay) => stay.state === "pending") ? "pending" : "expired";
  const own = stays.filter((stay) => stay.state === from);
  const delta = from === "pending" ? { held: -1, sold: 1 } : { sold: 1 };
  const cause = { reason: from === "pending" ? ("confirm" as const) : ("retake" as const), actor: how.actor, bookingId: booking.id };
  const moved = await moveNights(tx, nightMoves(own, delta), cause);
  if (!moved) return undefined;
  await moveStays(tx, booking.id, from, "confirmed");
  const version = await endHold(tx, booking.id, { payment: how.payment, dueOnline: how.dueOnline });
  const event = { bookingId: booking.id, propertyId: booking.propertyId, version };
  await Promise.all([recordEvent(tx, { ...event, type: from === "pending" ? "confirmed" : "retaken", actor: how.actor }), emit(tx, { type: "booking.confirmed", payload: event })]);
  return moved;
}
