import { and, eq, isNotNull } from "drizzle-orm";
import type { Transaction } from "../../db/client.ts";
import { bookings, payments, properties } from "../../db/schema/index.ts";
import { actorKey, type Context } from "../context.ts";
import { raiseIncident } from "../platform/incidents.ts";
import { transact } from "../platform/transact.ts";
import { canMove, hasMoney, type ProviderView } from "../payments/index.ts";
import { writeAvailability, type MovedNight, type NightMove } from "../rooms/index.ts";
import { confirm } from "./confirm.ts";
import { emit } from "./events.ts";
import { expireOverdue } from "./expire.ts";
import { payChange, refuseLate } from "./pay-change.ts";
import { recordEvent } from "./record.ts";
import { mismatchOf, recordMoney, requestRefund } from "./record-money.ts";
import { endHold, nightMoves, staysOf } from "./stays.ts";
import { bookingState } from "./states.ts";

type Payment = typeof payments.$inferSelect;
type Booking = typeof bookings.$inferSelect;

/** Paid late, and some night is taken: perhaps by a hold that is over. */
class NightsTaken extends Error {
  readonly nights: NightMove[];
  constructor(nights: NightMove[]) {
    super("nights taken");
    this.nights = nights;
  }
}

/** `overtaken`: another reading was written since the row was seen, so that this one may be the older of them. */
export type Applied = "written" | "overtaken";

/**
 * Writes what the provider says into payment and booking, in one transaction. `seen` is the row as it was
 * before the provider was asked: what changed it since is newer than `view`.
 */
export async function applyView(ctx: Context, seen: Pick<Payment, "id" | "version">, view: ProviderView): Promise<Applied> {
  try {
    return await applyOnce(ctx, seen, view, "try");
  } catch (error) {
    if (!(error instanceof NightsTaken)) throw error;
    const [stuck] = await expireOverdue(ctx, error.nights);
    // A hold that is over but locked may be all that is in the way: no money goes back for that, it is read again later.
    return applyOnce(ctx, seen, view, stuck ? "try" : "last try").catch((again: unknown) => {
      throw again instanceof NightsTaken ? stuck!.error : again;
    });
  }
}

