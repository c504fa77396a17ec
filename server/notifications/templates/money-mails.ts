import type { MailFacts, NewsFacts } from "../facts.ts";
import { instantText, money } from "../format.ts";
import { frame, type Template } from "./booking-mails.ts";
import { layout } from "./layout.ts";
import { DETAILS, GUEST_NEWS, type GuestNews } from "./money-words.ts";
import { bookingButton, codePanel, datesRow, figures, note, paragraph, placeText, rule, waysBack } from "./parts.ts";
import { WORDS } from "./words.ts";

/** What became of a booking's money, to its guest. */
export function moneyTemplate(news: GuestNews, facts: MailFacts, own: NewsFacts): Template {
  const { locale, property } = facts;
  const words = WORDS[locale];
  const said = GUEST_NEWS[locale][own.hasEnded ? "paid_after_end" : news];
  const amount = money(own.amount, own.currency, locale);
  const lead = said.lead(amount, property.name, own.asked ? money(own.asked.amount, own.asked.currency, locale) : "");
  const isTransfer = news === "transfer_waiting";
  const waits = isTransfer || (own.asked !== undefined && facts.state === "pending");
  const when = (instant: string) => instantText(instant, property.zone, locale);
  return {
    subject: said.subject(property.name),
    element: layout(
      frame(facts, said.title, lead),
      paragraph(words.hello(facts.guestName)),
      paragraph(lead),
      own.reference ? note(DETAILS[locale].reference(own.reference)) : null,
      own.to ? figures(DETAILS[locale].account(own.to)) : isTransfer ? paragraph(DETAILS[locale].page) : null,
      own.until ? paragraph(DETAILS[locale].until(when(own.until))) : null,
      own.asked ? paragraph(own.isTaken ? DETAILS[locale].byProperty : words.ways.void(amount)) : null,
      own.waited ? paragraph(DETAILS[locale].waited(money(own.waited, own.currency, locale))) : null,
      waits && facts.holdExpiresAt ? paragraph(DETAILS[locale].held(when(facts.holdExpiresAt))) : null,
      isTransfer && outlives(own.until, facts.holdExpiresAt) ? paragraph(DETAILS[locale].later) : null,
      ...waysBack(facts),
      bookingButton(facts),
      codePanel(facts),
      datesRow(facts),
      rule(),
      placeText(facts, words.property),
    ),
  };
}

/** Whether an account takes money for longer than the rooms are kept for it. */
function outlives(until: string | undefined, held: string | null): boolean {
  return until !== undefined && held !== null && Date.parse(until) > Date.parse(held);
}
