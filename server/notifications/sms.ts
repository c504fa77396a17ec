import type { MailFacts } from "./facts.ts";
import { codedMoney, shortDate } from "./format.ts";

/** One segment of the GSM alphabet. Anything outside of it would cut the segment to 70 characters. */
const SEGMENT = 160;
const NOT_GSM = /[^A-Za-z0-9 \n@£$¥èéùìòÇØøÅåÆæßÉÄÖÑÜ§äöñüà_!"#%&'()*+,\-./:;<=>?¡¿]/g;

type SmsKind = "booking_confirmed" | "booking_cancelled";

const TEXTS = {
  en: {
    booking_confirmed: (f: MailFacts, place: string) =>
      `Nightledger: ${f.code} confirmed${place && ` at ${place}`}, ${day(f, f.checkIn)} to ${day(f, f.checkOut)}, check-in from ${f.property.checkInFrom}. ${f.property.phone}`,
    booking_cancelled: (f: MailFacts, place: string) =>
      `Nightledger: ${f.code}${place && ` at ${place}`}, ${day(f, f.checkIn)}, is cancelled.${costs(f, "Fee", "Refund", "Waits for your bank:")} Details are in your e-mail.`,
  },
  id: {
    booking_confirmed: (f: MailFacts, place: string) =>
      `Nightledger: ${f.code} terkonfirmasi${place && ` di ${place}`}, ${day(f, f.checkIn)} - ${day(f, f.checkOut)}, check-in mulai ${f.property.checkInFrom.replace(":", ".")}. ${f.property.phone}`,
    booking_cancelled: (f: MailFacts, place: string) =>
      `Nightledger: ${f.code}${place && ` di ${place}`}, ${day(f, f.checkIn)}, dibatalkan.${costs(f, "Biaya", "Kembali", "Menunggu bank Anda:")} Rincian ada di e-mail Anda.`,
  },
} as const satisfies Record<MailFacts["locale"], Record<SmsKind, (facts: MailFacts, place: string) => string>>;

/** A text in the GSM alphabet within one segment; a long name of the property gives way. */
export function smsText(kind: SmsKind, facts: MailFacts): string {
  const write = (place: string) => gsm(TEXTS[facts.locale][kind](facts, place)).trim();
  const name = gsm(facts.property.name).replaceAll(/\s+/g, " ").trim();
  const room = name.length - Math.max(0, write(name).length - SEGMENT);
  if (room >= name.length) return write(name);
  // Three letters of a name say nothing.
  return room < 8 ? write("") : write(`${name.slice(0, room - 1).trim()}.`);
}

/** " Fee EUR 110.00. Refund EUR 110.00.", as the e-mail has it. */
function costs({ settlement, locale }: MailFacts, fee: string, refund: string, waits: string): string {
  if (!settlement) return "";
  const waiting = settlement.ways.find(({ way }) => way === "waits")?.amount ?? 0;
  const parts = [
    [fee, settlement.fee],
    [refund, settlement.back - waiting],
    [waits, waiting],
  ] as const;
  return parts.map(([name, amount]) => (amount > 0 ? ` ${name} ${codedMoney(amount, settlement.currency, locale)}.` : "")).join("");
}

function day(facts: MailFacts, date: string): string {
  return shortDate(date, facts.locale);
}

/** Without the accents and letters that the alphabet lacks; a name in another script comes out empty. */
function gsm(text: string): string {
  return text
    .replaceAll("’", "'")
    .replaceAll(NOT_GSM, (char) => char.normalize("NFD").replaceAll(/\p{M}/gu, ""))
    .replaceAll(NOT_GSM, "");
}
