import type { BookingView } from "../bookings/schemas.ts";
import { daysBetween } from "../platform/dates.ts";
import { hasWayBack } from "../payments/index.ts";
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
  total: number;
  paid: number;
  dueAtProperty: number;
  /** Kept by the property after a cancellation, of all rooms or of single ones. */
  fee: number;
  /** On its way back to the guest. */
  refund: number;
  /** `manual`: the property sends it itself; `released`: it was never taken. */
  refundWay: "automatic" | "manual" | "released";
  /** Fees of the whole booking from instants on; before the first, cancelling is free. `noShowFee`: of not coming at all. */
  policy: { zone: string; freeAtFirst: boolean; steps: { from: string; fee: number }[]; noShowFee: number };
  holdExpiresAt: string | null;
  tripUrl: string;
  searchUrl: string;
  /** iCalendar. */
  calendar: string;
}

/** Absolute addresses: `trip` opens the booking without an account, `search` starts anew. */
interface Links {
  trip: string;
  search: string;
}

export function linksOf({ id, token, property }: BookingView, publicUrl: string): Links {
  return { trip: `${publicUrl}/trips/${id}?token=${token}`, search: `${publicUrl}/hotels/${property.slug}` };
}

export function factsOf(view: BookingView, links: Links): MailFacts {
  const stays = shownStays(view);
  const stands = view.state === "confirmed" || view.state === "checked_in";
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
    total: view.total,
    paid: view.paid,
    dueAtProperty: stands ? view.total - view.dueOnline : Math.max(0, view.total - view.paid),
    fee: sum(view.stays.map((stay) => stay.fee)),
    refund: refundOf(view),
    refundWay: isManual(view) ? "manual" : isReleased(view) ? "released" : "automatic",
    policy: policyOf(view, stays),
    holdExpiresAt: view.holdExpiresAt,
    tripUrl: links.trip,
    searchUrl: links.search,
    calendar: calendarOf(view, links.trip),
  };
}

/** What goes back of a payment that came too late: all of it. How is known before it is done, so that each try of a mail says the same. */
export function backOf({ payments }: BookingView, paymentId: string): Pick<MailFacts, "refund" | "refundWay"> {
  const payment = payments.find(({ id }) => id === paymentId);
  if (!payment) throw new Error(`no payment ${paymentId} of this booking`);
  const reserved = payment.state === "authorised" || payment.state === "voided";
  return { refund: payment.amount, refundWay: reserved ? "released" : hasWayBack(payment.provider, payment.method) ? "automatic" : "manual" };
}

/**
 * What of the money that was taken goes back, over all: known before a refund is asked for, so that each try of a mail
 * says the same. Of a booking that ended, all beyond its fees (decision 013). What is only reserved is let go
 * instead; what a dispute took, the guest has from the bank.
 */
function refundOf(view: BookingView): number {
  const reserved = sum(view.payments.filter(({ state }) => state === "authorised").map(({ amount }) => amount));
  return Math.max(0, view.paid - reserved - view.lost - view.owedOnline);
}

/** A person sends it: nothing that was taken has a way back of its own, or its way has failed. */
function isManual({ payments, refunds }: BookingView): boolean {
  const taken = payments.filter(({ state }) => state === "captured" || state === "paid");
  if (refunds.some(({ state }) => state === "manual" || state === "failed")) return true;
  return taken.length > 0 && taken.every(({ provider, method }) => !hasWayBack(provider, method));
}

/** Nothing goes back, and something that was reserved is let go, now or by the capture of a fee alone. */
function isReleased(view: BookingView): boolean {
  if (refundOf(view) > 0) return false;
  const taken = view.payments.filter(({ state }) => state === "captured" || state === "paid");
  return view.payments.some(({ state }) => state === "authorised" || state === "voided") || sum(taken.map(({ amount }) => amount)) > view.paid;
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
  const first = steps[0];
  return {
    zone: policies[0]?.zone ?? view.property.zone,
    freeAtFirst: first === undefined || Date.parse(first.from) > Date.parse(view.createdAt),
    steps,
    noShowFee: sum(policies.map((policy) => policy.noShowFee)),
  };
}

function sum(amounts: number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
