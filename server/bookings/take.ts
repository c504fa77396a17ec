import type { z } from "zod";
import type { Transaction } from "../../db/client.ts";
import type { Context } from "../context.ts";
import { refuse } from "../errors.ts";

import { answersBefore, storeAnswers, type Keyed } from "../platform/idempotency.ts";
import { newBookingCode, newId } from "../platform/ids.ts";
import { pipelined } from "../platform/pipelined.ts";
import { bookingToken } from "../platform/tokens.ts";
import type { Outcome } from "../platform/together.ts";
import { transactionForAll, type Decision } from "../platform/transaction-group.ts";
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
import type { Night } from "./expire.ts";
import { assertMayHold, liveHolds, type HeldStay } from "./hold-limit.ts";
import { LackingNights } from "./overdue.ts";
import { recordBookings, recordEvent, type NewBooking } from "./record.ts";
import type { HoldInput, holdOutput } from "./schemas.ts";
import { countIn, nightKey, proofOf, standingOf, type AskerKeys, type Standing } from "./unproven.ts";
import { databaseNow } from "./view.ts";

// Holds that come together are decided in one transaction, in the order of their arrival. A lone hold is a group of one:
// there is no other way to take a night.

/** One guest's wish to hold rooms. */
export interface HoldAsk extends Keyed {
  ctx: Context;
  input: HoldInput;
  keys: AskerKeys;
  /** Every night of every room type, once. */
  nights: Night[];
  /** Past it a lock that somebody else has is ROOM_BUSY; in the milliseconds of `performance.now()`. */
  deadline: number;
}

type Held = z.infer<typeof holdOutput>;

/** A night that another transaction has locked, or a property where something else is: waited for in a lane of its own. */
type Behind = { night: Night } | { propertyId: string };

/** What came of an ask: its hold, or what it must wait for apart from the others. */
type Taken = { held: Held } | { behind: Behind };

/**
 * Takes one guest's nights. Those who come together share one transaction, which waits for no row: who wants a night
 * that another transaction has waits for it apart, together with those who want the same.
 * @throws a refusal, LackingNights, ROOM_BUSY past the deadline
 */
export async function takeHold(ctx: Context, ask: HoldAsk): Promise<Held> {
  let taken = await ctx.together("hold", ask, (asks: HoldAsk[]) => takeTogether(asks));
  while ("behind" in taken) {
    const { behind } = taken;
    taken = await ctx.together("hold", ask, (asks: HoldAsk[]) => takeTogether(asks, behind), laneOf(behind));
  }
  return taken.held;
}

function laneOf(behind: Behind): string {
  return "night" in behind ? nightKey(behind.night) : behind.propertyId;
}

/** Takes the nights of all asks whose Redis locks are free; the others ask again, until their patience ends. */
async function takeTogether(asks: HoldAsk[], behind?: Behind): Promise<Outcome<Taken>[]> {
  const { ctx } = asks[0]!;
  const outcomes = new Map<HoldAsk, Outcome<Taken>>();
  const locks = await lockStays(
    ctx,
    asks.map((ask) => ask.nights),
  );
  try {
    const free = asks.filter((_, index) => locks.granted[index]);
    for (const ask of asks) outcomes.set(ask, { again: true });
    // The same key twice at once: the second waits for what becomes of the first.
    const first = free.filter((ask, index) => free.findIndex((other) => other.actor === ask.actor && other.key === ask.key) === index);
    await takeAll(first, behind, outcomes);
    await Promise.all(free.filter((ask) => !first.includes(ask)).map((twin) => takeAll([twin], behind, outcomes)));
    await endPatience(ctx, asks, outcomes);
  } finally {
    locks.release();
  }
  return asks.map((ask) => outcomes.get(ask)!);
}

