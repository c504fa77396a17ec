import { eq } from "drizzle-orm";
import type { Transaction } from "../../../db/client.ts";
import { bookings, moneyDecisions } from "../../../db/schema/index.ts";
import type { DecisionKind } from "../../../db/schema/payments.ts";
import { actorKey, type Context } from "../../context.ts";
import { refuse } from "../../errors.ts";
import { once } from "../../platform/idempotency.ts";
import { newId } from "../../platform/ids.ts";
import { emit, type MoneyEntry } from "../events.ts";
import { readMoney, type Money } from "../money.ts";
import { tellMoney } from "../money-news.ts";
import { recordEvent } from "../record.ts";
import { settlementOf, sideOf } from "../settlement.ts";
import { staysOf, type StayRow } from "../stays.ts";
import type { Decided } from "./schemas.ts";

type Booking = typeof bookings.$inferSelect;

/** Money is a person's to decide about. @throws FORBIDDEN */
export function authoriseDecision(ctx: Context): void {
  if (ctx.actor.kind !== "operator") throw refuse("FORBIDDEN", { what: "decisions about money" });
}

/** A booking under its lock, and its money under theirs. */
export interface Subject {
  booking: Booking;
  stays: StayRow[];
  money: Money;
  entry: MoneyEntry;
}

/** What was decided, once it is written. */
interface Written {
  amount: number;
  paymentId?: string;
  refundId?: string;
  disputeId?: string;
  reference?: string;
}

/**
 * Runs a decision once per key: the booking is locked, then its money; `write` does what it says, the decision's own row
 * and its entry in the booking's history follow, and the balance is struck anew.
 * @param bookingOf finds the booking; undefined where there is none
 * @throws NOT_FOUND, CONFLICT for another input under the key, PRECONDITION where the same was decided of the same refund
 *   or dispute, and what `write` refuses
 */
export function decide(
  ctx: Context,
  kind: DecisionKind,
  input: { idempotencyKey: string; reason: string; refundId?: string; disputeId?: string },
  bookingOf: (tx: Transaction) => Promise<string | undefined>,
  write: (tx: Transaction, subject: Subject) => Promise<Written>,
): Promise<Decided> {
  return once(ctx, `money.${kind}`, input, async (tx) => {
    const bookingId = await bookingOf(tx);
    const [booking] = bookingId ? await tx.select().from(bookings).where(eq(bookings.id, bookingId)).for("no key update") : [];
    if (!booking) throw refuse("NOT_FOUND", { what: "booking" });
    const author = actorKey(ctx.actor);
    const entry: MoneyEntry = { bookingId: booking.id, propertyId: booking.propertyId, version: booking.version, actor: author };
    const subject = { booking, stays: await staysOf(tx, booking.id), money: await readMoney(tx, booking.id, true), entry };
    assertFirst(subject.money, kind, input);
    const { amount, ...about } = await write(tx, subject);
    const id = newId();
    const { currency } = booking;
    const { bookingId: _, version, propertyId } = entry;
    await tx.insert(moneyDecisions).values({ id, propertyId, bookingId: booking.id, kind, author, reason: input.reason, amount, currency, ...about });
    const { reference: _reference, ...ids } = about;
    const after = sideOf(booking, subject.stays, await readMoney(tx, booking.id));
    const settlement = settlementOf(currency, sideOf(booking, subject.stays, subject.money), after);
    await recordEvent(tx, { ...entry, type: `money_${kind}`, data: { decisionId: id, amount, currency, ...ids, settlement } });
    if (settlement.back > 0 && kind === "goodwill") await tellMoney(tx, entry, "goodwill", id);
    if (settlement.back > 0 && kind === "waive") await tellMoney(tx, entry, "waived", id);
    await emit(tx, { type: "booking.money_changed", payload: { bookingId: booking.id, propertyId, version } });
    return { answer: { decisionId: id, amount, back: settlement.back, currency }, committed: ctx.published };
  });
}

/** Of a refund or a dispute each is decided once, whoever decides again. */
function assertFirst({ decisions }: Money, kind: DecisionKind, about: { refundId?: string; disputeId?: string }): void {
  const { refundId, disputeId } = about;
  const before = decisions.find((one) => one.kind === kind && ((refundId && one.refundId === refundId) || (disputeId && one.disputeId === disputeId)));
  if (before) throw refuse("PRECONDITION", { reason: `already decided by ${before.author}: ${before.reason}` });
}
