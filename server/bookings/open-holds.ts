import { asc, eq, sql } from "drizzle-orm";
import type { z } from "zod";
import { pgArray, statement } from "../../db/client.ts";
import { bookings, payments, properties } from "../../db/schema/index.ts";
import { actorKey, type Context } from "../context.ts";
import { refuse } from "../errors.ts";
import type { openHoldsOutput } from "./schemas.ts";
import { databaseNow } from "./view.ts";

/** More than anybody may hold; a bound all the same. */
const MOST = 20;

const read = statement((db) =>
  db
    .select({
      id: bookings.id,
      propertyName: properties.name,
      checkIn: bookings.checkIn,
      checkOut: bookings.checkOut,
      holdExpiresAt: bookings.holdExpiresAt,
      zone: properties.zone,
      waits: sql<boolean>`exists (select 1 from ${payments} p where p.booking_id = ${bookings.id} and p.state = 'pending')`,
    })
    .from(bookings)
    .innerJoin(properties, eq(properties.id, bookings.propertyId))
    .where(sql`${bookings.actor} = any(${sql.placeholder("actors")}::text[]) and ${bookings.holdExpiresAt} > app_now()`)
    .orderBy(asc(bookings.holdExpiresAt))
    .limit(MOST)
    .prepare("open_holds"),
);

/**
 * What this browser or account holds and has not paid, the first to end in front: every page shows it, so that a
 * limit on holds can be cured by whoever meets it.
 * @throws FORBIDDEN for any but a guest
 */
export async function openHolds(ctx: Context): Promise<z.infer<typeof openHoldsOutput>> {
  const { actor } = ctx;
  if (actor.kind !== "guest") throw refuse("FORBIDDEN", { what: "holds" });
  const actors = pgArray([...new Set([actorKey(actor), `anon:${actor.anonId}`])]);
  const [rows, now] = await Promise.all([read(ctx.db, { actors }), databaseNow(ctx.db)]);
  return { now: now.toISOString(), holds: rows.map((row) => ({ ...row, holdExpiresAt: row.holdExpiresAt!.toISOString() })) };
}
