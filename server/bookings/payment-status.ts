import { and, desc, eq } from "drizzle-orm";
import type { z } from "zod";
import { bookingChanges, payments, roomStays } from "../../db/schema/index.ts";
import type { Context } from "../context.ts";
import { authoriseBooking } from "./access.ts";
import type { statusInput, statusOutput } from "./payment-schemas.ts";
import { bookingState } from "./states.ts";
import { transferOf } from "./transfer.ts";

/** What the return page asks while the provider's word is on its way. @throws NOT_FOUND */
export async function paymentStatus(ctx: Context, ref: z.infer<typeof statusInput>): Promise<z.infer<typeof statusOutput>> {
  const booking = await authoriseBooking(ctx, ctx.db, ref);
  const [stays, [latest], [change]] = await Promise.all([
    ctx.db.select({ state: roomStays.state }).from(roomStays).where(eq(roomStays.bookingId, booking.id)),
    ctx.db.select().from(payments).where(eq(payments.bookingId, booking.id)).orderBy(desc(payments.attempt)).limit(1),
    ref.changeId === undefined
      ? []
      : ctx.db
          .select({ state: bookingChanges.state, expiresAt: bookingChanges.expiresAt })
          .from(bookingChanges)
          .where(and(eq(bookingChanges.id, ref.changeId), eq(bookingChanges.bookingId, booking.id))),
  ]);
  const transfer = transferOf(latest, change?.expiresAt ?? booking.holdExpiresAt, booking.property.zone) ?? undefined;
  return { booking: bookingState(stays), payment: latest?.state ?? null, change: change?.state, transfer };
}
