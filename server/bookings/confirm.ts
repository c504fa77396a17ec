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
  const write = async (): Promise<void> => {
    // The booking is locked, so its next version is known, and all of this travels together.
    const event = { bookingId: booking.id, propertyId: booking.propertyId, version: booking.version + 1 };
    await Promise.all([
      moveStays(tx, booking.id, from, "confirmed"),
      endHold(tx, booking.id, { payment: how.payment, dueOnline: how.dueOnline }),
      recordEvent(tx, { ...event, type: from === "pending" ? "confirmed" : "retaken", actor: how.actor }),
      emit(tx, { type: "booking.confirmed", payload: event }),
    ]);
  };
  const moving = moveNights(tx, nightMoves(own, delta), cause);
  // A hold's own nights can't be lacking; those that are taken again can, so that must be known first.
  if (from === "pending") {
    const [nights] = await Promise.all([moving, write()]);
    if (!nights) throw new Error("a hold's nights are not in the ledger");
    return nights;
  }
  const moved = await moving;
  if (moved) await write();
  return moved;
}
