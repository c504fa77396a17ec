import type { z } from "zod";
import type { Transaction } from "../../db/client.ts";
import type { Context } from "../context.ts";
import { refuse } from "../errors.ts";
import { allOrEach, type Decision } from "../platform/all-or-each.ts";
import { answersBefore, storeAnswers, type Keyed } from "../platform/idempotency.ts";
import { newBookingCode, newId } from "../platform/ids.ts";
import { pipelined } from "../platform/pipelined.ts";
import { bookingToken } from "../platform/tokens.ts";
import type { Outcome } from "../platform/together.ts";
import {
  byProduct,
  lockNights,
  lockStays,
  roomBusy,
  moveLocked,
  productsNow,
  quoteIn,
  rateNightsOfSpans,
  writeAvailability,
  type LockedNight,
  type MovedNight,
  type NightMove,
} from "../rooms/index.ts";
import { hasBegun, withinSale } from "./begun.ts";
import { emit } from "./events.ts";
import { expireOverdue, inTheWayOf, refusalOfLacking, type InTheWay } from "./expire.ts";
import { assertMayHold, liveHolds, type HeldStay } from "./hold-limit.ts";
import { recordBookings, recordEvent, type NewBooking } from "./record.ts";
import type { HoldInput, holdOutput } from "./schemas.ts";
import { databaseNow } from "./view.ts";

// Holds that come together are decided in one transaction, in the order of their arrival. A lone hold is a group of one:
// there is no other way to take a night.

/** One guest's wish to hold rooms. */
export interface HoldAsk extends Keyed {
  ctx: Context;
  input: HoldInput;
  /** Every night of every room type, once. */
  nights: { roomTypeId: number; date: string }[];
  /** Past it a lock that somebody else has is ROOM_BUSY; in the milliseconds of `performance.now()`. */
  deadline: number;
}

type Held = z.infer<typeof holdOutput>;

/** Some night lacks stock; decided by the ledger. Becomes SOLD_OUT unless overdue holds are in the way. */
class Lacking extends Error {
  readonly nights: HoldAsk["nights"];
  constructor(nights: HoldAsk["nights"]) {
    super("lacking");
    this.nights = nights;
  }
}

/** Takes the nights of all asks whose Redis locks are free; the others ask again, until their patience ends. */
export async function takeTogether(asks: HoldAsk[]): Promise<Outcome<Held>[]> {
  const { ctx } = asks[0]!;
  const outcomes = new Map<HoldAsk, Outcome<Held>>();
  const locks = await lockStays(
    ctx,
    asks.map((ask) => ask.nights),
  );
  try {
    const free = asks.filter((_, index) => locks.granted[index]);
    for (const ask of asks) outcomes.set(ask, { again: true });
    // The same key twice at once: the second waits for what becomes of the first.
    const first = free.filter((ask, index) => free.findIndex((other) => other.actor === ask.actor && other.key === ask.key) === index);
    await takeAll(first, outcomes);
    await Promise.all(free.filter((ask) => !first.includes(ask)).map((twin) => takeAll([twin], outcomes)));
    await endPatience(
      ctx,
      asks.filter((ask, index) => !locks.granted[index] && performance.now() >= ask.deadline),
      outcomes,
    );
  } finally {
    locks.release();
  }
  return asks.map((ask) => outcomes.get(ask)!);
}

/** Whoever waited too long is told so, unless this is a repetition: that needs no lock. */
async function endPatience(ctx: Context, late: readonly HoldAsk[], outcomes: Map<HoldAsk, Outcome<Held>>): Promise<void> {
  if (late.length === 0) return;
  try {
    const answers = await answersBefore(ctx.db, "bookings.hold", late);
    for (const [index, ask] of late.entries()) outcomes.set(ask, (answers[index] as Outcome<Held> | undefined) ?? { error: roomBusy(ctx) });
  } catch (error) {
    // Theirs alone: what the others were given is committed.
    for (const ask of late) outcomes.set(ask, { error });
  }
}

