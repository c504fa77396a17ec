import type { Locale } from "../platform/fields.ts";
import { exponentOf, roundingUnit } from "../platform/money.ts";

export { instantText } from "../platform/instant-text.ts";

// For mails and texts. Nothing here asks for the present time: a mail that is sent again must be the same bytes.

/** English with the day before the month. */
const TAG = { en: "en-GB", id: "id-ID" } as const satisfies Record<Locale, string>;

/** Minor units → "€240.00", "Rp 1.450.000". */
export function money(amount: number, currency: string, locale: Locale): string {
  const exponent = exponentOf(currency);
  const digits = roundingUnit(currency) >= 10 ** exponent ? 0 : exponent;
  return new Intl.NumberFormat(TAG[locale], { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits }).format(amount / 10 ** exponent);
}

/** As `money`, with the code for the sign and plain spaces: "EUR 240.00". */
export function codedMoney(amount: number, currency: string, locale: Locale): string {
  const exponent = exponentOf(currency);
  const digits = roundingUnit(currency) >= 10 ** exponent ? 0 : exponent;
  const number = new Intl.NumberFormat(TAG[locale], { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(amount / 10 ** exponent);
  return `${currency} ${number}`;
}

/** "2026-12-20" → "Sunday, 20 December 2026". */
export function longDate(date: string, locale: Locale): string {
  return new Intl.DateTimeFormat(TAG[locale], { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" }).format(new Date(date));
}

/** "2026-12-20" → "20 Dec 2026". */
export function shortDate(date: string, locale: Locale): string {
  return new Intl.DateTimeFormat(TAG[locale], { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }).format(new Date(date));
}

/** "ID" → "Indonesia"; an unknown code stays as it is. */
export function countryName(code: string, locale: Locale): string {
  return /^[A-Z]{2}$/.test(code) ? (new Intl.DisplayNames(TAG[locale], { type: "region" }).of(code) ?? code) : code;
}
