import { and, eq } from "drizzle-orm";
import { bookings, guests } from "../../db/schema/index.ts";
import type { Context } from "../context.ts";
import { refuse } from "../errors.ts";
import { bookingToken } from "../platform/tokens.ts";
import { isLinkOver } from "./access.ts";

/**
 * Finds a booking without an account, by code and e-mail. The gateway limits its rate.
 * @throws NOT_FOUND, the same for a wrong code, a wrong e-mail, and a stay that is long over
 */
export async function lookup(ctx: Context, input: { code: string; email: string }): Promise<{ bookingId: string; token: string }> {
  const [found] = await ctx.db
    .select({ id: bookings.id, checkOut: bookings.checkOut })
    .from(bookings)
    .innerJoin(guests, eq(guests.id, bookings.guestId))
    .where(and(eq(bookings.code, input.code), eq(guests.email, input.email)));
  if (!found || isLinkOver(found, ctx.clock.now())) throw refuse("NOT_FOUND", { what: "booking" });
  return { bookingId: found.id, token: bookingToken(ctx.config.AUTH_SECRET, found.id) };
}
