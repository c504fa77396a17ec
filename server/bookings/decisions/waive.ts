import type { Context } from "../../context.ts";
import { refuse } from "../../errors.ts";
import { dueOnline } from "../money.ts";
import { bookingState } from "../states.ts";
import { authoriseDecision, decide } from "./decide.ts";
import { assertEffect } from "./effect.ts";
import type { Decided, WaiveInput } from "./schemas.ts";

/**
 * So much of what the booking owes online, a fee or a price, is not asked of the guest. Of money that is missing it
 * covers what nobody has decided about; of what was taken, it goes back, and the author states how much (`back`).
 * @throws FORBIDDEN, NOT_FOUND, PRECONDITION for a hold, for more than is due, where another decision covers it already,
 *   or where another amount goes back than was stated
 */
export async function waiveDue(ctx: Context, input: WaiveInput): Promise<Decided> {
  authoriseDecision(ctx);
  const { bookingId, amount } = input;
  return decide(
    ctx,
    "waive",
    input,
    () => Promise.resolve(bookingId),
    async (_, subject) => {
      const { booking, stays, money } = subject;
      const state = bookingState(stays);
      const due = state === "pending" ? 0 : dueOnline(booking, stays, money);
      if (amount > due) throw refuse("PRECONDITION", { reason: "more than is due online", state });
      assertEffect(subject, { ...money, waived: money.waived + amount }, amount, input.back);
      return { amount };
    },
  );
}
