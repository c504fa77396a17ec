import type { z } from "zod";
import type { Context } from "../context.ts";
import type { Life } from "../platform/cache.ts";
import { entriesOf, type Entry } from "./book.ts";
import { cardsOf } from "./cards.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { placeOf } from "./place.ts";
import { after, fitting, sorted, type Ranked } from "./rank.ts";
import { hotelsOutput, type HotelsInput } from "./schemas.ts";
import { supplyOf, type Supply } from "./supply.ts";

export type HotelsPage = z.infer<typeof hotelsOutput>;

/** Decision 009. */
export const LIFE: Life = { ttlMs: 10_000, staleMs: 50_000, lateMs: 240_000, heavy: true };

/**
 * The properties of a place that can lodge the whole party on every night, restrictions included, each
 * with its cheapest total. May be 10 s old (a minute while it is refreshed,
 * five where too many others are); a quote never is.
 * @throws NOT_FOUND destination, INVALID cursor
 */
export function hotels(ctx: Context, input: HotelsInput): Promise<HotelsPage> {
  return ctx.cache.through(keyOf(input), LIFE, () => loadHotels(ctx, input), ctx.defer);
}

/** The search itself, without the cache. Errors as `hotels`. */
export async function loadHotels(ctx: Context, input: HotelsInput): Promise<HotelsPage> {
  return hotelsOutput.parse(await findHotels(ctx, input));
}

async function findHotels(ctx: Context, input: HotelsInput): Promise<HotelsPage> {
  const cursor = input.cursor === undefined ? undefined : decodeCursor(input.cursor, input.sort);
  const now = ctx.clock.now();
  const place = await placeOf(ctx.db, input.destinationId);
  const { entries, inReach: propertiesInDestination } = await entriesOf(ctx.db, place, input);
  const found: Ranked[] = [];
  for await (const { entries: part, supply } of partsOf(ctx, entries, input)) found.push(...fitting(ctx.config, part, supply, input, now));
  const ranked = sorted(found);
  const rest = cursor ? after(ranked, cursor) : ranked;
  const page = rest.slice(0, input.limit);
  const items = await cardsOf(ctx, page, input, now);
  const last = page.at(-1);
  const counts = { propertiesInDestination, found: ranked.length };
  if (!last || rest.length === page.length) return { place: place.name, items, ...counts };
  return { place: place.name, items, nextCursor: encodeCursor([input.sort, ...last.keys, last.entry.propertyId]), ...counts };
}

/** So many properties are priced while the nights of the next ones are read: neither we nor the database wait long. */
const PART = 150;

interface Part {
  entries: Entry[];
  supply: Supply;
}

/** The properties with the stock and the prices of the stay, part by part. */
export async function* partsOf(ctx: Context, entries: Entry[], input: Pick<HotelsInput, "checkIn" | "checkOut">): AsyncGenerator<Part> {
  const read = async (from: number): Promise<Part | undefined> => {
    const part = entries.slice(from, from + PART);
    return part.length === 0 ? undefined : { entries: part, supply: await supplyOf(ctx.db, part, input) };
  };
  let next = read(0);
  for (let from = PART; ; from += PART) {
    const part = await next;
    if (!part) return;
    next = read(from);
    // Should pricing fail, nobody would hear of its failure.
    next.catch(() => undefined);
    yield part;
  }
}

/** Equal searches, equal text: every field in one order, lists sorted where their order means nothing. */
export function keyOf(input: HotelsInput): string {
  const rooms = input.rooms.map((room) => [room.adults, ...room.childAges]);
  return `search:${JSON.stringify([
    input.destinationId,
    input.checkIn,
    input.checkOut,
    rooms,
    input.roomType?.toLowerCase(),
    input.minTotal,
    input.maxTotal,
    input.stars?.toSorted(),
    input.amenities?.toSorted(),
    input.freeCancellation,
    input.locale,
    input.sort,
    input.cursor,
    input.limit,
  ])}`;
}
