import { and, eq } from "drizzle-orm";
import { auditLog } from "../../db/schema/audit.ts";
import { bookings, guests } from "../../db/schema/bookings.ts";
import { actorKey, type Context } from "../context.ts";
import { refuse } from "../errors.ts";
import { transact } from "../platform/transact.ts";
import { guestFields } from "./schemas.ts";

/**
 * A person gives a booking's guest another e-mail address: its mails go there, and it opens the booking. The audit
 * keeps who, when and why, not the addresses.
 * @throws FORBIDDEN, NOT_FOUND, INVALID address or reason
 */
export async function correctEmail(ctx: Context, input: { bookingId: string; email: string; reason: string }): Promise<void> {
  if (ctx.actor.kind !== "operator") throw refuse("FORBIDDEN", { what: "a guest's address" });
  const email = guestFields.shape.email.safeParse(input.email);
  if (!email.success) throw refuse("INVALID", { field: "email", reason: "is no e-mail address" });
  const reason = input.reason.trim();
  if (reason.length < 3 || reason.length > 500) throw refuse("INVALID", { field: "reason", reason: "say why, in 3 to 500 characters" });
  await transact(ctx.db, async (tx) => {
    const [booking] = await tx.select().from(bookings).where(eq(bookings.id, input.bookingId)).for("no key update");
    if (!booking) throw refuse("NOT_FOUND", { what: "booking" });
    const { propertyId, guestId, id } = booking;
    await tx
      .update(guests)
      .set({ email: email.data })
      .where(and(eq(guests.propertyId, propertyId), eq(guests.id, guestId)));
    await tx.insert(auditLog).values({
      propertyId,
      actor: actorKey(ctx.actor),
      action: "guest.email_corrected",
      subject: `booking:${id}`,
      after: { reason },
      requestId: ctx.requestId,
    });
  });
}
