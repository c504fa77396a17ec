import { and, eq, inArray, lt, lte, not, sql } from "drizzle-orm";
import { pgArray, type Executor, type Transaction } from "../../db/client.ts";
import { isOneOf } from "../../db/conditions.ts";
import { bookingChanges, bookings, type HeldUnits } from "../../db/schema/bookings.ts";
import { actorKey, type Context } from "../context.ts";
import { refuse } from "../errors.ts";
import { newId } from "../platform/ids.ts";
import { commit } from "../platform/transact.ts";
import { giveBackNights, type NightMove } from "../rooms/index.ts";
import { announce } from "./announce.ts";
import type { AuthorisedBooking } from "./access.ts";
import { withinSale } from "./begun.ts";
import type { ChangePlan } from "./change-plan.ts";
import { emit, type HistoryType } from "./events.ts";
import { changeExamined, isExamined, type Rival } from "./examined.ts";
import { recordEvent } from "./record.ts";
import type { Due } from "./unsettled.ts";

// Draft changes: what is priced dearer waits here for its difference, holding the nights that the booking lacks.

type Booking = Pick<typeof bookings.$inferSelect, "id" | "propertyId" | "version" | "currency">;
export type ChangeRow = typeof bookingChanges.$inferSelect;

/** The booking's draft that waits to be paid, if there is one. */
export async function pendingChange(db: Executor, bookingId: string): Promise<ChangeRow | undefined> {
  const [row] = await db
    .select()
    .from(bookingChanges)
    .where(and(eq(bookingChanges.bookingId, bookingId), isOneOf(bookingChanges.state, ["pending"])));
  return row;
}

/** Gives back, or takes (1), the units that a draft holds. */
export function heldMoves(held: readonly HeldUnits[], sign: 1 | -1): NightMove[] {
  return held.map(({ roomTypeId, date, units }) => ({ roomTypeId, date, held: sign * units }));
}

/**
 * Writes a draft whose extra nights have been taken; the booking itself stays as it is.
 * @param booking with the version that the draft is for
 * @param now the database's
 * @throws RESTRICTED when one of the two stays has begun by it
 */
export async function draftChange(
  tx: Transaction,
  booking: Booking & Pick<AuthorisedBooking, "checkIn" | "property">,
  plan: ChangePlan,
  held: HeldUnits[],
  now: Date,
  actor: string,
): Promise<ChangeRow> {
  const { checkIn, checkOut, stays, total, dueOnline, due } = plan;
  const { id: bookingId, propertyId, version, currency, property } = booking;
  const expiresAt = withinSale(property, new Date(now.getTime() + plan.holdMinutes * 60_000), booking.checkIn, checkIn);
  if (expiresAt <= now) throw refuse("RESTRICTED", { reason: "past" });
  const [row] = await tx
    .insert(bookingChanges)
    .values({ id: newId(), propertyId, bookingId, baseVersion: version, checkIn, checkOut, stays, held, total, dueOnline, due, currency, expiresAt })
    .returning();
  const event = { bookingId, propertyId, version };
  await recordEvent(tx, { ...event, type: "change_held", actor, data: { changeId: row!.id, checkIn, checkOut, due } });
  await emit(tx, { type: "booking.change_held", payload: { ...event, changeId: row!.id, expiresAt: expiresAt.toISOString() } });
  return row!;
}

/**
 * Ends the booking's draft, if it has one: any other change of the booking does. The caller has the booking's lock
 * and gives back what this returns; a page that is open is closed by job.
 */
export async function abandonChange(tx: Transaction, booking: Booking, actor: string): Promise<NightMove[]> {
  const [ended] = await tx
    .update(bookingChanges)
    .set({ state: "abandoned", endedAt: sql`app_now()` })
    .where(and(eq(bookingChanges.bookingId, booking.id), isOneOf(bookingChanges.state, ["pending"])))
    .returning({ id: bookingChanges.id, held: bookingChanges.held });
  if (!ended) return [];
  await tellEnd(tx, booking, ended.id, "change_abandoned", actor);
  return heldMoves(ended.held, -1);
}

