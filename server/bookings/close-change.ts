import { and, eq, sql } from "drizzle-orm";
import { bookingChanges, bookings } from "../../db/schema/index.ts";
import type { Context } from "../context.ts";
import { calendarOf, isTooLate } from "./begun.ts";
import { closePages, GRACE_MS } from "./close-hold.ts";
import { expireChange } from "./changes.ts";
import { isExamined } from "./examined.ts";

/**
 * A draft's end: first its page is closed at the provider, then the nights it held go back.
 * "Paid already" applies the change instead. Quiet when the draft isn't over, or has ended.
 * @throws OutsideError while the provider is out of reach within the grace: try again later
 */
export async function closeChange(ctx: Context, changeId: string): Promise<"paid" | "expired" | "not_due"> {
  const [draft] = await ctx.db
    .select({
      bookingId: bookingChanges.bookingId,
      propertyId: bookingChanges.propertyId,
      expiresAt: bookingChanges.expiresAt,
      now: sql<string>`app_now()`,
      changed: bookingChanges.checkIn,
      booked: bookings.checkIn,
    })
    .from(bookingChanges)
    .innerJoin(bookings, eq(bookings.id, bookingChanges.bookingId))
    .where(and(eq(bookingChanges.id, changeId), eq(bookingChanges.state, "pending")));
  if (!draft) return "not_due";
  const overdueMs = new Date(draft.now).getTime() - draft.expiresAt.getTime();
  if (overdueMs < 0) return "not_due";
  try {
    const paid = (await closePages(ctx, draft.bookingId, changeId)) === "paid";
    // Money of another amount applied nothing: the draft ends as any other. What the provider still examines keeps it,
    // as long as both stays can still begin.
    const begun = isTooLate(await calendarOf(ctx.db, draft.propertyId), null, new Date(draft.now), draft.booked, draft.changed);
    if (paid && !begun && (await isExamined(ctx.db, draft.bookingId, changeId))) return "paid";
  } catch (error) {
    if (overdueMs < GRACE_MS) throw error;
    ctx.log.warn("a change's nights released with its payment page still open", { booking_id: draft.bookingId }, error);
  }
  if (await expireChange(ctx, changeId)) return "expired";
  return "paid";
}
