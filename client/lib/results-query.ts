import { readList, readStay, type ResultsSearch } from "./search-params.ts";
import { trpc } from "./trpc.ts";

/** What the results' URL asks of the server; undefined while place or dates lack. */
export function resultsQuery(search: ResultsSearch) {
  const stay = readStay(search);
  if (!stay || !search.place) return undefined;
  return trpc.search.hotels.infiniteQueryOptions(
    {
      destinationId: Number(search.place),
      ...stay,
      ...(search.type ? { roomType: search.type } : {}),
      ...(search.min ? { minTotal: Number(search.min) } : {}),
      ...(search.max ? { maxTotal: Number(search.max) } : {}),
      ...(search.stars ? { stars: readList(search.stars).map(Number) } : {}),
      ...(search.amenities ? { amenities: readList(search.amenities) } : {}),
      ...(search.sort ? { sort: search.sort } : {}),
    },
    { getNextPageParam: (page) => page.nextCursor },
  );
}
