import { asc, eq, sql } from "drizzle-orm";
import { pgArray, statement, type Executor, type Transaction } from "../../db/client.ts";
import { bookings, guests } from "../../db/schema/index.ts";
import type { Context } from "../context.ts";
import { refuse } from "../errors.ts";
import { daysBetween } from "../platform/dates.ts";
import { answersBefore, keyedAsk, storeAnswers, type Keyed } from "../platform/idempotency.ts";
import type { Outcome } from "../platform/together.ts";
import { transactionForAll, type Decision } from "../platform/transaction-group.ts";
import { pipelined } from "../platform/pipelined.ts";
import { lockNights, productsNow } from "../rooms/index.ts";
import { mayAccess } from "./access.ts";
import { confirmHolds, type Confirming } from "./confirm.ts";
import { assertOffered, awaitsPayment } from "./payable.ts";
import type { StartInput } from "./payment-schemas.ts";
import { assertMayOwe } from "./hold-limit.ts";
import { nightMoves, staysOfAll, type StayRow } from "./stays.ts";
import { askerKeys, nightKey, owe, proofOf, proveStays, standingOf, type AskerKeys, type Standing } from "./unproven.ts";

interface PayAsk extends Keyed {
  ctx: Context;
  input: StartInput;
  /** In the milliseconds of `performance.now()`. */
  deadline: number;
}
interface Confirmed {
  status: "confirmed";
}
/** `behind`: another transaction has the booking or a night of it. */
type Paid = Confirmed | { behind: string };

const CONFIRMED: Confirmed = { status: "confirmed" };

/**
 * Confirms a hold that is paid at arrival. Guests who come together share one transaction, as in `take.ts`;
 * nights only change from held to sold, so nobody needs a lock but the booking's.
 * @throws NOT_FOUND, HOLD_EXPIRED, PRECONDITION where the property doesn't offer it, PROOF_REQUIRED of whoever has proven nothing
 *   and whose network or guest owes for too many rooms already
 */
export async function payAtProperty(ctx: Context, input: StartInput): Promise<Confirmed> {
  const ask = { ...keyedAsk(ctx, input), ctx, input, deadline: performance.now() + ctx.config.LOCK_WAIT_MS };
  let paid = await ctx.together("pay-at-property", ask, (asks: PayAsk[]) => confirmTogether(asks, undefined));
  // Its booking or one of its nights is locked: it waits together with those who want the same.
  while ("behind" in paid) {
    if (performance.now() >= ask.deadline) throw refuse("UNAVAILABLE", { what: "booking", retryAfterMs: 500 });
    const { behind } = paid;
    paid = await ctx.together("pay-at-property", ask, (asks: PayAsk[]) => confirmTogether(asks, behind), behind);
  }
  ctx.published();
  return paid;
}

async function confirmTogether(asks: PayAsk[], behind: string | undefined): Promise<Outcome<Paid>[]> {
  const { ctx } = asks[0]!;
  // One ask a booking and a key: a twin waits for what becomes of the first.
  const first = asks.filter(
    (ask, index) => asks.findIndex((other) => other.input.bookingId === ask.input.bookingId || (other.actor === ask.actor && other.key === ask.key)) === index,
  );
  const outcomes = new Map<PayAsk, Outcome<Paid>>();
  for (const list of [first, ...asks.filter((ask) => !first.includes(ask)).map((twin) => [twin])]) {
    const results = await transactionForAll(
      ctx,
      list,
      behind,
      (tx, group) => confirmAll(tx, ctx, group, behind),
      ({ input }) => ({ value: { behind: behind ?? input.bookingId } }),
    );
    for (const [index, ask] of list.entries()) outcomes.set(ask, results[index]!);
  }
  return asks.map((ask) => outcomes.get(ask)!);
}

function headsStatement(db: Executor, skipLocked: boolean) {
  return (
    db
      .select({ booking: bookings, email: guests.email })
      .from(bookings)
      .innerJoin(guests, eq(guests.id, bookings.guestId))
      .where(sql`${bookings.id} = any(${sql.placeholder("ids")}::uuid[])`)
      // In one order for everybody, so that two groups never wait for each other.
      .orderBy(asc(bookings.id))
      .for("no key update", skipLocked ? { of: bookings, skipLocked } : { of: bookings })
  );
}
const lockHeads = statement((db) => headsStatement(db, false).prepare("booking_heads_locked"));
/** Those that nobody else has locked: a transaction that many share waits for no row. */
const lockUnlockedHeads = statement((db) => headsStatement(db, true).prepare("booking_heads_unlocked"));

