import type { Context } from "../../context.ts";
import { refuse } from "../../errors.ts";
import { textOf } from "../../platform/money.ts";
import { bookingState } from "../states.ts";
import { authoriseDecision, decide } from "./decide.ts";
import { undecidedOf } from "./effect.ts";
import type { Decided, WriteOffInput } from "./schemas.ts";

/**
 * So much of the money that is missing is accepted as lost: it stays due, nobody looks for it, nothing moves. Should it
 * come after all, it is the property's.
 * @throws FORBIDDEN, NOT_FOUND, PRECONDITION for more than is missing and undecided
 */
export async function writeOffMissing(ctx: Context, input: WriteOffInput): Promise<Decided> {
  authoriseDecision(ctx);
  const { bookingId, amount } = input;
  return decide(
    ctx,
    "write_off",
    input,
    () => Promise.resolve(bookingId),
    async (_, subject) => {
      const { booking, stays } = subject;
      const undecided = undecidedOf(subject);
      if (amount > undecided) throw refuse("PRECONDITION", { reason: `only ${textOf(undecided, booking.currency)} is missing and undecided`, state: bookingState(stays) });
      return { amount };
    },
  );
}
