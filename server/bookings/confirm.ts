import type { Transaction } from "../../db/client.ts";
import type { bookings } from "../../db/schema/bookings.ts";
import { pipelined } from "../platform/pipelined.ts";
import { moveNights, moveTogether, type MovedNight } from "../rooms/index.ts";
import { emit } from "./events.ts";
import { bookingsWithPages } from "./unpaid-pages.ts";
import { recordEvent } from "./record.ts";
import { endHolds, moveStays, nightMoves, type StayRow } from "./stays.ts";

type Booking = typeof bookings.$inferSelect;
interface How {
  payment: "online" | "property";
  dueOnline?: number;
}

/** A booking under its lock, with its stays, and who confirms it. */
export interface Confirming {
  booking: Booking;
  stays: readonly StayRow[];
  actor: string;
}

/** Turns holds into sales, whatever the clock says: the nights are still their own. All travel in one round trip. */
export async function confirmHolds(tx: Transaction, list: readonly Confirming[], how: How): Promise<MovedNight[]> {
  if (list.length === 0) return [];
  const entries = list.map(({ booking, stays, actor }) => ({ moves: nightMoves(pendingOf(stays), { held: -1, sold: 1 }), actor, bookingId: booking.id }));
  const [moved] = await pipelined([moveTogether(tx, entries, { reason: "confirm" }), write(tx, list, "pending", how)]);
  if (!moved) throw new Error("a hold's nights are not in the ledger");
  return moved;
}

/**
 * Confirms one booking: its hold becomes a sale; one that expired takes its nights again, if they are there.
 * @returns the moved nights; undefined when an expired booking's nights are gone
 */
export async function confirm(tx: Transaction, booking: Booking, stays: StayRow[], how: How & { actor: string }): Promise<MovedNight[] | undefined> {
  const one = { booking, stays, actor: how.actor };
  if (pendingOf(stays).length > 0) return confirmHolds(tx, [one], how);
  const expired = stays.filter((stay) => stay.state === "expired");
  // These can be lacking, so that must be known before anything is written.
  const moved = await moveNights(tx, nightMoves(expired, { sold: 1 }), { reason: "retake", actor: how.actor, bookingId: booking.id });
  if (moved) await write(tx, [one], "expired", how);
  return moved;
}

async function write(tx: Transaction, list: readonly Confirming[], from: "pending" | "expired", how: How): Promise<void> {
  const ids = list.map(({ booking }) => booking.id);
  // The bookings are locked, so their next versions are known.
  const events = list.map(({ booking }) => ({ bookingId: booking.id, propertyId: booking.propertyId, version: booking.version + 1 }));
  const [pages] = await pipelined([
    bookingsWithPages(tx, ids),
    moveStays(tx, ids, from, "confirmed", how.payment === "online"),
    endHolds(tx, ids, how),
    recordEvent(tx, ...events.map((event, index) => ({ ...event, type: from === "pending" ? ("confirmed" as const) : ("retaken" as const), actor: list[index]!.actor }))),
    emit(tx, ...events.map((event) => ({ type: "booking.confirmed" as const, payload: { ...event, payment: how.payment } }))),
  ]);
  // An event of its own: few bookings have such pages, and each message costs.
  await emit(tx, ...events.filter((event) => pages.includes(event.bookingId)).map((payload) => ({ type: "booking.pages_left" as const, payload })));
}

function pendingOf(stays: readonly StayRow[]): StayRow[] {
  return stays.filter((stay) => stay.state === "pending");
}
