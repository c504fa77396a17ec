import { sql, type SQL } from "drizzle-orm";
import { pgArray } from "../../db/client.ts";
import { isOneOf } from "../../db/conditions.ts";
import { bookings, disputes, OPEN_DISPUTES, OPEN_PAYMENTS, payments, refunds, TAKEN_PAYMENTS } from "../../db/schema/index.ts";
import type { Context } from "../context.ts";
import { mayBeTriedAgain } from "./unpaid-pages.ts";

/** Something that is due, and whose it is: a property in trouble delays no other. */
export interface Due {
  id: string;
  propertyId: string;
}

// Each branch is found by a partial index of its own: an OR over two tables reads every payment that there was. What is
// asked for in an index's order is read only as far as it is due.

/**
 * Payments whose page is open, whose money is only reserved, or whose refund is on its way, longest unasked
 * first: the sweep asks for them for a week, and once more where nobody has since their end: the sweep itself was out.
 * @param without ids of properties whose payments are left out
 */
export async function unsettledPayments(ctx: Context, olderThanSeconds: number, limit: number, without: readonly string[] = []): Promise<Due[]> {
  const asked = sql`coalesce(${payments.checkedAt}, ${payments.createdAt})`;
  return dueIn(
    ctx,
    sql`select ${payments.id} as id, ${payments.propertyId} as "propertyId" from ${payments} where ${payments.id} in (
        select ${payments.id} from ${payments} where ${isOneOf(payments.state, OPEN_PAYMENTS)} and ${payments.createdAt} > app_now() - interval '8 days'
        union all select ${payments.id} from ${payments} where ${isOneOf(payments.state, OPEN_PAYMENTS)} and ${payments.createdAt} <= app_now() - interval '8 days'
          and ${asked} < coalesce(${payments.expiresAt}, ${payments.createdAt}) + interval '2 hours'
        union all select ${payments.id} from ${payments} where ${mayBeTriedAgain()}
        union all select ${refunds.paymentId} from ${refunds} where ${refunds.state} = 'pending' and ${refunds.createdAt} > app_now() - interval '30 days')
      and ${payments.propertyId} <> all(${pgArray(without)}::uuid[]) and ${payments.pageRef} is not null and ${asked} < app_now() - ${olderThanSeconds}::int * interval '1 second'
      order by ${asked} limit ${limit}`,
  );
}

/** Cards are charged back up to so many days after the service. */
const LIABLE_DAYS = 120;

/**
 * Money that was taken and may still be taken back, longest unasked first: the notice of a refund or dispute of the
 * dashboard's may never have come. Daily in the thirty days after it was taken and while a dispute is open, then weekly
 * until 120 days after the stay. Weekly is a net for providers that list nothing; where one does, `findMoved` is quicker.
 * Lays to rest what is beyond that, so that the next look doesn't come by it.
 */
export async function takenPayments(ctx: Context, limit: number, without: readonly string[] = []): Promise<Due[]> {
  const taken = isOneOf(payments.state, TAKEN_PAYMENTS);
  const since = sql`coalesce(${payments.capturedAt}, ${payments.createdAt})`;
  const daily = sql`${payments.checkedAt} < app_now() - interval '1 day'`;
  const overdue = sql`${taken} and not ${payments.atRest} and ${payments.checkedAt} < app_now() - interval '7 days'`;
  const asked = sql`${payments.propertyId} <> all(${pgArray(without)}::uuid[])`;
  const isLiable = sql`exists (select 1 from ${bookings} b where b.id = ${payments.bookingId} and b.check_out > app_now()::date - ${LIABLE_DAYS}::int)`;
  await ctx.db.execute(sql`
    update ${payments} set at_rest = true where ${payments.id} = any(array(
      select ${payments.id} from ${payments} where ${overdue} and ${since} <= app_now() - interval '30 days' and not ${isLiable}
      order by ${payments.checkedAt} limit ${REST_AT_ONCE} for no key update skip locked))`);
  return dueIn(
    ctx,
    sql`select ${payments.id} as id, ${payments.propertyId} as "propertyId" from ${payments} where ${payments.id} in (
        select ${payments.id} from ${payments} where ${taken} and not ${payments.atRest} and ${since} > app_now() - interval '30 days' and ${daily}
        union all (select ${payments.id} from ${payments} where ${overdue} and ${isLiable} and ${asked} order by ${payments.checkedAt} limit ${limit})
        union all select ${disputes.paymentId} from ${disputes} where ${isOneOf(disputes.state, OPEN_DISPUTES)})
      and ${asked} and ${taken} and ${daily}
      order by ${payments.checkedAt} limit ${limit}`,
  );
}

const REST_AT_ONCE = 1000;

/**
 * Bookings with money reserved for longer than it should be, what lapses first at the front: their capture or
 * void got lost. Then those with a refund that was never made, longest unasked first, so that refused ones are in
 * nobody's way. What rests after a refusal, or waits for the end of a dispute, is not asked for.
 * Judged by the payment's birth: each question to the provider renews `updated_at`.
 */
export async function unbalanced(ctx: Context, olderThanSeconds: number, limit: number, without: readonly string[] = []): Promise<Due[]> {
  const age = sql`app_now() - ${olderThanSeconds}::int * interval '1 second'`;
  return dueIn(
    ctx,
    sql`select booking_id as id, property_id as "propertyId" from (
        select p.booking_id, p.property_id, p.capture_before, p.checked_at from ${payments} p
        where p.state = 'authorised' and p.created_at < ${age} and coalesce(p.ask_after <= app_now(), true)
        union all
        select p.booking_id, p.property_id, null, p.checked_at from ${refunds} r join ${payments} p on p.id = r.payment_id
        where r.state = 'requested' and r.created_at < ${age} and coalesce(r.ask_after <= app_now(), true)
          and not exists (select 1 from ${disputes} d where d.payment_id = p.id and d.state = 'open' and not d.refundable)) as due
      where property_id <> all(${pgArray(without)}::uuid[])
      group by booking_id, property_id order by min(capture_before) nulls last, min(checked_at) nulls first limit ${limit}`,
  );
}

async function dueIn(ctx: Context, query: SQL): Promise<Due[]> {
  return [...(await ctx.db.execute<{ id: string; propertyId: string }>(query))];
}
