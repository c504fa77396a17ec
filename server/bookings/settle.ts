import { and, asc, eq, isNotNull, inArray, or, sql } from "drizzle-orm";
import { z } from "zod";
import type { Transaction } from "../../db/client.ts";
import { bookings, disputes, payments, properties, refunds, type PaymentState } from "../../db/schema/index.ts";
import { actorKey, type Context } from "../context.ts";
import { raiseIncident } from "../platform/incidents.ts";
import { newId } from "../platform/ids.ts";
import { emit } from "../platform/outbox.ts";
import { transact } from "../platform/transact.ts";
import { canMove, gatewayOf, type ProviderView, type WebhookHint } from "../payments/index.ts";
import { writeAvailability, type MovedNight, type NightMove } from "../rooms/index.ts";
import { confirm } from "./confirm.ts";
import { expireOverdue } from "./expire.ts";
import { recordEvent } from "./record.ts";
import { nightMoves, staysOf } from "./stays.ts";
import { bookingState } from "./states.ts";

type Payment = typeof payments.$inferSelect;
type Booking = typeof bookings.$inferSelect;

const HAS_MONEY: readonly PaymentState[] = ["authorised", "captured", "paid"];

/**
 * Reads the payment at its provider and does what that says. Called by the webhook and by the sweep;
 * the browser's return proves nothing. Safe to run twice, at once, and out of order.
 */
export async function settle(ctx: Context, paymentId: string): Promise<void> {
  const [payment] = await ctx.db.select().from(payments).where(eq(payments.id, paymentId));
  if (!payment?.pageRef) return;
  const view = await gatewayOf(ctx.config, payment.provider).read({ ...payment, paymentId: payment.id });
  await applyView(ctx, payment.id, view);
}

/** The payment that a webhook speaks of, if it is ours. */
export async function paymentOfHint(ctx: Context, provider: Payment["provider"], hint: WebhookHint): Promise<string | undefined> {
  // Stripe's intent is not in our rows before its first reading; our own id, in its metadata, is.
  const own = z.uuid().safeParse(hint.paymentId).data;
  const refs = [
    own ? eq(payments.id, own) : undefined,
    hint.pageRef ? eq(payments.pageRef, hint.pageRef) : undefined,
    hint.paymentRef ? eq(payments.paymentRef, hint.paymentRef) : undefined,
  ].filter((one) => one !== undefined);
  if (refs.length === 0) return undefined;
  const [found] = await ctx.db
    .select({ id: payments.id })
    .from(payments)
    .where(and(eq(payments.provider, provider), or(...refs)));
  return found?.id;
}

/** Payments whose page is open or whose money is only reserved, longest unasked first: the sweep asks for them. */
export async function unsettledPayments(ctx: Context, olderThanSeconds: number, limit: number): Promise<string[]> {
  const rows = await ctx.db
    .select({ id: payments.id })
    .from(payments)
    .where(
      and(
        inArray(payments.state, ["created", "requires_action", "pending", "challenged", "authorised", "denied"]),
        isNotNull(payments.pageRef),
        sql`${payments.createdAt} > app_now() - interval '8 days'`,
        sql`coalesce(${payments.checkedAt}, ${payments.createdAt}) < app_now() - ${olderThanSeconds}::int * interval '1 second'`,
      ),
    )
    .orderBy(asc(sql`coalesce(${payments.checkedAt}, ${payments.createdAt})`))
    .limit(limit);
  return rows.map((row) => row.id);
}

/** Paid late, and some night is taken: perhaps by a hold that is over. */
class NightsTaken extends Error {
  readonly nights: NightMove[];
  constructor(nights: NightMove[]) {
    super("nights taken");
    this.nights = nights;
  }
}

/** Writes what the provider says into payment and booking, in one transaction. */
export async function applyView(ctx: Context, paymentId: string, view: ProviderView): Promise<void> {
  try {
    await applyOnce(ctx, paymentId, view, "try");
  } catch (error) {
    if (!(error instanceof NightsTaken)) throw error;
    await expireOverdue(ctx, error.nights);
    await applyOnce(ctx, paymentId, view, "last try");
  }
}

async function applyOnce(ctx: Context, paymentId: string, view: ProviderView, attempt: "try" | "last try"): Promise<void> {
  let moved: MovedNight[] = [];
  const confirmed = await transact(ctx.db, async (tx) => {
    const [head] = await tx.select({ bookingId: payments.bookingId }).from(payments).where(eq(payments.id, paymentId));
    if (!head) return false;
    const [booking] = await tx.select().from(bookings).where(eq(bookings.id, head.bookingId)).for("no key update");
    const [payment] = await tx.select().from(payments).where(eq(payments.id, paymentId)).for("no key update");
    if (!booking || !payment) return false;
    await recordMoney(tx, payment, view);
    if (view.state === payment.state || !canMove(payment.state, view.state)) return false;

    if (HAS_MONEY.includes(view.state) && (view.amount !== payment.amount || view.currency !== payment.currency)) {
      await raiseIncident(tx, {
        cause: `payment-mismatch:${payment.id}`,
        severity: "critical",
        title: "A payment's amount or currency is not the booking's",
        propertyId: booking.propertyId,
        bookingId: booking.id,
        data: { paymentId: payment.id, amount: view.amount, currency: view.currency, expected: payment.amount },
      });
      return false;
    }
    const event = { bookingId: booking.id, propertyId: booking.propertyId, version: booking.version };
    await recordEvent(tx, { ...event, type: `payment_${view.state}`, actor: actorKey(ctx.actor), data: { paymentId: payment.id } });
    if (view.state === "denied") await emit(tx, { type: "booking.payment_failed", payload: { ...event, paymentId: payment.id } });
    if (view.state === "pending" && view.expiresAt) await extendHold(tx, booking, view.expiresAt);
    if (!HAS_MONEY.includes(view.state)) return false;
    return (await becomePaid(ctx, tx, booking, payment, attempt, (nights) => (moved = nights))) === "confirmed";
  });
  ctx.defer(writeAvailability(ctx, moved));
  if (confirmed) ctx.metrics.count("bookings_confirmed_total", { how: "online" });
  ctx.published();
}

