import { and, asc, eq, sql } from "drizzle-orm";
import { pgArray, statement, type Executor, type Transaction } from "../../db/client.ts";
import { bookings, inventoryNights, products, roomStays } from "../../db/schema/index.ts";
import { actorKey, type Context } from "../context.ts";
import { refuse } from "../errors.ts";
import { nightsOf } from "../platform/dates.ts";
import { once } from "../platform/idempotency.ts";
import { newBookingCode, newId } from "../platform/ids.ts";
import { emit } from "../platform/outbox.ts";
import { bookingToken } from "../platform/tokens.ts";
import { moveNights, productsByIds, quoteFrom, rateNightsOf, withNightLocks, writeAvailability, type MovedNight, type NightMove } from "../rooms/index.ts";
import { MAX_ROOMS } from "../platform/fields.ts";
import { expireOverdue } from "./expire.ts";
import { recordBooking, recordEvent } from "./record.ts";
import type { HoldInput, holdOutput } from "./schemas.ts";
import type { z } from "zod";

/**
 * Claims the nights of a quote for the property's hold time (15 minutes by default).
 * All rooms or none, re-priced in the same transaction.
 * @throws SOLD_OUT with the nights, ROOM_BUSY, PRICE_CHANGED with the new total and hash, RESTRICTED,
 *   HOLD_LIMIT, NOT_FOUND for a product of another property
 */
export async function hold(ctx: Context, input: HoldInput): Promise<z.infer<typeof holdOutput>> {
  if (ctx.actor.kind !== "guest") throw refuse("FORBIDDEN", { what: "hold" });
  const roomTypes = await roomTypesOf(ctx.db, input);
  const dates = nightsOf(input.checkIn, input.checkOut);
  const nights = [...new Set(roomTypes)].flatMap((roomTypeId) => dates.map((date) => ({ roomTypeId, date })));
  const attempt = () => withNightLocks(ctx, nights, () => take(ctx, input, nights));

  const taken = await attempt().catch(async (error: unknown) => {
    if (!(error instanceof Lacking)) throw error;
    // Overdue holds never refuse anyone: let them go, each in its own transaction, and try once more.
    // So does a night that came free before we could say which ones lack rooms.
    const overdue = await expireOverdue(ctx, nights);
    if (overdue === 0 && error.nights.length > 0) throw refuse("SOLD_OUT", { nights: error.nights });
    return attempt().catch((again: unknown) => {
      throw again instanceof Lacking ? refuse("SOLD_OUT", { nights: again.nights }) : again;
    });
  });
  ctx.published();
  return taken;
}

/** Some night lacks stock; decided by the ledger. Becomes SOLD_OUT unless overdue holds are in the way. */
class Lacking extends Error {
  readonly nights: { roomTypeId: number; date: string }[];
  constructor(nights: { roomTypeId: number; date: string }[]) {
    super("lacking");
    this.nights = nights;
  }
}

async function take(ctx: Context, input: HoldInput, nights: { roomTypeId: number; date: string }[]): Promise<z.infer<typeof holdOutput>> {
  const actor = actorKey(ctx.actor);
  const ids = [...new Set(input.rooms.map((room) => room.productId))];
  let moved: MovedNight[] = [];
  const answer = await once(ctx, "bookings.hold", input, async (tx) => {
    const [, facts, rates, [live]] = await Promise.all([
      lockClient(tx, { actor }),
      productsByIds(tx, input.propertyId, ids),
      rateNightsOf(tx, ids, input.checkIn, input.checkOut),
      liveHolds(tx, { actor, propertyId: input.propertyId }),
    ]);
    const quote = await quoteFrom(ctx.config, input, facts, rates, ctx.clock.now());
    if (quote.hash !== input.quoteHash) {
      throw refuse("PRICE_CHANGED", { total: quote.total, currency: quote.currency, quoteHash: quote.hash });
    }
    if (!live) throw new Error("a count without a row");
    if (live.bookings >= ctx.config.HOLDS_PER_CLIENT || live.rooms + input.rooms.length > Math.max(MAX_ROOMS, ctx.config.HOLDS_PER_CLIENT)) {
      throw refuse("HOLD_LIMIT", { limit: ctx.config.HOLDS_PER_CLIENT });
    }

    const bookingId = newId();
    const moves: NightMove[] = quote.stays.flatMap((stay) => stay.nights.map((night) => ({ roomTypeId: stay.roomTypeId, date: night.date, held: 1 })));
    const took = await moveNights(tx, moves, { reason: "hold", actor, bookingId });
    if (!took) throw new Lacking(await lacking(tx, moves, nights));
    moved = took;

    const code = newBookingCode();
    const holdExpiresAt = new Date(new Date(live.now).getTime() + facts[0]!.holdMinutes * 60_000);
    const event = { bookingId, propertyId: input.propertyId, version: 1 };
    const recorded = recordBooking(tx, {
      id: bookingId,
      propertyId: input.propertyId,
      code,
      guest: input.guest,
      userId: ctx.actor.kind === "guest" ? (ctx.actor.userId ?? null) : null,
      actor,
      source: "web",
      locale: input.locale,
      currency: quote.currency,
      checkIn: input.checkIn,
      checkOut: input.checkOut,
      total: quote.total,
      dueOnline: quote.dueOnline,
      holdExpiresAt,
      notes: input.notes,
      state: "pending",
      stays: quote.stays,
    });
    // Everything that follows from the taken nights travels together.
    await Promise.all([
      recorded,
      recordEvent(tx, { ...event, type: "held", actor }),
      emit(tx, { type: "booking.held", payload: { ...event, holdExpiresAt: holdExpiresAt.toISOString() } }),
    ]);
    return {
      bookingId,
      code,
      token: bookingToken(ctx.config.AUTH_SECRET, bookingId),
      holdExpiresAt: holdExpiresAt.toISOString(),
      total: quote.total,
      currency: quote.currency,
    };
  });
  ctx.defer(writeAvailability(ctx, moved));
  return answer;
}

