import { type Html, html } from "../kit/page.ts";
import type { Reply } from "../kit/serve.ts";
import type { Attachment, Email, EmailBody, LoggedEvent } from "../resend/model.ts";
import { inboxPage, timeTag } from "./layout.ts";

/** What a person may say that happened to a mail; each sends its webhook. */
export const DELIVERY_EVENTS = ["delivered", "delivery_delayed", "bounced", "complained"] as const;

/** One mail: HTML in a sandboxed frame, text, headers, attachments, and its delivery. */
export function mailPage(email: Email, body: EmailBody): Reply {
  const content = html`<p><a href="/inbox">All messages</a></p>
    <h1>${email.subject || "(no subject)"}</h1>
    ${headers(email, body)} ${attachments(email.id, body.attachments)}
    ${
      body.html !== null &&
      html`<h2 id="html">HTML</h2>
        <iframe title="The mail as HTML" sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="${frameDocument(body, body.html)}"></iframe>`
    }
    <h2 id="text">Plain text</h2>
    <pre tabindex="0" aria-labelledby="text">${body.text ?? "(this mail has no plain text)"}</pre>
    ${delivery(email)}`;
  return inboxPage(email.subject || "Mail", content);
}

function headers(email: Email, body: EmailBody): Html {
  const known: [string, string][] = [
    ["From", email.from],
    ["To", email.to.join(", ")],
    ["Cc", email.cc.join(", ")],
    ["Bcc", email.bcc.join(", ")],
    ["Reply-To", email.replyTo.join(", ")],
    ["Message-ID", email.messageId],
    ["Idempotency key", email.idempotencyKey ?? ""],
    ["Tags", email.tags.map((tag) => `${tag.name}=${tag.value}`).join(", ")],
    ...Object.entries(body.headers),
  ];
  const rows = known
    .filter(([, value]) => value !== "")
    .map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    );
  return html`<dl class="card">
    ${rows}
    <dt>Handed in</dt>
    <dd>${timeTag(email.createdAt)}</dd>
    ${
      email.scheduledAt !== null &&
      html`<dt>Scheduled for</dt>
        <dd>${timeTag(email.scheduledAt)}</dd>`
    }
  </dl>`;
}

function attachments(id: string, list: Attachment[]): Html | false {
  if (list.length === 0) return false;
  const items = list.map(
    (file, index) =>
      html`<li>
        <a href="/inbox/mail/${id}/attachments/${index}" download="${file.filename}">${file.filename}</a>
        <span class="count">${file.contentType}, ${Buffer.byteLength(file.content, "base64")} bytes</span>
      </li>`,
  );
  return html`<h2>Attachments</h2>
    <ul>
      ${items}
    </ul>`;
}

/** Links open in a new tab; pictures by content id are put in. */
function frameDocument(body: EmailBody, markup: string): string {
  const inlined = markup.replace(/cid:([^"'\s)>]+)/g, (whole, contentId: string) => {
    const file = body.attachments.find((attachment) => attachment.contentId === contentId);
    return file ? `data:${file.contentType};base64,${file.content}` : whole;
  });
  return `<base target="_blank">${inlined}`;
}

function delivery(email: Email): Html {
  const buttons = DELIVERY_EVENTS.map((event) => html`<button name="event" value="${event}">Mark ${event.replace("_", " ")}</button>`);
  return html`<h2>Delivery</h2>
    <p>Now: <strong>${email.lastEvent}</strong></p>
    ${
      email.events.length > 0 &&
      html`<ol>
        ${email.events.map(loggedEvent)}
      </ol>`
    }
    <form class="row" method="post" action="/inbox/mail/${email.id}/events">${buttons}</form>`;
}

function loggedEvent({ type, at, webhook }: LoggedEvent): Html {
  const fate = webhook ? `webhook: ${webhook.outcome}, attempts: ${webhook.attempts}` : "no webhook is configured";
  return html`<li>${type} ${timeTag(at)} <span class="count">${fate}</span></li>`;
}
