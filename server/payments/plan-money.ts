import type { DisputeState, PaymentState } from "../../db/schema/payments.ts";
import type { RefundState } from "./states.ts";

// What is to be done with a booking's online money: data in, actions out. All amounts are minor units of one currency.

export interface PaymentFacts {
  id: string;
  state: PaymentState;
  amount: number;
  captured: number;
  /** Whether taken money goes back by itself; where not, a person sends it. */
  hasWayBack: boolean;
  /** It came in another amount or currency: it pays for nothing, and what was taken of it is a person's task. */
  isForeign: boolean;
  /** Its provider has just refused for good: it is left alone for a while. */
  rests: boolean;
}

export interface RefundFacts {
  id: string;
  paymentId: string;
  amount: number;
  state: RefundState;
  /** A refund that we didn't ask for: made in the provider's dashboard. */
  isProviders: boolean;
  /** A person's gift: it lowers neither what the guest has paid nor what goes back. */
  isGoodwill: boolean;
  createdAt: Date;
}

export interface DisputeFacts {
  paymentId: string;
  amount: number;
  state: DisputeState;
  /** Whether the provider refunds the payment all the same. */
  isRefundable: boolean;
}

/** Payments and refunds oldest first. */
export interface MoneyFacts {
  payments: readonly PaymentFacts[];
  refunds: readonly RefundFacts[];
  disputes: readonly DisputeFacts[];
}

export type MoneyAction =
  | { do: "capture"; paymentId: string; amount: number }
  | { do: "void"; paymentId: string }
  /** Asks the provider for a refund; without an id it is to be written down first. */
  | { do: "refund"; paymentId: string; refundId: string | undefined; amount: number };

/** How money goes back: a reservation is let go, the provider refunds, a person pays, or it waits for what the guest's bank decides. */
export const WAYS_BACK = ["void", "refund", "hand", "waits"] as const;
export type WayBack = (typeof WAYS_BACK)[number];

export interface MoneyPlan {
  /** Refunds that are not to be made any more: paid by a person, or without money left to make them of. */
  withdrawn: string[];
  actions: MoneyAction[];
  /** Refunds that wait: for the end of a dispute, or until their provider is asked again. New ones without an id. */
  waiting: { paymentId: string; refundId: string | undefined; amount: number }[];
  /** What goes back to the guest beyond the refunds that are written down already: let go, asked for, or waiting. */
  goesBack: number;
  /** The same by payment and way. */
  back: { paymentId: string; way: WayBack; amount: number }[];
  /** What is due and neither taken nor reserved. */
  missing: number;
  /** Payments of which more has gone back, by refunds and lost disputes, than had come. */
  overdrawn: { paymentId: string; amount: number }[];
}

/**
 * Keeps what is due and gives the rest back by the cheapest way: a reservation is let go before a refund is asked for, and
 * that before a person must pay by hand. Money that a dispute may still take is the last to be kept. Never gives back more
 * than a payment took; a plan of what a plan has done is empty.
 * @param due what the booking owes online; undefined while it is still being paid
 */
export function planMoney(facts: MoneyFacts, due: number | undefined): MoneyPlan {
  const plan: MoneyPlan = { withdrawn: [], actions: [], waiting: [], goesBack: 0, back: [], missing: 0, overdrawn: [] };
  for (const { id, state, isForeign, rests } of facts.payments) {
    if (isForeign && state === "authorised" && !rests) plan.actions.push({ do: "void", paymentId: id });
  }
  if (due === undefined) return plan;
  const standings = facts.payments.filter((payment) => !payment.isForeign).map((payment) => standingOf(payment, facts));
  let left = due;
  for (const standing of standings.toSorted(keptFirst)) {
    const kept = standing.worth < 0 ? standing.worth : Math.min(left, standing.worth);
    left -= kept;
    carryOut(plan, standing, kept);
  }
  plan.missing = Math.max(0, left);
  return plan;
}

/** What of each payment is taken and neither given back, lost, nor promised to anybody. */
export function leftOf(facts: MoneyFacts): { paymentId: string; left: number; isBlocked: boolean; hasWayBack: boolean }[] {
  return facts.payments
    .filter(({ isForeign, captured }) => !isForeign && captured > 0)
    .map((payment) => {
      const { left, isBlocked } = standingOf(payment, facts);
      return { paymentId: payment.id, left, isBlocked, hasWayBack: payment.hasWayBack };
    });
}

/** What a person must still pay of a refund that failed, or has no way back. */
export function owedByHand(facts: MoneyFacts, refundId: string): number {
  const own = (paymentId: string) => facts.refunds.filter((refund) => refund.paymentId === paymentId && refund.state !== "withdrawn");
  const refund = facts.refunds.find(({ id }) => id === refundId);
  return refund ? (tasksOf(own(refund.paymentId)).find(({ id }) => id === refundId)?.amount ?? 0) : 0;
}

/** One payment with what became of it. */
interface Standing {
  payment: PaymentFacts;
  /** What it is worth for the stay: reserved, or taken and neither given back nor lost. Negative where more went than came. */
  worth: number;
  /** Of that, what can still be given back. */
  left: number;
  /** No refund is made before a dispute is decided. */
  isBlocked: boolean;
  asked: RefundFacts[];
  withdrawn: RefundFacts[];
  overdrawn: number;
}

