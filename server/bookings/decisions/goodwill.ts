import type { Context } from "../../context.ts";
import { refuse } from "../../errors.ts";
import { leftOf } from "../../payments/index.ts";
import { requestRefund } from "../refunds.ts";
import { authoriseDecision, decide, type Subject } from "./decide.ts";
import { bookingOfRefund } from "./pay-by-hand.ts";
import type { Decided, GoodwillInput } from "./schemas.ts";

/**
 * The guest is given money beyond what is owed: a refund of the provider's dashboard is declared to be that, or one is
 * asked for. It is not missing then, and not taken from what a cancellation gives back.
 * @throws FORBIDDEN, NOT_FOUND, PRECONDITION for another refund, or for more than any one payment has left
 */
export async function giveGoodwill(ctx: Context, input: GoodwillInput): Promise<Decided> {
  authoriseDecision(ctx);
  if ("refundId" in input) {
    const { refundId } = input;
    return decide(
      ctx,
      "goodwill",
      input,
      (tx) => bookingOfRefund(tx, refundId),
      async (_, subject) => declared(subject, refundId),
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

function declared({ money }: Subject, refundId: string) {
  const refund = money.refunds.find(({ id }) => id === refundId)!;
  const isMade = refund.state === "pending" || refund.state === "succeeded";
  if (refund.reason !== "provider" || !isMade || money.facts.refunds.some(({ id, isGoodwill }) => id === refundId && isGoodwill)) {
    throw refuse("PRECONDITION", { reason: "isn't a refund of the provider's dashboard", state: refund.state });
  }
  return { amount: refund.amount, paymentId: refund.paymentId, refundId };
}
