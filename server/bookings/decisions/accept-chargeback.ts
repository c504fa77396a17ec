import { eq } from "drizzle-orm";
import { disputes, payments } from "../../../db/schema/index.ts";
import type { Context } from "../../context.ts";
import { refuse } from "../../errors.ts";
import { planMoney } from "../../payments/index.ts";
import { closeIncident } from "../../platform/incidents.ts";
import { disputeOf } from "../record-dispute.ts";
import { owedOnline } from "../amounts.ts";
import { authoriseDecision, decide, type Subject } from "./decide.ts";
import { undecidedOf } from "./effect.ts";
import type { AcceptChargebackInput, Decided } from "./schemas.ts";

/**
 * A lost dispute is accepted: its incident closes, and its money is missing no more. Nothing moves: the guest has it from
 * the bank.
 * @throws FORBIDDEN, NOT_FOUND, PRECONDITION while it isn't lost, or where what is missing by it is decided about already
 */
export async function acceptChargeback(ctx: Context, input: AcceptChargebackInput): Promise<Decided> {
  authoriseDecision(ctx);
  const { disputeId } = input;
  return decide(
    ctx,
    "chargeback_accepted",
    input,
    async (tx) => {
      const join = eq(payments.id, disputes.paymentId);
      const [found] = await tx.select({ bookingId: payments.bookingId }).from(disputes).innerJoin(payments, join).where(eq(disputes.id, disputeId));
      return found?.bookingId;
    },
    async (tx, subject) => {
      const { money } = subject;
      const dispute = money.disputes.find(({ id }) => id === disputeId)!;
      if (dispute.state !== "lost") throw refuse("PRECONDITION", { reason: "the dispute isn't lost", state: dispute.state });
      if (undecidedOf(subject) < missingBy(subject, dispute)) {
        throw refuse("PRECONDITION", { reason: "what is missing by it is covered by another decision: close its incident", state: dispute.state });
      }
      await closeIncident(tx, disputeOf(dispute.providerRef));
      return { amount: dispute.amount, paymentId: dispute.paymentId, disputeId };
    },
  );
}

/** What the dispute alone has made missing, before anybody decided: nothing, where what it took was not owed. */
function missingBy({ booking, stays, money }: Subject, dispute: Subject["money"]["disputes"][number]): number {
  const refunds = money.facts.refunds.map((refund) => ({ ...refund, isGoodwill: false }));
  const index = money.disputes.indexOf(dispute);
  const missing = (disputes: typeof money.facts.disputes) => planMoney({ ...money.facts, refunds, disputes }, owedOnline(booking, stays)).missing;
  return missing(money.facts.disputes) - missing(money.facts.disputes.toSpliced(index, 1));
}
