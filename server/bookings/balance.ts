import { and, asc, eq, inArray, sql } from "drizzle-orm";
import type { Transaction } from "../../db/client.ts";
import { bookings, incidents, payments, refunds } from "../../db/schema/index.ts";
import type { Context } from "../context.ts";
import { closeIncident, raiseIncident, type IncidentCause } from "../platform/incidents.ts";
import { isTransient, OutsideError } from "../platform/outside.ts";
import { transact } from "../platform/transact.ts";
import { assertRefundMove, gatewayOf, hasMoney } from "../payments/index.ts";
import { owedOnline } from "./amounts.ts";
import { givenBack } from "./given-back.ts";
import { manualOf, mismatchOf, refundFailed, requestRefund } from "./record-money.ts";
import { applyView } from "./apply-view.ts";
import { settle } from "./settle.ts";
import { staysOf } from "./stays.ts";
import { bookingState } from "./states.ts";

type Payment = typeof payments.$inferSelect;
type Booking = typeof bookings.$inferSelect;
type Action = { payment: Payment; do: "capture"; amount: number } | { payment: Payment; do: "void" } | { payment: Payment; do: "refund"; refundId: string; amount: number };

/** Each round answers a surprise of the one before (a cancel during a capture, a refusal); more than these is a fault. */
const ROUNDS = 5;
/** An authorisation that lapses within this, while its provider is out of reach, is told to a person. */
const LAPSE_NEAR_MS = 24 * 3_600_000;

/**
 * Brings the money to what is due online: captures what a confirmed booking owes or a cancelled one's fee,
 * lets the rest of an authorisation go, and gives back what was taken beyond it.
 * Decided under the booking's lock; refunds are rows before they are calls, so a repetition makes no second one.
 * What a provider refuses for good, and what is missing in the end, is an open incident.
 * @throws OutsideError when the provider can't be reached: run it again
 */
export async function balance(ctx: Context, bookingId: string): Promise<void> {
  const refused = new Set<string>();
  /** Payments that don't move now: a later success in one of them would close the incident of what is stuck in it. */
  const left = new Set<string>();
  let unreachable: OutsideError | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const actions = await transact(ctx.db, async (tx) => {
      const [booking] = await tx.select().from(bookings).where(eq(bookings.id, bookingId)).for("no key update");
      return booking ? plan(tx, booking) : [];
    });
    let surprised = false;
    // What is stuck or out of reach in one payment keeps no other from moving.
    for (const action of actions) {
      if (left.has(action.payment.id)) continue;
      const outcome = await attempt(ctx, action, refused).catch((error: unknown) => {
        if (!(error instanceof OutsideError)) throw error;
        unreachable ??= error;
        return "stuck" as const;
      });
      if (outcome === "stuck") left.add(action.payment.id);
      if (outcome !== "surprised") continue;
      surprised = true;
      break;
    }
    if (surprised) continue;
    if (unreachable) throw unreachable;
    return;
  }
  throw new Error(`the money of booking ${bookingId} does not come to rest`);
}

/** What must be done with each payment, oldest first; the earlier ones pay for the stay. */
async function plan(tx: Transaction, booking: Booking): Promise<Action[]> {
  const rows = await tx.select().from(payments).where(eq(payments.bookingId, booking.id)).orderBy(asc(payments.attempt)).for("no key update");
  const foreign = await notOurs(tx, rows);
  const actions: Action[] = rows.filter((payment) => foreign.has(payment.id) && payment.state === "authorised").map((payment) => ({ payment, do: "void" }));
  let due = await dueOnline(tx, booking);
  if (due === undefined) return actions;
  for (const payment of rows.filter(({ id }) => !foreign.has(id))) {
    if (payment.state === "authorised") {
      const amount = Math.min(due, payment.amount);
      actions.push(amount > 0 ? { payment, do: "capture", amount } : { payment, do: "void" });
      due -= amount;
    } else if (payment.captured > 0) {
      // One that failed counts as given until a person has paid it: asking for it anew would fail anew.
      const given = await givenBack(tx, payment);
      for (const refund of given) {
        if (refund.state === "requested") actions.push({ payment, do: "refund", refundId: refund.id, amount: refund.amount });
      }
      const kept = payment.captured - given.reduce((sum, refund) => sum + refund.amount, 0);
      const excess = Math.max(0, kept - due);
      if (excess > 0) {
        const refundId = await requestRefund(tx, payment, excess, bookingState(await staysOf(tx, booking.id)));
        actions.push({ payment, do: "refund", refundId, amount: excess });
      }
      due -= kept - excess;
    }
  }
  await reportShortfall(tx, booking, due);
  return actions;
}

/** Payments that came in another amount or currency: they neither pay for the stay nor are captured. */
async function notOurs(tx: Transaction, rows: Payment[]): Promise<Set<string>> {
  if (rows.length === 0) return new Set();
  const causes = new Map<string, string>(rows.map((payment) => [mismatchOf(payment.id), payment.id]));
  const marked = await tx
    .select({ cause: incidents.cause })
    .from(incidents)
    .where(inArray(incidents.cause, [...causes.keys()]));
  return new Set(marked.map(({ cause }) => causes.get(cause)!));
}

