import type { Config } from "../platform/config.ts";
import type { PartyRoom } from "../platform/fields.ts";
import { amountOf, isFreeByRules, type Nights } from "../rooms/price.ts";
import { methodsFor } from "../rooms/quote.ts";
import { assignRooms } from "./assign.ts";
import type { Entry, EntryRoom, Offer } from "./book.ts";
import type { Cursor } from "./cursor.ts";
import type { HotelsInput } from "./schemas.ts";
import type { Supply } from "./supply.ts";

/** The cheapest way to lodge the whole party in one property. */
export interface Ranked {
  entry: Entry;
  /** The nights and the stock that it was priced from. */
  supply: Supply;
  total: number;
  /** Per room of the party. */
  productIds: number[];
  /** Units left of the scarcest room type in it. */
  left: number;
  /** Sort keys, ascending. */
  keys: [number, number];
}

interface Priced {
  offer: Offer;
  total: number;
}

/** Every property that can lodge the party, within the asked total. */
export function fitting(config: Config, entries: Entry[], supply: Supply, input: HotelsInput, now: Date): Ranked[] {
  const words = wordsOf(input);
  const min = input.minTotal ?? 0;
  const max = input.maxTotal ?? Infinity;
  const asked = askedOf(input);
  return entries.flatMap((entry) => {
    const found = cheapest(config, entry, words, supply, asked, now);
    return found && found.total >= min && found.total <= max ? { ...found, entry, supply, keys: keysOf(input.sort, found.total, entry.stars) } : [];
  });
}

/** In the asked order; of equals the one with the smaller id first, so that pages fit together. */
export function sorted(found: readonly Ranked[]): Ranked[] {
  return found.toSorted((a, b) => compare(a.keys, a.entry.propertyId, b.keys, b.entry.propertyId));
}

/** The items after a cursor. */
export function after(ranked: Ranked[], cursor: Cursor): Ranked[] {
  const [, first, second, id] = cursor;
  const from = ranked.findIndex((item) => compare(item.keys, item.entry.propertyId, [first, second], id) > 0);
  return from === -1 ? [] : ranked.slice(from);
}

/**
 * `recommended` is the total less 8 % per star: what is paid, seen by what is got. It depends on the
 * property alone, never on the others, so that pages fit together.
 */
function keysOf(sort: HotelsInput["sort"], total: number, stars: number): [number, number] {
  switch (sort) {
    case "recommended":
      return [Math.round(total * (1 - 0.08 * stars)), total];
    case "price":
      return [total, -stars];
    case "price_desc":
      return [-total, -stars];
    case "stars":
      return [-stars, total];
  }
}

function compare(a: [number, number], aId: string, b: [number, number], bId: string): number {
  return a[0] - b[0] || a[1] - b[1] || (aId < bId ? -1 : aId > bId ? 1 : 0);
}

/** The products of the cheapest way that can be cancelled free of charge now; the filters on the total don't count. */
export function cheapestFreeOf(config: Config, { entry, supply }: Pick<Ranked, "entry" | "supply">, input: HotelsInput, now: Date): number[] | undefined {
  return cheapest(config, entry, wordsOf(input), supply, askedOf({ ...input, freeCancellation: true }), now)?.productIds;
}

const wordsOf = ({ roomType = "" }: HotelsInput): string[] => roomType.toLowerCase().split(/\s+/).filter(Boolean);

/** The party's rooms without repetition, and for each room of the party which of them it is: equal rooms are priced once. */
interface Asked extends Pick<HotelsInput, "checkIn" | "checkOut" | "freeCancellation"> {
  parties: PartyRoom[];
  which: number[];
}

function askedOf({ checkIn, checkOut, rooms, freeCancellation }: HotelsInput): Asked {
  const keys = rooms.map((party) => `${party.adults}:${party.childAges.join()}`);
  const distinct = [...new Set(keys)];
  return { checkIn, checkOut, freeCancellation, parties: distinct.map((key) => rooms[keys.indexOf(key)]!), which: keys.map((key) => distinct.indexOf(key)) };
}

const WAYS = ["online", "property"] as const;

/**
 * A booking is paid either online or at the property, and each rate plan allows one or both: so the party
 * is lodged once for each way that is open here, and the cheaper wins.
 */
function cheapest(config: Config, entry: Entry, words: string[], supply: Supply, asked: Asked, now: Date): Omit<Ranked, "entry" | "supply" | "keys"> | undefined {
  const rooms = entry.rooms.filter((room) => supply.left.has(room.roomTypeId) && words.every((word) => room.name.includes(word)));
  if (rooms.length === 0) return undefined;
  const left = rooms.map((room) => supply.left.get(room.roomTypeId)!);
  const priced = rooms.map((room) => pricesOf(entry, room, supply, asked, now));
  const { paymentMethods, currency } = entry;
  let best: Omit<Ranked, "entry" | "supply" | "keys"> | undefined;
  for (const way of WAYS) {
    if (methodsFor(config, [{ paymentMethods, currency, payment: way }]).length === 0) continue;
    const offers = priced.map((byParty) => byParty.map((list) => cheapestBy(way, list)));
    const types = assignRooms(
      offers.map((byParty) => asked.which.map((party) => byParty[party]?.total)),
      left,
    );
    if (!types) continue;
    const chosen = types.map((type, room) => offers[type]![asked.which[room]!]!);
    const total = chosen.reduce((sum, { total: price }) => sum + price, 0);
    if (best && best.total <= total) continue;
    best = {
      total,
      productIds: chosen.map(({ offer }) => offer.productId),
      left: Math.min(...types.map((type) => left[type]!)),
    };
  }
  return best;
}

/** Of equal prices the offer that the property shows first. */
function cheapestBy(way: (typeof WAYS)[number], list: Priced[]): Priced | undefined {
  let best: Priced | undefined;
  for (const one of list) {
    if ((one.offer.payment === way || one.offer.payment === "either") && (!best || one.total < best.total)) best = one;
  }
  return best;
}

/** Per party: what each offer of the room type costs it. */
function pricesOf(entry: Entry, room: EntryRoom, supply: Supply, { parties, checkIn, checkOut, freeCancellation }: Asked, now: Date): Priced[][] {
  const lists = parties.map((): Priced[] => []);
  let nights: Nights | undefined;
  let base: number | undefined;
  for (const offer of freeCancellation ? room.offersByPolicy : room.offers) {
    if (freeCancellation && !isFreeByRules(offer.policyRules, offer.zone, checkIn, now)) continue;
    if (!nights || offer.baseProductId !== base) nights = supply.nightsOf(entry, (base = offer.baseProductId));
    for (let index = 0; index < parties.length; index += 1) {
      const { amount } = amountOf(offer, nights, checkIn, checkOut, parties[index]!, now);
      if (amount) lists[index]!.push({ offer, total: amount.total });
    }
  }
  return lists;
}
