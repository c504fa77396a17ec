import { eq, sql } from "drizzle-orm";
import { statement, type Executor } from "../../db/client.ts";
import { bookings, guests, properties } from "../../db/schema/index.ts";
import { actorKey, type Context } from "../context.ts";
import { refuse } from "../errors.ts";
import { addDays, dateIn } from "../platform/dates.ts";
import { isSignedFor } from "../platform/tokens.ts";

const head = (db: Executor) =>
  db
    .select({ booking: bookings, email: guests.email, zone: properties.zone, sameDayCutOff: properties.sameDayCutOff })
    .from(bookings)
    .innerJoin(guests, eq(guests.id, bookings.guestId))
    .innerJoin(properties, eq(properties.id, bookings.propertyId))
    .where(eq(bookings.id, sql.placeholder("bookingId")));
const read = statement((db) => head(db).prepare("booking_head"));
const lockAndRead = statement((db) => head(db).for("no key update", { of: bookings }).prepare("booking_head_locked"));

/**
 * The booking's head, for whoever may see it: the browser or account that made it, an account with the
 * guest's verified e-mail, the holder of its secret link, or the system itself.
 * @param lock takes the booking's row lock: the first of a write
 * @throws NOT_FOUND in every other case: a foreign booking looks like one that doesn't exist
 */
export async function authoriseBooking(ctx: Context, db: Executor, ref: { bookingId: string; token?: string | undefined }, lock = false) {
  const [found] = await (lock ? lockAndRead : read)(db, { bookingId: ref.bookingId });
  if (!found || !mayAccess(ctx, found, ref.token)) throw refuse("NOT_FOUND", { what: "booking" });
  const { booking, zone, sameDayCutOff } = found;
  return { ...booking, property: { zone, sameDayCutOff } };
}

/** A booking as `authoriseBooking` gives it, with its property's zone and the time until which a night can be sold. */
export type AuthorisedBooking = Awaited<ReturnType<typeof authoriseBooking>>;

/** A booking's link opens it for so many days after check-out; from then on only its account does. */
const LINK_DAYS = 60;

/** Whether links and look-ups no longer open the booking: its stay is long over. */
export function isLinkOver({ checkOut }: { checkOut: string }, now: Date): boolean {
  return dateIn("UTC", now) > addDays(checkOut, LINK_DAYS);
}

/** Whether the caller may see and change the booking. */
export function mayAccess(ctx: Context, found: { booking: typeof bookings.$inferSelect; email: string }, token: string | undefined): boolean {
  const { actor } = ctx;
  if (actor.kind !== "guest") return actor.kind === "job" || actor.kind === "webhook";
  if (found.booking.actor === actorKey(actor) || found.booking.actor === `anon:${actor.anonId}`) return true;
  if (actor.userId && found.booking.userId === actor.userId) return true;
  if (token && isSignedFor("booking", ctx.config, found.booking.id, token) && !isLinkOver(found.booking, ctx.clock.now())) return true;
  return actor.emailVerified === true && actor.email === found.email;
}