/** Whoever waited too long is told so, unless this is a repetition: that needs no lock. */
async function endPatience(ctx: Context, asks: readonly HoldAsk[], outcomes: Map<HoldAsk, Outcome<Taken>>): Promise<void> {
  const late = asks.filter((ask) => isWaiting(outcomes.get(ask)) && performance.now() >= ask.deadline);
  if (late.length === 0) return;
  try {
    const answers = await answersBefore(ctx.db, "bookings.hold", late);
    for (const [index, ask] of late.entries()) outcomes.set(ask, takenOf(answers[index]) ?? { error: roomBusy(ctx) });
  } catch (error) {
    // Theirs alone: what the others were given is committed.
    for (const ask of late) outcomes.set(ask, { error });
  }
}

function isWaiting(outcome: Outcome<Taken> | undefined): boolean {
  return outcome !== undefined && ("again" in outcome || ("value" in outcome && "behind" in outcome.value));
}

function takenOf(answer: { value: unknown } | { error: unknown } | undefined): Outcome<Taken> | undefined {
  return answer && ("value" in answer ? { value: { held: answer.value as Held } } : answer);
}

async function takeAll(asks: readonly HoldAsk[], behind: Behind | undefined, outcomes: Map<HoldAsk, Outcome<Taken>>): Promise<void> {
  const [first] = asks;
  if (!first) return;
  const results = await transactionForAll(
    first.ctx,
    asks,
    behind && laneOf(behind),
    (tx, group) => take(tx, first.ctx, group, behind),
    (ask) => blocked(ask, behind),
  );
  for (const [index, ask] of asks.entries()) outcomes.set(ask, results[index]!);
}

/** Some row could not be waited for any longer. */
function blocked(ask: HoldAsk, behind: Behind | undefined): Outcome<Taken> {
  // Not the nights, which a shared transaction doesn't wait for: something else of this property is locked.
  if (!behind) return { value: { behind: { propertyId: ask.input.propertyId } } };
  return { again: true };
}

/** What one guest gets, before it is written. */
interface Decided {
  ask: HoldAsk;
  booking: NewBooking;
  moves: NightMove[];
  answer: Held;
}

/** Two round trips and the commit, however many guests: everything is read and locked, then everything is written. */
async function take(tx: Transaction, ctx: Context, asks: readonly HoldAsk[], behind: Behind | undefined): Promise<Decision<Taken>> {
  const ids = [...new Set(asks.flatMap(({ input }) => input.rooms.map((room) => room.productId)))];
  const spans = asks.flatMap(({ input: { rooms, checkIn, checkOut } }) => rooms.map(({ productId }) => ({ productId, checkIn, checkOut })));
  const nights = asks.flatMap((ask) => ask.nights);
  const [, before, clients, products, rates, locked, standing, now] = await pipelined([
    // The only row that is waited for, while nothing else is locked: so no two of these ever wait for each other.
    behind && "night" in behind && lockNights(tx, [behind.night]),
    answersBefore(tx, "bookings.hold", asks),
    liveHolds(
      tx,
      asks.map((ask) => ask.actor),
    ),
    productsNow(ctx.db, tx, [...new Set(asks.map(({ input }) => input.propertyId))], ids),
    rateNightsOfSpans(tx, spans),
    lockNights(tx, nights, "skip"),
    // Behind the nights' locks, so that what they have is exact.
    standingOf(
      tx,
      ctx.config,
      { nights, rooms: asks.reduce((sum, ask) => sum + ask.input.rooms.length, 0) },
      asks.map((ask) => ask.keys),
    ),
    databaseNow(tx),
  ]);
  const world = {
    products,
    calendar: byProduct(rates),
    now,
    nights: new Map(locked.map((night) => [nightKey(night), night])),
    held: [...clients.stays],
    standing,
    quotes: new Map(),
  };
  const decided: Decided[] = [];
  const outcomes: Outcome<Taken>[] = [];
  for (const [index, ask] of asks.entries()) {
    const known = takenOf(before[index]);
    if (known) {
      outcomes.push(known);
      continue;
    }
    const night = ask.nights.find((one) => world.nights.get(nightKey(one))?.locked === false);
    if (night || !clients.locked.has(ask.actor)) {
      outcomes.push(night ? { value: { behind: { night } } } : { again: true });
      continue;
    }
    try {
      const one = decide(ctx, ask, world);
      decided.push(one);
      outcomes.push({ value: { held: one.answer } });
    } catch (error) {
      outcomes.push({ error });
    }
  }
  await answerTwins(tx, asks, outcomes);
  const moved = await write(tx, decided);
  return { outcomes, committed: () => ctx.defer(writeAvailability(ctx, moved)) };
}