async function takeAll(asks: readonly HoldAsk[], outcomes: Map<HoldAsk, Outcome<Held>>): Promise<void> {
  const [first] = asks;
  if (!first) return;
  const { ctx } = first;
  const tryAll = async (list: readonly HoldAsk[]): Promise<void> => {
    const results = await allOrEach(ctx, list, (tx, group) => take(tx, ctx, group));
    for (const [index, ask] of list.entries()) outcomes.set(ask, results[index]!);
  };
  await tryAll(asks);
  const lacking = asks.filter((ask) => lackingOf(outcomes.get(ask)));
  if (lacking.length === 0) return;
  // Overdue holds never refuse anyone: let them go, each in its own transaction, and try once more. Where none is left,
  // somebody else may have let it go since the first try. One that is locked is not waited for here, where all would wait.
  let left: InTheWay[];
  try {
    left = await expireOverdue(ctx, distinct(lacking.flatMap((ask) => ask.nights)), { waits: false });
  } catch (error) {
    for (const ask of lacking) outcomes.set(ask, { error });
    return;
  }
  await tryAll(lacking);
  for (const ask of lacking) {
    const nights = lackingOf(outcomes.get(ask));
    if (!nights) continue;
    const behind = inTheWayOf(nights, left);
    const mayPass = behind.length > 0 && behind.every((one) => one.locked) && performance.now() < ask.deadline;
    outcomes.set(ask, mayPass ? { again: true } : { error: refusalOfLacking(ctx, nights, behind) });
  }
}

function lackingOf(outcome: Outcome<unknown> | undefined): HoldAsk["nights"] | undefined {
  return outcome && "error" in outcome && outcome.error instanceof Lacking ? outcome.error.nights : undefined;
}

/** What one guest gets, before it is written. */
interface Decided {
  ask: HoldAsk;
  booking: NewBooking;
  moves: NightMove[];
  answer: Held;
}

/** Two round trips and the commit, however many guests: everything is read and locked, then everything is written. */
async function take(tx: Transaction, ctx: Context, asks: readonly HoldAsk[]): Promise<Decision<Held>> {
  const ids = [...new Set(asks.flatMap(({ input }) => input.rooms.map((room) => room.productId)))];
  const spans = asks.flatMap(({ input: { rooms, checkIn, checkOut } }) => rooms.map(({ productId }) => ({ productId, checkIn, checkOut })));
  const [before, held, products, rates, locked, now] = await pipelined([
    answersBefore(tx, "bookings.hold", asks),
    liveHolds(
      tx,
      asks.map((ask) => ask.actor),
    ),
    productsNow(ctx.db, tx, [...new Set(asks.map(({ input }) => input.propertyId))], ids),
    rateNightsOfSpans(tx, spans),
    lockNights(
      tx,
      asks.flatMap((ask) => ask.nights),
    ),
    databaseNow(tx),
  ]);
  const world = { products, calendar: byProduct(rates), now, nights: new Map(locked.map((night) => [keyOf(night), night])), held: [...held], quotes: new Map() };
  const decided: Decided[] = [];
  const outcomes: Outcome<Held>[] = [];
  for (const [index, ask] of asks.entries()) {
    const known = before[index];
    if (known) {
      outcomes.push(known as Outcome<Held>);
      continue;
    }
    try {
      const one = decide(ctx, ask, world);
      decided.push(one);
      outcomes.push({ value: one.answer });
    } catch (error) {
      outcomes.push({ error });
    }
  }
  await answerTwins(tx, asks, outcomes);
  const moved = await write(tx, decided);
  return { outcomes, committed: () => ctx.defer(writeAvailability(ctx, moved)) };
}

/** Who is refused for what its own twin took, while this transaction waited for the locks, gets the twin's answer. */
async function answerTwins(tx: Transaction, asks: readonly HoldAsk[], outcomes: Outcome<Held>[]): Promise<void> {
  const refused = asks.filter((_, index) => "error" in outcomes[index]!);
  if (refused.length === 0) return;
  const answers = await answersBefore(tx, "bookings.hold", refused);
  for (const [index, ask] of refused.entries()) if (answers[index]) outcomes[asks.indexOf(ask)] = answers[index] as Outcome<Held>;
}

interface HoldWorld {
  products: Awaited<ReturnType<typeof productsNow>>;
  calendar: ReturnType<typeof byProduct>;
  /** The database's. */
  now: Date;
  nights: Map<string, LockedNight>;
  held: HeldStay[];
  /** Guests who want the same are told the same: it is priced once. */
  quotes: Map<string, ReturnType<typeof quoteIn>>;
}

