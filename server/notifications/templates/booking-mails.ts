import type { ReactElement } from "react";
import type { MailFacts } from "../facts.ts";
import { instantText, money, shortDate } from "../format.ts";
import { lodgingReservation } from "./json-ld.ts";
import { layout } from "./layout.ts";
import {
  bookingButton,
  button,
  codePanel,
  datesRow,
  differenceLines,
  heading,
  note,
  paragraph,
  placeText,
  policyText,
  priceTable,
  roomList,
  rule,
  settledTable,
  waysBack,
} from "./parts.ts";
import { WORDS, type Words } from "./words.ts";

export interface Template {
  subject: string;
  element: ReactElement;
}

export type MailKind = "booking_confirmed" | "booking_modified" | "payment_failed" | "change_late" | "hold_expired" | "paid_too_late" | "booking_cancelled";

export const TEMPLATES = {
  booking_confirmed: (facts) => standing(facts, WORDS[facts.locale].booking_confirmed),
  booking_modified: (facts) => standing(facts, WORDS[facts.locale].booking_modified),
  payment_failed: paymentFailed,
  change_late: changeLate,
  hold_expired: holdExpired,
  paid_too_late: paidTooLate,
  booking_cancelled: cancelled,
} as const satisfies Record<MailKind, (facts: MailFacts) => Template>;

/** All of a booking that stands: when it is confirmed, and anew whenever it changes. */
function standing(facts: MailFacts, own: Words["booking_confirmed"]): Template {
  const words = WORDS[facts.locale];
  const lead = own.lead(facts.property.name);
  return {
    subject: own.subject(facts.property.name, shortDate(facts.checkIn, facts.locale)),
    element: layout(
      { ...frame(facts, own.title, lead), jsonLd: lodgingReservation(facts, "Confirmed") },
      paragraph(words.hello(facts.guestName)),
      paragraph(lead),
      codePanel(facts),
      datesRow(facts),
      bookingButton(facts),
      rule(),
      roomList(facts, words.rooms(facts.rooms.length)),
      rule(),
      ...whatChanged(facts),
      priceTable(facts),
      rule(),
      policyText(facts),
      rule(),
      placeText(facts, words.place),
    ),
  };
}

/** Difference, fee and refund of this change alone; nothing where money was no part of it. */
function whatChanged(facts: MailFacts): (ReactElement | null)[] {
  const words = WORDS[facts.locale];
  const { settlement } = facts;
  if (!settlement) return [];
  const hasLost = settlement.fee > 0 && facts.fees > 0;
  const table = settledTable(facts, hasLost ? words.booking_cancelled.fee : words.changeFee, differenceLines(facts));
  return table ? [heading(words.what_changed), table, ...waysBack(facts), rule()] : [];
}

function paymentFailed(facts: MailFacts): Template {
  const words = WORDS[facts.locale];
  const own = words.payment_failed;
  const lead = own.lead(facts.property.name);
  return {
    subject: own.subject(facts.property.name),
    element: layout(
      frame(facts, own.title, lead),
      paragraph(words.hello(facts.guestName)),
      paragraph(lead),
      paragraph(facts.paid === 0 && facts.payment !== "came" ? own.nothing : own.nothingMore),
      facts.state === "confirmed" ? paragraph(words.change_late.stands) : null,
      facts.holdExpiresAt ? paragraph(own.held(instantText(facts.holdExpiresAt, facts.property.zone, facts.locale))) : null,
      button(own.open, facts.tripUrl),
      codePanel(facts),
      datesRow(facts),
    ),
  };
}

/** The booking as it is, and what becomes of the money that came too late to change it. */
function changeLate(facts: MailFacts): Template {
  const words = WORDS[facts.locale];
  const own = words.change_late;
  const lead = own.lead(facts.property.name);
  return {
    subject: own.subject(facts.property.name),
    element: layout(
      frame(facts, own.title, lead),
      paragraph(words.hello(facts.guestName)),
      paragraph(lead),
      ...waysBack(facts),
      paragraph(facts.state === "cancelled" ? own.cancelled : own.stands),
      codePanel(facts),
      datesRow(facts),
      bookingButton(facts),
    ),
  };
}

function holdExpired(facts: MailFacts): Template {
  const words = WORDS[facts.locale];
  const own = words.hold_expired;
  const lead = own.lead(facts.property.name);
  return {
    subject: own.subject(facts.property.name),
    element: layout(
      frame(facts, own.title, lead),
      paragraph(words.hello(facts.guestName)),
      paragraph(lead),
      paragraph(facts.settlement ? own.late : facts.payment === "none" ? own.nothing : own.open),
      ...waysBack(facts),
      button(words.searchAgain, facts.searchUrl),
      codePanel(facts),
      datesRow(facts),
    ),
  };
}

/** The booking was not made, and what becomes of the money that came too late for it. */
function paidTooLate(facts: MailFacts): Template {
  const words = WORDS[facts.locale];
  const own = words.paid_too_late;
  const lead = own.lead(facts.property.name);
  return {
    subject: own.subject(facts.property.name),
    element: layout(
      frame(facts, own.title, lead),
      paragraph(words.hello(facts.guestName)),
      paragraph(lead),
      ...waysBack(facts),
      button(words.searchAgain, facts.searchUrl),
      codePanel(facts),
      datesRow(facts),
    ),
  };
}

function cancelled(facts: MailFacts): Template {
  const words = WORDS[facts.locale];
  const own = words.booking_cancelled;
  const lead = own.lead(facts.property.name);
  const amount = (minor: number) => money(minor, facts.currency, facts.locale);
  const { fee = 0, duePropertyAfter = 0 } = facts.settlement ?? {};
  const earlier = facts.fees - fee;
  return {
    subject: own.subject(facts.property.name, shortDate(facts.checkIn, facts.locale)),
    element: layout(
      { ...frame(facts, own.title, lead), jsonLd: lodgingReservation(facts, "Cancelled") },
      paragraph(words.hello(facts.guestName)),
      paragraph(lead),
      codePanel(facts),
      datesRow(facts),
      rule(),
      fee === 0 ? paragraph(own.noFee) : null,
      settledTable(facts, own.fee),
      ...waysBack(facts),
      fee > 0 && duePropertyAfter === 0 ? note(own.kept) : null,
      duePropertyAfter > 0 ? paragraph(own.toProperty(amount(duePropertyAfter), facts.property.name)) : null,
      earlier > 0 ? note(own.earlier(amount(earlier))) : null,
      button(words.searchAgain, facts.searchUrl),
      rule(),
      placeText(facts, words.property),
    ),
  };
}

export function frame(facts: MailFacts, title: string, preview: string) {
  return { locale: facts.locale, title, preview, footer: WORDS[facts.locale].footer(facts.code) };
}
