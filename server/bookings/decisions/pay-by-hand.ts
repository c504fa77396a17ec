import { eq } from "drizzle-orm";
import type { Transaction } from "../../../db/client.ts";
import { payments, refunds } from "../../../db/schema/index.ts";
import type { Context } from "../../context.ts";
import { refuse } from "../../errors.ts";
import { BY_HAND, isExamined, owedByHand, planMoney } from "../../payments/index.ts";
import type { Money } from "../money.ts";
import { moveRefund, type Refund } from "../refunds.ts";
import { authoriseDecision, decide } from "./decide.ts";
import type { Decided, PayByHandInput } from "./schemas.ts";

/**
 * A refund that failed, whose method has no way back, or that its provider refuses, was paid by a person: it is made, and
 * its incident closes. What the provider's dashboard has given back of it meanwhile is not paid again.
 * @throws FORBIDDEN, NOT_FOUND, PRECONDITION for one that isn't a person's to pay, waits for a dispute, or may be asked
 *   for at its provider at this moment
 */
export async function payRefundByHand(ctx: Context, input: PayByHandInput): Promise<Decided> {
  authoriseDecision(ctx);
  return decide(
    ctx,
    "paid_by_hand",
    input,
    (tx) => bookingOfRefund(tx, input.refundId),
    async (tx, { money, entry }) => {
      const refund = money.refunds.find(({ id }) => id === input.refundId)!;
      const amount = refund.state === "requested" ? owedOfRefused(ctx, money, refund) : owedByHand(money.facts, refund.id);
      const isOwed = amount > 0 && (refund.state === "requested" || BY_HAND.some((state) => state === refund.state));
      if (!isOwed) throw refuse("PRECONDITION", { reason: "isn't a refund to be paid by hand", state: refund.state });
      if (amount < refund.amount) await tx.update(refunds).set({ amount }).where(eq(refunds.id, refund.id));
      await moveRefund(tx, entry, { ...refund, amount }, "succeeded", { byHand: true });
      return { amount, paymentId: refund.paymentId, refundId: refund.id, reference: input.reference };
    },
  );
}

/** What of a refund that its provider has refused, and is not asked for while it rests. @throws PRECONDITION where it may be asked for now */
function owedOfRefused(ctx: Context, { facts }: Money, refund: Refund): number {
  const plan = planMoney(facts, 0);
  const payment = facts.payments.find(({ id }) => id === refund.paymentId)!;
  if (refund.refusals === 0 || plan.withdrawn.includes(refund.id)) return 0;
  if (isExamined(payment, facts.disputes)) throw refuse("PRECONDITION", { reason: "waits for the end of a dispute", state: refund.state });
  const rests = refund.askAfter !== null && refund.askAfter > ctx.clock.now();
  if (!rests) throw refuse("PRECONDITION", { reason: "is being asked for again: if it is refused anew, repeat this in a few minutes", state: refund.state });
  return refund.amount;
}

export async function bookingOfRefund(tx: Transaction, refundId: string): Promise<string | undefined> {
  const [found] = await tx.select({ bookingId: payments.bookingId }).from(refunds).innerJoin(payments, eq(payments.id, refunds.paymentId)).where(eq(refunds.id, refundId));
  return found?.bookingId;
}