/**
 * Gives back the nights of a draft that is over. Quiet when it isn't any more: paid, or abandoned.
 * @param rival who wants its nights, where it isn't its own end that calls
 * @returns whether it expired now
 */
export async function expireChange(ctx: Context, changeId: string, rival?: Rival): Promise<boolean> {
  const work = async (tx: Transaction) => {
    const [booking] = await tx
      .select()
      .from(bookings)
      .where(inArray(bookings.id, tx.select({ id: bookingChanges.bookingId }).from(bookingChanges).where(eq(bookingChanges.id, changeId))))
      .for("no key update", rival?.waits === false ? { noWait: true } : {});
    if (!booking || (rival && (await isExamined(tx, booking.id, changeId)))) return { answer: false };
    const [ended] = await tx
      .update(bookingChanges)
      .set({ state: "expired", endedAt: sql`app_now()` })
      .where(and(eq(bookingChanges.id, changeId), isOneOf(bookingChanges.state, ["pending"]), lte(bookingChanges.expiresAt, sql`app_now()`)))
      .returning({ held: bookingChanges.held });
    if (!ended) return { answer: false };
    const actor = actorKey(ctx.actor);
    const moved = await giveBackNights(tx, heldMoves(ended.held, -1), { reason: "expire", actor, bookingId: booking.id });
    await tellEnd(tx, booking, changeId, "change_expired", actor);
    return { answer: true, committed: () => announce(ctx, moved, "changes_expired_total") };
  };
  return commit(ctx.db, work, rival?.waits === false ? 0 : undefined);
}

async function tellEnd(tx: Transaction, booking: Booking, changeId: string, type: HistoryType, actor: string): Promise<void> {
  const event = { bookingId: booking.id, propertyId: booking.propertyId, version: booking.version };
  await recordEvent(tx, { ...event, type, actor, data: { changeId } });
  await emit(tx, { type: "booking.change_ended", payload: { ...event, changeId } });
}

/** Drafts that ended before `now - graceSeconds`: what the sweep must look at, oldest first, without some properties'. */
export async function overdueChanges(ctx: Context, graceSeconds: number, limit: number, without: readonly string[] = []): Promise<Due[]> {
  return ctx.db
    .select({ id: bookingChanges.id, propertyId: bookingChanges.propertyId })
    .from(bookingChanges)
    .where(
      and(
        isOneOf(bookingChanges.state, ["pending"]),
        lt(bookingChanges.expiresAt, sql`app_now() - ${graceSeconds}::int * interval '1 second'`),
        sql`${bookingChanges.propertyId} <> all(${pgArray(without)}::uuid[])`,
      ),
    )
    .orderBy(bookingChanges.expiresAt)
    .limit(limit);
}

/** Overdue drafts that hold any of these nights: like overdue holds, they refuse nobody. */
export function overdueChangesOn(ctx: Context, nights: readonly { roomTypeId: number; date: string }[]): Promise<Pick<ChangeRow, "id" | "held">[]> {
  const rooms = pgArray(nights.map((night) => night.roomTypeId));
  const dates = pgArray(nights.map((night) => night.date));
  return ctx.db
    .select({ id: bookingChanges.id, held: bookingChanges.held })
    .from(bookingChanges)
    .where(
      and(
        isOneOf(bookingChanges.state, ["pending"]),
        lt(bookingChanges.expiresAt, sql`app_now()`),
        not(changeExamined),
        sql`exists (select 1 from jsonb_to_recordset(${bookingChanges.held}) as h("roomTypeId" int, date date)
          join unnest(${rooms}::int[], ${dates}::date[]) as n(room_type_id, date) on n.room_type_id = h."roomTypeId" and n.date = h.date)`,
      ),
    )
    .limit(100);
}
