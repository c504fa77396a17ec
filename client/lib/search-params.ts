import { CURRENCY_CODES } from "../../server/platform/money.ts";
import { ownPath } from "../../server/platform/own-path.ts";
import { SORTS } from "./sorts.ts";
import { countNights, isDate } from "./dates.ts";
import { formatParty, parseParty, USUAL_PARTY, type PartyRoom } from "./party.ts";

// The state of a screen is in its URL, as short texts. What does not fit is dropped, never an error:
// links are typed, cut and forwarded by people. Written by hand, so that home needs no schema library.
// Each key is always in the answer: the router lays it over the raw search, where one left out would let the raw value through.

export interface StaySearch {
  in?: string;
  out?: string;
  rooms?: string;
}
export interface PlaceSearch extends StaySearch {
  /** Id of the destination, and its name to show. */
  place?: string;
  name?: string;
}
export interface ResultsSearch extends PlaceSearch {
  type?: string;
  /** Minor units, of the currency `cur`. */
  min?: string;
  max?: string;
  cur?: string;
  /** "4.5" */
  stars?: string;
  /** "pool.spa" */
  amenities?: string;
  /** Free cancellation only. */
  free?: "1";
  sort?: (typeof SORTS)[number];
}
/** What narrows the results. */
export type Filters = Pick<ResultsSearch, "type" | "min" | "max" | "cur" | "stars" | "amenities" | "free">;
export interface ChoiceSearch extends StaySearch {
  /** A product per room of the party, "12.0": 0 where none is chosen yet. */
  products?: string;
}
export interface BookingSearch {
  /** The secret of a mail's link; not needed by the browser or the account that booked. */
  token?: string;
}

/** A stay that can be asked for. */
export interface Stay {
  checkIn: string;
  checkOut: string;
  rooms: PartyRoom[];
}

export const MAX_NIGHTS = 30;
type Raw = Record<string, unknown>;

function text(raw: Raw, key: string, fits: RegExp): string | undefined {
  const value = raw[key];
  return typeof value === "string" && fits.test(value) ? value : undefined;
}

export function validateStay(raw: Raw): StaySearch {
  const date = (key: string) => {
    const value = text(raw, key, /^[\d-]+$/);
    return value && isDate(value) ? value : undefined;
  };
  const party = parseParty(text(raw, "rooms", /^[\d._-]{1,200}$/) ?? "");
  return { in: date("in"), out: date("out"), rooms: party && formatParty(party) };
}

export function validatePlace(raw: Raw): PlaceSearch {
  return { ...validateStay(raw), place: text(raw, "place", /^[1-9]\d{0,9}$/), name: text(raw, "name", /^[^\p{Cc}]{1,80}$/u) };
}

export function validateResults(raw: Raw): ResultsSearch {
  const sort = SORTS.find((known) => known === raw.sort);
  const cur = CURRENCY_CODES.find((code) => code === raw["cur"]);
  return {
    ...validatePlace(raw),
    type: text(raw, "type", /^[^\p{Cc}]{1,60}$/u),
    min: cur && text(raw, "min", /^\d{1,15}$/),
    max: cur && text(raw, "max", /^\d{1,15}$/),
    cur,
    stars: text(raw, "stars", /^[0-5](\.[0-5]){0,5}$/),
    amenities: text(raw, "amenities", /^[a-z_]{1,40}(\.[a-z_]{1,40}){0,19}$/),
    free: raw["free"] === "1" ? "1" : undefined,
    sort: sort === "recommended" ? undefined : sort,
  };
}

export function validateChoice(raw: Raw): ChoiceSearch {
  return { ...validateStay(raw), products: text(raw, "products", /^\d{1,10}(\.\d{1,10}){0,7}$/) };
}

export function validateBooking(raw: Raw): BookingSearch {
  return { token: text(raw, "token", /^[\w.~-]{1,100}$/) };
}

/** Only a path of our own: a link must not send anybody elsewhere after they sign in. */
export function validateNext(raw: Raw): { next?: string } {
  return { next: typeof raw.next === "string" ? ownPath(raw.next) : undefined };
}

export const TRIP_SCOPES = ["upcoming", "past", "cancelled"] as const;
export type TripScope = (typeof TRIP_SCOPES)[number];

export function validateTrips(raw: Raw): { scope?: TripScope } {
  return { scope: TRIP_SCOPES.find((known) => known === raw.scope) };
}

/** The token of a mail's link: to verify an address, or to set a new password. */
export function validateToken(raw: Raw): { token?: string } {
  return { token: text(raw, "token", /^[\w.~-]{1,200}$/) };
}

/** The link of an invitation's mail. */
export function validateInvitation(raw: Raw): { id?: string } {
  return { id: text(raw, "id", /^[\w-]{1,64}$/) };
}

/** Where a provider's page comes back; a return without a booking is told as such by the screen. */
export function validateReturn(raw: Raw): BookingSearch & { bookingId?: string; changeId?: string } {
  return { ...validateBooking(raw), bookingId: text(raw, "bookingId", /^[\da-f-]{36}$/), changeId: text(raw, "changeId", /^[\da-f-]{36}$/) };
}

export function validateDay(raw: Raw): { date?: string } {
  const date = text(raw, "date", /^[\d-]+$/);
  return { date: date && isDate(date) ? date : undefined };
}

/** The stay of a URL; undefined where dates lack or can't be a stay. */
export function readStay(search: StaySearch): Stay | undefined {
  const { in: checkIn, out: checkOut } = search;
  if (!checkIn || !checkOut) return undefined;
  const nights = countNights(checkIn, checkOut);
  if (nights < 1 || nights > MAX_NIGHTS) return undefined;
  return { checkIn, checkOut, rooms: readParty(search) };
}

export function readParty(search: StaySearch): PartyRoom[] {
  return parseParty(search.rooms ?? "") ?? USUAL_PARTY;
}

export function writeStay(stay: Stay): StaySearch {
  return { in: stay.checkIn, out: stay.checkOut, rooms: formatParty(stay.rooms) };
}

/** "a.b" ⇄ ["a", "b"] of the filters. */
export function readList(list: string | undefined): string[] {
  return list ? list.split(".") : [];
}

export function writeList(list: string[]): string | undefined {
  return list.length > 0 ? list.join(".") : undefined;
}

/** Query text ⇄ the router's record: plain texts both ways, no JSON in our URLs. */
export function parseSearch(query: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(query));
}

export function stringifySearch(search: Record<string, unknown>): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) if (typeof value === "string" && value !== "") query.set(key, value);
  return query.size > 0 ? `?${query}` : "";
}
