import type { z } from "zod";
import type { Context } from "../context.ts";
import { addDays, daysBetween } from "../platform/dates.ts";
import { MAX_NIGHTS } from "../platform/fields.ts";
import { entriesOf, type Entry } from "./book.ts";
import { partsOf } from "./hotels.ts";
import { placeOf } from "./place.ts";
import { fitting, type Ranked } from "./rank.ts";
import type { otherDatesInput, otherDatesOutput } from "./schemas.ts";

type Asked = z.infer<typeof otherDatesInput>;
type OtherDates = z.infer<typeof otherDatesOutput>;

/** Days that arrival and departure move, the nearest first: what a guest may do instead. */
const SHIFTS = [
  [1, 1],
  [-1, -1],
  [0, 1],
  [2, 2],
  [-2, -2],
  [7, 7],
  [-7, -7],
  [14, 14],
] as const;
const MOST = 4;
/** Properties of the place that are asked, so that all the dates together cost about what one search does. */
const MOST_ASKED = 150;

/**
 * Other dates on which the place, or one property of it, can lodge the same party, asked of the ledger: on each at least
 * one property has rooms. May be a minute old.
 * @throws NOT_FOUND destination
 */
export function otherDates(ctx: Context, input: Asked): Promise<OtherDates> {
  const rooms = input.rooms.map((room) => [room.adults, ...room.childAges]);
  const key = `other_dates:${JSON.stringify([input.destinationId, input.propertyId, input.checkIn, input.checkOut, rooms])}`;
  return ctx.cache.through(key, { ttlMs: 30_000, staleMs: 30_000, heavy: true }, () => findOtherDates(ctx, input), ctx.defer);
}

async function findOtherDates(ctx: Context, input: Asked): Promise<OtherDates> {
  const { entries: all } = await entriesOf(ctx.db, await placeOf(ctx.db, input.destinationId), {});
  const asked = input.propertyId === undefined ? all : all.filter((entry) => entry.propertyId === input.propertyId);
  const entries = asked.slice(0, MOST_ASKED);
  const found: OtherDates = [];
  for (const [arrival, departure] of entries.length > 0 ? SHIFTS : []) {
    if (found.length === MOST) break;
    const stay = { checkIn: addDays(input.checkIn, arrival), checkOut: addDays(input.checkOut, departure) };
    if (daysBetween(stay.checkIn, stay.checkOut) > MAX_NIGHTS) continue;
    const offer = await offerOn(ctx, entries, { ...input, ...stay });
    if (offer) found.push({ ...stay, ...offer, atLeast: entries.length < asked.length });
  }
  return found.toSorted((one, other) => (one.checkIn < other.checkIn ? -1 : 1));
}

/** How many properties have rooms then, and the least total of those with the most usual currency. */
async function offerOn(ctx: Context, entries: Entry[], asked: Asked): Promise<Omit<OtherDates[number], "checkIn" | "checkOut" | "atLeast"> | undefined> {
  const now = ctx.clock.now();
  const ranked: Ranked[] = [];
  for await (const { entries: part, supply } of partsOf(ctx, entries, asked)) ranked.push(...fitting(ctx.config, part, supply, { ...asked, sort: "price", limit: 1 }, now));
  const [usual] = [...Map.groupBy(ranked, (item) => item.entry.currency)].toSorted(([, some], [, others]) => others.length - some.length);
  return usual && { properties: ranked.length, currency: usual[0], total: Math.min(...usual[1].map((item) => item.total)) };
}
