import { and, asc, desc, eq, or, sql } from "drizzle-orm";
import { z } from "zod";
import { bookings, guests, properties, roomStays, type StayState } from "../../db/schema/index.ts";
import type { Context } from "../context.ts";
import { refuse } from "../errors.ts";
import { dateField, idField } from "../platform/fields.ts";
import type { mineInput, mineOutput } from "./schemas.ts";
import { bookingState } from "./states.ts";

/** Which booking states each tab shows; a pending booking stays upcoming until its hold ends. */
const SCOPES = {
  upcoming: ["pending", "confirmed", "checked_in"],
  past: ["checked_out", "no_show"],
  cancelled: ["cancelled", "expired"],
} satisfies Record<z.infer<typeof mineInput>["scope"], StayState[]>;

/**
 * The account's bookings: those it made, and those made with its verified e-mail.
 * Upcoming by arrival, the others latest first; a confirmed stay whose check-out has passed is past.
 * @throws UNAUTHENTICATED without an account; INVALID for a cursor that isn't ours
 */
export async function mine(ctx: Context, input: z.infer<typeof mineInput>): Promise<z.infer<typeof mineOutput>> {
  if (ctx.actor.kind !== "guest" || !ctx.actor.userId) throw refuse("UNAUTHENTICATED", {});
  const { userId, email, emailVerified } = ctx.actor;
  const owned = or(eq(bookings.userId, userId), emailVerified && email ? eq(guests.email, email) : sql`false`);
  const today = sql`(app_now() at time zone ${properties.zone})::date`;
  const anyStay = (states: StayState[]) =>
    sql`exists (select 1 from ${roomStays} s where s.booking_id = ${bookings.id} and s.state in (${sql.join(
      states.map((state) => sql`${state}`),
      sql`, `,
    )}))`;
  const live = anyStay(SCOPES.upcoming);
  const scope = {
    upcoming: sql`${live} and ${bookings.checkOut} >= ${today}`,
    past: sql`(${anyStay(SCOPES.past)} and not ${live}) or (${live} and ${bookings.checkOut} < ${today})`,
    cancelled: sql`not ${live} and not ${anyStay(SCOPES.past)}`,
  }[input.scope];
  const ascending = input.scope === "upcoming";
  const after = input.cursor ? afterCursor(input.cursor, ascending) : undefined;
  const rows = await ctx.db
    .select({
      id: bookings.id,
      code: bookings.code,
      checkIn: bookings.checkIn,
      checkOut: bookings.checkOut,
      total: bookings.total,
      currency: bookings.currency,
      propertyName: properties.name,
      city: properties.city,
      country: properties.country,
      slug: properties.slug,
      version: properties.version,
      states: sql<StayState[]>`(select json_agg(s.state) from ${roomStays} s where s.booking_id = ${bookings.id})`,
    })
    .from(bookings)
    .innerJoin(guests, eq(guests.id, bookings.guestId))
    .innerJoin(properties, eq(properties.id, bookings.propertyId))
    .where(and(owned, scope, after))
    .orderBy(ascending ? asc(bookings.checkIn) : desc(bookings.checkIn), ascending ? asc(bookings.id) : desc(bookings.id))
    .limit(input.limit + 1);
  const items = rows.slice(0, input.limit);
  const last = rows.length > input.limit ? items.at(-1) : undefined;
  return {
    items: items.map(({ slug, version, states, ...row }) => ({
      ...row,
      state: bookingState(states.map((state) => ({ state }))),
      // Those that stand; of a booking cancelled as a whole, all that it had.
      rooms: states.filter((state) => state !== "cancelled").length || states.length,
      picture: `/art/property/${slug}.svg?v=${version}`,
    })),
    nextCursor: last && `${last.checkIn}_${last.id}`,
  };
}

/** The last row's check-in and id. */
const cursorField = z.tuple([dateField, idField]);

function afterCursor(cursor: string, ascending: boolean) {
  const [date, id] = cursorField.safeParse(cursor.split("_")).data ?? [];
  if (!date || !id) throw refuse("INVALID", { field: "cursor", reason: "unknown" });
  const row = sql`(${bookings.checkIn}, ${bookings.id})`;
  return ascending ? sql`${row} > (${date}::date, ${id}::uuid)` : sql`${row} < (${date}::date, ${id}::uuid)`;
}
