import { type Html, html } from "../kit/page.ts";
import type { Reply } from "../kit/serve.ts";
import { inboxPage, timeTag } from "./layout.ts";
import { type Filter, type InboxStores, listMessages, type Message, recipients, sentAt } from "./messages.ts";

const SHOWN = 200;

/** The list, newest first, with a search by address. */
export function listPage(stores: InboxStores, filter: Filter): Reply {
  const messages = listMessages(stores, filter);
  const option = (value: string, label: string): Html => html`<option value="${value}" ${{ markup: (filter.kind ?? "") === value ? " selected" : "" }}>${label}</option>`;
  const body = html`<h1>Messages</h1>
    <form class="search" role="search" action="/inbox" method="get">
      <label class="wide">Address or number <input type="search" name="search" value="${filter.search ?? ""}" autocomplete="off" /></label>
      <label
        >Kind
        <select name="kind">
          ${option("", "All")}${option("mail", "Mail")}${option("sms", "SMS")}
        </select></label
      >
      <button>Search</button>
    </form>
    <div id="messages">${messages.length > 0 ? list(messages) : empty(filter)}</div>`;
  return inboxPage("Messages", body, { refresh: true });
}

function list(messages: Message[]): Html {
  const shown = messages.slice(0, SHOWN);
  const count = messages.length > SHOWN ? `The newest ${SHOWN} of ${messages.length}` : `${messages.length} in all`;
  return html`<ul class="messages">
      ${shown.map(row)}
    </ul>
    <p class="count">${count}</p>`;
}

function row(message: Message): Html {
  const mail = message.kind === "mail";
  const href = mail ? `/inbox/mail/${message.email.id}` : `/inbox/sms/${message.sms.sid}`;
  return html`<li>
    <a href="${href}">
      <span class="badge">${mail ? "Mail" : "SMS"}</span>
      <span class="to">${recipients(message).join(", ")}</span>
      <span class="about">${mail ? message.email.subject : message.sms.body}</span>
      ${timeTag(sentAt(message))}
    </a>
  </li>`;
}

function empty(filter: Filter): Html {
  if (filter.search || filter.kind) {
    return html`<div class="card">
      <p>No message matches. <a href="/inbox">Show all</a></p>
    </div>`;
  }
  return html`<div class="card">
    <h2>Nothing here yet</h2>
    <p>
      Every mail and text message that the application sends on this machine lands here: booking confirmations with their calendar file, cancellations, failed payments, expired
      holds, account and password mails. Book a room, and the confirmation appears by itself.
    </p>
  </div>`;
}
