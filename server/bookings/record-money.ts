import { and, eq, or, sql } from "drizzle-orm";
import type { Transaction } from "../../db/client.ts";
import { payments, refunds } from "../../db/schema/index.ts";
import { newId } from "../platform/ids.ts";
import { canMove, canMoveRefund, hasMoney, type ProviderRefund, type ProviderView } from "../payments/index.ts";
import type { MoneyEntry } from "./events.ts";
import { tellMoney } from "./money-news.ts";
import { recordEvent } from "./record.ts";
import { recordDispute } from "./record-dispute.ts";
import { moveRefund, tellPerson } from "./refunds.ts";

type Payment = typeof payments.$inferSelect;

/**
 * Writes the payment row, its refunds and disputes as the provider has them. Lock the payment first.
 * @returns whether money moved by another hand than ours, so that the balance must be struck anew
 */
export async function recordMoney(tx: Transaction, entry: MoneyEntry, payment: Payment, view: ProviderView): Promise<boolean> {
  const state = canMove(payment.state, view.state) ? view.state : payment.state;
  const captured = Math.max(payment.captured, Math.min(view.captured, payment.amount));
  const letGo = !hasMoney(state) && (state === "voided" || hasMoney(payment.state));
  await tx
    .update(payments)
    .set({
      state,
      paymentRef: view.paymentRef ?? payment.paymentRef,
      method: view.method ?? payment.method,
      captured,
      // Set once: a posting date is not renewed by a later reading.
      capturedAt: payment.capturedAt ?? (captured > 0 ? (view.capturedAt ?? sql`app_now()`) : null),
      voidedAt: payment.voidedAt ?? (letGo ? (view.voidedAt ?? sql`app_now()`) : null),
      captureBefore: view.captureBefore ?? payment.captureBefore,
      expiresAt: view.expiresAt ?? payment.expiresAt,
      instructions: view.instructions ?? payment.instructions,
      checkedAt: sql`app_now()`,
      updatedAt: sql`app_now()`,
      version: sql`${payments.version} + 1`,
    })
    .where(and(eq(payments.id, payment.id), eq(payments.state, payment.state)));
  let moved = false;
  for (const refund of [...view.refunds, ...(await letGoAfterCapture(tx, payment, view))]) {
    if (await recordRefund(tx, entry, payment, refund)) moved = true;
  }
  for (const dispute of view.disputes) if (await recordDispute(tx, entry, payment, dispute)) moved = true;
  if (moved || state !== payment.state) await askAgain(tx, payment);
  return moved;
}

/** Something changed: what the provider refused before, it may do now. */
async function askAgain(tx: Transaction, payment: Payment): Promise<void> {
  await tx
    .update(payments)
    .set({ askAfter: null })
    .where(and(eq(payments.id, payment.id), sql`${payments.askAfter} is not null`));
  await tx
    .update(refunds)
    .set({ askAfter: null })
    .where(and(eq(refunds.paymentId, payment.id), eq(refunds.state, "requested"), sql`${refunds.askAfter} is not null`));
}

/** Taken money that was let go before its settlement (Midtrans' cancel) is a refund of all of it. */
async function letGoAfterCapture(tx: Transaction, payment: Payment, view: ProviderView): Promise<ProviderRefund[]> {
  if (payment.state !== "captured" || view.state !== "voided" || payment.captured === 0) return [];
  const [own] = await tx
    .select({ id: refunds.id })
    .from(refunds)
    .where(and(eq(refunds.paymentId, payment.id), eq(refunds.state, "requested"), eq(refunds.amount, payment.captured)));
  const ref = `${view.paymentRef}:cancel`;
  return [{ ref, refundId: own?.id, amount: payment.captured, state: "succeeded", createdAt: undefined, settledAt: view.voidedAt }];
}

async function recordRefund(tx: Transaction, entry: MoneyEntry, payment: Payment, refund: ProviderRefund): Promise<boolean> {
  const [known] = await tx
    .select()
    .from(refunds)
    .where(and(eq(refunds.paymentId, payment.id), or(refund.refundId ? eq(refunds.id, refund.refundId) : undefined, eq(refunds.providerRef, refund.ref))))
    .for("no key update");
  if (!known) return recordDashboards(tx, entry, payment, refund);
  // An older reading may still come after a newer one: no move, no change. What a person has paid is paid.
  if (known.byHand || !canMoveRefund(known.state, refund.state)) return false;
  const settledAt = refund.settledAt ?? (known.state === "requested" ? refund.createdAt : undefined);
  const moved = await moveRefund(tx, entry, known, refund.state, { providerRef: refund.ref, settledAt });
  return moved && refund.state === "failed";
}

/** Made in the provider's dashboard: a fact that enters the ledger too, whatever it comes to. */
async function recordDashboards(tx: Transaction, entry: MoneyEntry, payment: Payment, refund: ProviderRefund): Promise<boolean> {
  const { amount, state, ref: providerRef } = refund;
  const { propertyId, id: paymentId, currency } = payment;
  const id = newId();
  const settledAt = state === "succeeded" ? (refund.settledAt ?? refund.createdAt ?? sql`app_now()`) : null;
  const createdAt = refund.createdAt && { createdAt: refund.createdAt };
  await tx.insert(refunds).values({ id, propertyId, paymentId, currency, reason: "provider", providerRef, amount, state, settledAt, ...createdAt });
  await recordEvent(tx, { ...entry, type: `refund_${state}`, data: { refundId: id, paymentId, amount, currency, reason: "provider", byHand: false } });
  if (state === "failed") await tellPerson(tx, entry, { id, amount, currency }, state);
  else await tellMoney(tx, entry, "refund_made", id);
  return true;
}

/** The cause of the incident that marks money of another amount or currency; it stays after a person closed it. */
export function mismatchOf(paymentId: string) {
  return `payment-mismatch:${paymentId}` as const;
}
