import { and, eq, sql } from "drizzle-orm";
import type { Executor } from "../../db/client.ts";
import { bookingChanges, bookings, payments } from "../../db/schema/index.ts";

// Money that its provider still examines (`challenged`) keeps the nights past their end. How long is the provider's to say,
// and the hold's end's: with the provider out of reach it gives them back all the same (`close-hold.ts`).

/** Of the query's booking. */
export const bookingExamined = sql<boolean>`exists (select 1 from ${payments} p where p.booking_id = ${bookings.id} and p.state = 'challenged')`;

/** Of the query's change. */
export const changeExamined = sql<boolean>`exists (select 1 from ${payments} p where p.booking_id = ${bookingChanges.bookingId} and p.change_id = ${bookingChanges.id} and p.state = 'challenged')`;

/** Somebody else wants nights of what is over: unlike its own end, that leaves alone what is being examined. */
export interface Rival {
  /** For whoever has the booking locked; or else that fails at once, as a time-out (55P03). */
  waits: boolean;
}

/** Whether money for the booking, or for that change of it, is being examined. Under the booking's lock it stays so. */
export async function isExamined(db: Executor, bookingId: string, changeId?: string): Promise<boolean> {
  const rows = await db
    .select({ id: payments.id })
    .from(payments)
    .where(and(eq(payments.bookingId, bookingId), changeId === undefined ? undefined : eq(payments.changeId, changeId), eq(payments.state, "challenged")))
    .limit(1);
  return rows.length > 0;
}