/** Who is refused for what its own twin took, while this transaction waited for the locks, gets the twin's answer. */
async function answerTwins(tx: Transaction, asks: readonly HoldAsk[], outcomes: Outcome<Taken>[]): Promise<void> {
  const refused = asks.filter((_, index) => "error" in outcomes[index]!);
  if (refused.length === 0) return;
  const answers = await answersBefore(tx, "bookings.hold", refused);
  for (const [index, ask] of refused.entries()) outcomes[asks.indexOf(ask)] = takenOf(answers[index]) ?? outcomes[asks.indexOf(ask)]!;
}

interface HoldWorld {
  products: Awaited<ReturnType<typeof productsNow>>;
  calendar: ReturnType<typeof byProduct>;
  /** The database's. */
  now: Date;
  nights: Map<string, LockedNight>;
  held: HeldStay[];
  standing: Standing;
  /** Guests who want the same are told the same: it is priced once. */
  quotes: Map<string, ReturnType<typeof quoteIn>>;
}

/** Prices the wish, and takes it out of the world's free nights. @throws a refusal, LackingNights */
function decide(ctx: Context, ask: HoldAsk, world: HoldWorld): Decided {
  const { input, actor } = ask;
  const facts = input.rooms.flatMap((room) => world.products.get(room.productId) ?? []);
  const wanted = JSON.stringify([input.propertyId, input.checkIn, input.checkOut, input.rooms]);
  const quote = world.quotes.get(wanted) ?? quoteIn(ctx.config, input, facts, world.calendar, ctx.clock.now());
  world.quotes.set(wanted, quote);
  if (quote.hash !== input.quoteHash) throw refuse("PRICE_CHANGED", { total: quote.total, currency: quote.currency, quoteHash: quote.hash });

  const needs = new Map<number, number>();
  for (const stay of quote.stays) needs.set(stay.roomTypeId, (needs.get(stay.roomTypeId) ?? 0) + 1);
  const nights = ask.nights.flatMap((night) => world.nights.get(nightKey(night)) ?? []);
  const lacking = ask.nights.filter((night) => (world.nights.get(nightKey(night))?.free ?? 0) < needs.get(night.roomTypeId)!);
  if (lacking.length > 0) throw new LackingNights(lacking);
  const own = world.held.filter((stay) => stay.actor === actor);
  const proof = proofOf(ask.ctx, ask.keys, input.guest.email, world.standing);
  const asker = { unproven: !proof.holder, network: ask.keys.network, contact: ask.keys.contact };
  assertMayHold(ctx.config, { input, nights, needs, asker, contactProven: proof.contact }, own, world.standing);

  const { total, dueOnline, currency, stays } = quote;
  // Priced by our own clock, held by the database's.
  if (hasBegun(facts[0]!, input.checkIn, world.now)) throw refuse("RESTRICTED", { reason: "past" });
  const bookingId = newId();
  const taken = new Map(nights.map((night) => [nightKey(night), needs.get(night.roomTypeId)!]));
  for (const night of nights) night.free -= taken.get(nightKey(night))!;
  countIn(world.standing, asker, taken, stays.length);
  for (const stay of stays) {
    world.held.push({ actor, bookingId, propertyId: input.propertyId, roomTypeId: stay.roomTypeId, checkIn: input.checkIn, checkOut: input.checkOut });
  }
  const holdExpiresAt = withinSale(facts[0]!, new Date(world.now.getTime() + facts[0]!.holdMinutes * 60_000), input.checkIn);
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
    asker,
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
