import { sql, type SQL } from "drizzle-orm";
import { isOneOf } from "../../db/conditions.ts";
import { disputes, OPEN_PAYMENTS, payments, refunds, TAKEN_PAYMENTS } from "../../db/schema/index.ts";
import type { Context } from "../context.ts";
import { mayBeTriedAgain } from "./unpaid-pages.ts";

// Each branch is found by a partial index of its own: an OR over two tables reads every payment that there was.

/**
 * Payments whose page is open, whose money is only reserved, or whose refund is on its way, longest unasked
 * first: the sweep asks for them.
 */
export async function unsettledPayments(ctx: Context, olderThanSeconds: number, limit: number): Promise<string[]> {
  const asked = sql`coalesce(${payments.checkedAt}, ${payments.createdAt})`;
  return idsOf(
    ctx,
    sql`select ${payments.id} as id from ${payments} where ${payments.id} in (
        select ${payments.id} from ${payments} where ${isOneOf(payments.state, OPEN_PAYMENTS)} and ${payments.createdAt} > app_now() - interval '8 days'
        union all select ${payments.id} from ${payments} where ${mayBeTriedAgain()}
        union all select ${refunds.paymentId} from ${refunds} where ${refunds.state} = 'pending' and ${refunds.createdAt} > app_now() - interval '30 days')
      and ${payments.pageRef} is not null and ${asked} < app_now() - ${olderThanSeconds}::int * interval '1 second'
      order by ${asked} limit ${limit}`,
  );
}

/**
 * Money that was taken in the last thirty days and not asked for since yesterday, longest unasked first: the notice
 * of a refund or dispute of the dashboard's may never have come.
 */
export async function takenPayments(ctx: Context, limit: number): Promise<string[]> {
  return idsOf(
    ctx,
    sql`select ${payments.id} as id from ${payments}
      where ${isOneOf(payments.state, TAKEN_PAYMENTS)} and ${payments.createdAt} > app_now() - interval '30 days' and ${payments.checkedAt} < app_now() - interval '1 day'
      order by ${payments.checkedAt} limit ${limit}`,
  );
}

/**
 * Bookings with money reserved for longer than it should be, what lapses first at the front: their capture or
 * void got lost. Then those with a refund that was never made, longest unasked first, so that refused ones are in
 * nobody's way. What rests after a refusal, or waits for the end of a dispute, is not asked for.
 * Judged by the payment's birth: each question to the provider renews `updated_at`.
 */
export async function unbalanced(ctx: Context, olderThanSeconds: number, limit: number): Promise<string[]> {
  const age = sql`app_now() - ${olderThanSeconds}::int * interval '1 second'`;
  return idsOf(
    ctx,
    sql`select booking_id as id from (
        select p.booking_id, p.capture_before, p.checked_at from ${payments} p
        where p.state = 'authorised' and p.created_at < ${age} and coalesce(p.ask_after <= app_now(), true)
        union all
        select p.booking_id, null, p.checked_at from ${refunds} r join ${payments} p on p.id = r.payment_id
        where r.state = 'requested' and r.created_at < ${age} and coalesce(r.ask_after <= app_now(), true)
          and not exists (select 1 from ${disputes} d where d.payment_id = p.id and d.state = 'open' and not d.refundable)) as due
      group by booking_id order by min(capture_before) nulls last, min(checked_at) nulls first limit ${limit}`,
  );
}

async function idsOf(ctx: Context, query: SQL): Promise<string[]> {
  const rows = await ctx.db.execute<{ id: string }>(query);
  return rows.map((row) => row.id);
}
