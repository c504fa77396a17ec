import { createHash } from "node:crypto";
import { type Html, html } from "../kit/page.ts";
import type { Reply } from "../kit/serve.ts";

const STYLE = `
:root { color-scheme: light dark; --ink: #1b2430; --soft: #55606e; --line: #dce1e8; --paper: #fff; --ground: #eef1f5; --accent: #1a44ba; --badge: #e4eaf8; font: 16px/1.5 system-ui, sans-serif; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ecf2; --soft: #a6b0bd; --line: #323b48; --paper: #1a212b; --ground: #11161d; --accent: #9db8ff; --badge: #2a3650; } }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: var(--ground); }
header, main { max-width: 62rem; margin: 0 auto; padding: 1rem; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; padding-bottom: 0; }
header a { color: inherit; font-weight: 700; font-size: 1.15rem; text-decoration: none; }
header p { margin: 0; color: var(--soft); font-size: .9rem; }
a { color: var(--accent); }
h1 { font-size: 1.35rem; margin: .25rem 0 1rem; overflow-wrap: anywhere; } h2 { font-size: 1.05rem; margin: 1.5rem 0 .5rem; }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.25rem; }
form.search { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; margin-bottom: 1rem; }
label { display: grid; gap: .2rem; font-size: .85rem; color: var(--soft); } label.wide { flex: 1 1 14rem; }
input, select, button { font: inherit; color: inherit; background: var(--paper); border: 1px solid #7b8794; border-radius: 6px; padding: .45rem .7rem; }
button { cursor: pointer; font-weight: 600; }
:is(a, button, input, select, summary, iframe, pre):focus-visible { outline: 3px solid #f5a524; outline-offset: 2px; }
ul.messages { list-style: none; margin: 0; padding: 0; }
ul.messages a { display: grid; grid-template-columns: 3.6rem minmax(0, 15rem) minmax(0, 1fr) auto; gap: 0 1rem; padding: .65rem 1rem; color: inherit; text-decoration: none; background: var(--paper); border: 1px solid var(--line); border-bottom-width: 0; }
ul.messages li:first-child a { border-radius: 10px 10px 0 0; } ul.messages li:last-child a { border-bottom-width: 1px; border-radius: 0 0 10px 10px; } ul.messages li:only-child a { border-radius: 10px; }
ul.messages a:hover { background: var(--badge); } ul.messages a > span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.about { font-weight: 600; } time, .count { color: var(--soft); font-size: .85rem; white-space: nowrap; }
.badge { justify-self: start; align-self: center; background: var(--badge); border-radius: 4px; padding: 0 .45rem; font-size: .78rem; font-weight: 600; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .15rem 1rem; margin: 0; } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
iframe { display: block; width: 100%; height: 70vh; min-height: 24rem; background: #fff; border: 1px solid var(--line); border-radius: 10px; }
pre { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; padding: 1rem; margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.row { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
@media (max-width: 40rem) { ul.messages a { grid-template-columns: 3.6rem minmax(0, 1fr); } ul.messages a > .to { grid-column: 2; } ul.messages a > :is(.about, time) { grid-column: 2; } }
`;

/** Takes the list anew every three seconds, without losing what is typed in the search box. */
const REFRESH = `
setInterval(async () => {
  if (document.hidden) return;
  const answer = await fetch(location.href).catch(() => undefined);
  if (!answer || !answer.ok) return;
  const next = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("messages");
  const shown = document.getElementById("messages");
  if (next && next.innerHTML !== shown.innerHTML) shown.innerHTML = next.innerHTML;
}, 3000);
`;
/** Outside of the page's template: the policy's hash covers each space between the tags. */
const REFRESH_TAG: Html = { markup: `<script>${REFRESH}</script>` };
const REFRESH_HASH = createHash("sha256").update(REFRESH).digest("base64");

/** A mail's own frame inherits this policy: it may show pictures and fonts from anywhere, and run nothing. */
const POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline' https:",
  "img-src http: https: data:",
  "font-src https: data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  `script-src 'sha256-${REFRESH_HASH}'`,
].join("; ");

/** A whole page of the inbox. */
export function inboxPage(title: string, body: Html, options: { status?: number; refresh?: boolean } = {}): Reply {
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Inbox</title>
        <link rel="icon" href="data:," />
        <style>
          ${{ markup: STYLE }}
        </style>
      </head>
      <body>
        <header>
          <a href="/inbox">Inbox</a>
          <p>Mails and text messages that this machine would have sent. Nothing leaves it.</p>
        </header>
        <main>${body}</main>
        ${options.refresh && REFRESH_TAG}
      </body>
    </html> `;
  return {
    status: options.status ?? 200,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy": POLICY,
      "x-content-type-options": "nosniff",
      "referrer-policy": "same-origin",
    },
    body: document.markup,
  };
}

/** An instant as `2026-11-22 21:40:26 UTC`. */
export function timeTag(iso: string): Html {
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace("T", " ")} UTC</time>`;
}
