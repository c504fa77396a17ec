import { eq, inArray } from "drizzle-orm";
import type { Executor } from "../db/client.ts";
import { bookings, guests, properties } from "../db/schema/index.ts";

/** What an operator knows a booking by. The guest is masked: who must write to them finds them by the code. */
export interface BookingNames {
  code: string;
  hotel: string;
  checkIn: string;
  currency: string;
  guest: string;
  email: string;
}

/** By booking id; one that doesn't exist is absent. */
export async function namesOf(db: Executor, ids: readonly (string | null | undefined)[]): Promise<Map<string, BookingNames>> {
  const wanted = [...new Set(ids.filter((id) => typeof id === "string"))];
  if (wanted.length === 0) return new Map();
  const rows = await db
    .select({ id: bookings.id, code: bookings.code, hotel: properties.name, checkIn: bookings.checkIn, currency: bookings.currency, name: guests.name, email: guests.email })
    .from(bookings)
    .innerJoin(properties, eq(properties.id, bookings.propertyId))
    .innerJoin(guests, eq(guests.id, bookings.guestId))
    .where(inArray(bookings.id, wanted));
  return new Map(rows.map(({ id, name, email, ...rest }) => [id, { ...rest, guest: initials(name), email: maskedEmail(email) }]));
}

/** "Ana Reis" → "A. R." */
export function initials(name: string): string {
  return name
    .split(/\s+/)
    .filter(Boolean)
    .map((part) => `${firstOf(part)}.`)
    .join(" ");
}

/** "ana@guest.test" → "a***@guest.test" */
export function maskedEmail(email: string): string {
  const at = email.lastIndexOf("@");
  return `${firstOf(email)}***${at < 0 ? "" : email.slice(at)}`;
}

function firstOf(text: string): string {
  return String.fromCodePoint(...(text === "" ? [] : [text.codePointAt(0)!]));
}

/** In one line, for a person. */
export function bookingLine({ code, hotel, checkIn, guest, email }: BookingNames): string {
  return `${code} at ${hotel}, arrival ${checkIn}, guest ${guest} (${email})`;
}
