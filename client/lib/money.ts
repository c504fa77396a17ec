import { exponentOf, roundingUnit } from "../../server/platform/money.ts";
import { getLocale } from "./i18n/compiled/runtime.js";

/** Minor units in the reader's language: 150000000 IDR → "IDR 1,500,000"; digits below the rounding unit are left out. */
export function formatMoney(amount: number, currency: string): string {
  const digits = exponentOf(currency) - Math.round(Math.log10(roundingUnit(currency)));
  return new Intl.NumberFormat(getLocale(), {
    style: "currency",
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(amount / 10 ** exponentOf(currency));
}

/** What a person types ("1500000" rupiah) to minor units; undefined where it is no amount. */
export function toMinor(text: string, currency: string): number | undefined {
  const amount = Number(text.trim());
  if (text.trim() === "" || !Number.isFinite(amount) || amount < 0) return undefined;
  const minor = Math.round(amount * 10 ** exponentOf(currency));
  return Number.isSafeInteger(minor) ? minor : undefined;
}

/** Minor units to what stands in an input. */
export function toMajor(amount: number, currency: string): string {
  return String(amount / 10 ** exponentOf(currency));
}
