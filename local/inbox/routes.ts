import { html, seeOther } from "../kit/page.ts";
import type { RawRequest, Reply } from "../kit/serve.ts";
import type { Events } from "../resend/events.ts";
import type { Attachment } from "../resend/model.ts";
import { inboxPage } from "./layout.ts";
import { messageJson } from "./json.ts";
import { listPage } from "./list-page.ts";
import { DELIVERY_EVENTS, mailPage } from "./mail-page.ts";
import { attachmentAt, type Filter, type InboxStores, listMessages, loadMail, loadSms } from "./messages.ts";
import { smsPage } from "./sms-page.ts";

export interface Inbox extends InboxStores {
  /** Marks of a person go the way of the stand-in's own events. */
  events: Pick<Events, "record">;
}

const MAIL = /^\/inbox\/mail\/([^/]+)(?:\/(events|attachments\/(\d+)))?$/;

/** Serves everything under `/inbox`, to people and, at `/inbox/api/messages`, to tests. */
export function createInbox(inbox: Inbox): (request: RawRequest) => Reply {
  return (request) => {
    const path = request.path.replace(/(.)\/$/, "$1");
    const mail = MAIL.exec(path);
    if (request.method === "POST" && mail?.[2] === "events") return mark(inbox, request, mail[1] ?? "");
    if (request.method !== "GET") return notFound();
    if (path === "/inbox") return listPage(inbox, filterOf(request.query));
    if (path === "/inbox/api/messages") {
      const found = listMessages(inbox, filterOf(request.query));
      return { body: { messages: found.map((message) => messageJson(inbox, message)) } };
    }
    if (mail) return readMail(inbox, mail[1] ?? "", mail[3]);
    const sms = loadSms(inbox, /^\/inbox\/sms\/([^/]+)$/.exec(path)?.[1] ?? "");
    return sms ? smsPage(sms) : notFound();
  };
}

function readMail(inbox: Inbox, id: string, attachment: string | undefined): Reply {
  const found = loadMail(inbox, id);
  if (!found) return notFound();
  if (attachment === undefined) return mailPage(found.email, found.body);
  const file = attachmentAt(found.body, attachment);
  return file ? download(file) : notFound();
}

function mark(inbox: Inbox, request: RawRequest, id: string): Reply {
  const asked = new URLSearchParams(request.body.toString()).get("event");
  const event = DELIVERY_EVENTS.find((known) => known === asked);
  if (!event || !loadMail(inbox, id)) return notFound();
  inbox.mail.atomically(() => inbox.events.record(id, event));
  return seeOther(`/inbox/mail/${id}`);
}

function download(file: Attachment): Reply {
  return {
    headers: {
      "content-type": /^[\w.+-]+\/[\w.+-]+(;[\x20-\x7e]*)?$/.test(file.contentType) ? file.contentType : "application/octet-stream",
      "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(file.filename)}`,
      "x-content-type-options": "nosniff",
    },
    body: Buffer.from(file.content, "base64"),
  };
}

function filterOf(query: URLSearchParams): Filter {
  const kind = query.get("kind");
  return {
    kind: kind === "mail" || kind === "sms" ? kind : undefined,
    search: query.get("search") ?? undefined,
    to: query.get("to") ?? undefined,
  };
}

function notFound(): Reply {
  const body = html`<h1>There is no such message</h1>
    <p><a href="/inbox">All messages</a></p>`;
  return inboxPage("Not found", body, { status: 404 });
}
