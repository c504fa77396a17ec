import type { Config } from "../platform/config.ts";
import type { PartyRoom } from "../platform/fields.ts";
import { amountOf, type Nights } from "../rooms/price.ts";
import { methodsFor } from "../rooms/quote.ts";
import { assignRooms } from "./assign.ts";
import type { Entry, EntryRoom, Offer } from "./book.ts";
import type { Cursor } from "./cursor.ts";
import type { HotelsInput } from "./schemas.ts";
import type { Supply } from "./supply.ts";

/** The cheapest way to lodge the whole party in one property. */
export interface Ranked {
  entry: Entry;
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

/** Every property that can lodge the party, within the asked total, sorted. */
export function rank(config: Config, entries: Entry[], supply: Supply, input: HotelsInput, now: Date): Ranked[] {
  const words = (input.roomType ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const min = input.minTotal ?? 0;
  const max = input.maxTotal ?? Infinity;
  return entries
    .flatMap((entry) => {
      const found = cheapest(config, entry, words, supply, input, now);
      return found && found.total >= min && found.total <= max ? { ...found, entry, keys: keysOf(input.sort, found.total, entry.stars) } : [];
    })
    .toSorted((a, b) => compare(a.keys, a.entry.propertyId, b.keys, b.entry.propertyId));
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

/**
 * A booking is paid either online or at the property, and each rate plan allows one or both: so the party
 * is lodged once for each way that is open here, and the cheaper wins.
 */
function cheapest(config: Config, entry: Entry, words: string[], supply: Supply, input: HotelsInput, now: Date): Omit<Ranked, "entry" | "keys"> | undefined {
  const rooms = entry.rooms.filter((room) => supply.left.has(room.roomTypeId) && words.every((word) => room.name.includes(word)));
  if (rooms.length === 0) return undefined;
  const left = rooms.map((room) => supply.left.get(room.roomTypeId)!);
  const priced = rooms.map((room) => pricesOf(room, supply, input, now));
  let best: Omit<Ranked, "entry" | "keys"> | undefined;
  for (const way of ["online", "property"] as const) {
    if (methodsFor(config, [{ ...entry, payment: way }]).length === 0) continue;
    const offers = priced.map((byRoom) => byRoom.map((list) => list.find(({ offer }) => offer.payment === way || offer.payment === "either")));
    const types = assignRooms(
      offers.map((byRoom) => byRoom.map((offer) => offer?.total)),
      left,
    );
    if (!types) continue;
    const chosen = types.map((type, room) => offers[type]![room]!);
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

/** Per room of the party: what each offer of the room type costs it, cheapest first. Equal rooms are priced once. */
function pricesOf(room: EntryRoom, supply: Supply, input: HotelsInput, now: Date): Priced[][] {
  const nights = new Map(room.offers.map(({ baseProductId }) => [baseProductId, supply.nightsOf(baseProductId)]));
  const known = new Map<string, Priced[]>();
  return input.rooms.map((party) => {
    const key = partyKey(party);
    const list = known.get(key) ?? priceFor(room, nights, input, party, now);
    known.set(key, list);
    return list;
  });
}

function priceFor(room: EntryRoom, nights: Map<number, Nights>, input: HotelsInput, party: PartyRoom, now: Date): Priced[] {
  const list: Priced[] = [];
  for (const offer of room.offers) {
    const { amount } = amountOf(offer, nights.get(offer.baseProductId)!, input.checkIn, input.checkOut, party, now);
    if (amount) list.push({ offer, total: amount.total });
  }
  return list.toSorted((a, b) => a.total - b.total);
}

function partyKey(party: PartyRoom): string {
  return `${party.adults}:${party.childAges.join()}`;
}
