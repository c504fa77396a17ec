import type { Context } from "../../context.ts";
import { refuse } from "../../errors.ts";
import { planMoney } from "../../payments/index.ts";
import { dueOnline } from "../money.ts";
import { bookingState } from "../states.ts";
import { authoriseDecision, decide } from "./decide.ts";
import type { Decided, WriteOffInput } from "./schemas.ts";

/**
 * So much of the money that is missing is accepted as lost. Should it come after all, it is the property's.
 * @throws FORBIDDEN, NOT_FOUND, PRECONDITION for more than is missing
 */
export async function writeOffMissing(ctx: Context, input: WriteOffInput): Promise<Decided> {
  authoriseDecision(ctx);
  const { bookingId, amount } = input;
  return decide(
    ctx,
    "write_off",
    input,
    () => Promise.resolve(bookingId),
    async (_, { booking, stays, money }) => {
      const state = bookingState(stays);
      const { missing } = planMoney(money.facts, state === "pending" ? undefined : dueOnline(booking, stays, money));
      if (amount > missing - money.accepted) throw refuse("PRECONDITION", { reason: "more than is missing", state });
      return { amount };
    },
  );
}
