import { eq } from "drizzle-orm";
import type { Executor } from "../../db/client.ts";
import { bookings, guests } from "../../db/schema/index.ts";
import { actorKey, type Context } from "../context.ts";
import { refuse } from "../errors.ts";
import { bookingToken, sameText } from "../platform/tokens.ts";

/**
 * The booking's head, for whoever may see it: the browser or account that made it, an account with the
 * guest's verified e-mail, the holder of its secret link, or the system itself.
 * @throws NOT_FOUND in every other case: a foreign booking looks like one that doesn't exist
 */
export async function authoriseBooking(ctx: Context, db: Executor, ref: { bookingId: string; token?: string | undefined }, lock = false) {
  const query = db.select({ booking: bookings, email: guests.email }).from(bookings).innerJoin(guests, eq(guests.id, bookings.guestId)).where(eq(bookings.id, ref.bookingId));
  const [found] = await (lock ? query.for("no key update", { of: bookings }) : query);
  if (!found || !(await mayAccess(ctx, found, ref.token))) throw refuse("NOT_FOUND", { what: "booking" });
  return found.booking;
}

async function mayAccess(ctx: Context, found: { booking: typeof bookings.$inferSelect; email: string }, token: string | undefined): Promise<boolean> {
  const { actor } = ctx;
  if (actor.kind !== "guest") return actor.kind === "job" || actor.kind === "webhook";
  if (token && sameText(token, await bookingToken(ctx.config.AUTH_SECRET, found.booking.id))) return true;
  if (found.booking.actor === actorKey(actor) || found.booking.actor === `anon:${actor.anonId}`) return true;
  if (actor.userId && found.booking.userId === actor.userId) return true;
  return actor.emailVerified === true && actor.email === found.email;
}
