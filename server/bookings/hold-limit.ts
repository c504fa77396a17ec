import { and, eq, sql } from "drizzle-orm";
import { pgArray, statement, type Transaction } from "../../db/client.ts";
import { bookings, guests, roomStays } from "../../db/schema/index.ts";
import type { Context } from "../context.ts";
import { refuse, type DomainError, type ProofBound } from "../errors.ts";
import type { Config } from "../platform/config.ts";
import { MAX_ROOMS } from "../platform/fields.ts";
import { pipelined } from "../platform/pipelined.ts";
import type { LockedNight } from "../rooms/index.ts";
import type { HoldInput } from "./schemas.ts";
import { askerKeys, nightKey, proofOf, proveStays, standingOf, type Asker, type Owed, type Standing } from "./unproven.ts";

const { placeholder } = sql;

/** An actor's holds one at a time, so that many sent at once can't each be the last that the limit allows. Waits for nobody. */
const lockActors = statement((db) =>
  db
    .select({ actor: sql<string>`actor`.as("actor"), locked: sql<boolean>`pg_try_advisory_xact_lock(hashtextextended(actor, 0))`.as("locked") })
    .from(sql`unnest(${placeholder("actors")}::text[]) as actors(actor)`)
    .prepare("lock_actors"),
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

/** A room that an actor holds and has not paid. */
export type HeldStay = Awaited<ReturnType<typeof liveStays>>[number];

/**
 * The rooms that these actors hold now; of those in `locked` no other transaction changes that before ours ends. Another
 * transaction has the others.
 */
export async function liveHolds(tx: Transaction, actors: readonly string[]): Promise<{ locked: Set<string>; stays: HeldStay[] }> {
  const list = { actors: pgArray([...new Set(actors)]) };
  const [locks, stays] = await pipelined([lockActors(tx, list), liveStays(tx, list)]);
  return { locked: new Set(locks.filter((one) => one.locked).map((one) => one.actor)), stays };
}

const HALF = 0.5;
/** Below so many units of a night a share of it says nothing. */
const SHARED_FROM = 4;

/** What one guest asks for, and what is known of the caller. */
export interface HoldWish {
  input: HoldInput;
  nights: readonly LockedNight[];
  /** Units by room type. */
  needs: ReadonlyMap<number, number>;
  asker: Asker;
  /** The guest's own address is proven by this caller. */
  contactProven: boolean;
}

/**
 * So that nobody empties a hotel for free (design §4, decision 022). What the caller can't make up bounds most: the share of a
 * night that all unproven guests have together, and the network. Contact and actor only tighten that. Not by one network,
 * contact or actor more than configured; and past the first hold, an actor has no more than half of a room type's night.
 * @param own what the actor holds now
 * @throws PROOF_REQUIRED where a mailed code is the way on, HOLD_LIMIT where only paying or giving back is
 */
export function assertMayHold(config: Config, wish: HoldWish, own: readonly HeldStay[], standing: Standing): void {
  const { input, nights, needs, asker, contactProven } = wish;
  const rooms = input.rooms.length;
  const limit = asker.unproven ? config.HOLDS_PER_ACTOR : config.HOLDS_PER_PROVEN_ACTOR;
  const here = own.filter((stay) => stay.propertyId === input.propertyId).length;
  if (new Set(own.map((stay) => stay.bookingId)).size >= limit || here + rooms > Math.max(MAX_ROOMS, limit))
    throw asker.unproven ? proofRequired("actor") : refuse("HOLD_LIMIT", { limit, of: "bookings" });
  for (const night of nights) {
    const held = own.filter((stay) => stay.roomTypeId === night.roomTypeId && stay.checkIn <= night.date && night.date < stay.checkOut).length;
    const most = Math.max(1, Math.floor(night.physical * HALF));
    if (held > 0 && held + (needs.get(night.roomTypeId) ?? 0) > most) throw refuse("HOLD_LIMIT", { limit: most, of: "rooms" });
  }
  const network = standing.networks.get(asker.network) ?? { unpaid: 0, unproven: 0 };
  const ceiling = config.UNPAID_ROOMS_PER_NETWORK;
  if (network.unpaid + rooms > ceiling) throw refuse("HOLD_LIMIT", { limit: ceiling, of: "network" });
  const contact = standing.contacts.get(asker.contact)?.rooms ?? 0;
  if (!contactProven && contact + rooms > config.UNPROVEN_ROOMS_PER_CONTACT) throw proofRequired("contact");
  if (!asker.unproven) return;
  if (network.unproven + rooms > config.UNPROVEN_ROOMS_PER_NETWORK) throw proofRequired("network");
  assertNightShare(
    config,
    nights.map((night) => ({ ...night, need: needs.get(night.roomTypeId) ?? 0 })),
    standing,
  );
}

/** A night under its lock, and how many units of it are asked for. */
export type NeededNight = LockedNight & { need: number };

/** @throws PROOF_REQUIRED where the unproven would have more of a night together than they may */
function assertNightShare(config: Config, nights: readonly NeededNight[], standing: Standing): void {
  for (const night of nights) {
    const most = Math.floor((night.physical * config.UNPROVEN_SHARE_PERCENT) / 100);
    if (night.physical >= SHARED_FROM && (standing.nights.get(nightKey(night)) ?? 0) + night.need > most) throw proofRequired("night");
  }
}

/**
 * The same for a change of a booking whose guest had proven nothing: the nights that it takes beyond its own are shared too.
 * Who has proven the guest's address by now has the booking proven.
 * @returns what to ask once the nights are locked, `need` units of each more than the booking has; it throws PROOF_REQUIRED
 */
export async function shareGuard(ctx: Context, tx: Transaction, booking: { id: string; guestId: string }): Promise<(nights: readonly NeededNight[]) => Promise<void>> {
  const [guest] = await tx.select({ email: guests.email }).from(guests).where(eq(guests.id, booking.guestId));
  const email = guest?.email ?? "";
  const keys = askerKeys(ctx, email);
  return async (nights) => {
    const more = nights.filter((night) => night.need > 0);
    if (more.length === 0) return;
    const standing = await standingOf(tx, ctx.config, { nights: more, rooms: Math.max(...more.map((night) => night.need)) }, [keys]);
    if (proofOf(ctx, keys, email, standing).holder) await proveStays(tx, [booking.id]);
    else assertNightShare(ctx.config, more, standing);
  };
}

/**
 * Whether so many unproven rooms and nights more may stand to be paid at the property: nights of one network, rooms of one
 * contact, over all properties.
 * @throws PROOF_REQUIRED
 */
export function assertMayOwe(config: Config, { network, contact }: Pick<Asker, "network" | "contact">, { rooms, nights }: Owed, standing: Standing): void {
  const of = { network: standing.networks.get(network)?.atProperty ?? 0, contact: standing.contacts.get(contact)?.atProperty ?? 0 };
  if (of.network + nights > config.UNPROVEN_NIGHTS_AT_PROPERTY_PER_NETWORK) throw proofRequired("network");
  if (of.contact + rooms > config.UNPROVEN_AT_PROPERTY_PER_CONTACT) throw proofRequired("contact");
}

function proofRequired(bound: ProofBound): DomainError {
  return refuse("PROOF_REQUIRED", { bound, way: "mailed_code" });
}
