import { eq } from "drizzle-orm";
import { disputes, payments } from "../../../db/schema/index.ts";
import type { Context } from "../../context.ts";
import { refuse } from "../../errors.ts";
import { closeIncident } from "../../platform/incidents.ts";
import { disputeOf } from "../record-dispute.ts";
import { authoriseDecision, decide } from "./decide.ts";
import type { AcceptChargebackInput, Decided } from "./schemas.ts";

/**
 * A lost dispute is accepted: its incident closes, and its money is missing no more.
 * @throws FORBIDDEN, NOT_FOUND, PRECONDITION while it isn't lost
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
    async (tx, { money }) => {
      const dispute = money.disputes.find(({ id }) => id === disputeId)!;
      if (dispute.state !== "lost") throw refuse("PRECONDITION", { reason: "the dispute isn't lost", state: dispute.state });
      await closeIncident(tx, disputeOf(dispute.providerRef));
      return { amount: dispute.amount, paymentId: dispute.paymentId, disputeId };
    },
  );
}
