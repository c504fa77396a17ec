import { and, eq } from "drizzle-orm";
import type { Transaction } from "../../db/client.ts";
import { bookingEvents, bookings, type payments } from "../../db/schema/index.ts";
import { actorKey, type Context } from "../context.ts";
import { closeIncident, raiseIncident } from "../platform/incidents.ts";
import { isExamined, planMoney, type MoneyPlan } from "../payments/index.ts";
import type { MoneyEntry } from "./events.ts";
import { dueOnline, readMoney, type Money } from "./money.ts";
import { tellMoney } from "./money-news.ts";
import { moveRefund, requestRefund } from "./refunds.ts";
import { bookingState } from "./states.ts";
import { staysOf } from "./stays.ts";

type Payment = typeof payments.$inferSelect;
type Booking = typeof bookings.$inferSelect;

/** One call to a provider. */
export type Step =
  | { payment: Payment; do: "capture"; amount: number }
  | { payment: Payment; do: "void" }
  | { payment: Payment; do: "refund"; refundId: string; amount: number; refusals: number };

/**
 * Decides under the booking's lock what is to be done with its online money, and writes down all of it that is ours:
 * refunds become rows before they are calls, those that can't be made any more are withdrawn, what is missing is told.
 */
export async function planBalance(tx: Transaction, ctx: Pick<Context, "actor">, bookingId: string): Promise<Step[]> {
  const [booking] = await tx.select().from(bookings).where(eq(bookings.id, bookingId)).for("no key update");
  if (!booking) return [];
  const money = await readMoney(tx, booking.id, true);
  const stays = await staysOf(tx, booking.id);
  const state = bookingState(stays);
  const isPaying = state === "pending";
  const plan = planMoney(money.facts, isPaying ? undefined : dueOnline(booking, stays, money));
  const entry: MoneyEntry = { bookingId, propertyId: booking.propertyId, version: booking.version, actor: actorKey(ctx.actor) };
  for (const refund of money.refunds) if (plan.withdrawn.includes(refund.id)) await moveRefund(tx, entry, refund, "withdrawn");
  const paymentOf = (id: string) => money.payments.find((payment) => payment.id === id)!;
  for (const { refundId, paymentId, amount } of plan.waiting) {
    if (refundId !== undefined) continue;
    const made = await requestRefund(tx, entry, paymentOf(paymentId), amount, state);
    const isNews = isExamined(paymentOf(paymentId), money.facts.disputes) && !(await isWaitTold(tx, booking, amount));
    if (isNews) await tellMoney(tx, entry, "refund_waits", made);
  }
  const steps: Step[] = [];
  for (const action of plan.actions) {
    const payment = paymentOf(action.paymentId);
    if (action.do !== "refund") {
      steps.push({ ...action, payment });
      continue;
    }
    const refundId = action.refundId ?? (await requestRefund(tx, entry, payment, action.amount, state));
    const refusals = money.refunds.find(({ id }) => id === refundId)?.refusals ?? 0;
    steps.push({ do: "refund", payment, refundId, amount: action.amount, refusals });
  }
  if (!isPaying) await report(tx, booking, money, plan);
  return steps;
}

/** Whether the message of what made this version tells of the wait already. */
async function isWaitTold(tx: Transaction, { id, version }: Booking, amount: number): Promise<boolean> {
  const told = await tx
    .select({ data: bookingEvents.data })
    .from(bookingEvents)
    .where(and(eq(bookingEvents.bookingId, id), eq(bookingEvents.version, version)));
  return told.some(({ data }) => data.settlement?.ways.some((one) => one.way === "waits" && one.amount === amount));
}

/** Money that was there and is not any more: an authorisation lapsed, a dispute was lost, or somebody gave it back by hand. */
async function report(tx: Transaction, booking: Booking, money: Money, plan: MoneyPlan): Promise<void> {
  const { id: bookingId, propertyId, currency } = booking;
  const lost = money.disputes.reduce((sum, { state, amount }) => sum + (state === "lost" ? amount : 0), 0);
  const missing = plan.missing - money.accepted;
  const short = `money-short:${bookingId}` as const;
  if (missing <= 0) await closeIncident(tx, short);
  else {
    const title = lost > 0 ? "A booking's online money is missing: its guest has it back by a dispute" : "A booking's online money is missing";
    await raiseIncident(tx, { cause: short, severity: "critical", title, propertyId, bookingId, data: { missing, lost, currency, dashboardRefunds: giftable(money) } });
  }
  for (const { id: paymentId } of money.payments) {
    const cause = `money-overdrawn:${paymentId}` as const;
    const over = plan.overdrawn.find((one) => one.paymentId === paymentId)?.amount ?? 0;
    const amount = over - (money.acceptedOf.get(paymentId) ?? 0);
    if (amount > 0) {
      const title = "More money has left a payment, by refunds and disputes, than had come in";
      await raiseIncident(tx, { cause, severity: "critical", title, propertyId, bookingId, data: { paymentId, amount, currency, dashboardRefunds: giftable(money, paymentId) } });
    } else if (money.disputes.length > 0 || money.refunds.length > 0) await closeIncident(tx, cause);
  }
}

/** Refunds of the provider's dashboard, of one payment or all, that a person may declare to be gifts. */
function giftable({ facts }: Money, paymentId?: string): string[] {
  return facts.refunds
    .filter(
      (refund) => refund.isProviders && !refund.isGoodwill && (refund.state === "pending" || refund.state === "succeeded") && (paymentId ?? refund.paymentId) === refund.paymentId,
    )
    .map(({ id }) => id);
}
