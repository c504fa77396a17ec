import type { Locale } from "../../platform/fields.ts";
import type { Template } from "./booking-mails.ts";
import { h, Section, Text } from "./elements.ts";
import { layout } from "./layout.ts";
import { note, paragraph } from "./parts.ts";
import { style } from "./theme.ts";
import { WORDS } from "./words.ts";

export interface CodeMailFacts {
  locale: Locale;
  code: string;
}

/** No greeting and no name: whoever asked may be a stranger. */
export function codeTemplate({ locale, code }: CodeMailFacts): Template {
  const own = WORDS[locale].proof_code;
  const shown = `${code.slice(0, 3)} ${code.slice(3)}`;
  return {
    subject: own.subject,
    element: layout(
      { locale, title: own.title, preview: own.lead, footer: own.ignore },
      paragraph(own.lead),
      h(Section, { style: style.panel, className: "panel" }, h(Text, { style: style.code, className: "ink" }, shown)),
      note(own.good),
    ),
  };
}
