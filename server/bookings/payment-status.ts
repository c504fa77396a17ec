import { desc, eq } from "drizzle-orm";
import type { z } from "zod";
import { payments, roomStays } from "../../db/schema/index.ts";
import type { Context } from "../context.ts";
import { authoriseBooking } from "./access.ts";
import type { statusOutput } from "./payment-schemas.ts";
import { bookingState } from "./states.ts";

/** What the return page asks while the provider's word is on its way. @throws NOT_FOUND */
export async function paymentStatus(ctx: Context, ref: { bookingId: string; token?: string | undefined }): Promise<z.infer<typeof statusOutput>> {
  const booking = await authoriseBooking(ctx, ctx.db, ref);
  const [stays, [latest]] = await Promise.all([
    ctx.db.select({ state: roomStays.state }).from(roomStays).where(eq(roomStays.bookingId, booking.id)),
    ctx.db.select({ state: payments.state }).from(payments).where(eq(payments.bookingId, booking.id)).orderBy(desc(payments.attempt)).limit(1),
  ]);
  return { booking: bookingState(stays), payment: latest?.state ?? null };
}
