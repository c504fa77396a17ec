import { LRUCache } from "lru-cache";
import type { Entry } from "./book.ts";

/**
 * The prices and restrictions of 32 days of one property, as far as they have been read. Numbers lie flat, by day and
 * base product: tens of thousands of living objects are what slows a search.
 */
export interface Slab {
  /** A bit for each day that has been read. */
  read: number;
  /** Rules, the prices for 1, 2, 3 … adults, those of each child bucket. Rules of 0: no night; NaN: no price. */
  cells: Float64Array;
}

export const SLAB_DAYS = 32;

export const slabNo = (day: number): number => Math.floor(day / SLAB_DAYS);
export const widthOf = (entry: Entry): number => 1 + entry.adults + entry.buckets;

export interface SlabBook {
  /** The slab of these days; a new one where none is remembered. */
  slabOf(entry: Entry, number: number): Slab;
}

/**
 * Slabs by version of a property: whatever changes its rates raises that, so an old version's are asked for no more. Past
 * `mostCells` those that were asked for longest ago go, one by one.
 */
export function openSlabBook(mostCells: number): SlabBook {
  const slabs = new LRUCache<string, Slab>({ maxSize: mostCells, sizeCalculation: ({ cells }) => Math.max(1, cells.length) });
  return {
    slabOf(entry, number) {
      const key = `${entry.propertyId}/${entry.version}/${number}`;
      const known = slabs.get(key);
      if (known) return known;
      const slab = { read: 0, cells: new Float64Array(SLAB_DAYS * entry.bases.length * widthOf(entry)) };
      slabs.set(key, slab);
      return slab;
    },
  };
}
