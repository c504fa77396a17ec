import { eq, sql } from "drizzle-orm";
import type { Executor } from "../../db/client.ts";
import type { ChargeLine } from "../../db/schema/bookings.ts";
import { payments, refunds } from "../../db/schema/index.ts";
import type { StayRow } from "./stays.ts";

interface Priced {
  total: number;
  charges: readonly ChargeLine[];
}

/**
 * What a booking costs: the rooms that stand, and the fees of those that were cancelled. Minor units.
 * @returns the total, and the part of it that is due online; the rest is paid at the property
 */
export function amountsOf(payment: "online" | "property", standing: readonly Priced[], ended: readonly Pick<StayRow, "state" | "fee">[]): { total: number; dueOnline: number } {
  const fees = ended.reduce((sum, stay) => sum + (stay.state === "cancelled" ? stay.fee : 0), 0);
  const total = fees + standing.reduce((sum, stay) => sum + stay.total, 0);
  const atProperty = standing.flatMap((stay) => stay.charges).reduce((sum, charge) => sum + (charge.collect === "property" ? charge.amount : 0), 0);
  return { total, dueOnline: payment === "online" ? total - atProperty : 0 };
}

/** The guest's money that is with us now, taken or reserved, without what has been given back; minor units. */
export async function moneyOf(db: Executor, bookingId: string): Promise<number> {
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
  return (row?.has ?? 0) - (row?.gone ?? 0);
}
