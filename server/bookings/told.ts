import { and, asc, eq, inArray, like, or, sql, type SQL } from "drizzle-orm";
import type { Executor } from "../../db/client.ts";
import { bookingEvents, disputes, incidents, moneyDecisions, payments, refunds, type Settlement } from "../../db/schema/index.ts";
import type { PayInstructions } from "../../db/schema/payments.ts";
import { isExamined, planMoney } from "../payments/index.ts";
import type { HistoryType } from "./events.ts";
import { readMoney } from "./money.ts";
import { mismatchOf } from "./record-money.ts";
import type { MoneyNews } from "./schemas.ts";

// What messages read of an event: never the balance of now, which tells of other events too.

/** What the event of these types that made this version did to the money; undefined where money was no part of it. */
export async function settledBy(db: Executor, bookingId: string, version: number, types: readonly HistoryType[]): Promise<Settlement | undefined> {
  const [event] = await db
    .select({ data: bookingEvents.data })
    .from(bookingEvents)
    .where(and(eq(bookingEvents.bookingId, bookingId), eq(bookingEvents.version, version), inArray(bookingEvents.type, [...types])))
    .orderBy(asc(bookingEvents.id));
  return event?.data.settlement;
}

export interface News {
  amount: number;
  currency: string;
  settlement?: Settlement | undefined;
  until?: string | undefined;
  /** Where to send a transfer. */
  to?: PayInstructions | undefined;
  reference?: string | undefined;
  /** Of a payment of another amount or currency: what had been asked for, and whether it was taken or only reserved. */
  asked?: { amount: number; currency: string };
  isTaken?: boolean;
  /** Of a payment: the booking had been cancelled before it came. */
  hasEnded?: boolean;
  /** Of a dispute that was won: refunds that had waited for it. */
  waited?: number;
  /** It isn't so any more: a transfer that came or is over, a refund that waits no longer. */
  isOver?: boolean;
}

type Read = (db: Executor, bookingId: string, about: string) => Promise<News | undefined>;

/** Where each of the news has its facts. */
const READS = {
  paid_beyond: ofBeyond,
  paid_otherwise: ofForeign,
  transfer_waiting: ofTransfer,
  lapsed: (db, bookingId, about) => ofEvent(db, bookingId, "authorisation_lapsed", "paymentId", about),
  refund_made: ofRefund,
  refund_failed: ofRefund,
  refund_manual: ofRefund,
  refund_by_hand: ofRefund,
  refund_waits: ofWaiting,
  goodwill: (db, bookingId, about) => ofEvent(db, bookingId, "money_goodwill", "decisionId", about),
  waived: (db, bookingId, about) => ofEvent(db, bookingId, "money_waive", "decisionId", about),
  dispute_inquiry: ofDispute,
  dispute_open: ofDispute,
  dispute_lost: ofDispute,
  dispute_won: ofWon,
} as const satisfies Record<MoneyNews, Read>;

/** The facts of one of the money's news. @throws Error where there is no such payment, refund, dispute or decision */
export async function newsOf(db: Executor, { bookingId, news, about }: { bookingId: string; news: MoneyNews; about: string }): Promise<News> {
  const found = await READS[news](db, bookingId, about);
  if (!found) throw new Error(`${news} tells of ${about}, which there isn't`);
  return found;
}

async function ofEvent(db: Executor, bookingId: string, type: HistoryType, key: string, about: string): Promise<News | undefined> {
  const [event] = await db
    .select({ data: bookingEvents.data, currency: sql<string>`(select b.currency from bookings b where b.id = ${bookingEvents.bookingId})` })
    .from(bookingEvents)
    .where(and(eq(bookingEvents.bookingId, bookingId), eq(bookingEvents.type, type), sql`${bookingEvents.data} ->> ${key}::text = ${about}`));
  if (!event) return undefined;
  const { settlement, missing } = event.data;
  return { amount: settlement?.back ?? Number(missing), currency: event.currency, settlement };
}

