import type { ReactElement } from "react";
import type { Locale } from "../../platform/fields.ts";
import type { MailFacts, NewsFacts } from "../facts.ts";
import { money, shortDate } from "../format.ts";
import type { Template } from "./booking-mails.ts";
import { layout } from "./layout.ts";
import { PROPERTY_NEWS, type PropertyNews } from "./money-words.ts";
import { codePanel, datesRow, differenceLines, figures, heading, note, paragraph, roomList, rule, settledTable, waysBack } from "./parts.ts";

// What a property is told of its bookings, at its own address. No link opens the booking: that is the guest's.

export type PropertyMailKind = "property_booked" | "property_changed" | "property_cancelled" | "property_money";

const WORDS = {
  en: {
    property_booked: "New booking",
    property_changed: "Changed booking",
    property_cancelled: "Cancelled booking",
    property_money: "Money to look at",
    guest: "Guest",
    rooms: (n: number) => (n === 1 ? "Room" : "Rooms"),
    money: "Money",
    collect: "To collect from the guest at the property",
    collectFee: "Cancellation fee to collect from the guest yourself",
    online: "Kept of online payments",
    open: "Due online and not paid yet",
    total: "The booking costs",
    event: { property_changed: "What this change did to the money", property_cancelled: "What the cancellation did to the money" },
    fee: { property_changed: "Fee of the change", property_cancelled: "Cancellation fee" },
    ways: {
      void: (amount: string) => `${amount} held on the guest's card is released by itself: it was never taken.`,
      refund: (amount: string) => `${amount} goes back to the guest by itself, the way it was paid.`,
      waits: (amount: string) => `${amount} waits for the guest's bank, which examines this payment: it goes back only if the bank doesn't take it.`,
      hand: (amount: string) => `${amount} must be sent to the guest by bank transfer: the guest's way of paying takes no refunds.`,
    },
    missing: (amount: string) => `${amount} of what the booking owes is missing: agree with the guest how it is paid, or tell the operator that it is given up.`,
    notes: "The guest's wishes",
    footer: (code: string) => `This goes to the property's own address because of booking ${code}.`,
  },
  id: {
    property_booked: "Pemesanan baru",
    property_changed: "Pemesanan diubah",
    property_cancelled: "Pemesanan dibatalkan",
    property_money: "Dana yang perlu diperiksa",
    guest: "Tamu",
    rooms: () => "Kamar",
    money: "Dana",
    collect: "Ditagih kepada tamu di hotel",
    collectFee: "Biaya pembatalan yang Anda tagih sendiri kepada tamu",
    online: "Diambil dari pembayaran online",
    open: "Jatuh tempo online dan belum dibayar",
    total: "Biaya pemesanan",
    event: { property_changed: "Akibat perubahan ini pada dana", property_cancelled: "Akibat pembatalan ini pada dana" },
    fee: { property_changed: "Biaya perubahan", property_cancelled: "Biaya pembatalan" },
    ways: {
      void: (amount: string) => `${amount} yang ditahan di kartu tamu dilepas otomatis: dana itu tidak pernah ditagih.`,
      refund: (amount: string) => `${amount} dikembalikan otomatis kepada tamu melalui cara bayarnya.`,
      waits: (amount: string) => `${amount} menunggu bank tamu yang memeriksa pembayaran ini: dana hanya dikembalikan jika bank tidak mengambilnya.`,
      hand: (amount: string) => `${amount} harus dikirim kepada tamu melalui transfer bank: cara bayar tamu tidak menerima pengembalian.`,
    },
    missing: (amount: string) => `${amount} dari tagihan pemesanan ini tidak ada: sepakati dengan tamu cara membayarnya, atau beri tahu operator bahwa dana itu direlakan.`,
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
      news && leavesGap(news.name) && facts.open > 0 ? paragraph(words.missing(money(facts.open, currency, locale))) : null,
      codePanel(facts),
      datesRow(facts),
      rule(),
      heading(words.guest),
      paragraph(guest.name),
      note([guest.phone, guest.email].filter(Boolean).join(" · ")),
      notes ? note(`${words.notes}: ${notes}`) : null,
      rule(),
      roomList(facts, words.rooms(facts.rooms.length)),
      rule(),
      ...eventMoney(kind, facts),
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

/** What the change or cancellation did to the money, and who must see to what goes back. */
function eventMoney(kind: PropertyMailKind, facts: MailFacts): (ReactElement | null)[] {
  if (kind !== "property_changed" && kind !== "property_cancelled") return [];
  const { event, fee, ways } = WORDS[facts.locale];
  const table = settledTable(facts, fee[kind], kind === "property_changed" ? differenceLines(facts) : []);
  return table ? [heading(event[kind]), table, ...waysBack(facts, ways), rule()] : [];
}

/** After these the booking may owe money that nobody has. */
function leavesGap(news: PropertyNews): boolean {
  return news === "refund_made" || news === "dispute_lost";
}
