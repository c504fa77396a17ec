import { type InboxStores, loadMail, type Message } from "./messages.ts";

/** A message for `GET /inbox/api/messages`, with its whole contents; attachments are base64. */
export function messageJson(stores: InboxStores, message: Message): Record<string, unknown> {
  if (message.kind === "sms") {
    const { sid, to, from, body, status, createdAt } = message.sms;
    return { kind: "sms", id: sid, at: createdAt, to: [to], from, text: body, status };
  }
  const { email } = message;
  const body = loadMail(stores, email.id)?.body;
  return {
    kind: "mail",
    id: email.id,
    at: email.createdAt,
    to: email.to,
    cc: email.cc,
    bcc: email.bcc,
    replyTo: email.replyTo,
    from: email.from,
    subject: email.subject,
    status: email.lastEvent,
    events: email.events,
    tags: email.tags,
    idempotencyKey: email.idempotencyKey,
    html: body?.html ?? null,
    text: body?.text ?? null,
    headers: body?.headers ?? {},
    attachments: body?.attachments ?? [],
  };
}
