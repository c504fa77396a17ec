import { and, asc, eq, inArray, lt, lte, sql } from "drizzle-orm";
import { pgArray } from "../../db/client.ts";
import { bookings, roomStays } from "../../db/schema/index.ts";
import { actorKey, type Context } from "../context.ts";
import { emit } from "../platform/outbox.ts";
import { transact } from "../platform/transact.ts";
import { moveNights, writeAvailability, type MovedNight } from "../rooms/index.ts";
import { expireChange, overdueChangesOn } from "./changes.ts";
import { recordEvent } from "./record.ts";
import { endHold, moveStays, nightMoves, staysOf } from "./stays.ts";

/**
 * Gives back the nights of a hold that is over. Quiet when it isn't any more: paid, cancelled, extended.
 * One that another transaction is paying or expiring this instant is waited for, and then judged anew.
 * @returns whether it expired now
 */
export async function expire(ctx: Context, bookingId: string): Promise<boolean> {
  let moved: MovedNight[] = [];
  const expired = await transact(ctx.db, async (tx) => {
    const [booking] = await tx
      .select({ id: bookings.id, propertyId: bookings.propertyId })
      .from(bookings)
      .where(and(eq(bookings.id, bookingId), lte(bookings.holdExpiresAt, sql`app_now()`)))
      .for("no key update");
    if (!booking) return false;
    const stays = (await staysOf(tx, bookingId)).filter((stay) => stay.state === "pending");
    if (stays.length === 0) return false;
    await moveStays(tx, bookingId, "pending", "expired");
    const version = await endHold(tx, bookingId);
    const actor = actorKey(ctx.actor);
    moved = (await moveNights(tx, nightMoves(stays, { held: -1 }), { reason: "expire", actor, bookingId })) ?? [];
    const event = { bookingId, propertyId: booking.propertyId, version };
    await recordEvent(tx, { ...event, type: "expired", actor });
    await emit(tx, { type: "booking.expired", payload: event });
    return true;
  });
  if (expired) {
    ctx.metrics.count("holds_expired_total");
    ctx.defer(writeAvailability(ctx, moved));
    ctx.published();
  }
  return expired;
}

/**
 * Expires the overdue holds and drafts on these nights: they may have been in the way of a take that failed.
 * Then try again, whatever was found: somebody else may have expired them between the take and this look.
 */
export async function expireOverdue(ctx: Context, nights: { roomTypeId: number; date: string }[]): Promise<void> {
  const overdue = await ctx.db
    .selectDistinct({ id: bookings.id })
    .from(bookings)
    .innerJoin(roomStays, eq(roomStays.bookingId, bookings.id))
    .where(
      and(
        lt(bookings.holdExpiresAt, sql`app_now()`),
        eq(roomStays.state, "pending"),
        inArray(roomStays.roomTypeId, [...new Set(nights.map((night) => night.roomTypeId))]),
        sql`exists (select 1 from unnest(${pgArray(nights.map((night) => night.date))}::date[]) d where d >= ${roomStays.checkIn} and d < ${roomStays.checkOut})`,
      ),
    )
    .limit(100);
  const system: Context = { ...ctx, actor: { kind: "job", name: "expire-overdue" } };
  for (const booking of overdue) await expire(system, booking.id);
  const drafts = await overdueChangesOn(ctx, nights);
  for (const changeId of drafts) await expireChange(system, changeId);
}

/** Bookings whose hold ended before `now - graceSeconds`: what the sweep must look at, oldest first. */
export async function overdueHolds(ctx: Context, graceSeconds: number, limit: number): Promise<string[]> {
  const rows = await ctx.db
    .select({ id: bookings.id })
    .from(bookings)
    .where(lt(bookings.holdExpiresAt, sql`app_now() - ${graceSeconds}::int * interval '1 second'`))
    .orderBy(asc(bookings.holdExpiresAt))
    .limit(limit);
  return rows.map((row) => row.id);
}
