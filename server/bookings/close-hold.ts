import { and, eq, inArray, isNotNull, or, sql, type SQL } from "drizzle-orm";
import { bookings, payments } from "../../db/schema/index.ts";
import type { Context } from "../context.ts";
import { gatewayOf } from "../payments/index.ts";
import { calendarOf, hasBegun } from "./begun.ts";
import { isExamined } from "./examined.ts";
import { expire } from "./expire.ts";
import { leftOpen, mayBeTriedAgain, UNPAID } from "./unpaid-pages.ts";
import { applyView } from "./apply-view.ts";
import { databaseNow } from "./view.ts";

/** With the provider out of reach, nights go back this long after the hold's end; money is sorted out later. */
export const GRACE_MS = 5 * 60_000;

/**
 * The hold's end: first the page is closed at the provider, then the nights go back.
 * "Paid already" settles instead. Quiet when the hold isn't over, or was extended.
 * @throws OutsideError while the provider is out of reach within the grace: try again later
 */
export async function closeHold(ctx: Context, bookingId: string): Promise<"paid" | "expired" | "not_due"> {
  const [booking] = await ctx.db
    .select({ holdExpiresAt: bookings.holdExpiresAt, now: sql<string>`app_now()` })
    .from(bookings)
    .where(eq(bookings.id, bookingId));
  if (!booking?.holdExpiresAt) return "not_due";
  const overdueMs = new Date(booking.now).getTime() - booking.holdExpiresAt.getTime();
  if (overdueMs < 0) return "not_due";

  try {
    if ((await closePages(ctx, bookingId)) === "paid" && (await countsAsPaid(ctx, bookingId))) return "paid";
  } catch (error) {
    if (overdueMs < GRACE_MS) throw error;
    ctx.log.warn("hold released with its payment page still open", { booking_id: bookingId }, error);
  }
  return (await expire(ctx, bookingId)) ? "expired" : "not_due";
}

/**
 * Whether the money keeps the nights: it confirmed the booking, or the provider still examines it and the stay can
 * still begin. Money of another amount or currency did neither: its hold ends as any other, and the balance lets it go.
 */
async function countsAsPaid(ctx: Context, bookingId: string): Promise<boolean> {
  const [held] = await ctx.db
    .select({ checkIn: bookings.checkIn, propertyId: bookings.propertyId })
    .from(bookings)
    .where(and(eq(bookings.id, bookingId), isNotNull(bookings.holdExpiresAt)));
  if (!held) return true;
  if (!(await isExamined(ctx.db, bookingId))) return false;
  return !hasBegun(await calendarOf(ctx.db, held.propertyId), held.checkIn, await databaseNow(ctx.db));
}

/**
 * Closes the booking's payment pages at their providers, so that nobody can pay on them any more.
 * A page that was paid already is settled instead.
 * @param changeId only those of this change
 * @throws OutsideError when a provider can't be reached
 */
export function closePages(ctx: Context, bookingId: string, changeId?: string): Promise<"paid" | "closed"> {
  const ofChange = changeId === undefined ? undefined : eq(payments.changeId, changeId);
  return closeAll(ctx, bookingId, and(ofChange, or(inArray(payments.state, [...UNPAID, "challenged", "authorised"]), mayBeTriedAgain()), isNotNull(payments.pageRef)));
}

/**
 * Closes the pages that are left of a booking when it was confirmed another way. What has its money, or may have
 * it soon, stays; so do the pages of its changes.
 * @throws OutsideError when a provider can't be reached
 */
export async function closeLeftPages(ctx: Context, bookingId: string): Promise<void> {
  await closeAll(ctx, bookingId, leftOpen());
}

async function closeAll(ctx: Context, bookingId: string, which: SQL | undefined): Promise<"paid" | "closed"> {
  const open = await ctx.db
    .select()
    .from(payments)
    .where(and(eq(payments.bookingId, bookingId), which));
  let result: "paid" | "closed" = "closed";
  for (const payment of open) if ((await closePage(ctx, payment)) === "paid") result = "paid";
  return result;
}

/** Closes one page, and writes down what became of it. @throws OutsideError when its provider can't be reached */
export async function closePage(ctx: Context, payment: typeof payments.$inferSelect): Promise<"paid" | "closed" | "open"> {
  const gateway = gatewayOf(ctx.config, payment.provider);
  const ref = { ...payment, paymentId: payment.id };
  const closed = await gateway.closePage(ref);
  // "open": no method chosen yet at Midtrans; nothing to read, and a late payment is given back.
  if (closed !== "open") await applyView(ctx, payment, await gateway.read(ref));
  return closed;
}
