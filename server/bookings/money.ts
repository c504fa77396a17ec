import { asc, eq, inArray, sql } from "drizzle-orm";
import type { Executor } from "../../db/client.ts";
import { disputes, incidents, moneyDecisions, payments, refunds } from "../../db/schema/index.ts";
import { pipelined } from "../platform/pipelined.ts";
import { hasWayBack, type MoneyFacts } from "../payments/index.ts";
import { owedOnline } from "./amounts.ts";
import { mismatchOf } from "./record-money.ts";
import type { StayRow } from "./stays.ts";

type Payment = typeof payments.$inferSelect;

/** All of a booking's online money: its rows, what a plan reads of them, and what people have decided. Minor units. */
export interface Money {
  payments: Payment[];
  refunds: (typeof refunds.$inferSelect)[];
  disputes: (typeof disputes.$inferSelect)[];
  facts: MoneyFacts;
  decisions: (typeof moneyDecisions.$inferSelect)[];
  /** What is not asked of the guest any more. */
  waived: number;
  /** Money that is missing, and that a person has accepted as lost; of payments only by their lost disputes. */
  accepted: number;
  acceptedOf: ReadonlyMap<string, number>;
}

/** @param lock takes the payments' row locks, behind the booking's */
export async function readMoney(db: Executor, bookingId: string, lock = false): Promise<Money> {
  const own = db.select().from(payments).where(eq(payments.bookingId, bookingId)).orderBy(asc(payments.attempt));
  const rows = await (lock ? own.for("no key update") : own);
  if (rows.length === 0) return { payments: [], refunds: [], disputes: [], decisions: [], facts: { payments: [], refunds: [], disputes: [] }, ...NOTHING_DECIDED };
  const ids = rows.map(({ id }) => id);
  const [given, disputed, decided, foreign, [clock]] = await pipelined([
    db.select().from(refunds).where(inArray(refunds.paymentId, ids)).orderBy(asc(refunds.createdAt), asc(refunds.id)),
    db.select().from(disputes).where(inArray(disputes.paymentId, ids)).orderBy(asc(disputes.openedAt), asc(disputes.id)),
    db.select().from(moneyDecisions).where(eq(moneyDecisions.bookingId, bookingId)),
    db
      .select({ cause: incidents.cause })
      .from(incidents)
      .where(inArray(incidents.cause, ids.map(mismatchOf))),
    db.select({ now: sql<string>`app_now()` }).from(sql`(values (1)) as one`),
  ]);
  const now = new Date(clock!.now);
  const gifts = new Set(decided.filter(({ kind }) => kind === "goodwill").map(({ refundId }) => refundId));
  const rests = (row: { askAfter: Date | null }) => row.askAfter !== null && row.askAfter > now;
  const resting = new Set(given.filter((refund) => refund.state === "requested" && rests(refund)).map(({ paymentId }) => paymentId));
  const facts: MoneyFacts = {
    payments: rows.map((payment) => ({
      id: payment.id,
      state: payment.state,
      amount: payment.amount,
      captured: payment.captured,
      hasWayBack: hasWayBack(payment.provider, payment.method),
      isForeign: foreign.some(({ cause }) => cause === mismatchOf(payment.id)),
      rests: rests(payment) || resting.has(payment.id),
    })),
    refunds: given.map(({ id, paymentId, amount, state, reason, createdAt }) => ({
      id,
      paymentId,
      amount,
      state,
      createdAt,
      isProviders: reason === "provider",
      isGoodwill: gifts.has(id),
    })),
    disputes: disputed.map(({ paymentId, amount, currency, state, refundable }) => {
      const payment = rows.find(({ id }) => id === paymentId)!;
      // In another currency than the payment's it counts as all of it.
      return { paymentId, amount: currency === payment.currency ? amount : payment.captured, state, isRefundable: refundable };
    }),
  };
  return { payments: rows, refunds: given, disputes: disputed, decisions: decided, facts, ...sumsOf(decided, disputed) };
}

const NOTHING_DECIDED = { waived: 0, accepted: 0, acceptedOf: new Map<string, number>() };

function sumsOf(decided: readonly (typeof moneyDecisions.$inferSelect)[], disputed: Money["disputes"]): typeof NOTHING_DECIDED {
  const sums = { waived: 0, accepted: 0, acceptedOf: new Map<string, number>() };
  for (const { kind, amount, paymentId, disputeId } of decided) {
    if (kind === "waive") sums.waived += amount;
    if (kind === "write_off") sums.accepted += amount;
    // One that was won after all has cost nothing.
    if (kind !== "chargeback_accepted" || !paymentId || !disputed.some(({ id, state }) => id === disputeId && state === "lost")) continue;
    sums.accepted += amount;
    sums.acceptedOf.set(paymentId, (sums.acceptedOf.get(paymentId) ?? 0) + amount);
  }
  return sums;
}

/** As `owedOnline`, less what a person has waived. */
export function dueOnline(booking: { dueOnline: number }, stays: readonly Pick<StayRow, "state" | "fee">[], money: Pick<Money, "waived">): number {
  return Math.max(0, owedOnline(booking, stays) - money.waived);
}