const { placeholder } = sql;

const roomTypeIds = statement((db) =>
  db
    .select({ productId: products.id, roomTypeId: products.roomTypeId })
    .from(products)
    .where(and(eq(products.propertyId, placeholder("propertyId")), sql`${products.id} = any(${placeholder("ids")}::int[])`))
    .prepare("room_types_of_products"),
);

/** The room types behind the products: what the lock is on. */
async function roomTypesOf(db: Executor, input: HoldInput): Promise<number[]> {
  const ids = [...new Set(input.rooms.map((room) => room.productId))];
  const found = await roomTypeIds(db, { propertyId: input.propertyId, ids: pgArray(ids) });
  if (found.length !== ids.length) throw refuse("NOT_FOUND", { what: "product" });
  return found.map((row) => row.roomTypeId);
}

/** One hold of a client at a time, so that many sent at once can't each be the last that the limit allows. */
const lockClient = statement((db) =>
  db
    .select({ locked: sql`pg_advisory_xact_lock(hashtextextended(${placeholder("actor")}, 0))`.as("locked") })
    .from(sql`(values (1)) as one`)
    .prepare("lock_client"),
);

/** Pending bookings and rooms that this client holds: so that nobody empties a hotel for free. */
const liveHolds = statement((db) =>
  db
    .select({
      bookings: sql<number>`count(distinct ${bookings.id})::int`,
      // Rounded as the columns round it: a Date would cut the microseconds off instead.
      now: sql<string>`app_now()::timestamptz(3)`,
      rooms: sql<number>`count(*) filter (where ${bookings.propertyId} = ${placeholder("propertyId")}::uuid)::int`,
    })
    .from(bookings)
    .innerJoin(roomStays, and(eq(roomStays.bookingId, bookings.id), eq(roomStays.state, "pending")))
    .where(and(eq(bookings.actor, placeholder("actor")), sql`${bookings.holdExpiresAt} > app_now()`))
    .prepare("live_holds"),
);

/** Which nights could not be taken: for the message, after the ledger has decided. */
async function lacking(tx: Transaction, moves: NightMove[], nights: { roomTypeId: number; date: string }[]) {
  const rows = await tx
    .select({
      roomTypeId: inventoryNights.roomTypeId,
      date: inventoryNights.stayDate,
      free: sql<number>`${inventoryNights.physical} + ${inventoryNights.allowance} - ${inventoryNights.sold} - ${inventoryNights.held} - ${inventoryNights.blocked}`,
    })
    .from(inventoryNights)
    .where(
      and(
        sql`${inventoryNights.roomTypeId} = any(${pgArray([...new Set(nights.map((night) => night.roomTypeId))])}::int[])`,
        sql`${inventoryNights.stayDate} = any(${pgArray([...new Set(nights.map((night) => night.date))])}::date[])`,
      ),
    )
    .orderBy(asc(inventoryNights.roomTypeId), asc(inventoryNights.stayDate));
  return nights.filter((night) => {
    const need = moves.filter((move) => move.roomTypeId === night.roomTypeId && move.date === night.date).length;
    const row = rows.find((one) => one.roomTypeId === night.roomTypeId && one.date === night.date);
    return !row || row.free < need;
  });
}
