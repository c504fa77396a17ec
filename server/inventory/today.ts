import { and, asc, eq, inArray, sql } from "drizzle-orm";
import type { z } from "zod";
import { bookings, guests, members, properties, roomStays } from "../../db/schema/index.ts";
import type { Context } from "../context.ts";
import { refuse } from "../errors.ts";
import { dateIn } from "../platform/dates.ts";
import type { myPropertiesOutput, todayInput, todayOutput } from "./schemas.ts";

/** The properties of the organisations that the caller is a member of. @throws UNAUTHENTICATED */
export async function myProperties(ctx: Context): Promise<z.infer<typeof myPropertiesOutput>> {
  if (ctx.actor.kind !== "guest" || !ctx.actor.userId) throw refuse("UNAUTHENTICATED", {});
  return ctx.db
    .select({ id: properties.id, slug: properties.slug, name: properties.name, city: properties.city, country: properties.country, zone: properties.zone, role: members.role })
    .from(members)
    .innerJoin(properties, eq(properties.organizationId, members.organizationId))
    .where(and(eq(members.userId, ctx.actor.userId), sql`${properties.archivedAt} is null`))
    .orderBy(asc(properties.name));
}

/** @throws UNAUTHENTICATED, or NOT_FOUND for a property of another organisation */
async function authoriseStaff(ctx: Context, propertyId: string): Promise<{ zone: string; currency: string }> {
  if (ctx.actor.kind !== "guest" || !ctx.actor.userId) throw refuse("UNAUTHENTICATED", {});
  const [found] = await ctx.db
    .select({ zone: properties.zone, currency: properties.currency })
    .from(properties)
    .innerJoin(members, and(eq(members.organizationId, properties.organizationId), eq(members.userId, ctx.actor.userId)))
    .where(eq(properties.id, propertyId));
  if (!found) throw refuse("NOT_FOUND", { what: "property" });
  return found;
}

/** Room stays that one answer holds; where a day has more, it says that it is not whole. */
const MOST = 5000;

/** The property's day in its own zone: arrivals, departures, stays over night, and what was booked on it. */
export async function today(ctx: Context, input: z.infer<typeof todayInput>): Promise<z.infer<typeof todayOutput>> {
  const property = await authoriseStaff(ctx, input.propertyId);
  const date = input.date ?? dateIn(property.zone, ctx.clock.now());
  const rows = await ctx.db
    .select({
      bookingId: bookings.id,
      code: bookings.code,
      guestName: guests.name,
      roomName: roomStays.roomName,
      rateName: roomStays.rateName,
      state: roomStays.state,
      checkIn: roomStays.checkIn,
      checkOut: roomStays.checkOut,
      adults: roomStays.adults,
      children: sql<number>`cardinality(${roomStays.childAges})`,
      total: roomStays.total,
      payment: bookings.payment,
      oversold: bookings.oversold,
      booked: sql<boolean>`(${bookings.createdAt} at time zone ${property.zone})::date = ${date}::date`,
    })
    .from(roomStays)
    .innerJoin(bookings, eq(bookings.id, roomStays.bookingId))
    .innerJoin(guests, eq(guests.id, bookings.guestId))
    .where(
      and(
        eq(roomStays.propertyId, input.propertyId),
        sql`((${roomStays.checkIn} <= ${date}::date and ${roomStays.checkOut} >= ${date}::date and ${inArray(roomStays.state, ["confirmed", "checked_in", "checked_out"])})
          or ((${bookings.createdAt} at time zone ${property.zone})::date = ${date}::date and ${roomStays.state} <> 'expired'))`,
      ),
    )
    .orderBy(asc(guests.name), asc(roomStays.position))
    .limit(MOST + 1);
  const whole = rows.length <= MOST;
  if (!whole) rows.pop();
  const strip = ({ booked: _booked, ...row }: (typeof rows)[number]) => row;
  const staying = rows.filter((row) => row.state === "confirmed" || row.state === "checked_in" || row.state === "checked_out");
  return {
    date,
    currency: property.currency,
    whole,
    arrivals: staying.filter((row) => row.checkIn === date).map(strip),
    departures: staying.filter((row) => row.checkOut === date).map(strip),
    inHouse: staying.filter((row) => row.checkIn < date && row.checkOut > date).map(strip),
    bookedToday: rows.filter((row) => row.booked).map(strip),
  };
}