function standingOf(payment: PaymentFacts, { refunds, disputes }: MoneyFacts): Standing {
  const own = refunds.filter((refund) => refund.paymentId === payment.id && refund.state !== "withdrawn");
  const disputed = disputes.filter((dispute) => dispute.paymentId === payment.id);
  const made = own.filter(({ state }) => state === "pending" || state === "succeeded");
  const gone = sumOf(made) + sumOf(disputed.filter(({ state }) => state === "lost"));
  let left = payment.captured - gone;
  const asked: RefundFacts[] = [];
  const promised: RefundFacts[] = [];
  const withdrawn: RefundFacts[] = [];
  // A person's tasks come first; one that failed counts as given until it is paid, since asking anew would fail anew.
  for (const refund of [...tasksOf(own), ...own.filter(({ state }) => state === "requested")]) {
    if (refund.amount <= 0 || refund.amount > left) {
      withdrawn.push(refund);
      continue;
    }
    left -= refund.amount;
    promised.push(refund);
    if (refund.state === "requested") asked.push(refund);
  }
  const gifts = sumOf([...made, ...promised].filter(({ isGoodwill }) => isGoodwill));
  const reserved = payment.state === "authorised" ? payment.amount : 0;
  return {
    payment,
    worth: reserved > 0 ? reserved : left + gifts,
    left: reserved > 0 ? reserved : Math.max(0, left),
    isBlocked: isExamined(payment, disputes),
    asked,
    withdrawn,
    // What was a person's gift is known.
    overdrawn: Math.max(0, gone - payment.captured - sumOf(made.filter(({ isGoodwill }) => isGoodwill))),
  };
}

/** Refunds that a person must pay, less what the provider's dashboard has given back since, the oldest first. */
function tasksOf(own: readonly RefundFacts[]): RefundFacts[] {
  const byHand = own.filter(({ isProviders, isGoodwill, state }) => isProviders && !isGoodwill && (state === "pending" || state === "succeeded"));
  const unspent = new Map(byHand.map((refund) => [refund, refund.amount]));
  return own
    .filter(({ state }) => state === "failed" || state === "manual")
    .map((task) => {
      let { amount } = task;
      for (const [refund, rest] of unspent) {
        if (refund.createdAt < task.createdAt) continue;
        const share = Math.min(rest, amount);
        unspent.set(refund, rest - share);
        amount -= share;
      }
      return { ...task, amount };
    });
}

const COST = { byHand: 0, refund: 1, letGo: 2, disputed: 3 } as const;

/** How dear it is to give this money back; what is dearest is kept first. */
function costOf({ payment, isBlocked }: Standing): number {
  if (payment.state === "authorised") return COST.letGo;
  if (isBlocked) return COST.disputed;
  return payment.hasWayBack ? COST.refund : COST.byHand;
}

/**
 * Small sums first of what must be paid by hand, so that fewest are left to pay; else the oldest pay for the stay.
 * What went beyond a payment counts against all others.
 */
function keptFirst(a: Standing, b: Standing): number {
  if (a.worth < 0 !== b.worth < 0) return a.worth < 0 ? -1 : 1;
  const cost = costOf(a) - costOf(b);
  if (cost !== 0) return cost;
  return costOf(a) === COST.byHand ? a.worth - b.worth : 0;
}

function carryOut(plan: MoneyPlan, standing: Standing, kept: number): void {
  const { payment, worth, left, isBlocked, asked, withdrawn, overdrawn } = standing;
  const paymentId = payment.id;
  plan.withdrawn.push(...withdrawn.map(({ id }) => id));
  if (overdrawn > 0) plan.overdrawn.push({ paymentId, amount: overdrawn });
  const back = Math.max(0, Math.min(left, worth - kept));
  plan.goesBack += back;
  if (back > 0) plan.back.push({ paymentId, way: isBlocked ? "waits" : wayOf(payment), amount: back });
  if (payment.state === "authorised") {
    if (payment.rests) return;
    plan.actions.push(kept > 0 ? { do: "capture", paymentId, amount: kept } : { do: "void", paymentId });
    return;
  }
  const owed = asked.map(({ id, amount }) => ({ paymentId, refundId: id as string | undefined, amount }));
  if (back > 0) owed.push({ paymentId, refundId: undefined, amount: back });
  if (isBlocked || payment.rests) plan.waiting.push(...owed);
  else plan.actions.push(...owed.map((refund) => ({ do: "refund" as const, ...refund })));
}

/** Whether the guest's bank examines taken money of this payment: no refund of it is made before that is decided. */
export function isExamined({ id, state }: Pick<PaymentFacts, "id" | "state">, disputes: MoneyFacts["disputes"]): boolean {
  return state !== "authorised" && disputes.some((dispute) => dispute.paymentId === id && dispute.state === "open" && !dispute.isRefundable);
}

/** The way by which this payment's money goes back, where nothing keeps it waiting. */
export function wayOf({ state, hasWayBack }: PaymentFacts): WayBack {
  if (state === "authorised") return "void";
  return hasWayBack ? "refund" : "hand";
}

function sumOf(rows: readonly { amount: number }[]): number {
  return rows.reduce((sum, { amount }) => sum + amount, 0);
}
