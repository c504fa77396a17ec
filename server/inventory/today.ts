import { and, asc, eq, sql, type SQL } from "drizzle-orm";
import type { z } from "zod";
import { statement } from "../../db/client.ts";
import { isOneOf } from "../../db/conditions.ts";
import { bookings, guests, members, properties, roomStays, roomTypes } from "../../db/schema/index.ts";
import type { Context } from "../context.ts";
import { refuse } from "../errors.ts";
import { dateIn } from "../platform/dates.ts";
import { MAX_NIGHTS } from "../platform/fields.ts";
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

const { placeholder } = sql;
const date = sql`${placeholder("date")}::date`;
/** The instant at which a date begins in the property's zone. */
const midnight = (day: SQL) => sql`((${day})::timestamp at time zone ${placeholder("zone")})`;

/**
 * Who comes, goes or stays over night. By room type, as the index is. No stay is longer than `MAX_NIGHTS`: what began
 * before that is over.
 */
const staying = sql`${roomStays.roomTypeId} in (select ${roomTypes.id} from ${roomTypes} where ${roomTypes.propertyId} = ${placeholder("propertyId")})
  and ${roomStays.checkIn} between ${date} - ${sql.raw(String(MAX_NIGHTS))} and ${date} and ${roomStays.checkOut} >= ${date}
  and ${isOneOf(roomStays.state, ["confirmed", "checked_in", "checked_out"])}`;
const booked = sql`${bookings.propertyId} = ${placeholder("propertyId")}
  and ${bookings.createdAt} >= ${midnight(date)} and ${bookings.createdAt} < ${midnight(sql`${date} + 1`)}
  and not ${isOneOf(roomStays.state, ["expired"])}`;

const rowsOf = (name: string, which: SQL) =>
  statement((db) =>
    db
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
      })
      .from(roomStays)
      .innerJoin(bookings, eq(bookings.id, roomStays.bookingId))
      .innerJoin(guests, eq(guests.id, bookings.guestId))
      .where(which)
      .orderBy(asc(guests.name), asc(roomStays.position))
      .limit(MOST + 1)
      .prepare(name),
  );
const stayingOn = rowsOf("day_staying", staying);
const bookedOn = rowsOf("day_booked", booked);

/** The property's day in its own zone: arrivals, departures, stays over night, and what was booked on it. */
export async function today(ctx: Context, input: z.infer<typeof todayInput>): Promise<z.infer<typeof todayOutput>> {
  const { zone, currency } = await authoriseStaff(ctx, input.propertyId);
  const day = input.date ?? dateIn(zone, ctx.clock.now());
  const asked = { propertyId: input.propertyId, date: day, zone };
  const [stays, made] = await Promise.all([stayingOn(ctx.db, asked), bookedOn(ctx.db, asked)]);
  const whole = stays.length <= MOST && made.length <= MOST;
  const rows = stays.slice(0, MOST);
  return {
    date: day,
    currency,
    whole,
    arrivals: rows.filter((row) => row.checkIn === day),
    departures: rows.filter((row) => row.checkOut === day),
    inHouse: rows.filter((row) => row.checkIn < day && row.checkOut > day),
    bookedToday: made.slice(0, MOST),
  };
}
