import type { Executor } from "../../db/client.ts";
import type { bookings, Settlement } from "../../db/schema/bookings.ts";
import { readMoney } from "./money.ts";
import { settlementOf, sideOf, withoutPayment } from "./settlement.ts";
import type { StayRow } from "./stays.ts";

/**
 * What goes back because this payment came: all that the booking does not owe of it. Read behind the payment's own
 * row and the refunds of this transaction.
 * @param stays as they are now
 */
export async function settleArrival(db: Executor, booking: typeof bookings.$inferSelect, stays: readonly StayRow[], paymentId: string): Promise<Settlement> {
  const money = await readMoney(db, booking.id);
  const after = sideOf(booking, stays, money);
  return settlementOf(booking.currency, { ...after, facts: withoutPayment(money.facts, paymentId) }, after);
}
