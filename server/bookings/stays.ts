import { asc, eq, sql } from "drizzle-orm";
import { pgArray, statement, type Executor, type Transaction } from "../../db/client.ts";
import { bookings, roomStays, type StayState } from "../../db/schema/bookings.ts";
import { nightsOf } from "../platform/dates.ts";
import type { NightMove } from "../rooms/index.ts";
import { assertMove } from "./states.ts";

export type StayRow = typeof roomStays.$inferSelect;

const { placeholder } = sql;

const read = statement((db) =>
  db
    .select()
    .from(roomStays)
    .where(eq(roomStays.bookingId, placeholder("bookingId")))
    .orderBy(asc(roomStays.position))
    .prepare("stays_of_booking"),
);

const readAll = statement((db) =>
  db
    .select()
    .from(roomStays)
    .where(sql`${roomStays.bookingId} = any(${placeholder("bookingIds")}::uuid[])`)
    .orderBy(asc(roomStays.bookingId), asc(roomStays.position))
    .prepare("stays_of_bookings"),
);

/** The room stays of several bookings, in order. Lock the bookings first. */
export function staysOfAll(tx: Transaction, bookingIds: readonly string[]): Promise<StayRow[]> {
  return readAll(tx, { bookingIds: pgArray(bookingIds) });
}

/** The booking's room stays, in order. Lock the booking first, to write. */
export function staysOf(tx: Executor, bookingId: string): Promise<StayRow[]> {
  return read(tx, { bookingId });
}

const move = statement((db) =>
  db
    .update(roomStays)
    .set({
      state: sql`${placeholder("to")}::text`,
      version: sql`${roomStays.version} + 1`,
      endedAt: sql`case when ${placeholder("ended")}::bool then app_now() else null end`,
      // What is paid for is bounded by its price: nobody counts it any more.
      unproven: sql`${roomStays.unproven} and not ${placeholder("paid")}::bool`,
      network: sql`case when not ${placeholder("paid")}::bool then ${roomStays.network} end`,
      contact: sql`case when not ${placeholder("paid")}::bool then ${roomStays.contact} end`,
    })
    .where(sql`${roomStays.bookingId} = any(${placeholder("bookingIds")}::uuid[]) and ${roomStays.state} = ${placeholder("from")}`)
    .returning({ id: roomStays.id })
    .prepare("move_stays"),
);

const ENDS: readonly StayState[] = ["expired", "cancelled", "no_show", "checked_out"];

/**
 * Moves all stays of the booking, or bookings, that are in `from`; the UPDATE repeats the state that it leaves.
 * @param paid by money that was taken or reserved
 * @returns how many moved
 */
export async function moveStays(tx: Transaction, bookingIds: string | readonly string[], from: StayState, to: StayState, paid = false): Promise<number> {
  assertMove(from, to);
  const moved = await move(tx, { bookingIds: pgArray([bookingIds].flat()), from, to, ended: ENDS.includes(to), paid });
  return moved.length;
}

/** Ends single stays of a locked booking, all of them in one state; the UPDATE repeats it. */
export async function endStays(tx: Transaction, stays: readonly StayRow[], to: StayState): Promise<void> {
  const [first] = stays;
  if (!first) return;
  assertMove(first.state, to);
  const ended = await tx
    .update(roomStays)
    .set({ state: to, version: sql`${roomStays.version} + 1`, endedAt: sql`app_now()` })
    .where(sql`${roomStays.id} = any(${pgArray(stays.map((stay) => stay.id))}::uuid[]) and ${roomStays.state} = ${first.state}`)
    .returning({ id: roomStays.id });
  if (ended.length !== stays.length) throw new Error("a room stay left its state under its booking's lock");
}

/** One count of every night of the stays: `{ held: -1, sold: 1 }` confirms them. */
export function nightMoves(stays: readonly Pick<StayRow, "roomTypeId" | "checkIn" | "checkOut">[], delta: Omit<NightMove, "roomTypeId" | "date">): NightMove[] {
  return stays.flatMap((stay) => nightsOf(stay.checkIn, stay.checkOut).map((date) => ({ roomTypeId: stay.roomTypeId, date, ...delta })));
}

const bump = statement((db) =>
  db
    .update(bookings)
    .set({
      version: sql`${bookings.version} + 1`,
      holdExpiresAt: null,
      payment: sql`coalesce(${placeholder("payment")}::text, ${bookings.payment})`,
      dueOnline: sql`coalesce(${placeholder("dueOnline")}::bigint, ${bookings.dueOnline})`,
    })
    .where(sql`${bookings.id} = any(${placeholder("bookingIds")}::uuid[])`)
    .returning({ version: bookings.version })
    .prepare("bump_bookings"),
);

interface HoldChanges {
  payment?: "online" | "property";
  dueOnline?: number | undefined;
}

/** Ends the holds and raises the bookings' versions. */
export async function endHolds(tx: Transaction, bookingIds: readonly string[], changes: HoldChanges = {}): Promise<{ version: number }[]> {
  return bump(tx, { bookingIds: pgArray(bookingIds), payment: changes.payment ?? null, dueOnline: changes.dueOnline ?? null });
}

/** Ends the hold and raises the booking's version, which it returns. */
export async function endHold(tx: Transaction, bookingId: string, changes: HoldChanges = {}): Promise<number> {
  const [row] = await endHolds(tx, [bookingId], changes);
  if (!row) throw new Error("the booking vanished under its own lock");
  return row.version;
}
