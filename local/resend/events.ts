import { randomUUID } from "node:crypto";
import type { LocalClock } from "../kit/clock.ts";
import { createDueQueue } from "../kit/due.ts";
import type { Store } from "../kit/store.ts";
import { bareAddress } from "./address.ts";
import { type Email, type EmailEvent, mailStore } from "./model.ts";
import type { Webhooks } from "./webhooks.ts";

/** The pause before an event such as `delivered` follows `sent`. */
const STEP_MS = 150;

/** What the addresses of resend.dev make of a mail; any `+label` is welcome. */
const FATES: Record<string, EmailEvent[]> = {
  bounced: ["sent", "bounced"],
  complained: ["sent", "delivered", "complained"],
  suppressed: ["suppressed"],
};

export interface Events {
  /** Starts the e-mail's life now, or at its scheduled time (ms). */
  begin(email: Email, at: number): void;
  /** Moves a scheduled e-mail's start to `at` (ms). */
  move(emailId: string, at: number): void;
  /** Takes a scheduled e-mail back. */
  stop(emailId: string): void;
  /** Notes an event now and sends its webhook. */
  record(emailId: string, type: EmailEvent): void;
  close(): Promise<void>;
}

export function createEvents(store: Store, clock: LocalClock, webhooks: Webhooks): Events {
  const mails = mailStore(store);

  function record(emailId: string, type: EmailEvent): void {
    const email = mails.emails.get(emailId);
    if (!email) return;
    const at = new Date(clock.now()).toISOString();
    const webhookId = `msg_${randomUUID().replaceAll("-", "")}`;
    const body = JSON.stringify({
      type: `email.${type}`,
      created_at: at,
      data: eventData(email, type),
    });
    email.lastEvent = type;
    const queued = webhooks.queue(webhookId, emailId, body);
    email.events.push({
      type,
      at,
      webhook: queued ? { id: webhookId, attempts: 0, outcome: "waiting" } : null,
    });
    mails.emails.put(emailId, email);
  }

  const steps = createDueQueue({
    items: mails.steps,
    clock,
    run({ id, events: [type, ...rest] }) {
      if (type) store.atomically(() => record(id, type));
      return rest.length > 0 ? { id, at: clock.now() + STEP_MS, events: rest } : undefined;
    },
  });

  return {
    begin(email, at) {
      if (at > clock.now()) record(email.id, "scheduled");
      steps.add({ id: email.id, at, events: fate(email) });
    },
    move(emailId, at) {
      const step = mails.steps.get(emailId);
      if (step) steps.add({ ...step, at });
    },
    stop: (emailId) => steps.remove(emailId),
    record,
    close: () => steps.close(),
  };
}

function fate(email: Email): EmailEvent[] {
  for (const written of [...email.to, ...email.cc, ...email.bcc]) {
    const name = /^([a-z]+)(?:\+.*)?@resend\.dev$/.exec(bareAddress(written) ?? "")?.[1];
    const events = name ? FATES[name] : undefined;
    if (events) return events;
  }
  return ["sent", "delivered"];
}

function eventData(email: Email, type: EmailEvent): Record<string, unknown> {
  const data: Record<string, unknown> = {
    email_id: email.id,
    message_id: email.messageId,
    created_at: email.createdAt,
    from: email.from,
    to: email.to,
    subject: email.subject,
    tags: Object.fromEntries(email.tags.map((tag) => [tag.name, tag.value])),
  };
  if (type === "bounced") {
    data["bounce"] = {
      type: "Permanent",
      subType: "General",
      message: "The recipient's mail server has permanently rejected the message.",
      diagnosticCode: ["smtp; 550 5.1.1 user unknown"],
    };
  }
  return data;
}
