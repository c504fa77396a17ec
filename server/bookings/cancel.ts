import { eq, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Executor, Transaction } from "../../db/client.ts";
import { payments, refunds, roomStays } from "../../db/schema/index.ts";
import { actorKey, type Context } from "../context.ts";
import { refuse } from "../errors.ts";
import { once } from "../platform/idempotency.ts";
import { emit } from "../platform/outbox.ts";
import { feeAt, feeChangesAt, moveNights, writeAvailability, type MovedNight } from "../rooms/index.ts";
import { authoriseBooking } from "./access.ts";
import { recordEvent } from "./record.ts";
import type { CancelInput, cancelOutput, cancelQuoteOutput } from "./schemas.ts";
import { endHold, moveStays, nightMoves, staysOf, type StayRow } from "./stays.ts";
import { bookingState } from "./states.ts";
import { databaseNow } from "./view.ts";

/** What cancelling costs now, shown before it is done. @throws NOT_FOUND, PRECONDITION when it can't be cancelled */
export async function cancelQuote(ctx: Context, ref: { bookingId: string; token?: string | undefined }): Promise<z.infer<typeof cancelQuoteOutput>> {
  const booking = await authoriseBooking(ctx, ctx.db, ref);
  const stays = await ctx.db.select().from(roomStays).where(eq(roomStays.bookingId, booking.id));
  assertCancellable(stays);
  const now = await databaseNow(ctx.db);
  const fee = feeOf(stays, now);
  const changes = stays.map((stay) => feeChangesAt(stay.policy, now)).filter((at) => at !== null);
  return { fee, refund: await refundOf(ctx.db, booking.id, fee), currency: booking.currency, changesAt: changes.toSorted()[0] ?? null };
}

/**
 * Cancels the whole booking: nights return at once, money follows by job, by the policy frozen at sale.
 * @throws NOT_FOUND, PRECONDITION with the state, PRICE_CHANGED when the fee is no longer the one shown
 */
export async function cancel(ctx: Context, input: CancelInput): Promise<z.infer<typeof cancelOutput>> {
  let moved: MovedNight[] = [];
  const answer = await once(ctx, "bookings.cancel", input, async (tx) => {
    const [booking, stays] = await Promise.all([authoriseBooking(ctx, tx, input, true), staysOf(tx, input.bookingId)]);
    assertCancellable(stays);
    const now = await databaseNow(tx);
    const fee = feeOf(stays, now);
    if (fee !== input.expectedFee) throw refuse("PRICE_CHANGED", { total: fee, currency: booking.currency, quoteHash: "" });
    const refund = await refundOf(tx, booking.id, fee);

    await setFees(tx, stays, now);
    const pending = stays.filter((stay) => stay.state === "pending");
    const confirmed = stays.filter((stay) => stay.state === "confirmed");
    if (pending.length > 0) await moveStays(tx, booking.id, "pending", "cancelled");
    if (confirmed.length > 0) await moveStays(tx, booking.id, "confirmed", "cancelled");
    const version = await endHold(tx, booking.id);
    const actor = actorKey(ctx.actor);
    const moves = [...nightMoves(pending, { held: -1 }), ...nightMoves(confirmed, { sold: -1 })];
    moved = (await moveNights(tx, moves, { reason: "cancel", actor, bookingId: booking.id })) ?? [];
    const event = { bookingId: booking.id, propertyId: booking.propertyId, version };
    await recordEvent(tx, { ...event, type: "cancelled", actor, data: { fee, refund } });
    // A hold that is let go is no cancellation: nobody was told of a booking.
    await emit(tx, { type: confirmed.length > 0 ? "booking.cancelled" : "booking.released", payload: event });
    return { bookingId: booking.id, state: "cancelled" as const, fee, refund, currency: booking.currency };
  });
  ctx.defer(writeAvailability(ctx, moved));
  ctx.metrics.count("bookings_cancelled_total");
  ctx.published();
  return answer;
}

function assertCancellable(stays: readonly StayRow[]): void {
  const state = bookingState(stays);
  if (state !== "confirmed" && state !== "pending") throw refuse("PRECONDITION", { reason: "can't be cancelled", state });
}

/** A hold costs nothing; a confirmed stay what its frozen policy says at this instant. */
function feeOf(stays: readonly StayRow[], now: Date): number {
  return stays.reduce((sum, stay) => sum + (stay.state === "confirmed" ? feeAt(stay.policy, now) : 0), 0);
}

async function setFees(tx: Transaction, stays: readonly StayRow[], now: Date): Promise<void> {
  for (const stay of stays) {
    const fee = stay.state === "confirmed" ? feeAt(stay.policy, now) : 0;
    if (fee > 0) await tx.update(roomStays).set({ fee }).where(eq(roomStays.id, stay.id));
  }
}

/** What of the money taken or reserved online goes back: all beyond the fee. */
async function refundOf(db: Executor, bookingId: string, fee: number): Promise<number> {
  const [row] = await db
    .select({
      has: sql<number>`coalesce(sum(case when ${payments.state} = 'authorised' then ${payments.amount} else ${payments.captured} end) filter (where ${payments.state} in ('authorised','captured','paid')), 0)::bigint`.mapWith(
        Number,
      ),
      gone: sql<number>`coalesce((select sum(r.amount) from ${refunds} r join ${payments} p on p.id = r.payment_id where p.booking_id = ${bookingId} and r.state <> 'failed'), 0)::bigint`.mapWith(
        Number,
      ),
    })
    .from(payments)
    .where(eq(payments.bookingId, bookingId));
  return Math.max(0, (row?.has ?? 0) - (row?.gone ?? 0) - fee);
}
