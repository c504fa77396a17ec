import type { DueItem } from "../kit/due.ts";
import type { Collection, Store } from "../kit/store.ts";

export type EmailEvent = "sent" | "scheduled" | "delivered" | "delivery_delayed" | "bounced" | "complained" | "suppressed";

export interface Attachment {
  filename: string;
  contentType: string;
  contentId: string | null;
  /** Base64. */
  content: string;
}

/** An accepted e-mail without its contents, so that listing stays light. Times are ISO, on the stand-in's clock. */
export interface Email {
  id: string;
  messageId: string;
  createdAt: string;
  scheduledAt: string | null;
  from: string;
  to: string[];
  cc: string[];
  bcc: string[];
  replyTo: string[];
  subject: string;
  tags: { name: string; value: string }[];
  lastEvent: EmailEvent | "queued" | "canceled";
  idempotencyKey: string | null;
  events: LoggedEvent[];
}

/** What happened to an e-mail, and how its webhook fared (null: no webhook is configured). */
export interface LoggedEvent {
  type: EmailEvent;
  at: string;
  webhook: { id: string; attempts: number; outcome: string } | null;
}

export interface EmailBody {
  html: string | null;
  text: string | null;
  headers: Record<string, string>;
  attachments: Attachment[];
}

/** The events still to come for an e-mail; the first is due at `at`. */
export interface Step extends DueItem {
  events: EmailEvent[];
}

/** A webhook on its way; `id` is its svix-id, the same for every attempt. */
export interface Delivery extends DueItem {
  emailId: string;
  url: string;
  body: string;
  attempts: number;
}

export interface StoredAnswer {
  fingerprint: string;
  expiresAt: number;
  body: unknown;
}

export interface MailStore {
  emails: Collection<Email>;
  bodies: Collection<EmailBody>;
  steps: Collection<Step>;
  deliveries: Collection<Delivery>;
  answers: Collection<StoredAnswer>;
}

export function mailStore(store: Store): MailStore {
  return {
    emails: store.collection("resend.emails"),
    bodies: store.collection("resend.bodies"),
    steps: store.collection("resend.steps"),
    deliveries: store.collection("resend.deliveries"),
    answers: store.collection("resend.answers"),
  };
}
