import type { ReactElement, ReactNode } from "react";
import { CHANGE_FEE, formatRate, SMALL_DIFFERENCE } from "../../platform/money.ts";
import type { MailFacts } from "../facts.ts";
import { countryName, instantText, longDate, money } from "../format.ts";
import { Button, Column, h, Heading, Hr, Link, Row, Section, Text } from "./elements.ts";
import { style } from "./theme.ts";
import { WORDS, type Words } from "./words.ts";

// The blocks that the mails are put together from.

export function paragraph(...content: ReactNode[]): ReactElement {
  return h(Text, { style: style.text, className: "ink" }, ...content);
}

export function note(...content: ReactNode[]): ReactElement {
  return h(Text, { style: style.small, className: "muted" }, ...content);
}

/** A link to be read or copied: it has no spaces to break at. */
export function address(url: string): ReactElement {
  return h(Text, { style: { ...style.small, wordBreak: "break-all" }, className: "muted" }, url);
}

export function heading(text: string): ReactElement {
  return h(Heading, { as: "h2", style: style.heading, className: "ink" }, text);
}

export function rule(): ReactElement {
  return h(Hr, { style: style.rule, className: "rule" });
}

export function button(text: string, url: string): ReactElement {
  return h(Section, { style: { padding: "10px 0 4px" } }, h(Button, { href: url, style: style.button }, text));
}

/** Opens the booking; one that is over can't be changed any more. */
export function bookingButton({ state, locale, tripUrl }: MailFacts): ReactElement {
  const { open, see } = WORDS[locale];
  return button(state === "cancelled" || state === "expired" ? see : open, tripUrl);
}

/** Text at the left, an amount at the right. */
export function figures(lines: { text: string; amount: string; total?: boolean }[]): ReactElement {
  return h(
    "table",
    { width: "100%", cellPadding: 0, cellSpacing: 0, style: { borderCollapse: "collapse", margin: "0 0 8px" }, "data-text-format": "dataTable" },
    h(
      "tbody",
      null,
      lines.map(({ text, amount, total }) =>
        h(
          "tr",
          { key: text },
          h("th", { scope: "row", align: "left", style: { ...style.cell, fontWeight: 400, ...(total && style.total) }, className: total ? "ink rule" : "ink" }, text),
          h("td", { style: { ...style.figure, ...(total && style.total) }, className: total ? "ink rule" : "ink" }, amount),
        ),
      ),
    ),
  );
}

export function codePanel(facts: MailFacts): ReactElement {
  const words = WORDS[facts.locale];
  return h(
    Section,
    { style: style.panel, className: "panel" },
    h(Text, { style: style.label, className: "muted" }, words.code),
    h(Text, { style: style.code, className: "ink" }, facts.code),
  );
}

/** Both dates with their weekday, the hours of the house, and the nights between. */
export function datesRow(facts: MailFacts): ReactElement {
  const words = WORDS[facts.locale];
  const { checkInFrom, checkOutUntil } = facts.property;
  return h(
    Row,
    null,
    dateColumn(words.checkIn, longDate(facts.checkIn, facts.locale), words.from(checkInFrom), false),
    dateColumn(words.checkOut, longDate(facts.checkOut, facts.locale), `${words.until(checkOutUntil)} · ${words.nights(facts.nights)}`, true),
  );
}

function dateColumn(label: string, date: string, time: string, second: boolean): ReactElement {
  return h(
    Column,
    { className: "stack", style: { width: "50%", verticalAlign: "top", ...(second && { paddingLeft: "16px" }) } },
    h(Text, { style: style.label, className: "muted" }, label),
    h(Text, { style: style.strong, className: "ink" }, date),
    h(Text, { style: style.small, className: "muted" }, time),
  );
}

/** `title` over the rooms: the guest's mails say whose they are. */
export function roomList(facts: MailFacts, title: string): ReactElement {
  const words = WORDS[facts.locale];
  return h(
    Section,
    null,
    heading(title),
    facts.rooms.map((room, i) =>
      h(
        Section,
        { key: i, style: { padding: "0 0 6px" } },
        h(Text, { style: style.strong, className: "ink" }, room.name),
        note([nameText(room.rate, facts), mealText(room.meal, words), words.party(room.adults, room.children)].join(" · ")),
      ),
    ),
  );
}

function mealText(meal: string, words: Words): string {
  return words.meals[meal as keyof Words["meals"]] ?? meal;
}

/** The name of a rate, a tax or a fee: ours where it is a usual one. */
function nameText(name: string, facts: MailFacts): string {
  return WORDS[facts.locale].names[name] ?? name;
}

function chargeText({ name, rate }: MailFacts["charges"][number], facts: MailFacts): string {
  if (name === SMALL_DIFFERENCE) return WORDS[facts.locale].smallDifference;
  if (name === CHANGE_FEE) return WORDS[facts.locale].changeFee;
  return rate === undefined ? nameText(name, facts) : `${nameText(name, facts)} ${formatRate(rate, facts.locale)}`;
}

