import { exponentOf, roundingUnit } from "../../server/platform/money.ts";
import { getLocale } from "./i18n/compiled/runtime.js";

/** Digits after the point that are shown: none below the rounding unit. */
const shownDigits = (currency: string): number => exponentOf(currency) - Math.round(Math.log10(roundingUnit(currency)));

function numbers(locale: string, currency: string, options: Intl.NumberFormatOptions = { style: "currency", currency }): Intl.NumberFormat {
  const digits = shownDigits(currency);
  return new Intl.NumberFormat(locale, { ...options, minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Minor units in the reader's language: 150000000 IDR → "IDR 1,500,000". */
export function formatMoney(amount: number, currency: string): string {
  return numbers(getLocale(), currency).format(amount / 10 ** exponentOf(currency));
}

/** The same without the currency, for an input whose label says it: "1,500,000". */
export function formatAmount(amount: number, currency: string): string {
  return numbers(getLocale(), currency, {}).format(amount / 10 ** exponentOf(currency));
}

/**
 * The inverse of `formatMoney` and `formatAmount`: an amount as a page in that language writes it, or with its groups, its
 * digits after the point or its currency left out.
 * @returns minor units; undefined where it is no amount, or could be read as another one: "1.500" on an English page
 */
export function parseAmount(text: string, locale: string, currency: string): number | undefined {
  const parts = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, useGrouping: true }).formatToParts(11_111.1);
  const sign = (type: string): string => `[${parts.find((part) => part.type === type)?.value ?? " "}]`;
  const digits = exponentOf(currency);
  const written = new RegExp(`^(\\d{1,3}(?:${sign("group")}\\d{3})+|\\d+)${digits > 0 ? `(?:${sign("decimal")}(\\d{1,${digits}}))?` : ""}$`);
  const [, whole, fraction = ""] = written.exec(withoutCurrency(text, locale, currency)) ?? [];
  if (whole === undefined) return undefined;
  const minor = Number(whole.replaceAll(/\D/g, "") + fraction.padEnd(digits, "0"));
  return Number.isSafeInteger(minor) ? minor : undefined;
}

/** Of people and of `Intl`: the code, the sign, both of another language's page, before or after, with or without a space. */
function withoutCurrency(text: string, locale: string, currency: string): string {
  const written = text
    .normalize("NFKC")
    .replaceAll(/\p{Cf}/gu, "")
    .trim();
  const names = (["code", "symbol", "narrowSymbol"] as const).map(
    (currencyDisplay) =>
      new Intl.NumberFormat(locale, { style: "currency", currency, currencyDisplay }).formatToParts(0).find((part) => part.type === "currency")?.value ?? currency,
  );
  // The longest first: "US$" before "$".
  for (const name of names.map((one) => one.normalize("NFKC")).toSorted((one, other) => other.length - one.length)) {
    if (written.startsWith(name)) return written.slice(name.length).trimStart();
    if (written.endsWith(name)) return written.slice(0, -name.length).trimEnd();
  }
  return written;
}
