import { and, eq, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Executor, Transaction } from "../../db/client.ts";
import type { Settlement } from "../../db/schema/bookings.ts";
import { bookings, roomStays } from "../../db/schema/index.ts";
import { actorKey, type Context } from "../context.ts";
import { refuse } from "../errors.ts";
import { once } from "../platform/idempotency.ts";
import { pipelined } from "../platform/pipelined.ts";
import { feeAt, feeChangesAt, giveBackNights } from "../rooms/index.ts";
import { authoriseBooking, type AuthorisedBooking } from "./access.ts";
import { amountsOf } from "./amounts.ts";
import { announce } from "./announce.ts";
import { abandonChange } from "./changes.ts";
import { emit } from "./events.ts";
import { readMoney } from "./money.ts";
import { recordEvent } from "./record.ts";
import type { CancelInput, cancelOutput, CancelQuoteInput, cancelQuoteOutput } from "./schemas.ts";
import { hasBegun } from "./begun.ts";
import { feeOf, settlementOf, sideOf } from "./settlement.ts";
import { endHold, endStays, nightMoves, staysOf, type StayRow } from "./stays.ts";
import { bookingState } from "./states.ts";
import { databaseNow } from "./view.ts";

type Booking = typeof bookings.$inferSelect;

/** What cancelling costs now, shown before it is done. @throws NOT_FOUND, PRECONDITION when it can't be cancelled */
export async function cancelQuote(ctx: Context, input: CancelQuoteInput): Promise<z.infer<typeof cancelQuoteOutput>> {
  const booking = await authoriseBooking(ctx, ctx.db, input);
  const stays = await staysOf(ctx.db, booking.id);
  const now = await databaseNow(ctx.db);
  const plan = planCancel(booking, stays, input.roomStayIds, now);
  const changes = plan.leaving.map((stay) => feeChangesAt(stay.policy, now)).filter((at) => at !== null);
  const settlement = await settle(ctx.db, booking, stays, plan);
  return { ...told(settlement), changesAt: changes.toSorted()[0] ?? null };
}

/**
 * Cancels the whole booking, or single rooms of it: nights return at once, money follows by job, by the policy
 * frozen at sale. Dates and total of the booking follow the rooms that are left.
 * @throws NOT_FOUND, PRECONDITION with the state, PRICE_CHANGED with the fee when it is no longer the one shown
 */
export async function cancel(ctx: Context, input: CancelInput): Promise<z.infer<typeof cancelOutput>> {
  return once(ctx, "bookings.cancel", input, async (tx) => {
    const [booking, stays] = await pipelined([authoriseBooking(ctx, tx, input, true), staysOf(tx, input.bookingId)]);
    const now = await databaseNow(tx);
    const plan = planCancel(booking, stays, input.roomStayIds, now);
    const { fee, leaving, staying } = plan;
    const settlement = await settle(tx, booking, stays, plan);
    if (fee !== input.expectedFee) throw refuse("PRICE_CHANGED", { fee, total: settlement.totalAfter, currency: booking.currency });

    await setFees(tx, leaving, now);
    const pending = leaving.filter((stay) => stay.state === "pending");
    const confirmed = leaving.filter((stay) => stay.state === "confirmed");
    await endStays(tx, pending, "cancelled");
    await endStays(tx, confirmed, "cancelled");
    const version = await endHold(tx, booking.id);
    await followRooms(tx, booking, plan);
    const actor = actorKey(ctx.actor);
    const moves = [...(await abandonChange(tx, { ...booking, version }, actor)), ...nightMoves(pending, { held: -1 }), ...nightMoves(confirmed, { sold: -1 })];
    const moved = await giveBackNights(tx, moves, { reason: "cancel", actor, bookingId: booking.id });
    const event = { bookingId: booking.id, propertyId: booking.propertyId, version };
    const rooms = staying.length > 0 ? { roomStayIds: leaving.map((stay) => stay.id) } : {};
    await recordEvent(tx, { ...event, type: staying.length > 0 ? "room_cancelled" : "cancelled", actor, data: { settlement, ...rooms } });
    // A hold that is let go is no cancellation: nobody was told of a booking.
    if (staying.length > 0) await emit(tx, { type: "booking.modified", payload: { ...event, payment: booking.payment } });
    else await emit(tx, { type: confirmed.length > 0 ? "booking.cancelled" : "booking.released", payload: event });
    const state = staying.length > 0 ? ("confirmed" as const) : ("cancelled" as const);
    const answer = { bookingId: booking.id, state, ...told(settlement) };
    return { answer, committed: () => announce(ctx, moved, "bookings_cancelled_total") };
  });
}

