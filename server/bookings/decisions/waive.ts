import type { Context } from "../../context.ts";
import { refuse } from "../../errors.ts";
import { dueOnline } from "../money.ts";
import { bookingState } from "../states.ts";
import { authoriseDecision, decide } from "./decide.ts";
import type { Decided, WaiveInput } from "./schemas.ts";

/**
 * So much of what the booking owes online, a fee or a price, is not asked of the guest: what was taken of it goes back.
 * @throws FORBIDDEN, NOT_FOUND, PRECONDITION for a hold, or for more than is due
 */
export async function waiveDue(ctx: Context, input: WaiveInput): Promise<Decided> {
  authoriseDecision(ctx);
  const { bookingId, amount } = input;
  return decide(
    ctx,
    "waive",
    input,
    () => Promise.resolve(bookingId),
    async (_, { booking, stays, money }) => {
      const state = bookingState(stays);
      const due = state === "pending" ? 0 : dueOnline(booking, stays, money);
      if (amount > due) throw refuse("PRECONDITION", { reason: "more than is due online", state });
      return { amount };
    },
  );
}
