import { and, isNotNull, isNull, or, sql, type SQL } from "drizzle-orm";
import { pgArray, statement, type Transaction } from "../../db/client.ts";
import { isOneOf } from "../../db/conditions.ts";
import { payments } from "../../db/schema/payments.ts";

/** Nothing was paid in these, and the guest may pay still. */
export const UNPAID = ["created", "requires_action", "pending", "denied"] as const;

/** A card's 3-D Secure step that was left ends the try at Midtrans, not the page: another may pay on it. */
export function mayBeTriedAgain(): SQL {
  return sql`(${payments.provider} = 'midtrans' and ${payments.state} = 'expired' and ${payments.method} = 'credit_card' and ${payments.expiresAt} > app_now() - interval '1 hour')`;
}

/** Pages for the booking itself, not for a change of it, that have no money: once it is confirmed, nobody should pay on them. */
export function leftOpen(): SQL | undefined {
  return and(isNull(payments.changeId), isNotNull(payments.pageRef), or(isOneOf(payments.state, UNPAID), mayBeTriedAgain()));
}

const withPages = statement((db) =>
  db
    .selectDistinct({ bookingId: payments.bookingId })
    .from(payments)
    .where(and(sql`${payments.bookingId} = any(${sql.placeholder("bookingIds")}::uuid[])`, leftOpen()))
    .prepare("bookings_with_pages"),
);

/** Those of the bookings that have such pages. Lock them first. */
export async function bookingsWithPages(tx: Transaction, bookingIds: readonly string[]): Promise<string[]> {
  const rows = await withPages(tx, { bookingIds: pgArray(bookingIds) });
  return rows.map((row) => row.bookingId);
}