/** Money is there for the booking: confirm it, take its nights again, or send the money back. */
async function becomePaid(
  ctx: Context,
  tx: Transaction,
  booking: Booking,
  payment: Payment,
  attempt: "try" | "last try",
  keep: (nights: MovedNight[]) => void,
): Promise<"confirmed" | "other"> {
  const stays = await staysOf(tx, booking.id);
  const state = bookingState(stays);
  const event = { bookingId: booking.id, propertyId: booking.propertyId, version: booking.version };
  if (state === "pending" || state === "expired") {
    const moved = await confirm(tx, booking, stays, { actor: actorKey(ctx.actor), payment: "online" });
    if (moved) {
      keep(moved);
      return "confirmed";
    }
    if (attempt === "try") throw new NightsTaken(nightMoves(stays, {}));
    await emit(tx, { type: "booking.payment_failed", payload: { ...event, paymentId: payment.id } });
  }
  // Too late, cancelled, or paid twice: the balance decides what goes back.
  await emit(tx, { type: "booking.money_changed", payload: event });
  return "other";
}

/** The payment row, its refunds and disputes, as the provider has them. */
async function recordMoney(tx: Transaction, payment: Payment, view: ProviderView): Promise<void> {
  await tx
    .update(payments)
    .set({
      state: canMove(payment.state, view.state) ? view.state : payment.state,
      paymentRef: view.paymentRef ?? payment.paymentRef,
      method: view.method ?? payment.method,
      captured: Math.max(payment.captured, Math.min(view.captured, payment.amount)),
      captureBefore: view.captureBefore ?? payment.captureBefore,
      expiresAt: view.expiresAt ?? payment.expiresAt,
      checkedAt: sql`app_now()`,
      updatedAt: sql`app_now()`,
      version: sql`${payments.version} + 1`,
    })
    .where(and(eq(payments.id, payment.id), eq(payments.state, payment.state)));
  for (const refund of view.refunds) {
    const own = refund.refundId ? eq(refunds.id, refund.refundId) : eq(refunds.providerRef, refund.ref);
    const changed = await tx
      .update(refunds)
      .set({ state: refund.state, providerRef: refund.ref, updatedAt: sql`app_now()` })
      .where(own)
      .returning({ id: refunds.id });
    // Made in the provider's dashboard: it enters the ledger too (domain rule 48).
    if (changed.length === 0) {
      await tx
        .insert(refunds)
        .values({
          id: newId(),
          propertyId: payment.propertyId,
          paymentId: payment.id,
          amount: refund.amount,
          currency: payment.currency,
          reason: "provider",
          state: refund.state,
          providerRef: refund.ref,
        })
        .onConflictDoNothing();
    }
    if (refund.state === "failed") {
      await raiseIncident(tx, {
        cause: `refund-failed:${refund.ref}`,
        severity: "critical",
        title: "A refund failed at the provider",
        propertyId: payment.propertyId,
        bookingId: payment.bookingId,
      });
    }
  }
  for (const dispute of view.disputes) {
    await tx
      .insert(disputes)
      .values({
        id: newId(),
        propertyId: payment.propertyId,
        paymentId: payment.id,
        providerRef: dispute.ref,
        amount: dispute.amount,
        currency: dispute.currency,
        state: dispute.state,
      })
      .onConflictDoUpdate({ target: disputes.providerRef, set: { state: dispute.state } });
    await raiseIncident(tx, {
      cause: `dispute:${dispute.ref}`,
      severity: "critical",
      title: "A guest disputes a payment",
      propertyId: payment.propertyId,
      bookingId: payment.bookingId,
    });
  }
}

/** A slow method may extend the hold once, to its own end, where the property allows it. */
async function extendHold(tx: Transaction, booking: Booking, until: Date): Promise<void> {
  if (booking.holdExtended || booking.holdExpiresAt === null || until <= booking.holdExpiresAt) return;
  const [property] = await tx.select({ extendHolds: properties.extendHolds }).from(properties).where(eq(properties.id, booking.propertyId));
  if (!property?.extendHolds) return;
  await tx
    .update(bookings)
    .set({ holdExpiresAt: until, holdExtended: true })
    .where(and(eq(bookings.id, booking.id), isNotNull(bookings.holdExpiresAt)));
  const event = { bookingId: booking.id, propertyId: booking.propertyId, version: booking.version };
  await emit(tx, { type: "booking.held", payload: { ...event, holdExpiresAt: until.toISOString() } });
}