interface CancelPlan {
  leaving: StayRow[];
  staying: StayRow[];
  /** All of the booking's, as they will be. */
  after: StayRow[];
  /** What the rooms that leave cost. */
  fee: number;
  /** What the booking costs from then on. */
  total: number;
  dueOnline: number;
}

/**
 * Which rooms leave, and what the booking costs from then on.
 * @throws PRECONDITION in a state without a way out, for some rooms of a hold, or once the stay has begun; NOT_FOUND for a room that isn't the booking's
 */
function planCancel(booking: AuthorisedBooking, stays: readonly StayRow[], ids: readonly string[] | undefined, now: Date): CancelPlan {
  const state = bookingState(stays);
  if (state !== "confirmed" && state !== "pending") throw refuse("PRECONDITION", { reason: "can't be cancelled", state });
  const standing = stays.filter((stay) => stay.state === state);
  const leaving = ids ? stays.filter((stay) => ids.includes(stay.id)) : standing;
  if (ids && leaving.length < new Set(ids).size) throw refuse("NOT_FOUND", { what: "room" });
  const over = leaving.find((stay) => stay.state !== state);
  if (over) throw refuse("PRECONDITION", { reason: "can't be cancelled", state: over.state });
  if (state === "confirmed" && leaving.some((stay) => hasBegun(booking.property, stay.checkIn, now))) throw refuse("PRECONDITION", { reason: "the stay has begun", state });
  const staying = standing.filter((stay) => !leaving.includes(stay));
  // Its page asks for the whole amount: a hold is let go as a whole, and taken anew.
  if (state === "pending" && staying.length > 0) throw refuse("PRECONDITION", { reason: "a hold can't lose single rooms", state });
  const after = stays.map((stay) => (leaving.includes(stay) ? { ...stay, state: "cancelled" as const, fee: feeNow(stay, now) } : stay));
  const { total, dueOnline } = amountsOf(booking.payment, staying, after);
  return { leaving, staying, after, fee: leaving.reduce((sum, stay) => sum + feeNow(stay, now), 0), total, dueOnline };
}

/** A hold costs nothing; a confirmed stay what its frozen policy says at this instant. */
function feeNow(stay: StayRow, now: Date): number {
  return stay.state === "confirmed" ? feeAt(stay.policy, now) : 0;
}

async function setFees(tx: Transaction, stays: readonly StayRow[], now: Date): Promise<void> {
  for (const stay of stays) {
    const fee = feeNow(stay, now);
    if (fee > 0) await tx.update(roomStays).set({ fee }).where(eq(roomStays.id, stay.id));
  }
}

/** The booking's amounts become those of the rooms that are left, and of the fees; its dates too, while any is left. */
async function followRooms(tx: Transaction, booking: Booking, { staying, total, dueOnline }: CancelPlan): Promise<void> {
  const checkIn = staying.map((stay) => stay.checkIn).toSorted()[0] ?? booking.checkIn;
  const checkOut =
    staying
      .map((stay) => stay.checkOut)
      .toSorted()
      .at(-1) ?? booking.checkOut;
  await tx
    .update(bookings)
    .set({ checkIn, checkOut, total, dueOnline })
    .where(and(eq(bookings.id, booking.id), eq(bookings.version, sql`${booking.version + 1}::int`)));
}

async function settle(db: Executor, booking: Booking, stays: readonly StayRow[], plan: CancelPlan): Promise<Settlement> {
  const money = await readMoney(db, booking.id);
  const { total, dueOnline, after, leaving, fee } = plan;
  const becomes = sideOf({ payment: booking.payment, total, dueOnline }, after, money);
  return settlementOf(booking.currency, sideOf(booking, stays, money), becomes, feeOf(fee, leaving));
}

/** What the caller is told of it. */
function told({ fee, back, ways, duePropertyAfter, currency }: Settlement) {
  return { fee, refund: back, ways, dueProperty: duePropertyAfter, currency };
}
