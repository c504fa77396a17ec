import { refuse } from "../../errors.ts";
import { textOf } from "../../platform/money.ts";
import { planMoney } from "../../payments/index.ts";
import { dueOnline, type Money } from "../money.ts";
import { settlementOf, sideOf } from "../settlement.ts";
import { bookingState } from "../states.ts";
import type { Subject } from "./decide.ts";

type Owing = Omit<Subject, "entry">;

/** What of the booking's online money is missing, and no person has decided about. Minor units. */
export function undecidedOf({ booking, stays, money }: Owing): number {
  const isPaying = bookingState(stays) === "pending";
  const { missing } = planMoney(money.facts, isPaying ? undefined : dueOnline(booking, stays, money));
  return Math.max(0, missing - money.accepted);
}

/**
 * Whether a decision does all that it says: it covers money that is missing and that nobody has decided about, and
 * beyond that gives back what is with us. So that no two decisions cover one loss.
 * @param decided the booking's money as it would be
 * @param stated what the author knows to go back to the guest by it
 * @throws PRECONDITION where part of it would change nothing, or where another amount goes back than was stated
 */
export function assertEffect(subject: Owing, decided: Money, amount: number, stated: number): void {
  const { booking, stays, money } = subject;
  const covered = undecidedOf(subject) - undecidedOf({ ...subject, money: decided });
  const { back } = settlementOf(booking.currency, sideOf(booking, stays, money), sideOf(booking, stays, decided));
  const text = (minor: number) => textOf(minor, booking.currency);
  if (covered + back !== amount) {
    throw refuse("PRECONDITION", { reason: `only ${text(covered + back)} of it is still to be decided: the rest is covered by another decision, or has gone back` });
  }
  if (back !== stated) throw refuse("PRECONDITION", { reason: `it gives ${text(back)} back to the guest, beyond what is missing: state this amount as what goes back` });
}
