import { and, asc, eq, sql } from "drizzle-orm";
import type { Transaction } from "../../db/client.ts";
import { type payments, refunds } from "../../db/schema/index.ts";
import { closeIncident } from "../platform/incidents.ts";
import { failedOf, manualOf } from "./record-money.ts";

type Payment = typeof payments.$inferSelect;
type Refund = typeof refunds.$inferSelect;

/**
 * The payment's refunds, made, asked for, and left to a person; of the last only what the person has not paid yet.
 * Withdrawn first: what a person's own refunds (the provider's dashboard) have paid in full, and what was asked for
 * and has no room any more beside them, since no provider gives back more than it took.
 */
export async function givenBack(tx: Transaction, payment: Payment): Promise<Refund[]> {
  const rows = await tx.select().from(refunds).where(eq(refunds.paymentId, payment.id)).orderBy(asc(refunds.createdAt), asc(refunds.id));
  const live = rows.filter(({ state }) => state !== "withdrawn");
  const given = withoutOvertaken(withoutPaidByHand(live), payment.captured);
  for (const { id, state } of live) {
    if (given.some((one) => one.id === id)) continue;
    await tx
      .update(refunds)
      .set({ state: "withdrawn", updatedAt: sql`app_now()` })
      .where(and(eq(refunds.id, id), eq(refunds.state, state)));
    for (const cause of [failedOf(id), manualOf(id)]) await closeIncident(tx, cause);
  }
  return given;
}

/** A refund that failed, or has no way back, is a person's task: what the dashboard gave back after it pays it, the oldest first. */
function withoutPaidByHand(given: Refund[]): Refund[] {
  const paid = new Map(given.filter(byHand).map((refund) => [refund, refund.amount]));
  return given.flatMap((task) => {
    if (task.state !== "failed" && task.state !== "manual") return [task];
    let { amount } = task;
    for (const [refund, rest] of paid) {
      if (refund.createdAt < task.createdAt) continue;
      const share = Math.min(rest, amount);
      paid.set(refund, rest - share);
      amount -= share;
    }
    return amount === 0 ? [] : [{ ...task, amount }];
  });
}

function byHand({ reason, state }: Refund): boolean {
  return reason === "provider" && (state === "pending" || state === "succeeded");
}

function withoutOvertaken(given: Refund[], captured: number): Refund[] {
  let room = captured;
  for (const { state, amount } of given) if (state !== "requested" && state !== "failed") room -= amount;
  return given.filter(({ state, amount }) => {
    if (state !== "requested") return true;
    if (amount > room) return false;
    room -= amount;
    return true;
  });
}