/** Money that was there and is not any more: an authorisation lapsed, or somebody gave it back by hand. */
async function reportShortfall(tx: Transaction, booking: Booking, missing: number): Promise<void> {
  const cause: IncidentCause = `money-short:${booking.id}`;
  if (missing <= 0) return closeIncident(tx, cause);
  await raiseIncident(tx, {
    cause,
    severity: "critical",
    title: "A booking's online money is missing",
    propertyId: booking.propertyId,
    bookingId: booking.id,
    data: { missing, currency: booking.currency },
  });
}

/** What the property may keep of online money; undefined while the booking is still being paid. */
async function dueOnline(tx: Transaction, booking: Booking): Promise<number | undefined> {
  const stays = await staysOf(tx, booking.id);
  return bookingState(stays) === "pending" ? undefined : owedOnline(booking, stays);
}

/**
 * `surprised`: something else came of it, so that the plan must be made anew. `stuck`: refused for good.
 * @throws OutsideError when the provider can't be reached
 */
async function attempt(ctx: Context, action: Action, refused: Set<string>): Promise<"done" | "surprised" | "stuck"> {
  const { payment } = action;
  try {
    const asWanted = await perform(ctx, action);
    await closeIncident(ctx.db, stuckOf(payment));
    return asWanted ? "done" : "surprised";
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    if (isTransient(error)) {
      const lapses = action.do === "capture" && payment.captureBefore && payment.captureBefore.getTime() - ctx.clock.now().getTime() < LAPSE_NEAR_MS;
      if (lapses) await reportStuck(ctx, action, "An authorisation is about to lapse, and its provider can't be reached", error);
      throw error;
    }
    // Perhaps the payment isn't what we took it for: read it, and plan anew. The same answer again is final.
    if (refused.has(nameOf(action))) {
      await reportStuck(ctx, action, `The provider refuses to ${action.do} a payment`, error);
      return "stuck";
    }
    refused.add(nameOf(action));
    await settle(ctx, payment.id);
    return "surprised";
  }
}

/** @returns whether the money is now where the plan wanted it */
async function perform(ctx: Context, action: Action): Promise<boolean> {
  const { payment } = action;
  const gateway = gatewayOf(ctx.config, payment.provider);
  const ref = { ...payment, paymentId: payment.id };
  if (action.do !== "refund") {
    const view = action.do === "capture" ? await gateway.capture(ref, action.amount) : await gateway.void(ref);
    await applyView(ctx, payment, view);
    return action.do === "capture" ? view.captured === action.amount : !hasMoney(view.state);
  }
  const made = await gateway.refund(ref, { refundId: action.refundId, amount: action.amount, reason: "requested_by_customer" });
  const state = made === "manual" ? "manual" : made.state;
  assertRefundMove("requested", state);
  await transact(ctx.db, async (tx) => {
    const [moved] = await tx
      .update(refunds)
      .set({ state, providerRef: made === "manual" ? null : made.ref, updatedAt: sql`app_now()` })
      .where(and(eq(refunds.id, action.refundId), eq(refunds.state, "requested")))
      .returning({ id: refunds.id });
    if (moved && state === "failed") await refundFailed(tx, payment, action.refundId);
    if (moved && state === "manual") await refundByHand(tx, payment, action);
  });
  return true;
}

async function refundByHand(tx: Transaction, payment: Payment, { refundId, amount }: { refundId: string; amount: number }): Promise<void> {
  await raiseIncident(tx, {
    cause: manualOf(refundId),
    severity: "warning",
    title: "A refund must be paid by hand: the guest's method has no way back",
    propertyId: payment.propertyId,
    bookingId: payment.bookingId,
    data: { refundId, amount, currency: payment.currency },
  });
}

/** The same step of the same money, however often it is planned. */
function nameOf(action: Action): string {
  return `${action.do}:${action.do === "refund" ? action.refundId : action.payment.id}`;
}

function stuckOf(payment: Payment): IncidentCause {
  return `money-stuck:${payment.id}`;
}

/** Open until the same step is done after all: the sweep keeps trying. */
async function reportStuck(ctx: Context, action: Action, title: string, error: OutsideError): Promise<void> {
  const { payment } = action;
  ctx.log.error("money is stuck", { booking_id: payment.bookingId, payment_id: payment.id, step: action.do }, error);
  await raiseIncident(ctx.db, {
    cause: stuckOf(payment),
    severity: "critical",
    title,
    propertyId: payment.propertyId,
    bookingId: payment.bookingId,
    data: { paymentId: payment.id, step: action.do, code: error.code ?? error.kind },
  });
}

/**
 * Bookings with money reserved for longer than it should be, what lapses first at the front: their capture or
 * void got lost. Then those with a refund that was never made, longest unasked first, so that refused ones are in
 * nobody's way. Judged by the payment's birth: each question to the provider renews `updatedAt`.
 */
export async function unbalanced(ctx: Context, olderThanSeconds: number, limit: number): Promise<string[]> {
  const age = sql`app_now() - ${olderThanSeconds}::int * interval '1 second'`;
  const rows = await ctx.db
    .select({ id: payments.bookingId })
    .from(payments)
    .where(
      sql`((${payments.state} = 'authorised' and ${payments.createdAt} < ${age})
        or exists (select 1 from ${refunds} r where r.payment_id = ${payments.id} and r.state = 'requested' and r.created_at < ${age}))`,
    )
    .groupBy(payments.bookingId)
    .orderBy(sql`min(${payments.captureBefore}) filter (where ${payments.state} = 'authorised') nulls last`, sql`min(${payments.checkedAt}) nulls first`)
    .limit(limit);
  return rows.map((row) => row.id);
}
