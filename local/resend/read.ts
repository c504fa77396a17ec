import type { Store } from "../kit/store.ts";
import { ResendError } from "./errors.ts";
import { type Email, mailStore } from "./model.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The e-mail, or `invalid_parameter` (no UUID), or `not_found`. */
export function loadEmail(store: Store, id: string): Email {
  if (!UUID.test(id)) throw new ResendError(422, "invalid_parameter", "The `id` must be a valid UUID.");
  const email = mailStore(store).emails.get(id);
  if (!email) throw new ResendError(404, "not_found", "Email not found");
  return email;
}

/** `GET /emails/{id}` in Resend's words. */
export function readEmail(store: Store, id: string): unknown {
  const email = loadEmail(store, id);
  const body = mailStore(store).bodies.get(id);
  return {
    object: "email",
    ...summary(email),
    html: body?.html ?? null,
    text: body?.text ?? null,
    tags: email.tags,
  };
}

const LIST_PARAMS = ["limit", "after", "before"];

/** `GET /emails`: newest first; `after` and `before` are ids of the page's neighbours, `limit` is 1 to 100. */
export function listEmails(store: Store, query: URLSearchParams): unknown {
  for (const name of query.keys()) {
    if (!LIST_PARAMS.includes(name)) throw new ResendError(422, "validation_error", `Unknown parameter \`${name}\`.`);
    if (query.getAll(name).length > 1 || query.get(name) === "") throw new ResendError(422, "validation_error", `\`${name}\` takes one value.`);
  }
  const written = query.get("limit") ?? "20";
  const limit = Number(written);
  if (!/^\d{1,3}$/.test(written) || limit < 1 || limit > 100) {
    throw new ResendError(422, "validation_error", "The `limit` must be a number from 1 to 100.");
  }
  const after = query.get("after");
  const before = query.get("before");
  if (after && before) {
    throw new ResendError(422, "validation_error", "Use either `after` or `before`, not both.");
  }
  const newestFirst = mailStore(store).emails.all().reverse();
  const anchor = after ?? before;
  const at = anchor ? newestFirst.findIndex((email) => email.id === anchor) : -1;
  if (anchor && at === -1) throw new ResendError(422, "validation_error", `There is no e-mail ${anchor}.`);
  const start = before ? Math.max(0, at - limit) : at + 1;
  const end = before ? at : start + limit;
  return {
    object: "list",
    has_more: before ? start > 0 : end < newestFirst.length,
    data: newestFirst.slice(start, end).map(summary),
  };
}

function summary(email: Email): Record<string, unknown> {
  return {
    id: email.id,
    message_id: email.messageId,
    created_at: email.createdAt,
    scheduled_at: email.scheduledAt,
    from: email.from,
    to: email.to,
    cc: orNull(email.cc),
    bcc: orNull(email.bcc),
    reply_to: orNull(email.replyTo),
    subject: email.subject,
    last_event: email.lastEvent,
  };
}

function orNull(list: string[]): string[] | null {
  return list.length > 0 ? list : null;
}