async function confirmAll(tx: Transaction, ctx: Context, asks: readonly PayAsk[], behind: string | undefined): Promise<Decision<Paid>> {
  const ids = asks.map((ask) => ask.input.bookingId);
  const together = behind === undefined;
  // Sent together: the stays are read behind the bookings' locks.
  const [before, heads, stays] = await pipelined([
    answersBefore(tx, "payments.start", asks),
    (together ? lockUnlockedHeads : lockHeads)(tx, { ids: pgArray(ids) }),
    staysOfAll(tx, ids),
  ]);
  const emailOf = (ask: PayAsk): string => heads.find(({ booking }) => booking.id === ask.input.bookingId)?.email ?? "";
  const pending = stays.filter((stay) => stay.state === "pending");
  const [products, nights, standing] = await pipelined([
    productsNow(ctx.db, tx, [...new Set(heads.map(({ booking }) => booking.propertyId))], [...new Set(stays.map((stay) => stay.productId))]),
    lockNights(tx, nightMoves(pending, {}), together ? "skip" : "wait"),
    standingOf(
      tx,
      ctx.config,
      { nights: [], rooms: 0 },
      asks.map((ask) => payerKeys(ask, stays, emailOf(ask))),
    ),
  ]);
  const locked = new Set(nights.filter((night) => night.locked).map(nightKey));
  const confirming: Confirming[] = [];
  const proven: string[] = [];
  const answered: PayAsk[] = [];
  const outcomes = asks.map((ask, index): Outcome<Paid> => {
    const known = before[index];
    if (known) return known as Outcome<Paid>;
    try {
      const head = heads.find(({ booking }) => booking.id === ask.input.bookingId);
      // Locked, or there is none: who waits for it apart sees which.
      if (!head && together) return { value: { behind: ask.input.bookingId } };
      if (!head || !mayAccess(ask.ctx, head, ask.input.token)) throw refuse("NOT_FOUND", { what: "booking" });
      const own = stays.filter((stay) => stay.bookingId === head.booking.id);
      if (awaitsPayment(ctx, head.booking, own) === "pending") {
        const night = nightMoves(own, {}).find((one) => !locked.has(nightKey(one)));
        if (night) return { value: { behind: nightKey(night) } };
        assertOffered(
          ctx,
          { amount: head.booking.dueOnline, currency: head.booking.currency },
          own.flatMap((stay) => products.get(stay.productId) ?? []),
          "property",
        );
        if (own.some((stay) => stay.unproven)) {
          if (proofOf(ask.ctx, payerKeys(ask, own, head.email), head.email, standing).holder) proven.push(head.booking.id);
          else oweAtProperty(ctx, own, standing);
        }
        confirming.push({ booking: head.booking, stays: own, actor: ask.actor });
      }
      answered.push(ask);
      return { value: CONFIRMED };
    } catch (error) {
      return { error };
    }
  });
  await pipelined([
    proveStays(tx, proven),
    confirmHolds(tx, confirming, { payment: "property", dueOnline: 0 }),
    storeAnswers(
      tx,
      "payments.start",
      answered.map(({ actor, key, hash }) => ({ actor, key, hash, answer: CONFIRMED })),
    ),
  ]);
  const committed = (): void => {
    if (confirming.length > 0) ctx.metrics.count("bookings_confirmed_total", { how: "property" }, confirming.length);
  };
  return { outcomes, committed };
}

/** The booking as the bounds count: by the network that held it, whoever pays. */
function payerKeys(ask: PayAsk, stays: readonly StayRow[], email: string): AskerKeys {
  const keys = askerKeys(ask.ctx, email);
  const held = stays.find((stay) => stay.bookingId === ask.input.bookingId);
  return { ...keys, network: held?.network ?? keys.network };
}

/** @throws PROOF_REQUIRED */
function oweAtProperty(ctx: Context, stays: readonly StayRow[], standing: Standing): void {
  const [{ network, contact } = { network: null, contact: null }] = stays;
  if (network === null || contact === null) throw new Error("an unproven stay has lost its asker");
  const owed = { rooms: stays.length, nights: stays.reduce((sum, stay) => sum + daysBetween(stay.checkIn, stay.checkOut), 0) };
  assertMayOwe(ctx.config, { network, contact }, owed, standing);
  owe(standing, { network, contact }, owed);
}
