import type { Locale } from "../../platform/fields.ts";
import type { Template } from "./booking-mails.ts";
import { layout } from "./layout.ts";
import { button, note, paragraph } from "./parts.ts";
import { WORDS } from "./words.ts";

export type AccountMailKind = "verify_email" | "reset_password";

export interface AccountMailFacts {
  locale: Locale;
  /** Empty: nobody is greeted by a name. */
  name: string;
  /** Absolute; carries the token. */
  url: string;
}

export function accountTemplate(kind: AccountMailKind, { locale, name, url }: AccountMailFacts): Template {
  const words = WORDS[locale];
  const own = words[kind];
  return {
    subject: own.subject,
    element: layout({ locale, title: own.title, preview: own.lead, footer: own.ignore }, paragraph(words.hello(name)), paragraph(own.lead), button(own.open, url), note(url)),
  };
}
