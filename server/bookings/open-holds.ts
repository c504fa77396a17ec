import { and, eq, sql } from "drizzle-orm";
import { unionAll } from "drizzle-orm/pg-core";
import type { z } from "zod";
import { pgArray, statement } from "../../db/client.ts";
import { isOneOf } from "../../db/conditions.ts";
import { bookingChanges, bookings, payments, properties } from "../../db/schema/index.ts";
import { actorKey, type Context } from "../context.ts";
import { refuse } from "../errors.ts";
import type { openHoldsOutput } from "./schemas.ts";
import { databaseNow } from "./view.ts";

/** More than anybody may hold; a bound all the same. */
const MOST = 20;

const shown = { propertyName: properties.name, zone: properties.zone };
const isCallers = sql`${bookings.actor} = any(${sql.placeholder("actors")}::text[])`;

const read = statement((db) => {
  const holds = db
    .select({
      ...shown,
      id: bookings.id,
      checkIn: bookings.checkIn,
      checkOut: bookings.checkOut,
      endsAt: sql<string>`${bookings.holdExpiresAt}`.as("ends_at"),
      waits: sql<boolean>`exists (select 1 from ${payments} p where p.booking_id = ${bookings.id} and p.state = 'pending')`,
      ofChange: sql<boolean>`false`,
    })
    .from(bookings)
    .innerJoin(properties, eq(properties.id, bookings.propertyId))
    .where(and(isCallers, sql`${bookings.holdExpiresAt} > app_now()`));
  const changes = db
    .select({
      ...shown,
      id: bookings.id,
      checkIn: bookingChanges.checkIn,
      checkOut: bookingChanges.checkOut,
      endsAt: sql<string>`${bookingChanges.expiresAt}`.as("ends_at"),
      waits: sql<boolean>`exists (select 1 from ${payments} p where p.booking_id = ${bookings.id} and p.change_id = ${bookingChanges.id} and p.state = 'pending')`,
      ofChange: sql<boolean>`true`,
    })
    .from(bookingChanges)
    .innerJoin(bookings, eq(bookings.id, bookingChanges.bookingId))
    .innerJoin(properties, eq(properties.id, bookings.propertyId))
    .where(and(isCallers, isOneOf(bookingChanges.state, ["pending"]), sql`${bookingChanges.expiresAt} > app_now()`));
  return unionAll(holds, changes)
    .orderBy(sql`ends_at`)
    .limit(MOST)
    .prepare("open_holds");
});

/**
 * What this browser or account holds and has not paid, bookings and changes of them, the first to end in front: every
 * page shows it, so that nothing ends unnoticed, and a limit on holds can be cured by whoever meets it.
 * @throws FORBIDDEN for any but a guest
 */
export async function openHolds(ctx: Context): Promise<z.infer<typeof openHoldsOutput>> {
  const { actor } = ctx;
  if (actor.kind !== "guest") throw refuse("FORBIDDEN", { what: "holds" });
  const actors = pgArray([...new Set([actorKey(actor), `anon:${actor.anonId}`])]);
  const [rows, now] = await Promise.all([read(ctx.db, { actors }), databaseNow(ctx.db)]);
  return { now: now.toISOString(), holds: rows.map(({ endsAt, ...row }) => ({ ...row, holdExpiresAt: new Date(endsAt).toISOString() })) };
}