/** Prices the wish, and takes it out of the world's free nights. @throws a refusal, Lacking */
function decide(ctx: Context, ask: HoldAsk, world: HoldWorld): Decided {
  const { input, actor } = ask;
  const facts = input.rooms.flatMap((room) => world.products.get(room.productId) ?? []);
  const wanted = JSON.stringify([input.propertyId, input.checkIn, input.checkOut, input.rooms]);
  const quote = world.quotes.get(wanted) ?? quoteIn(ctx.config, input, facts, world.calendar, ctx.clock.now());
  world.quotes.set(wanted, quote);
  if (quote.hash !== input.quoteHash) throw refuse("PRICE_CHANGED", { total: quote.total, currency: quote.currency, quoteHash: quote.hash });

  const needs = new Map<number, number>();
  for (const stay of quote.stays) needs.set(stay.roomTypeId, (needs.get(stay.roomTypeId) ?? 0) + 1);
  const nights = ask.nights.flatMap((night) => world.nights.get(keyOf(night)) ?? []);
  const own = world.held.filter((stay) => stay.actor === actor);
  assertMayHold(own, input, nights, needs, ctx.config.HOLDS_PER_CLIENT);
  const lacking = ask.nights.filter((night) => (world.nights.get(keyOf(night))?.free ?? 0) < needs.get(night.roomTypeId)!);
  if (lacking.length > 0) throw new Lacking(lacking);

  // Priced by our own clock, held by the database's.
  if (hasBegun(facts[0]!, input.checkIn, world.now)) throw refuse("RESTRICTED", { reason: "past" });
  const bookingId = newId();
  for (const night of nights) night.free -= needs.get(night.roomTypeId)!;
  for (const stay of quote.stays) {
    world.held.push({ actor, bookingId, propertyId: input.propertyId, roomTypeId: stay.roomTypeId, checkIn: input.checkIn, checkOut: input.checkOut });
  }
  const holdExpiresAt = withinSale(facts[0]!, new Date(world.now.getTime() + facts[0]!.holdMinutes * 60_000), input.checkIn);
  const { total, dueOnline, currency, stays } = quote;
  const booking: NewBooking = {
    id: bookingId,
    propertyId: input.propertyId,
    code: newBookingCode(),
    guest: input.guest,
    userId: ask.ctx.actor.kind === "guest" ? (ask.ctx.actor.userId ?? null) : null,
    actor,
    source: "web",
    locale: input.locale,
    currency,
    checkIn: input.checkIn,
    checkOut: input.checkOut,
    total,
    dueOnline,
    holdExpiresAt,
    notes: input.notes,
    state: "pending",
    stays,
  };
  const answer = {
    bookingId,
    code: booking.code,
    token: bookingToken(ctx.config.AUTH_SECRET, bookingId),
    holdExpiresAt: holdExpiresAt.toISOString(),
    total,
    currency,
  };
  const moves = stays.flatMap((stay) => stay.nights.map((night) => ({ roomTypeId: stay.roomTypeId, date: night.date, held: 1 })));
  return { ask, booking, moves, answer };
}

async function write(tx: Transaction, decided: readonly Decided[]): Promise<MovedNight[]> {
  if (decided.length === 0) return [];
  const events = decided.map(({ booking }) => ({ bookingId: booking.id, propertyId: booking.propertyId, version: 1 }));
  // Everything that follows from the decisions travels together.
  const [moved] = await pipelined([
    moveLocked(
      tx,
      decided.map(({ moves, booking }) => ({ moves, actor: booking.actor, bookingId: booking.id })),
      { reason: "hold" },
    ),
    recordBookings(
      tx,
      decided.map((one) => one.booking),
    ),
    recordEvent(tx, ...events.map((event, index) => ({ ...event, type: "held" as const, actor: decided[index]!.booking.actor }))),
    emit(tx, ...events.map((event, index) => ({ type: "booking.held" as const, payload: { ...event, holdExpiresAt: decided[index]!.answer.holdExpiresAt } }))),
    storeAnswers(
      tx,
      "bookings.hold",
      decided.map(({ ask, answer }) => ({ actor: ask.actor, key: ask.key, hash: ask.hash, answer })),
    ),
  ]);
  if (!moved) throw new Error("the ledger refused nights that were free under our lock");
  return moved;
}

const keyOf = (night: { roomTypeId: number; date: string }): string => `${night.roomTypeId}/${night.date}`;

function distinct(nights: HoldAsk["nights"]): HoldAsk["nights"] {
  return [...new Map(nights.map((night) => [keyOf(night), night])).values()];
}
