import type { ReactElement, ReactNode } from "react";
import type { Locale } from "../../platform/fields.ts";
import { Body, Container, h, Head, Heading, Html, Preview, Section, Text } from "./elements.ts";
import { SHEET, style } from "./theme.ts";

interface Sheet {
  locale: Locale;
  title: string;
  /** What a list of mails shows beside the subject. */
  preview: string;
  footer: string;
  jsonLd?: object;
}

/** The frame of every mail: a band with the name, a card, and why the mail came. */
export function layout({ locale, title, preview, footer, jsonLd }: Sheet, ...content: ReactNode[]): ReactElement {
  return h(
    Html,
    { lang: locale, dir: "ltr" },
    h(
      Head,
      null,
      h("title", null, title),
      h("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
      h("meta", { name: "color-scheme", content: "light dark" }),
      h("meta", { name: "supported-color-schemes", content: "light dark" }),
      h("style", { dangerouslySetInnerHTML: { __html: SHEET } }),
      // A "<" within a name must not end the script.
      jsonLd && h("script", { type: "application/ld+json", dangerouslySetInnerHTML: { __html: JSON.stringify(jsonLd).replaceAll("<", "\\u003c") } }),
    ),
    h(Preview, null, preview),
    h(
      Body,
      { style: style.body, className: "page" },
      h(
        Container,
        { style: style.frame, role: "article", "aria-label": title },
        h(Section, { style: style.band, className: "band" }, h(Text, { style: style.logo }, "Nightledger", h("span", { style: style.dot }, "."))),
        h(Section, { style: style.card, className: "card" }, h(Heading, { as: "h1", style: style.title, className: "ink" }, title), ...content),
        h(Text, { style: style.footer, className: "muted" }, footer),
      ),
    ),
  );
}
