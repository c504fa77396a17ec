import { and, asc, eq, sql } from "drizzle-orm";
import type { Transaction } from "../../db/client.ts";
import { bookings, payments, refunds } from "../../db/schema/index.ts";
import type { Context } from "../context.ts";
import { raiseIncident } from "../platform/incidents.ts";
import { newId } from "../platform/ids.ts";
import { transact } from "../platform/transact.ts";
import { gatewayOf } from "../payments/index.ts";
import { applyView } from "./settle.ts";
import { staysOf } from "./stays.ts";
import { bookingState } from "./states.ts";

type Payment = typeof payments.$inferSelect;
type Booking = typeof bookings.$inferSelect;
type Action = { payment: Payment; do: "capture"; amount: number } | { payment: Payment; do: "void" } | { payment: Payment; do: "refund"; refundId: string; amount: number };

/**
 * Brings the money to what is due online: captures what a confirmed booking owes or a cancelled one's fee,
 * lets the rest of an authorisation go, and gives back what was taken beyond it.
 * Decided under the booking's lock; refunds are rows before they are calls, so a repetition makes no second one.
 * @throws OutsideError when the provider can't be reached: run it again
 */
export async function balance(ctx: Context, bookingId: string): Promise<void> {
  const actions = await transact(ctx.db, async (tx) => {
    const [booking] = await tx.select().from(bookings).where(eq(bookings.id, bookingId)).for("no key update");
    return booking ? plan(tx, booking) : [];
  });
  for (const action of actions) await perform(ctx, action);
}

/** What must be done with each payment, oldest first; the earlier ones pay for the stay. */
async function plan(tx: Transaction, booking: Booking): Promise<Action[]> {
  let due = await dueOnline(tx, booking);
  if (due === undefined) return [];
  const rows = await tx.select().from(payments).where(eq(payments.bookingId, booking.id)).orderBy(asc(payments.attempt)).for("no key update");
  const actions: Action[] = [];
  for (const payment of rows) {
    if (payment.state === "authorised") {
      const amount = Math.min(due, payment.amount);
      actions.push(amount > 0 ? { payment, do: "capture", amount } : { payment, do: "void" });
      due -= amount;
    } else if (payment.captured > 0) {
      const given = await tx
        .select()
        .from(refunds)
        .where(and(eq(refunds.paymentId, payment.id), sql`${refunds.state} <> 'failed'`));
      for (const refund of given) {
        if (refund.state === "requested") actions.push({ payment, do: "refund", refundId: refund.id, amount: refund.amount });
      }
      const kept = payment.captured - given.reduce((sum, refund) => sum + refund.amount, 0);
      const excess = Math.max(0, kept - due);
      if (excess > 0) {
        const refundId = newId();
        await tx.insert(refunds).values({
          id: refundId,
          propertyId: payment.propertyId,
          paymentId: payment.id,
          amount: excess,
          currency: payment.currency,
          reason: bookingState(await staysOf(tx, booking.id)),
          state: "requested",
        });
        actions.push({ payment, do: "refund", refundId, amount: excess });
      }
      due -= kept - excess;
    }
  }
  return actions;
}

/** What the property may keep of online money; undefined while the booking is still being paid. */
async function dueOnline(tx: Transaction, booking: Booking): Promise<number | undefined> {
  const stays = await staysOf(tx, booking.id);
  const state = bookingState(stays);
  if (state === "pending") return undefined;
  const fees = stays.reduce((sum, stay) => sum + (stay.state === "cancelled" ? stay.fee : 0), 0);
  return state === "cancelled" || state === "expired" ? fees : booking.dueOnline;
}

async function perform(ctx: Context, action: Action): Promise<void> {
  const { payment } = action;
  const gateway = gatewayOf(ctx.config, payment.provider);
  const ref = { ...payment, paymentId: payment.id };
  if (action.do === "capture") return applyView(ctx, payment.id, await gateway.capture(ref, action.amount));
  if (action.do === "void") return applyView(ctx, payment.id, await gateway.void(ref));
  const done = await gateway.refund(ref, { refundId: action.refundId, amount: action.amount, reason: "requested_by_customer" });
  const state = done === "manual" ? "manual" : done.state;
  await ctx.db
    .update(refunds)
    .set({ state, providerRef: done === "manual" ? null : done.ref, updatedAt: sql`app_now()` })
    .where(and(eq(refunds.id, action.refundId), eq(refunds.state, "requested")));
  if (done === "manual") {
    await raiseIncident(ctx.db, {
      cause: `refund-manual:${action.refundId}`,
      severity: "warning",
      title: "A refund must be paid by hand: the guest's method has no way back",
      propertyId: payment.propertyId,
      bookingId: payment.bookingId,
      data: { refundId: action.refundId, amount: action.amount, currency: payment.currency },
    });
  }
}

/**
 * Bookings with money reserved for longer than it should be: their capture or void got lost. Judged by the
 * payment's birth: each question to the provider renews `updatedAt`, so that never grows old.
 */
export async function unbalanced(ctx: Context, olderThanSeconds: number, limit: number): Promise<string[]> {
  const rows = await ctx.db
    .selectDistinct({ id: payments.bookingId })
    .from(payments)
    .where(
      sql`(${payments.state} = 'authorised' and ${payments.createdAt} < app_now() - ${olderThanSeconds}::int * interval '1 second') or exists (select 1 from ${refunds} r where r.payment_id = ${payments.id} and r.state = 'requested' and r.created_at < app_now() - ${olderThanSeconds}::int * interval '1 second')`,
    )
    .limit(limit);
  return rows.map((row) => row.id);
}
