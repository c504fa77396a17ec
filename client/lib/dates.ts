import { instantText } from "../../server/platform/instant-text.ts";
import { getLocale } from "./i18n/compiled/runtime.js";

// Plain dates are "YYYY-MM-DD"; they are counted as UTC midnights, where every day has 24 hours.

const DAY_MS = 86_400_000;

function utc(date: string): number {
  return Date.parse(`${date}T00:00:00Z`);
}

/** A date that exists, written in full: no 30 February. Years are the server's, 2000 to 2099: on its way to 2027 a typed year is 2, 20 and 202. */
export function isDate(text: string): boolean {
  return /^20\d{2}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(utc(text)) && addDays(text, 0) === text;
}

export function addDays(date: string, days: number): string {
  return new Date(utc(date) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Nights of the half-open stay. */
export function countNights(checkIn: string, checkOut: string): number {
  return Math.round((utc(checkOut) - utc(checkIn)) / DAY_MS);
}

/** The earliest day that is today somewhere, in UTC−12: the reader's own may be over where the room is. The property's is the server's to say. */
export function earliestToday(now = new Date()): string {
  return new Date(now.getTime() - DAY_MS / 2).toISOString().slice(0, 10);
}

/** "Fri, 11 Sep 2026": a plain date with its weekday. */
export function formatDate(date: string): string {
  return new Intl.DateTimeFormat(dateLocale(), { weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }).format(utc(date));
}

/** "11 Sep": where the year is clear. */
export function formatDay(date: string): string {
  return new Intl.DateTimeFormat(dateLocale(), { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" }).format(utc(date));
}

/** "Fri, 11 Sep 2026, 18:00 WIB": an instant in the property's zone, as the mails tell it. */
export function formatInstant(instant: string, zone: string): string {
  return instantText(instant, zone, getLocale());
}

/** "4:07" of a span in milliseconds; never negative. */
export function formatCountdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Country code to its name in the reader's language. */
export function countryName(code: string): string {
  return new Intl.DisplayNames([getLocale()], { type: "region" }).of(code) ?? code;
}

/** English as most of our guests write dates: day before month. */
function dateLocale(): string {
  return getLocale() === "en" ? "en-GB" : getLocale();
}
