import { and, eq, sql } from "drizzle-orm";
import type { Transaction } from "../../db/client.ts";
import { refunds, type payments } from "../../db/schema/index.ts";
import { newId } from "../platform/ids.ts";
import { closeIncident, raiseIncident } from "../platform/incidents.ts";
import type { RefundState } from "../payments/index.ts";
import type { MoneyEntry } from "./events.ts";
import { tellMoney } from "./money-news.ts";
import { recordEvent } from "./record.ts";

type Payment = Pick<typeof payments.$inferSelect, "id" | "propertyId" | "currency">;
export type Refund = typeof refunds.$inferSelect;

/**
 * Writes down money that must go back, before any call: so that a repetition of the call makes no second one. The
 * database refuses one beyond what the payment took. Lock the payment first. @returns its id
 */
export async function requestRefund(tx: Transaction, entry: MoneyEntry, payment: Payment, amount: number, reason: string): Promise<string> {
  const id = newId();
  const { propertyId, id: paymentId, currency } = payment;
  await tx.insert(refunds).values({ id, propertyId, paymentId, amount, currency, reason, state: "requested" });
  await recordEvent(tx, { ...entry, type: "refund_requested", data: { refundId: id, paymentId, amount, currency, reason } });
  return id;
}

interface Made {
  providerRef?: string | null;
  byHand?: boolean;
  settledAt?: Date | undefined;
}

/**
 * Moves a refund, with its entry in the booking's history; its incident opens or closes with it. The UPDATE repeats
 * the state that it leaves. @returns whether it moved
 */
export async function moveRefund(tx: Transaction, entry: MoneyEntry, refund: Refund, to: RefundState, made: Made = {}): Promise<boolean> {
  const { id, paymentId, amount, currency, reason } = refund;
  const { settledAt, ...more } = made;
  const settled = to === "succeeded" ? { settledAt: refund.settledAt ?? settledAt ?? sql`app_now()` } : {};
  const [moved] = await tx
    .update(refunds)
    .set({ state: to, ...more, ...settled, updatedAt: sql`app_now()` })
    .where(and(eq(refunds.id, id), eq(refunds.state, refund.state)))
    .returning({ id: refunds.id });
  if (!moved) return false;
  await recordEvent(tx, { ...entry, type: `refund_${to}`, data: { refundId: id, paymentId, amount, currency, reason, byHand: made.byHand ?? false } });
  if (to === "failed" || to === "manual") await tellPerson(tx, entry, refund, to);
  else for (const cause of [failedOf(id), manualOf(id)]) await closeIncident(tx, cause);
  // Nobody asks for it any more, so that no later success would close it.
  if (refund.state === "requested" && refund.refusals > 0) await closeIncident(tx, stuckOf(paymentId));
  if (made.byHand) await tellMoney(tx, entry, "refund_by_hand", id);
  return true;
}

/** The guest must get it another way: there is none by itself, or it has just failed. */
export async function tellPerson(tx: Transaction, entry: MoneyEntry, refund: Pick<Refund, "id" | "amount" | "currency">, state: "failed" | "manual"): Promise<void> {
  const { id: refundId, amount, currency } = refund;
  const { propertyId, bookingId } = entry;
  const failed = state === "failed";
  await raiseIncident(tx, {
    cause: failed ? failedOf(refundId) : manualOf(refundId),
    severity: failed ? "critical" : "warning",
    title: failed ? "A refund failed at the provider: it must be paid by hand" : "A refund must be paid by hand: the guest's method has no way back",
    propertyId,
    bookingId,
    data: { refundId, amount, currency },
  });
  await tellMoney(tx, entry, failed ? "refund_failed" : "refund_manual", refundId);
}

/** The cause of the incident of a payment whose provider refuses a step. */
export function stuckOf(paymentId: string) {
  return `money-stuck:${paymentId}` as const;
}

/** The causes of the incidents of a refund that a person must pay. */
const failedOf = (refundId: string) => `refund-failed:${refundId}` as const;
const manualOf = (refundId: string) => `refund-manual:${refundId}` as const;
