import { html } from "../kit/page.ts";
import type { Reply } from "../kit/serve.ts";
import type { Sms } from "../twilio/model.ts";
import { inboxPage, timeTag } from "./layout.ts";

/** One text message. */
export function smsPage(sms: Sms): Reply {
  const failed = sms.errorCode !== null && html` (error ${sms.errorCode})`;
  const content = html`<p><a href="/inbox">All messages</a></p>
    <h1>SMS to ${sms.to}</h1>
    <pre tabindex="0" aria-label="Text">${sms.body}</pre>
    <h2>Details</h2>
    <dl class="card">
      <dt>From</dt>
      <dd>${sms.from ?? sms.messagingServiceSid ?? ""}</dd>
      <dt>To</dt>
      <dd>${sms.to}</dd>
      <dt>Handed in</dt>
      <dd>${timeTag(sms.createdAt)}</dd>
      <dt>Status</dt>
      <dd>${sms.status}${failed}</dd>
      <dt>Callback</dt>
      <dd>${sms.statusCallback ?? "none"}</dd>
      <dt>Id</dt>
      <dd>${sms.sid}</dd>
    </dl>`;
  return inboxPage(`SMS to ${sms.to}`, content);
}
