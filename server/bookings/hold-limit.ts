import { and, eq, sql } from "drizzle-orm";
import { pgArray, statement, type Transaction } from "../../db/client.ts";
import { bookings, roomStays } from "../../db/schema/index.ts";
import { refuse } from "../errors.ts";
import { MAX_ROOMS } from "../platform/fields.ts";
import { pipelined } from "../platform/pipelined.ts";
import type { LockedNight } from "../rooms/index.ts";
import type { HoldInput } from "./schemas.ts";

const { placeholder } = sql;

/** A client's holds one at a time, so that many sent at once can't each be the last that the limit allows. In order, so that groups don't deadlock. */
const lockClients = statement((db) =>
  db
    .select({ locked: sql`pg_advisory_xact_lock(key)`.as("locked") })
    .from(sql`(select distinct hashtextextended(a, 0) as key from unnest(${placeholder("actors")}::text[]) as a order by key) as clients`)
    .prepare("lock_clients"),
);

const liveStays = statement((db) =>
  db
    .select({
      actor: bookings.actor,
      bookingId: bookings.id,
      propertyId: bookings.propertyId,
      roomTypeId: roomStays.roomTypeId,
      checkIn: roomStays.checkIn,
      checkOut: roomStays.checkOut,
    })
    .from(bookings)
    .innerJoin(roomStays, and(eq(roomStays.bookingId, bookings.id), eq(roomStays.state, "pending")))
    .where(sql`${bookings.actor} = any(${placeholder("actors")}::text[]) and ${bookings.holdExpiresAt} is not null and ${bookings.holdExpiresAt} > app_now()`)
    .prepare("live_holds"),
);

/** A room that a client holds and has not paid. */
export type HeldStay = Awaited<ReturnType<typeof liveHolds>>[number];

/** The rooms that these clients hold now; no other transaction changes that before ours ends. */
export async function liveHolds(tx: Transaction, actors: readonly string[]) {
  const list = { actors: pgArray([...new Set(actors)]) };
  const [, stays] = await pipelined([lockClients(tx, list), liveStays(tx, list)]);
  return stays;
}

/** A client who holds rooms already may hold at most this share of a room type's night in all. */
const SHARE = 0.5;

/**
 * So that nobody empties a hotel for free: live holds are limited per client, and past the first one also
 * per share of a room's night (design §4). One hold by itself may take whatever is free.
 * @param held what the client holds now
 * @throws HOLD_LIMIT
 */
export function assertMayHold(held: readonly HeldStay[], input: HoldInput, nights: readonly LockedNight[], wanted: ReadonlyMap<number, number>, limit: number): void {
  const rooms = held.filter((stay) => stay.propertyId === input.propertyId).length;
  const live = new Set(held.map((stay) => stay.bookingId)).size;
  if (live >= limit || rooms + input.rooms.length > Math.max(MAX_ROOMS, limit)) throw refuse("HOLD_LIMIT", { limit, of: "bookings" });
  for (const night of nights) {
    const own = held.filter((stay) => stay.roomTypeId === night.roomTypeId && stay.checkIn <= night.date && night.date < stay.checkOut).length;
    const most = Math.max(1, Math.floor(night.physical * SHARE));
    if (own > 0 && own + (wanted.get(night.roomTypeId) ?? 0) > most) throw refuse("HOLD_LIMIT", { limit: most, of: "rooms" });
  }
}