async function ofBeyond(db: Executor, bookingId: string, about: string): Promise<News | undefined> {
  const news = await ofEvent(db, bookingId, "paid_beyond", "paymentId", about);
  const own = await historyOf(db, bookingId, or(eq(bookingEvents.type, "cancelled"), eq(bookingEvents.type, "paid_beyond")));
  const came = own.findIndex(({ type, data }) => type === "paid_beyond" && data["paymentId"] === about);
  return news && { ...news, hasEnded: own.slice(0, came).some(({ type }) => type === "cancelled") };
}

/** What came is kept with its incident: the payment's row has what was asked for. */
async function ofForeign(db: Executor, _: string, about: string): Promise<News | undefined> {
  const [payment] = await db.select().from(payments).where(eq(payments.id, about));
  const [incident] = await db
    .select({ data: incidents.data })
    .from(incidents)
    .where(eq(incidents.cause, mismatchOf(about)));
  if (!payment || !incident) return undefined;
  const { amount, currency, captured } = payment;
  const came = { amount: Number(incident.data["amount"]), currency: String(incident.data["currency"]) };
  return { ...came, asked: { amount, currency }, isTaken: captured > 0 };
}

async function ofTransfer(db: Executor, _: string, about: string): Promise<News | undefined> {
  const [payment] = await db.select().from(payments).where(eq(payments.id, about));
  if (!payment) return undefined;
  const { amount, currency, expiresAt, state, instructions } = payment;
  return { amount, currency, until: expiresAt?.toISOString(), to: instructions ?? undefined, isOver: state !== "pending" };
}

async function ofRefund(db: Executor, _: string, about: string): Promise<News | undefined> {
  const [refund] = await db
    .select({ amount: refunds.amount, currency: refunds.currency, reference: moneyDecisions.reference })
    .from(refunds)
    .leftJoin(moneyDecisions, and(eq(moneyDecisions.refundId, refunds.id), eq(moneyDecisions.kind, "paid_by_hand")))
    .where(eq(refunds.id, about));
  return refund && { ...refund, reference: refund.reference ?? undefined };
}

/** What of a refund waits by now: over where its dispute is decided, or another refund stands for what a lost part has left of it. */
async function ofWaiting(db: Executor, bookingId: string, about: string): Promise<News | undefined> {
  const refund = await ofRefund(db, bookingId, about);
  if (!refund) return undefined;
  const { facts } = await readMoney(db, bookingId);
  const waiting = planMoney(facts, 0).waiting.find(({ refundId }) => refundId === about);
  const isWaiting = waiting && facts.payments.some((payment) => payment.id === waiting.paymentId && isExamined(payment, facts.disputes));
  return { ...refund, isOver: !isWaiting };
}

async function ofDispute(db: Executor, _: string, about: string): Promise<News | undefined> {
  const [dispute] = await db.select({ amount: disputes.amount, currency: disputes.currency }).from(disputes).where(eq(disputes.id, about));
  return dispute;
}

/** Its refunds that had been asked for and not been made at the end of the dispute. */
async function ofWon(db: Executor, bookingId: string, about: string): Promise<News | undefined> {
  const dispute = await ofDispute(db, bookingId, about);
  const own = await historyOf(db, bookingId, or(like(bookingEvents.type, "refund_%"), eq(bookingEvents.type, "dispute_won")));
  const end = own.findLastIndex(({ type, data }) => type === "dispute_won" && data["disputeId"] === about);
  const waiting = new Map<unknown, number>();
  for (const { type, data } of own.slice(0, Math.max(0, end))) {
    if (data["paymentId"] !== own[end]!.data["paymentId"]) continue;
    if (type === "refund_requested") waiting.set(data["refundId"], Number(data["amount"]));
    else waiting.delete(data["refundId"]);
  }
  return dispute && { ...dispute, waited: [...waiting.values()].reduce((sum, amount) => sum + amount, 0) };
}

function historyOf(db: Executor, bookingId: string, which: SQL | undefined) {
  return db
    .select({ type: bookingEvents.type, data: bookingEvents.data })
    .from(bookingEvents)
    .where(and(eq(bookingEvents.bookingId, bookingId), which))
    .orderBy(asc(bookingEvents.id));
}
