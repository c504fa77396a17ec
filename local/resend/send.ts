import { randomUUID } from "node:crypto";
import type { LocalClock } from "../kit/clock.ts";
import type { Store } from "../kit/store.ts";
import { resolveAttachment } from "./attachments.ts";
import { ResendError } from "./errors.ts";
import type { Events } from "./events.ts";
import { type Attachment, type Email, mailStore } from "./model.ts";
import { type EmailInput, parseEmail } from "./validate.ts";
import { parseWhen } from "./when.ts";

export interface Desk {
  store: Store;
  clock: LocalClock;
  events: Events;
}

/** Checks one e-mail and returns the synchronous write that accepts it. Throws `ResendError`. */
export async function prepareSend(desk: Desk, raw: unknown, key: string | null): Promise<() => { id: string }> {
  const input = parseEmail(raw);
  const at = input.scheduled_at ? parseWhen(input.scheduled_at, desk.clock.now()) : null;
  const attachments = await Promise.all(input.attachments.map(resolveAttachment));
  return () => ({ id: accept(desk, input, attachments, at, key) });
}

const BATCH_LIMIT = 100;

/** Checks a batch: `strict` refuses all for one bad e-mail, `permissive` sends the good ones. */
export function prepareBatch(desk: Desk, raw: unknown, key: string | null, permissive: boolean): () => { data: { id: string }[]; errors?: { index: number; message: string }[] } {
  if (!Array.isArray(raw) || raw.length < 1 || raw.length > BATCH_LIMIT) {
    throw new ResendError(422, "validation_error", `The body must be an array of 1 to ${BATCH_LIMIT} e-mails.`);
  }
  const good: EmailInput[] = [];
  const errors: { index: number; message: string }[] = [];
  raw.forEach((item: unknown, index) => {
    try {
      good.push(parseBatchEmail(item));
    } catch (error) {
      if (!permissive || !(error instanceof ResendError)) throw error;
      errors.push({ index, message: error.message });
    }
  });
  return () => {
    const data = good.map((input) => ({ id: accept(desk, input, [], null, key) }));
    return permissive ? { data, errors } : { data };
  };
}

/** Resend's batch takes neither attachments nor a schedule; refusing is better than a mail without its file. */
function parseBatchEmail(item: unknown): EmailInput {
  const input = parseEmail(item);
  if (input.attachments.length > 0 || input.scheduled_at) {
    throw new ResendError(422, "validation_error", "`attachments` and `scheduled_at` can't be used in a batch.");
  }
  return input;
}

function accept({ store, clock, events }: Desk, input: EmailInput, attachments: Attachment[], at: number | null, idempotencyKey: string | null): string {
  const mails = mailStore(store);
  const now = clock.now();
  const id = randomUUID();
  const email: Email = {
    id,
    messageId: `<${id}@mail.resend.local>`,
    createdAt: new Date(now).toISOString(),
    scheduledAt: at === null ? null : new Date(at).toISOString(),
    from: input.from,
    to: input.to,
    cc: input.cc,
    bcc: input.bcc,
    replyTo: input.reply_to,
    subject: input.subject,
    tags: input.tags,
    lastEvent: "queued",
    idempotencyKey,
    events: [],
  };
  mails.emails.put(id, email);
  mails.bodies.put(id, {
    html: input.html ?? null,
    text: input.text ?? null,
    headers: input.headers,
    attachments,
  });
  events.begin(email, at ?? now);
  return id;
}
