import { and, asc, inArray, isNotNull, or, sql } from "drizzle-orm";
import { disputes, payments, refunds } from "../../db/schema/index.ts";
import type { Context } from "../context.ts";
import { mayBeTriedAgain } from "./unpaid-pages.ts";

/**
 * Payments whose page is open, whose money is only reserved, or whose refund is on its way, longest unasked
 * first: the sweep asks for them.
 */
export async function unsettledPayments(ctx: Context, olderThanSeconds: number, limit: number): Promise<string[]> {
  const rows = await ctx.db
    .select({ id: payments.id })
    .from(payments)
    .where(
      and(
        or(
          and(inArray(payments.state, ["created", "requires_action", "pending", "challenged", "authorised", "denied"]), sql`${payments.createdAt} > app_now() - interval '8 days'`),
          mayBeTriedAgain(),
          sql`exists (select 1 from ${refunds} r where r.payment_id = ${payments.id} and r.state = 'pending' and r.created_at > app_now() - interval '30 days')`,
        ),
        isNotNull(payments.pageRef),
        sql`coalesce(${payments.checkedAt}, ${payments.createdAt}) < app_now() - ${olderThanSeconds}::int * interval '1 second'`,
      ),
    )
    .orderBy(asc(sql`coalesce(${payments.checkedAt}, ${payments.createdAt})`))
    .limit(limit);
  return rows.map((row) => row.id);
}

/**
 * Money that was taken in the last thirty days and not asked for since yesterday, longest unasked first: the notice
 * of a refund or dispute of the dashboard's may never have come.
 */
export async function takenPayments(ctx: Context, limit: number): Promise<string[]> {
  const rows = await ctx.db
    .select({ id: payments.id })
    .from(payments)
    .where(
      and(inArray(payments.state, ["captured", "paid"]), sql`${payments.checkedAt} < app_now() - interval '1 day'`, sql`${payments.createdAt} > app_now() - interval '30 days'`),
    )
    .orderBy(asc(payments.checkedAt))
    .limit(limit);
  return rows.map((row) => row.id);
}

/**
 * Bookings with money reserved for longer than it should be, what lapses first at the front: their capture or
 * void got lost. Then those with a refund that was never made, longest unasked first, so that refused ones are in
 * nobody's way. What rests after a refusal, or waits for the end of a dispute, is not asked for.
 * Judged by the payment's birth: each question to the provider renews `updated_at`.
 */
export async function unbalanced(ctx: Context, olderThanSeconds: number, limit: number): Promise<string[]> {
  const age = sql`app_now() - ${olderThanSeconds}::int * interval '1 second'`;
  const rows = await ctx.db
    .select({ id: payments.bookingId })
    .from(payments)
    .where(
      sql`((${payments.state} = 'authorised' and ${payments.createdAt} < ${age} and coalesce(${payments.askAfter} <= app_now(), true))
        or (exists (select 1 from ${refunds} r where r.payment_id = ${payments.id} and r.state = 'requested' and r.created_at < ${age}
            and coalesce(r.ask_after <= app_now(), true))
          and not exists (select 1 from ${disputes} d where d.payment_id = ${payments.id} and d.state = 'open' and not d.refundable)))`,
    )
    .groupBy(payments.bookingId)
    .orderBy(sql`min(${payments.captureBefore}) filter (where ${payments.state} = 'authorised') nulls last`, sql`min(${payments.checkedAt}) nulls first`)
    .limit(limit);
  return rows.map((row) => row.id);
}