async function applyOnce(ctx: Context, seen: Pick<Payment, "id" | "version">, view: ProviderView, attempt: "try" | "last try"): Promise<Applied> {
  let moved: MovedNight[] = [];
  let overtaken = false;
  const confirmed = await transact(ctx.db, async (tx) => {
    const [head] = await tx.select({ bookingId: payments.bookingId }).from(payments).where(eq(payments.id, seen.id));
    if (!head) return false;
    const [booking] = await tx.select().from(bookings).where(eq(bookings.id, head.bookingId)).for("no key update");
    const [payment] = await tx.select().from(payments).where(eq(payments.id, seen.id)).for("no key update");
    if (!booking || !payment) return false;
    // Read before the money came, written after: it would undo what is newer.
    overtaken = payment.version !== seen.version && hasMoney(payment.state) && !hasMoney(view.state) && view.state !== "voided";
    if (overtaken) return false;
    const event = { bookingId: booking.id, propertyId: booking.propertyId, version: booking.version };
    if (await recordMoney(tx, payment, view)) await emit(tx, { type: "booking.money_changed", payload: event });
    if (view.state === payment.state) return false;
    if (!canMove(payment.state, view.state)) {
      if (payment.version === seen.version) await contradicted(tx, payment, view);
      return false;
    }
    await recordEvent(tx, { ...event, type: `payment_${view.state}`, actor: actorKey(ctx.actor), data: { paymentId: payment.id } });
    if (hasMoney(payment.state)) {
      if (!hasMoney(view.state) || view.captured !== payment.amount) await emit(tx, { type: "booking.money_changed", payload: event });
      return false;
    }
    if (!hasMoney(view.state)) {
      // A change's guest saw the decline on the page, and was promised a mail only where the provider looked again.
      const examined = payment.state === "challenged";
      const told = payment.changeId ? examined : booking.holdExpiresAt && (examined || view.state === "denied");
      if (told) await emit(tx, { type: "booking.payment_failed", payload: { ...event, paymentId: payment.id } });
      if (view.state === "pending" && view.expiresAt) await extendHold(tx, booking, view.expiresAt);
      return false;
    }
    if (view.amount !== payment.amount || view.currency !== payment.currency) {
      await notOurs(tx, payment, view);
      await emit(tx, { type: "booking.money_changed", payload: event });
      return false;
    }
    return (await becomePaid(ctx, tx, booking, { ...payment, captured: view.captured }, attempt, (nights) => (moved = nights))) === "confirmed";
  });
  ctx.defer(writeAvailability(ctx, moved));
  if (confirmed) ctx.metrics.count("bookings_confirmed_total", { how: "online" });
  ctx.published();
  return overtaken ? "overtaken" : "written";
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
  let version = booking.version;
  if (payment.changeId) {
    const paid = await payChange(tx, booking, stays, payment.changeId, actorKey(ctx.actor));
    if (paid !== "late" && "moved" in paid) {
      keep(paid.moved);
      return "other";
    }
    if (paid !== "late" && attempt === "try") throw new NightsTaken(paid.lacking);
    version = await refuseLate(tx, booking, { ...payment, changeId: payment.changeId }, actorKey(ctx.actor));
  } else if (state === "pending" || state === "expired") {
    const moved = await confirm(tx, booking, stays, { actor: actorKey(ctx.actor), payment: "online" });
    if (moved) {
      keep(moved);
      return "confirmed";
    }
    if (attempt === "try") throw new NightsTaken(nightMoves(stays, {}));
    // The mail of the hold's end is sent anew, under a new version: it names the refund that is written here.
    version = await endHold(tx, booking.id);
    if (payment.captured > 0) await requestRefund(tx, payment, payment.captured, state);
    const event = { bookingId: booking.id, propertyId: booking.propertyId, version };
    await recordEvent(tx, { ...event, type: "paid_late", actor: actorKey(ctx.actor), data: { paymentId: payment.id } });
    await emit(tx, { type: "booking.expired", payload: event });
  }
  // Too late, cancelled, or paid twice: the balance decides what goes back.
  await emit(tx, { type: "booking.money_changed", payload: { bookingId: booking.id, propertyId: booking.propertyId, version } });
  return "other";
}

/** A reading that nothing newer explains: no move is made, and a person must look. */
async function contradicted(tx: Transaction, payment: Payment, view: ProviderView): Promise<void> {
  await raiseIncident(tx, {
    cause: `payment-contradicted:${payment.id}`,
    severity: hasMoney(payment.state) || hasMoney(view.state) ? "critical" : "warning",
    title: `A payment can't move from ${payment.state} to ${view.state}, and its provider says it did`,
    propertyId: payment.propertyId,
    bookingId: payment.bookingId,
    data: { paymentId: payment.id, from: payment.state, to: view.state },
  });
}

/** Such money confirms nothing and pays for nothing: the balance lets a reservation go, a person gives taken money back. */
async function notOurs(tx: Transaction, payment: Payment, view: ProviderView): Promise<void> {
  await raiseIncident(tx, {
    cause: mismatchOf(payment.id),
    severity: "critical",
    title: "A payment's amount or currency is not the booking's",
    propertyId: payment.propertyId,
    bookingId: payment.bookingId,
    data: { paymentId: payment.id, amount: view.amount, currency: view.currency, expected: payment.amount },
  });
}

/** A slow method may extend the hold once, to its own end, where the property allows it. */
async function extendHold(tx: Transaction, booking: Booking, until: Date): Promise<void> {
  if (booking.holdExtended || booking.holdExpiresAt === null || until <= booking.holdExpiresAt) return;
  const [property] = await tx.select({ extendHolds: properties.extendHolds }).from(properties).where(eq(properties.id, booking.propertyId));
  if (!property?.extendHolds) return;
  await tx
    .update(bookings)
    .set({ holdExpiresAt: until, holdExtended: true })
    .where(and(eq(bookings.id, booking.id), isNotNull(bookings.holdExpiresAt), eq(bookings.holdExtended, false)));
  const event = { bookingId: booking.id, propertyId: booking.propertyId, version: booking.version };
  await emit(tx, { type: "booking.held", payload: { ...event, holdExpiresAt: until.toISOString() } });
}
