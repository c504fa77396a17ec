import { getLocale } from "./i18n/compiled/runtime.js";
import { readList, readStay, type ResultsSearch } from "./search-params.ts";
import { trpc } from "./trpc.ts";

/** What the results' URL asks of the server; undefined while place or dates lack. */
function questionOf(search: ResultsSearch) {
  const stay = readStay(search);
  if (!stay || !search.place) return undefined;
  return {
    destinationId: Number(search.place),
    ...stay,
    locale: getLocale(),
    ...(search.type ? { roomType: search.type } : {}),
    ...(search.min ? { minTotal: Number(search.min) } : {}),
    ...(search.max ? { maxTotal: Number(search.max) } : {}),
    ...(search.stars ? { stars: readList(search.stars).map(Number) } : {}),
    ...(search.amenities ? { amenities: readList(search.amenities) } : {}),
    ...(search.free ? { freeCancellation: true } : {}),
    ...(search.sort ? { sort: search.sort } : {}),
  };
}

/** The results, page by page. */
export function resultsQuery(search: ResultsSearch) {
  const question = questionOf(search);
  return question && trpc.search.hotels.infiniteQueryOptions(question, { getNextPageParam: (page) => page.nextCursor });
}

/** Whether the same place has anything at all for the party on these dates, whatever the filters. */
export function unfilteredQuery({ place, in: checkIn, out, rooms }: ResultsSearch) {
  const question = questionOf({ ...(place && { place }), ...(checkIn && { in: checkIn }), ...(out && { out }), ...(rooms && { rooms }) });
  return question && trpc.search.hotels.queryOptions({ ...question, limit: 1 });
}
