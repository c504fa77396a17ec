import { eq, sql } from "drizzle-orm";
import { bookings, payments, refunds } from "../../db/schema/index.ts";
import { actorKey, type Context } from "../context.ts";
import { closeIncident, raiseIncident } from "../platform/incidents.ts";
import { isTransient, OutsideError } from "../platform/outside.ts";
import { transact } from "../platform/transact.ts";
import { assertRefundMove, gatewayOf, hasMoney, type ProviderRefund } from "../payments/index.ts";
import { applyView } from "./apply-view.ts";
import { planBalance, type Step } from "./plan-balance.ts";
import { moveRefund, stuckOf } from "./refunds.ts";
import { settle } from "./settle.ts";

type Payment = typeof payments.$inferSelect;

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
    const steps = await transact(ctx.db, (tx) => planBalance(tx, ctx, bookingId));
    let surprised = false;
    // What is stuck or out of reach in one payment keeps no other from moving.
    for (const step of steps) {
      if (left.has(step.payment.id)) continue;
      const outcome = await attempt(ctx, step, refused).catch((error: unknown) => {
        if (!(error instanceof OutsideError)) throw error;
        unreachable ??= error;
        return "stuck" as const;
      });
      if (outcome === "stuck") left.add(step.payment.id);
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

/**
 * `surprised`: something else came of it, so that the plan must be made anew. `stuck`: refused for good.
 * @throws OutsideError when the provider can't be reached
 */
async function attempt(ctx: Context, step: Step, refused: Set<string>): Promise<"done" | "surprised" | "stuck"> {
  const { payment } = step;
  try {
    const asWanted = await perform(ctx, step);
    await closeIncident(ctx.db, stuckOf(payment.id));
    return asWanted ? "done" : "surprised";
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    if (isTransient(error)) {
      const lapses = step.do === "capture" && payment.captureBefore && payment.captureBefore.getTime() - ctx.clock.now().getTime() < LAPSE_NEAR_MS;
      if (lapses) await reportStuck(ctx, step, "An authorisation is about to lapse, and its provider can't be reached", error);
      throw error;
    }
    // Perhaps the payment isn't what we took it for: read it, and plan anew. The same answer again is final.
    if (refused.has(nameOf(step))) {
      await restFrom(ctx, step);
      await reportStuck(ctx, step, `The provider refuses to ${step.do} a payment`, error);
      return "stuck";
    }
    refused.add(nameOf(step));
    await settle(ctx, payment.id);
    return "surprised";
  }
}

/** @returns whether the money is now where the plan wanted it */
async function perform(ctx: Context, step: Step): Promise<boolean> {
  const { payment } = step;
  const gateway = gatewayOf(ctx.config, payment.provider);
  const ref = { ...payment, paymentId: payment.id };
  if (step.do !== "refund") {
    const view = step.do === "capture" ? await gateway.capture(ref, step.amount) : await gateway.void(ref);
    await applyView(ctx, payment, view);
    return step.do === "capture" ? view.captured === step.amount : !hasMoney(view.state);
  }
  const { refundId, amount, refusals } = step;
  const made = await gateway.refund(ref, { refundId, amount, refusals, reason: "requested_by_customer" });
  await recordMade(ctx, payment, refundId, made);
  return true;
}

async function recordMade(ctx: Context, payment: Payment, refundId: string, made: ProviderRefund | "manual"): Promise<void> {
  const state = made === "manual" ? "manual" : made.state;
  assertRefundMove("requested", state);
  await transact(ctx.db, async (tx) => {
    const [booking] = await tx.select({ version: bookings.version }).from(bookings).where(eq(bookings.id, payment.bookingId)).for("no key update");
    const [refund] = await tx.select().from(refunds).where(eq(refunds.id, refundId)).for("no key update");
    // A reading may have been quicker.
    if (!booking || refund?.state !== "requested") return;
    const { bookingId, propertyId } = payment;
    const entry = { bookingId, propertyId, version: booking.version, actor: actorKey(ctx.actor) };
    const more = made === "manual" ? {} : { providerRef: made.ref, settledAt: made.settledAt ?? made.createdAt };
    await moveRefund(tx, entry, refund, state, more);
  });
}

const FIRST_REST_MS = 10 * 60_000;
const LONGEST_REST_MS = 24 * 3_600_000;

/**
 * What was refused for good is asked again ever more seldom, a capture at least twice before its authorisation lapses;
 * a reading that brings news ends the rest.
 */
async function restFrom(ctx: Context, step: Step): Promise<void> {
  const table = step.do === "refund" ? refunds : payments;
  const id = step.do === "refund" ? step.refundId : step.payment.id;
  const refusals = step.do === "refund" ? step.refusals : step.payment.refusals;
  const lapsesIn = step.payment.captureBefore ? step.payment.captureBefore.getTime() - ctx.clock.now().getTime() : Infinity;
  const longest = step.do === "refund" ? LONGEST_REST_MS : Math.min(LONGEST_REST_MS, Math.max(0, lapsesIn / 2));
  const ms = Math.floor(Math.min(longest, FIRST_REST_MS * 2 ** Math.min(refusals, 10)));
  await ctx.db
    .update(table)
    .set({ refusals: refusals + 1, askAfter: sql`app_now() + ${ms}::int * interval '1 millisecond'` })
    .where(eq(table.id, id));
}

/** The same step of the same money, however often it is planned. */
function nameOf(step: Step): string {
  return `${step.do}:${step.do === "refund" ? step.refundId : step.payment.id}`;
}

/** What a person must know to do it another way. */
function aboutOf(step: Step) {
  if (step.do === "void") return {};
  return { amount: step.amount, currency: step.payment.currency, ...(step.do === "refund" && { refundId: step.refundId }) };
}

/** Open until the same step is done after all: the sweep asks again. */
async function reportStuck(ctx: Context, step: Step, title: string, error: OutsideError): Promise<void> {
  const { payment } = step;
  ctx.log.error("money is stuck", { booking_id: payment.bookingId, payment_id: payment.id, step: step.do }, error);
  await raiseIncident(ctx.db, {
    cause: stuckOf(payment.id),
    severity: "critical",
    title,
    propertyId: payment.propertyId,
    bookingId: payment.bookingId,
    data: { paymentId: payment.id, step: step.do, code: error.code ?? error.kind, ...aboutOf(step) },
  });
}
