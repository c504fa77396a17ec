import type { Settlement } from "../../db/schema/bookings.ts";
import type { PayInstructions } from "../../db/schema/payments.ts";
import type { BookingView } from "../bookings/schemas.ts";
import { daysBetween } from "../platform/dates.ts";
import type { Locale } from "../platform/fields.ts";
import { calendarOf, shownStays } from "./calendar.ts";

/** A charge line of all rooms together; minor units. */
interface Charge {
  name: string;
  /** Of a percentage: parts per million. */
  rate?: number | undefined;
  amount: number;
  /** Already within the nightly prices. */
  inclusive: boolean;
}

/** All that a booking's mails and texts say, and nothing that changes between two tries of sending them. */
export interface MailFacts {
  bookingId: string;
  state: BookingView["state"];
  code: string;
  locale: Locale;
  guestName: string;
  property: BookingView["property"];
  checkIn: string;
  checkOut: string;
  nights: number;
  rooms: { name: string; rate: string; meal: string; adults: number; children: number; price: number }[];
  charges: Charge[];
  currency: string;
  /** What it costs now: rooms that stand, and the fees of those that don't; with the four below it adds up. */
  total: number;
  /** Of money that came online, what the booking keeps. */
  paid: number;
  waived: number;
  /** Due online, and neither taken nor reserved. */
  open: number;
  dueAtProperty: number;
  /** Of rooms that were cancelled; all of them, whenever it was. */
  fees: number;
  /** What the event that is told of did to the money, as it was kept with it. Absent where money was no part of it. */
  settlement: Settlement | undefined;
  /** Whether any payment has come, or may still. */
  payment: "none" | "open" | "came";
  /** What cancelling costs now, and from instants to come; who takes it. `noShowFee`: of not coming at all. */
  policy: { zone: string; fee: number; steps: { from: string; fee: number }[]; noShowFee: number; onProperty: boolean };
  holdExpiresAt: string | null;
  tripUrl: string;
  searchUrl: string;
  /** iCalendar. */
  calendar: string;
}

/** One payment, refund, dispute or decision that a message is about. */
export interface NewsFacts {
  amount: number;
  currency: string;
  /** Where a transfer goes, and until when it must arrive. */
  to?: PayInstructions | undefined;
  until?: string | undefined;
  /** Of a payment by hand. */
  reference?: string | undefined;
  /** Of a payment of another amount or currency: what had been asked for, and whether it was taken or only reserved. */
  asked?: { amount: number; currency: string };
  isTaken?: boolean;
  /** Of a payment: the booking had been cancelled before it came. */
  hasEnded?: boolean;
  /** Of a dispute that was won: refunds that had waited for it. */
  waited?: number;
}

/** Absolute addresses: `trip` opens the booking without an account, `search` starts anew. */
interface Links {
  trip: string;
  search: string;
}

export function linksOf({ id, token, property }: BookingView, publicUrl: string): Links {
  return { trip: `${publicUrl}/trips/${id}?token=${token}`, search: `${publicUrl}/hotels/${property.slug}` };
}

/** @param settlement of the event that the mail is about */
export function factsOf(view: BookingView, links: Links, settlement?: Settlement): MailFacts {
  const stays = shownStays(view);
  return {
    bookingId: view.id,
    state: view.state,
    code: view.code,
    locale: view.locale === "id" ? "id" : "en",
    guestName: view.guest.name,
    property: view.property,
    checkIn: view.checkIn,
    checkOut: view.checkOut,
    nights: daysBetween(view.checkIn, view.checkOut),
    rooms: stays.map((stay) => ({
      name: stay.roomName,
      rate: stay.rateName,
      meal: stay.meal,
      adults: stay.adults,
      children: stay.childAges.length,
      price: sum(stay.nights.map((night) => night.price)),
    })),
    charges: chargesOf(stays),
    currency: view.currency,
    ...amountsNow(view),
    fees: sum(view.stays.map((stay) => stay.fee)),
    settlement,
    payment: view.payments.every(({ state }) => OVER.has(state)) ? "none" : view.paid > 0 ? "came" : "open",
    policy: policyOf(view, stays),
    holdExpiresAt: view.holdExpiresAt,
    tripUrl: links.trip,
    searchUrl: links.search,
    calendar: calendarOf(view, links.trip),
  };
}

/** Pages that nobody can pay on any more, and of which no money is left. */
const OVER: ReadonlySet<string> = new Set(["expired", "failed", "voided"]);

/** All of one moment: what is kept, waived, open and due at the property make up the total. */
function amountsNow(view: BookingView): Pick<MailFacts, "total" | "paid" | "waived" | "open" | "dueAtProperty"> {
  const { total, dueOnline, owedOnline, kept } = view;
  // What came was in another amount or currency: it pays for nothing, and is kept for nothing.
  if (view.state === "pending") return { total, paid: 0, waived: dueOnline - owedOnline, open: owedOnline, dueAtProperty: total - dueOnline };
  // Nothing came of it, so that it costs nothing.
  if (view.state === "expired") return { total: 0, paid: 0, waived: 0, open: 0, dueAtProperty: 0 };
  return { total, paid: kept, waived: dueOnline - owedOnline, open: owedOnline - kept, dueAtProperty: total - dueOnline };
}

/** The same charge of several rooms is one line. */
function chargesOf(stays: BookingView["stays"]): Charge[] {
  const lines = new Map<string, Charge>();
  for (const { name, rate, amount, inclusive } of stays.flatMap((stay) => stay.charges)) {
    const key = `${inclusive}:${name}:${rate}`;
    lines.set(key, { name, rate, inclusive, amount: amount + (lines.get(key)?.amount ?? 0) });
  }
  return [...lines.values()];
}

/** The rooms' policies as one: at each instant where a fee changes, what cancelling all of it costs. */
function policyOf(view: BookingView, stays: BookingView["stays"]): MailFacts["policy"] {
  const policies = stays.map((stay) => stay.policy);
  const instants = [...new Set(policies.flatMap((policy) => policy.steps.map((step) => step.from)))].sort((a, b) => Date.parse(a) - Date.parse(b));
  const feeAt = (instant: string) => sum(policies.map((policy) => policy.steps.findLast((step) => Date.parse(step.from) <= Date.parse(instant))?.fee ?? 0));
  const steps = instants.map((from) => ({ from, fee: feeAt(from) })).filter((step, i, all) => step.fee !== (all[i - 1]?.fee ?? 0));
  const now = Date.parse(view.now);
  return {
    zone: policies[0]?.zone ?? view.property.zone,
    fee: steps.findLast((step) => Date.parse(step.from) < now)?.fee ?? 0,
    // What has passed is no deadline any more.
    steps: steps.filter((step) => Date.parse(step.from) >= now),
    noShowFee: sum(policies.map((policy) => policy.noShowFee)),
    onProperty: view.payment === "property",
  };
}

function sum(amounts: number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
