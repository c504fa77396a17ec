import type { Locale } from "../../platform/fields.ts";
import type { Template } from "./booking-mails.ts";
import { layout } from "./layout.ts";
import { address, button, paragraph } from "./parts.ts";
import { WORDS } from "./words.ts";

export type AccountMailKind = "verify_email" | "account_exists" | "reset_password" | "invitation";

export interface AccountMailFacts {
  locale: Locale;
  /** Empty: nobody is greeted by a name. */
  name: string;
  /** Of an invitation: who invites. */
  organization?: string | undefined;
  /** Absolute; carries the token. */
  url: string;
}

export function accountTemplate(kind: AccountMailKind, { locale, name, organization = "", url }: AccountMailFacts): Template {
  const words = WORDS[locale];
  const own = words[kind];
  const lead = own.lead(organization);
  return {
    subject: own.subject(organization),
    element: layout({ locale, title: own.title, preview: lead, footer: own.ignore }, paragraph(words.hello(name)), paragraph(lead), button(own.open, url), address(url)),
  };
}
