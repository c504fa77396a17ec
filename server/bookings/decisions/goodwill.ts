import type { Context } from "../../context.ts";
import { refuse } from "../../errors.ts";
import { leftOf } from "../../payments/index.ts";
import { requestRefund } from "../refunds.ts";
import { authoriseDecision, decide, type Subject } from "./decide.ts";
import { bookingOfRefund } from "./pay-by-hand.ts";
import { assertEffect } from "./effect.ts";
import type { Decided, GoodwillInput } from "./schemas.ts";

/**
 * The guest is given money beyond what is owed. A refund of the provider's dashboard is declared to be that: it is not
 * missing then, and what a cancellation gives back isn't lessened by it (`back`, where one has been already). Or one is
 * asked for: that covers nothing that is missing.
 * @throws FORBIDDEN, NOT_FOUND, PRECONDITION for another refund, for one that another decision covers already, where another
 *   amount goes back than was stated, or for more than any one payment has left
 */
export async function giveGoodwill(ctx: Context, input: GoodwillInput): Promise<Decided> {
  authoriseDecision(ctx);
  if ("refundId" in input) {
    const { refundId, back } = input;
    return decide(
      ctx,
      "goodwill",
      input,
      (tx) => bookingOfRefund(tx, refundId),
      async (_, subject) => declared(subject, refundId, back),
    );
  }
  const { bookingId, amount } = input;
  return decide(
    ctx,
    "goodwill",
    input,
    () => Promise.resolve(bookingId),
    async (tx, { money, entry }) => {
      // What goes back by itself first, then where most is left.
      const [from] = leftOf(money.facts)
        .filter(({ left, isBlocked }) => left >= amount && !isBlocked)
        .toSorted((a, b) => Number(b.hasWayBack) - Number(a.hasWayBack) || b.left - a.left);
      if (!from) throw refuse("PRECONDITION", { reason: "no payment has so much left" });
      const payment = money.payments.find(({ id }) => id === from.paymentId)!;
      const refundId = await requestRefund(tx, entry, payment, amount, "goodwill");
      return { amount, paymentId: payment.id, refundId };
    },
  );
}

function declared(subject: Subject, refundId: string, back: number) {
  const { money } = subject;
  const refund = money.refunds.find(({ id }) => id === refundId)!;
  const isMade = refund.state === "pending" || refund.state === "succeeded";
  if (refund.reason !== "provider" || !isMade) throw refuse("PRECONDITION", { reason: "isn't a refund of the provider's dashboard", state: refund.state });
  const gifted = money.facts.refunds.map((one) => (one.id === refundId ? { ...one, isGoodwill: true } : one));
  assertEffect(subject, { ...money, facts: { ...money.facts, refunds: gifted } }, refund.amount, back);
  return { amount: refund.amount, paymentId: refund.paymentId, refundId };
}
