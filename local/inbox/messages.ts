import type { Store } from "../kit/store.ts";
import { bareAddress } from "../resend/address.ts";
import { type Attachment, type Email, type EmailBody, mailStore } from "../resend/model.ts";
import { type Sms, smsStore } from "../twilio/model.ts";

/** The stores of the mail and, where it runs, the SMS stand-in. */
export interface InboxStores {
  mail: Store;
  sms?: Store;
}

export interface MailMessage {
  kind: "mail";
  email: Email;
}
export interface SmsMessage {
  kind: "sms";
  sms: Sms;
}
export type Message = MailMessage | SmsMessage;

export interface Filter {
  kind?: "mail" | "sms";
  /** Part of a recipient's address or number. */
  search?: string;
  /** A recipient's whole address or number. */
  to?: string;
}

/** All that was sent, newest first. */
export function listMessages(stores: InboxStores, filter: Filter): Message[] {
  const mails: Message[] = mailStore(stores.mail)
    .emails.all()
    .map((email) => ({ kind: "mail", email }));
  const texts: Message[] = stores.sms
    ? smsStore(stores.sms)
        .messages.all()
        .map((sms) => ({ kind: "sms", sms }))
    : [];
  return [...mails.reverse(), ...texts.reverse()].filter((message) => matches(message, filter)).sort((a, b) => sentAt(b).localeCompare(sentAt(a)));
}

/** When it was handed in: ISO, on the stand-in's clock. */
export function sentAt(message: Message): string {
  return message.kind === "mail" ? message.email.createdAt : message.sms.createdAt;
}

export function recipients(message: Message): string[] {
  if (message.kind === "sms") return [message.sms.to];
  return [...message.email.to, ...message.email.cc, ...message.email.bcc];
}

export function loadMail(stores: InboxStores, id: string): { email: Email; body: EmailBody } | undefined {
  const mails = mailStore(stores.mail);
  const email = mails.emails.get(id);
  const body = mails.bodies.get(id);
  return email && body ? { email, body } : undefined;
}

export function loadSms(stores: InboxStores, sid: string): Sms | undefined {
  return stores.sms && smsStore(stores.sms).messages.get(sid);
}

export function attachmentAt(body: EmailBody, index: string): Attachment | undefined {
  return body.attachments[Number(index)];
}

function matches(message: Message, { kind, search, to }: Filter): boolean {
  if (kind && message.kind !== kind) return false;
  const addresses = recipients(message).map(normal);
  if (to && !addresses.includes(normal(to))) return false;
  return !search || addresses.some((address) => address.includes(normal(search)));
}

/** Numbers compare by their digits: an unescaped "+" in a query arrives as a space. */
function normal(written: string): string {
  const text = written.trim();
  if (/^[+\d][\d ()-]*$/.test(text)) return text.replace(/\D/g, "");
  return bareAddress(text) ?? text.toLowerCase();
}
