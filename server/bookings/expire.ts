import { and, asc, eq, inArray, lt, lte, not, sql } from "drizzle-orm";
import { pgArray, sqlState, type Transaction } from "../../db/client.ts";
import type { Settlement } from "../../db/schema/bookings.ts";
import { bookings, roomStays } from "../../db/schema/index.ts";
import { actorKey, type Context } from "../context.ts";
import { refuse } from "../errors.ts";
import { commit } from "../platform/transact.ts";
import { hasMoney } from "../payments/index.ts";
import { giveBackNights, roomBusy } from "../rooms/index.ts";
import { announce } from "./announce.ts";
import { expireChange, overdueChangesOn } from "./changes.ts";
import { emit } from "./events.ts";
import { bookingExamined, isExamined, type Rival } from "./examined.ts";
import { readMoney } from "./money.ts";
import { recordEvent } from "./record.ts";
import { settlementOf, sideOf } from "./settlement.ts";
import type { Due } from "./unsettled.ts";
import { endHold, moveStays, nightMoves, staysOf, type StayRow } from "./stays.ts";

/**
 * Gives back the nights of a hold that is over. Quiet when it isn't any more: paid, cancelled, extended.
 * One that another transaction is paying or expiring this instant is waited for, and then judged anew.
 * @param rival who wants its nights, where it isn't its own end that calls
 * @returns whether it expired now
 */
export async function expire(ctx: Context, bookingId: string, rival?: Rival): Promise<boolean> {
  const work = async (tx: Transaction) => {
    const [booking] = await tx
      .select()
      .from(bookings)
      .where(and(eq(bookings.id, bookingId), lte(bookings.holdExpiresAt, sql`app_now()`)))
      .for("no key update", rival?.waits === false ? { noWait: true } : {});
    if (!booking || (rival && (await isExamined(tx, bookingId)))) return { answer: false };
    const stays = (await staysOf(tx, bookingId)).filter((stay) => stay.state === "pending");
    if (stays.length === 0) return { answer: false };
    await moveStays(tx, bookingId, "pending", "expired");
    const version = await endHold(tx, bookingId);
    const actor = actorKey(ctx.actor);
    const moved = await giveBackNights(tx, nightMoves(stays, { held: -1 }), { reason: "expire", actor, bookingId });
    const event = { bookingId, propertyId: booking.propertyId, version };
    const settlement = await settleEnd(tx, booking, stays);
    await recordEvent(tx, { ...event, type: "expired", actor, data: settlement ? { settlement } : {} });
    await emit(tx, { type: "booking.expired", payload: event });
    return { answer: true, committed: () => announce(ctx, moved, "holds_expired_total") };
  };
  return commit(ctx.db, work, rival?.waits === false ? 0 : undefined);
}

/** What goes back because the hold is over; undefined where no money had come. */
async function settleEnd(tx: Transaction, booking: typeof bookings.$inferSelect, stays: readonly StayRow[]): Promise<Settlement | undefined> {
  const money = await readMoney(tx, booking.id);
  if (money.payments.every(({ state }) => !hasMoney(state))) return undefined;
  const ended = stays.map((stay) => ({ ...stay, state: "expired" as const }));
  return settlementOf(booking.currency, sideOf(booking, stays, money), sideOf(booking, ended, money));
}

export interface Night {
  roomTypeId: number;
  date: string;
}

/** A hold or draft that is over and has its nights all the same. */
export interface InTheWay {
  nights: Night[];
  /** Somebody is at it this instant: soon it is gone, or rightly there. Otherwise `error` is why it couldn't be ended. */
  locked: boolean;
  error: unknown;
}

/**
 * Expires the overdue holds and drafts on these nights: they may have been in the way of a take that failed.
 * Then try again, whatever was found: somebody else may have expired them between the take and this look.
 * @returns what is still in the way; who waits for what is locked does so until the first time-out
 */
export async function expireOverdue(ctx: Context, nights: readonly Night[], rival: Rival = { waits: true }): Promise<InTheWay[]> {
  const system: Context = { ...ctx, actor: { kind: "job", name: "expire-overdue" } };
  const holds = Map.groupBy(await overdueHoldsOn(ctx, nights), (stay) => stay.bookingId);
  const drafts = await overdueChangesOn(ctx, nights);
  const over = [
    ...[...holds].map(([bookingId, stays]) => ({ nights: nightMoves(stays, {}), end: (by: Rival) => expire(system, bookingId, by), what: { booking_id: bookingId } })),
    ...drafts.map(({ id, held }) => ({ nights: held, end: (by: Rival) => expireChange(system, id, by), what: { change_id: id } })),
  ];
  const left: InTheWay[] = [];
  let { waits } = rival;
  for (const { nights: own, end, what } of over) {
    try {
      await end({ waits });
    } catch (error) {
      const locked = sqlState(error) === "55P03";
      if (locked) waits = false;
      else ctx.log.warn("what is overdue can't be ended", what, error);
      left.push({ nights: own, locked, error });
    }
  }
  return left;
}

/** Those of `left` that have any of these nights. */
export function inTheWayOf(nights: readonly Night[], left: readonly InTheWay[]): InTheWay[] {
  return left.filter((one) => one.nights.some((own) => nights.some(({ roomTypeId, date }) => roomTypeId === own.roomTypeId && date === own.date)));
}

/** What one is told who lacks nights after all: SOLD_OUT, unless a hold or draft that is over has them yet. */
export function refusalOfLacking(ctx: Context, nights: Night[], left: readonly InTheWay[]): unknown {
  const behind = inTheWayOf(nights, left);
  if (behind.length === 0) return refuse("SOLD_OUT", { nights });
  const failed = behind.find((one) => !one.locked);
  return failed ? failed.error : roomBusy(ctx);
}

function overdueHoldsOn(ctx: Context, nights: readonly Night[]) {
  return ctx.db
    .selectDistinct({ bookingId: bookings.id, roomTypeId: roomStays.roomTypeId, checkIn: roomStays.checkIn, checkOut: roomStays.checkOut })
    .from(bookings)
    .innerJoin(roomStays, eq(roomStays.bookingId, bookings.id))
    .where(
      and(
        lt(bookings.holdExpiresAt, sql`app_now()`),
        eq(roomStays.state, "pending"),
        inArray(roomStays.roomTypeId, [...new Set(nights.map((night) => night.roomTypeId))]),
        sql`exists (select 1 from unnest(${pgArray(nights.map((night) => night.date))}::date[]) d where d >= ${roomStays.checkIn} and d < ${roomStays.checkOut})`,
        not(bookingExamined),
      ),
    )
    .limit(100);
}

/** Bookings whose hold ended before `now - graceSeconds`: what the sweep must look at, oldest first, without some properties'. */
export async function overdueHolds(ctx: Context, graceSeconds: number, limit: number, without: readonly string[] = []): Promise<Due[]> {
  return ctx.db
    .select({ id: bookings.id, propertyId: bookings.propertyId })
    .from(bookings)
    .where(and(lt(bookings.holdExpiresAt, sql`app_now() - ${graceSeconds}::int * interval '1 second'`), sql`${bookings.propertyId} <> all(${pgArray(without)}::uuid[])`))
    .orderBy(asc(bookings.holdExpiresAt))
    .limit(limit);
}
