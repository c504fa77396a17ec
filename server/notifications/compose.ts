import { render } from "@react-email/render";
import type { MailFacts, NewsFacts } from "./facts.ts";
import { accountTemplate, type AccountMailFacts, type AccountMailKind } from "./templates/account-mails.ts";
import { moneyTemplate } from "./templates/money-mails.ts";
import type { GuestNews, PropertyNews } from "./templates/money-words.ts";
import { propertyTemplate, type PropertyMailKind } from "./templates/property-mails.ts";
import { codeTemplate, type CodeMailFacts } from "./templates/code-mail.ts";
import { TEMPLATES, type MailKind, type Template } from "./templates/booking-mails.ts";

export interface Attachment {
  filename: string;
  contentType: string;
  /** Base64. */
  content: string;
}

/** A mail without its addressee. The same facts make the same bytes. */
export interface Mail {
  subject: string;
  html: string;
  text: string;
  attachments: Attachment[];
}

/** The mail of a booking; all but those of a payment bring the calendar along. */
export async function composeMail(kind: MailKind, facts: MailFacts): Promise<Mail> {
  const mail = await rendered(TEMPLATES[kind](facts));
  if (kind === "payment_failed" || kind === "change_late" || kind === "hold_expired" || kind === "paid_too_late") return mail;
  const method = kind === "booking_cancelled" ? "CANCEL" : "PUBLISH";
  const calendar = { filename: `${facts.code}.ics`, contentType: `text/calendar; charset=utf-8; method=${method}`, content: base64(facts.calendar) };
  return { ...mail, attachments: [calendar] };
}

/** What became of a booking's money, to its guest. */
export function composeMoneyMail(news: GuestNews, facts: MailFacts, own: NewsFacts): Promise<Mail> {
  return rendered(moneyTemplate(news, facts, own));
}

/** Of a booking, to its property. @param facts in the property's language */
export function composePropertyMail(
  kind: PropertyMailKind,
  facts: MailFacts,
  guest: { name: string; phone: string; email: string },
  notes: string,
  news?: { name: PropertyNews; own: NewsFacts },
): Promise<Mail> {
  return rendered(propertyTemplate(kind, facts, guest, notes, news));
}

export function composeCode(facts: CodeMailFacts): Promise<Mail> {
  return rendered(codeTemplate(facts));
}

export function composeAccountMail(kind: AccountMailKind, facts: AccountMailFacts): Promise<Mail> {
  return rendered(accountTemplate(kind, facts));
}

/** Names of amounts aren't shouted, and a telephone number isn't followed by itself. */
const AS_TEXT = {
  selectors: [
    { selector: "[data-text-format=dataTable]", format: "dataTable", options: { uppercaseHeaderCells: false } },
    { selector: "a[href^=tel]", format: "inline" },
  ],
};

async function rendered({ subject, element }: Template): Promise<Mail> {
  const [html, text] = await Promise.all([render(element), render(element, { plainText: true, htmlToTextOptions: AS_TEXT })]);
  return { subject, html, text, attachments: [] };
}

function base64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(""));
}
