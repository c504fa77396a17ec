import type { Locale } from "../../platform/fields.ts";
import type { MailFacts, NewsFacts } from "../facts.ts";
import { money, shortDate } from "../format.ts";
import type { Template } from "./booking-mails.ts";
import { layout } from "./layout.ts";
import { PROPERTY_NEWS, type PropertyNews } from "./money-words.ts";
import { codePanel, datesRow, figures, heading, note, paragraph, roomList, rule } from "./parts.ts";

// What a property is told of its bookings, at its own address. No link opens the booking: that is the guest's.

export type PropertyMailKind = "property_booked" | "property_changed" | "property_cancelled" | "property_money";

const WORDS = {
  en: {
    property_booked: "New booking",
    property_changed: "Changed booking",
    property_cancelled: "Cancelled booking",
    property_money: "Money to look at",
    guest: "Guest",
    money: "Money",
    collect: "To collect from the guest at the property",
    collectFee: "Cancellation fee to collect from the guest yourself",
    online: "Kept of online payments",
    open: "Due online and not paid yet",
    total: "The booking costs",
    notes: "The guest's wishes",
    footer: (code: string) => `This goes to the property's own address because of booking ${code}.`,
  },
  id: {
    property_booked: "Pemesanan baru",
    property_changed: "Pemesanan diubah",
    property_cancelled: "Pemesanan dibatalkan",
    property_money: "Dana yang perlu diperiksa",
    guest: "Tamu",
    money: "Dana",
    collect: "Ditagih kepada tamu di hotel",
    collectFee: "Biaya pembatalan yang Anda tagih sendiri kepada tamu",
    online: "Diambil dari pembayaran online",
    open: "Jatuh tempo online dan belum dibayar",
    total: "Biaya pemesanan",
    notes: "Permintaan tamu",
    footer: (code: string) => `Email ini dikirim ke alamat hotel karena pemesanan ${code}.`,
  },
} as const satisfies Record<Locale, unknown>;

interface Guest {
  name: string;
  phone: string;
  email: string;
}

/** @param facts in the property's language */
export function propertyTemplate(kind: PropertyMailKind, facts: MailFacts, guest: Guest, notes: string, news?: { name: PropertyNews; own: NewsFacts }): Template {
  const { locale, currency } = facts;
  const words = WORDS[locale];
  const title = words[kind];
  const isOver = kind === "property_cancelled" || facts.state === "cancelled" || facts.state === "expired";
  const task = news && taskText(news, locale, isOver);
  const lines = [
    { text: words.total, amount: facts.total },
    { text: words.online, amount: facts.paid },
    { text: words.open, amount: facts.open },
    { text: isOver ? words.collectFee : words.collect, amount: facts.dueAtProperty },
  ].filter(({ amount }, index) => index === 0 || amount > 0);
  const footer = words.footer(facts.code);
  return {
    subject: `${title}: ${facts.code}, ${guest.name}, ${shortDate(facts.checkIn, locale)}`,
    element: layout(
      { locale, title, preview: task ?? footer, footer },
      task ? paragraph(task) : null,
      codePanel(facts),
      datesRow(facts),
      rule(),
      heading(words.guest),
      paragraph(guest.name),
      note([guest.phone, guest.email].filter(Boolean).join(" · ")),
      notes ? note(`${words.notes}: ${notes}`) : null,
      rule(),
      roomList(facts),
      rule(),
      heading(words.money),
      figures(lines.map(({ text, amount }) => ({ text, amount: money(amount, currency, locale) }))),
    ),
  };
}

function taskText({ name, own }: { name: PropertyNews; own: NewsFacts }, locale: Locale, isOver: boolean): string {
  const { amount, currency, asked, waited, isTaken = false } = own;
  return PROPERTY_NEWS[locale][name](money(amount, currency, locale), {
    asked: asked ? money(asked.amount, asked.currency, locale) : "",
    isTaken,
    waited: waited ? money(waited, currency, locale) : undefined,
    isOver,
  });
}
