import { asc, eq, sql } from "drizzle-orm";
import { pgArray, statement, type Transaction } from "../../db/client.ts";
import { bookings, guests } from "../../db/schema/index.ts";
import type { Context } from "../context.ts";
import { refuse } from "../errors.ts";
import { answersBefore, keyedAsk, storeAnswers, type Keyed } from "../platform/idempotency.ts";
import type { Outcome } from "../platform/together.ts";
import { transact } from "../platform/transact.ts";
import { productsNow } from "../rooms/index.ts";
import { mayAccess } from "./access.ts";
import { confirmHolds, type Confirming } from "./confirm.ts";
import { assertOffered, awaitsPayment } from "./payable.ts";
import type { StartInput } from "./payment-schemas.ts";
import { staysOfAll } from "./stays.ts";

interface PayAsk extends Keyed {
  ctx: Context;
  input: StartInput;
}
interface Confirmed {
  status: "confirmed";
}
const CONFIRMED: Confirmed = { status: "confirmed" };

/**
 * Confirms a hold that is paid at arrival. Guests who come together share one transaction, as in `take.ts`;
 * nights only change from held to sold, so nobody needs a lock but the booking's.
 * @throws NOT_FOUND, HOLD_EXPIRED, PRECONDITION where the property doesn't offer it
 */
export async function payAtProperty(ctx: Context, input: StartInput): Promise<Confirmed> {
  const answer = await ctx.together("pay-at-property", { ...keyedAsk(ctx, input), ctx, input }, confirmTogether);
  ctx.published();
  return answer;
}

async function confirmTogether(asks: PayAsk[]): Promise<Outcome<Confirmed>[]> {
  const { ctx } = asks[0]!;
  // One ask a key and a booking: a twin waits for what becomes of the first.
  const first = asks.filter((ask, index) => asks.findIndex((other) => other.input.bookingId === ask.input.bookingId) === index);
  const outcomes = new Map<PayAsk, Outcome<Confirmed>>();
  await confirmOrSplit(ctx, first, outcomes);
  for (const twin of asks.filter((ask) => !first.includes(ask))) await confirmOrSplit(ctx, [twin], outcomes);
  return asks.map((ask) => outcomes.get(ask)!);
}

/** One transaction for all; should it fail, one for each. */
async function confirmOrSplit(ctx: Context, asks: PayAsk[], outcomes: Map<PayAsk, Outcome<Confirmed>>): Promise<void> {
  try {
    const done = await transact(ctx.db, (tx) => confirmAll(tx, ctx, asks));
    for (const [index, ask] of asks.entries()) outcomes.set(ask, done.outcomes[index]!);
    if (done.confirmed > 0) ctx.metrics.count("bookings_confirmed_total", { how: "property" }, done.confirmed);
  } catch (error) {
    if (asks.length === 1) {
      outcomes.set(asks[0]!, { error });
      return;
    }
    ctx.log.warn("a group of confirmations failed; each is tried by itself", { size: asks.length }, error);
    await Promise.all(asks.map((ask) => confirmOrSplit(ctx, [ask], outcomes)));
  }
}

const lockHeads = statement((db) =>
  db
    .select({ booking: bookings, email: guests.email })
    .from(bookings)
    .innerJoin(guests, eq(guests.id, bookings.guestId))
    .where(sql`${bookings.id} = any(${sql.placeholder("ids")}::uuid[])`)
    // In one order for everybody, so that two groups never wait for each other.
    .orderBy(asc(bookings.id))
    .for("no key update", { of: bookings })
    .prepare("booking_heads_locked"),
);

async function confirmAll(tx: Transaction, ctx: Context, asks: PayAsk[]): Promise<{ outcomes: Outcome<Confirmed>[]; confirmed: number }> {
  const ids = asks.map((ask) => ask.input.bookingId);
  // Sent together: the stays are read behind the bookings' locks.
  const [before, heads, stays] = await Promise.all([answersBefore(tx, "payments.start", asks), lockHeads(tx, { ids: pgArray(ids) }), staysOfAll(tx, ids)]);
  const products = await productsNow(ctx.db, tx, [...new Set(heads.map(({ booking }) => booking.propertyId))], [...new Set(stays.map((stay) => stay.productId))]);
  const confirming: Confirming[] = [];
  const answered: PayAsk[] = [];
  const outcomes = asks.map((ask, index): Outcome<Confirmed> => {
    const known = before[index];
    if (known) return known as Outcome<Confirmed>;
    try {
      const head = heads.find(({ booking }) => booking.id === ask.input.bookingId);
      if (!head || !mayAccess(ask.ctx, head, ask.input.token)) throw refuse("NOT_FOUND", { what: "booking" });
      const own = stays.filter((stay) => stay.bookingId === head.booking.id);
      if (awaitsPayment(ctx, head.booking, own) === "pending") {
        assertOffered(
          ctx,
          head.booking,
          own.flatMap((stay) => products.get(stay.productId) ?? []),
          "property",
        );
        confirming.push({ booking: head.booking, stays: own, actor: ask.actor });
      }
      answered.push(ask);
      return { value: CONFIRMED };
    } catch (error) {
      return { error };
    }
  });
  await Promise.all([
    confirmHolds(tx, confirming, { payment: "property", dueOnline: 0 }),
    storeAnswers(
      tx,
      "payments.start",
      answered.map(({ actor, key, hash }) => ({ actor, key, hash, answer: CONFIRMED })),
    ),
  ]);
  return { outcomes, confirmed: confirming.length };
}
