import { and, eq, ne, or, sql } from "drizzle-orm";
import type { Executor, Transaction } from "../../db/client.ts";
import { disputes, payments, refunds } from "../../db/schema/index.ts";
import { closeIncident, raiseIncident, type IncidentCause } from "../platform/incidents.ts";
import { newId } from "../platform/ids.ts";
import { canMove, canMoveRefund, type ProviderRefund, type ProviderView } from "../payments/index.ts";

type Payment = typeof payments.$inferSelect;

/**
 * Writes the payment row, its refunds and disputes as the provider has them. Lock the payment first.
 * @returns whether money moved by another hand than ours, so that the balance must be struck anew
 */
export async function recordMoney(tx: Transaction, payment: Payment, view: ProviderView): Promise<boolean> {
  await tx
    .update(payments)
    .set({
      state: canMove(payment.state, view.state) ? view.state : payment.state,
      paymentRef: view.paymentRef ?? payment.paymentRef,
      method: view.method ?? payment.method,
      captured: Math.max(payment.captured, Math.min(view.captured, payment.amount)),
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
    if (await recordRefund(tx, payment, refund)) moved = true;
  }
  for (const dispute of view.disputes) await recordDispute(tx, payment, dispute);
  return moved;
}

/** Taken money that was let go before its settlement (Midtrans' cancel) is a refund of all of it. */
async function letGoAfterCapture(tx: Transaction, payment: Payment, view: ProviderView): Promise<ProviderRefund[]> {
  if (payment.state !== "captured" || view.state !== "voided" || payment.captured === 0) return [];
  const [own] = await tx
    .select({ id: refunds.id })
    .from(refunds)
    .where(and(eq(refunds.paymentId, payment.id), eq(refunds.state, "requested"), eq(refunds.amount, payment.captured)));
  return [{ ref: `${view.paymentRef}:cancel`, refundId: own?.id, amount: payment.captured, state: "succeeded" }];
}

async function recordRefund(tx: Transaction, payment: Payment, refund: ProviderRefund): Promise<boolean> {
  const [known] = await tx
    .select()
    .from(refunds)
    .where(and(eq(refunds.paymentId, payment.id), or(refund.refundId ? eq(refunds.id, refund.refundId) : undefined, eq(refunds.providerRef, refund.ref))))
    .for("no key update");
  // Made in the provider's dashboard: it enters the ledger too (domain rule 48).
  if (!known) {
    const row = { id: newId(), propertyId: payment.propertyId, paymentId: payment.id, currency: payment.currency, reason: "provider", providerRef: refund.ref };
    await tx.insert(refunds).values({ ...row, amount: refund.amount, state: refund.state });
    return true;
  }
  // An older reading may still come after a newer one: no move, no change.
  if (!canMoveRefund(known.state, refund.state)) return false;
  await tx
    .update(refunds)
    .set({ state: refund.state, providerRef: refund.ref, updatedAt: sql`app_now()` })
    .where(and(eq(refunds.id, known.id), eq(refunds.state, known.state)));
  if (refund.state !== "failed") return false;
  await refundFailed(tx, payment, known.id);
  return true;
}

/** The guest must get it another way: the same way has just failed. */
export async function refundFailed(db: Executor, payment: Payment, refundId: string): Promise<void> {
  await raiseIncident(db, {
    cause: failedOf(refundId),
    severity: "critical",
    title: "A refund failed at the provider: it must be paid by hand",
    propertyId: payment.propertyId,
    bookingId: payment.bookingId,
    data: { refundId },
  });
}

/** One incident while the guest disputes, however often it is read; it closes when the dispute is won. */
async function recordDispute(tx: Transaction, payment: Payment, dispute: ProviderView["disputes"][number]): Promise<void> {
  const row = { id: newId(), propertyId: payment.propertyId, paymentId: payment.id, providerRef: dispute.ref };
  const [news] = await tx
    .insert(disputes)
    .values({ ...row, amount: dispute.amount, currency: dispute.currency, state: dispute.state })
    .onConflictDoUpdate({ target: disputes.providerRef, set: { state: dispute.state }, setWhere: ne(disputes.state, dispute.state) })
    .returning({ id: disputes.id });
  if (!news) return;
  const cause: IncidentCause = `dispute:${dispute.ref}`;
  if (dispute.state === "won") return closeIncident(tx, cause);
  await raiseIncident(tx, {
    cause,
    severity: "critical",
    title: "A guest disputes a payment",
    propertyId: payment.propertyId,
    bookingId: payment.bookingId,
    data: { paymentId: payment.id, state: dispute.state },
  });
}

/** Writes down money that must go back, before any call: so that a repetition of the call makes no second one. @returns its id */
export async function requestRefund(tx: Transaction, payment: Payment, amount: number, reason: string): Promise<string> {
  const id = newId();
  await tx.insert(refunds).values({ id, propertyId: payment.propertyId, paymentId: payment.id, amount, currency: payment.currency, reason, state: "requested" });
  return id;
}

/** The causes of the incidents of a refund that a person must pay. */
export const failedOf = (refundId: string): IncidentCause => `refund-failed:${refundId}`;
export const manualOf = (refundId: string): IncidentCause => `refund-manual:${refundId}`;

/** The cause of the incident that marks money of another amount or currency; it stays after a person closed it. */
export function mismatchOf(paymentId: string): IncidentCause {
  return `payment-mismatch:${paymentId}`;
}
