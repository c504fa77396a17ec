import type { Settlement } from "../../db/schema/bookings.ts";
import { isExamined, planMoney, wayOf, WAYS_BACK, type MoneyFacts, type WayBack } from "../payments/index.ts";
import { amountsOf, owedOnline } from "./amounts.ts";
import type { Money } from "./money.ts";
import { bookingState } from "./states.ts";
import type { StayRow } from "./stays.ts";

interface Owing {
  total: number;
  dueOnline: number;
  payment: "online" | "property";
}

/** What a booking costs at one instant, by whom it is collected, and its online money then. Minor units. */
export interface Side {
  total: number;
  dueOnline: number;
  /** Of money that came online not the guest's any more; undefined while it is still being paid. */
  owed: number | undefined;
  dueProperty: number;
  facts: MoneyFacts;
}

/** @param money as of the same instant; what people have waived lowers what is owed online */
export function sideOf(booking: Owing, stays: readonly StayRow[], money: Pick<Money, "facts" | "waived">): Side {
  const { facts, waived } = money;
  const state = bookingState(stays);
  if (state === "expired") return { total: 0, dueOnline: 0, owed: 0, dueProperty: 0, facts };
  const { total, dueOnline } = state === "cancelled" ? { ...amountsOf(booking.payment, [], stays) } : booking;
  const online = state === "cancelled" ? owedOnline(booking, stays) : dueOnline;
  const owed = state === "pending" ? undefined : Math.max(0, online - waived);
  return { total, dueOnline, owed, dueProperty: total - online, facts };
}

/** Of the rooms that an event is about: what they cost by being cancelled or changed, and what that is a part of. */
export interface Fee {
  fee: number;
  base: Settlement["feeBase"];
}

export const NO_FEE: Fee = { fee: 0, base: { price: 0, tax: 0, atProperty: 0 } };

/** The fee of these rooms, and the sum of their frozen bases. */
export function feeOf(fee: number, stays: readonly Pick<StayRow, "policy">[]): Fee {
  const sum = (part: keyof Settlement["feeBase"]) => stays.reduce((total, { policy }) => total + policy.base[part], 0);
  return { fee, base: { price: sum("price"), tax: sum("tax"), atProperty: sum("atProperty") } };
}

/**
 * What one event does to a booking's money: what was owed before and after it, and what goes back because of it alone,
 * by the cheapest ways, never more than is with us. Kept with the event: whoever tells of it reads it there.
 */
export function settlementOf(currency: string, before: Side, after: Side, { fee, base }: Fee = NO_FEE): Settlement {
  const earlier = goingBack(before);
  const going = goingBack(after).map((one) => ({ ...one, amount: one.amount - amountIn(earlier, one) }));
  const ways = WAYS_BACK.map((way) => ({ way, amount: sumOf(going.filter((one) => one.way === way && one.amount > 0)) }));
  return {
    currency,
    totalBefore: before.total,
    totalAfter: after.total,
    dueOnlineBefore: before.dueOnline,
    dueOnlineAfter: after.dueOnline,
    owedOnlineBefore: before.owed ?? before.dueOnline,
    owedOnlineAfter: after.owed ?? after.dueOnline,
    taken: withUs(after.facts),
    back: sumOf(ways),
    ways: ways.filter(({ amount }) => amount > 0),
    fee,
    feeBase: base,
    duePropertyBefore: before.dueProperty,
    duePropertyAfter: after.dueProperty,
  };
}

/** The facts without one payment and what became of it: as they were before it came. */
export function withoutPayment(facts: MoneyFacts, paymentId: string): MoneyFacts {
  return {
    payments: facts.payments.filter(({ id }) => id !== paymentId),
    refunds: facts.refunds.filter((refund) => refund.paymentId !== paymentId),
    disputes: facts.disputes.filter((dispute) => dispute.paymentId !== paymentId),
  };
}

interface Going {
  paymentId: string;
  way: WayBack;
  amount: number;
}

/** All that has gone back, goes, or will: refunds that are written down, and what the plan adds to them. */
function goingBack({ facts, owed }: Side): Going[] {
  const plan = planMoney(facts, owed);
  const going: Going[] = [];
  const add = (one: Going) => {
    const known = going.find(({ paymentId, way }) => paymentId === one.paymentId && way === one.way);
    if (known) known.amount += one.amount;
    else going.push({ ...one });
  };
  for (const { id, paymentId, state, amount } of facts.refunds) {
    if (state === "withdrawn" || plan.withdrawn.includes(id)) continue;
    const payment = facts.payments.find((one) => one.id === paymentId)!;
    const waits = state === "requested" && isExamined(payment, facts.disputes);
    const way = waits ? "waits" : state === "manual" || state === "failed" ? "hand" : wayOf({ ...payment, state: "captured" });
    add({ paymentId, way, amount });
  }
  for (const one of plan.back) add(one);
  // A reservation of another amount pays for nothing, and is let go whatever is owed.
  for (const { id, isForeign, state, amount } of facts.payments) if (isForeign && state === "authorised") add({ paymentId: id, way: "void", amount });
  return going;
}

function amountIn(earlier: readonly Going[], { paymentId, way }: Going): number {
  return earlier.find((one) => one.paymentId === paymentId && one.way === way)?.amount ?? 0;
}

/** Reserved, or taken and neither given back nor lost. */
function withUs({ payments, refunds, disputes }: MoneyFacts): number {
  const own = <T extends { paymentId: string }>(rows: readonly T[], id: string) => rows.filter(({ paymentId }) => paymentId === id);
  return payments.reduce((total, { id, state, amount, captured }) => {
    if (state === "authorised") return total + amount;
    const made = own(refunds, id).filter((refund) => refund.state === "pending" || refund.state === "succeeded");
    const lost = own(disputes, id).filter((dispute) => dispute.state === "lost");
    return total + Math.max(0, captured - sumOf(made) - sumOf(lost));
  }, 0);
}

function sumOf(rows: readonly { amount: number }[]): number {
  return rows.reduce((total, { amount }) => total + amount, 0);
}
