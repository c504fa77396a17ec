import type { Reply } from "./serve.ts";

/** Markup that is already safe; everything else put into a template is escaped. */
export interface Html {
  readonly markup: string;
}
type Part = Html | Html[] | string | number | false | undefined;

export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return {
    markup: strings.map((text, i) => text + (i < parts.length ? render(parts[i]) : "")).join(""),
  };
}

function render(part: Part): string {
  if (part === undefined || part === false) return "";
  if (Array.isArray(part)) return part.map((p) => p.markup).join("");
  if (typeof part === "object") return part.markup;
  return String(part).replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

const STYLE = `
:root { color-scheme: light; font: 16px/1.5 system-ui, sans-serif; color: #1b2430; background: #eef1f5; }
* { box-sizing: border-box; }
body { margin: 0; padding: 1.5rem 1rem 3rem; }
main { max-width: 40rem; margin: 0 auto; background: #fff; border-radius: 12px; padding: 1.5rem 2rem 2rem; box-shadow: 0 1px 3px #0002, 0 8px 30px #0001; }
.mode { display: inline-block; background: #fde7b0; color: #5b3c00; border-radius: 4px; padding: 0 .5rem; font-size: .8rem; font-weight: 600; }
h1 { font-size: 1.4rem; margin: .5rem 0; } h2 { font-size: 1.05rem; margin: 1.5rem 0 .5rem; }
.amount { font-size: 1.9rem; font-weight: 700; margin: .25rem 0 1rem; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; } caption { text-align: left; font-weight: 600; padding: .5rem 0; }
th, td { text-align: left; padding: .35rem .5rem .35rem 0; border-bottom: 1px solid #e3e7ed; vertical-align: top; } .number { text-align: right; white-space: nowrap; } .number:last-child { padding-right: 0; }
label { display: block; font-weight: 600; margin: .9rem 0 .25rem; }
input, select { width: 100%; font: inherit; padding: .55rem .7rem; border: 1px solid #7b8794; border-radius: 6px; background: #fff; color: inherit; }
.row { display: grid; grid-template-columns: 1fr 1fr; gap: 0 1rem; }
button { font: inherit; font-weight: 600; width: 100%; margin-top: 1rem; padding: .7rem 1rem; border: 0; border-radius: 6px; background: #1f4fd8; color: #fff; cursor: pointer; }
button.second { background: #fff; color: #1b2430; border: 1px solid #7b8794; }
:is(button, input, select, a, summary):focus-visible { outline: 3px solid #f5a524; outline-offset: 2px; }
.alert { background: #fdecec; color: #8a1116; border-left: 4px solid #c4161c; border-radius: 4px; padding: .6rem .9rem; }
.note { color: #4a5666; font-size: .9rem; } code { font-size: 1.05em; overflow-wrap: anywhere; } a { color: #1a44ba; }
`;

/** A whole page of a payment stand-in. `mode` is the badge that says that no money moves. */
export function page(title: string, mode: string, body: Html, status = 200): Reply {
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <style>
          ${{ markup: STYLE }}
        </style>
      </head>
      <body>
        <main>
          <p class="mode">${mode}</p>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html> `;
  return {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    },
    body: document.markup,
  };
}

/** Sends the browser on with a GET. */
export function seeOther(location: string): Reply {
  return { status: 303, headers: { location } };
}
