import { eq } from "drizzle-orm";
import type { Transaction } from "../../../db/client.ts";
import { payments, refunds } from "../../../db/schema/index.ts";
import type { Context } from "../../context.ts";
import { refuse } from "../../errors.ts";
import { BY_HAND, owedByHand } from "../../payments/index.ts";
import { moveRefund } from "../refunds.ts";
import { authoriseDecision, decide } from "./decide.ts";
import type { Decided, PayByHandInput } from "./schemas.ts";

/**
 * A refund that failed, or whose method has no way back, was paid by a person: it is made, and its incident closes.
 * What the provider's dashboard has given back of it meanwhile is not paid again.
 * @throws FORBIDDEN, NOT_FOUND, PRECONDITION for one that isn't a person's to pay
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
      const amount = owedByHand(money.facts, refund.id);
      const isOwed = BY_HAND.some((state) => state === refund.state) && amount > 0;
      if (!isOwed) throw refuse("PRECONDITION", { reason: "isn't a refund to be paid by hand", state: refund.state });
      if (amount < refund.amount) await tx.update(refunds).set({ amount }).where(eq(refunds.id, refund.id));
      await moveRefund(tx, entry, { ...refund, amount }, "succeeded", { byHand: true });
      return { amount, paymentId: refund.paymentId, refundId: refund.id, reference: input.reference };
    },
  );
}

export async function bookingOfRefund(tx: Transaction, refundId: string): Promise<string | undefined> {
  const [found] = await tx.select({ bookingId: payments.bookingId }).from(refunds).innerJoin(payments, eq(payments.id, refunds.paymentId)).where(eq(refunds.id, refundId));
  return found?.bookingId;
}