/** What was sold, line by line, as it was sold. */
export function priceTable(facts: MailFacts): ReactElement {
  const words = WORDS[facts.locale];
  const amount = (minor: number) => money(minor, facts.currency, facts.locale);
  const several = facts.rooms.length > 1;
  const lines = [
    ...facts.rooms.map((room, i) => ({ text: `${several ? `${i + 1}. ` : ""}${room.name}, ${words.nights(facts.nights)}`, amount: amount(room.price) })),
    ...facts.charges.filter((charge) => !charge.inclusive).map((charge) => ({ text: chargeText(charge, facts), amount: amount(charge.amount) })),
    ...(facts.fees > 0 ? [{ text: words.booking_cancelled.fee, amount: amount(facts.fees) }] : []),
    { text: words.total, amount: amount(facts.total), total: true },
    ...(facts.paid > 0 ? [{ text: words.paid, amount: amount(facts.paid) }] : []),
    ...(facts.waived > 0 ? [{ text: words.waived, amount: amount(facts.waived) }] : []),
    ...(facts.open > 0 ? [{ text: words.unpaid, amount: amount(facts.open) }] : []),
    ...(facts.dueAtProperty > 0 ? [{ text: words.due, amount: amount(facts.dueAtProperty) }] : []),
  ];
  // What is within the prices stands below, so that the column adds up.
  const included = facts.charges.filter((charge) => charge.inclusive).map((charge) => `${chargeText(charge, facts)} ${amount(charge.amount)}`);
  return h(Section, null, heading(words.price), figures(lines), included.length > 0 ? note(words.included(included.join(", "))) : null);
}

/** What goes back because of the event, by its ways. */
export function waysBack({ settlement, locale }: MailFacts, ways: Words["ways"] = WORDS[locale].ways): ReactElement[] {
  if (!settlement) return [];
  return settlement.ways.map(({ way, amount }) => h(Text, { key: way, style: style.small, className: "muted" }, ways[way](money(amount, settlement.currency, locale))));
}

/** What a change did to the price, its fee apart, and who has paid or pays the difference; what it gave back is told beside it. */
export function differenceLines({ settlement, locale }: MailFacts): { text: string; amount: string }[] {
  if (!settlement) return [];
  const { totalBefore, totalAfter, owedOnlineBefore, owedOnlineAfter, duePropertyBefore, duePropertyAfter, fee, currency } = settlement;
  const { dearer, paid, moreAtProperty, lessAtProperty } = WORDS[locale].difference;
  const atProperty = duePropertyAfter - duePropertyBefore;
  const lines = [
    { text: dearer, amount: totalAfter - totalBefore - fee },
    { text: paid, amount: owedOnlineAfter - owedOnlineBefore },
    { text: moreAtProperty, amount: atProperty },
    { text: lessAtProperty, amount: -atProperty },
  ];
  return lines.filter(({ amount }) => amount > 0).map(({ text, amount }) => ({ text, amount: money(amount, currency, locale) }));
}

/** What the event cost and gave back: its own part alone, whatever came before it. */
export function settledTable(facts: MailFacts, feeName: string, more: { text: string; amount: string }[] = []): ReactElement | null {
  const { settlement, locale } = facts;
  if (!settlement) return null;
  const { fee, back, currency } = settlement;
  const lines = [
    { text: feeName, amount: fee },
    { text: WORDS[locale].booking_cancelled.refund, amount: back },
  ].filter(({ amount }) => amount > 0);
  const told = [...lines.map(({ text, amount }) => ({ text, amount: money(amount, currency, locale) })), ...more];
  return told.length === 0 ? null : figures(told);
}

export function policyText(facts: MailFacts): ReactElement {
  const words = WORDS[facts.locale];
  const { steps, zone, noShowFee, onProperty } = facts.policy;
  const fee = (minor: number) => money(minor, facts.currency, facts.locale);
  const when = (instant: string) => instantText(instant, zone, facts.locale);
  const [first] = steps;
  const lines: string[] = [];
  if (facts.policy.fee > 0) lines.push(words.feeAlways(fee(facts.policy.fee)));
  else lines.push(first ? words.freeUntil(when(first.from)) : words.freeAlways);
  for (const step of steps) lines.push(words.feeFrom(when(step.from), fee(step.fee)));
  if (noShowFee > 0) lines.push(words.noShow(fee(noShowFee)));
  return h(
    Section,
    null,
    heading(words.cancelling),
    lines.map((line) => h(Text, { key: line, style: style.line, className: "ink" }, line)),
    onProperty && (facts.policy.fee > 0 || first) ? note(words.onProperty) : null,
    first ? note(words.propertyTime) : null,
  );
}

/** How to reach the property; `title` over it. */
export function placeText({ property, locale }: MailFacts, title: string): ReactElement {
  const address = [property.address, property.city, countryName(property.country, locale)].filter(Boolean).join(", ");
  return h(
    Section,
    null,
    heading(title),
    h(Text, { style: style.strong, className: "ink" }, property.name),
    note(address),
    property.phone ? note(h(Link, { href: `tel:${property.phone.replaceAll(/[^+\d]/g, "")}`, style: style.link, className: "link" }, property.phone)) : null,
    property.email ? note(h(Link, { href: `mailto:${property.email}`, style: style.link, className: "link" }, property.email)) : null,
  );
}
