import { asc, eq, sql } from "drizzle-orm";
import { pgArray, statement, type Transaction } from "../../db/client.ts";
import { bookings, guests } from "../../db/schema/index.ts";
import type { Context } from "../context.ts";
import { refuse } from "../errors.ts";
import { allOrEach, type Decision } from "../platform/all-or-each.ts";
import { answersBefore, keyedAsk, storeAnswers, type Keyed } from "../platform/idempotency.ts";
import type { Outcome } from "../platform/together.ts";
import { pipelined } from "../platform/pipelined.ts";
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
  // One ask a booking and a key: a twin waits for what becomes of the first.
  const first = asks.filter(
    (ask, index) => asks.findIndex((other) => other.input.bookingId === ask.input.bookingId || (other.actor === ask.actor && other.key === ask.key)) === index,
  );
  const outcomes = new Map<PayAsk, Outcome<Confirmed>>();
  for (const list of [first, ...asks.filter((ask) => !first.includes(ask)).map((twin) => [twin])]) {
    const results = await allOrEach(ctx, list, (tx, group) => confirmAll(tx, ctx, group));
    for (const [index, ask] of list.entries()) outcomes.set(ask, results[index]!);
  }
  return asks.map((ask) => outcomes.get(ask)!);
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

async function confirmAll(tx: Transaction, ctx: Context, asks: readonly PayAsk[]): Promise<Decision<Confirmed>> {
  const ids = asks.map((ask) => ask.input.bookingId);
  // Sent together: the stays are read behind the bookings' locks.
  const [before, heads, stays] = await pipelined([answersBefore(tx, "payments.start", asks), lockHeads(tx, { ids: pgArray(ids) }), staysOfAll(tx, ids)]);
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
          { amount: head.booking.dueOnline, currency: head.booking.currency },
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
  await pipelined([
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
