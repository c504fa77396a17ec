import { expect, test } from "vitest";
import type { Entry } from "../../server/search/book.ts";
import { openSlabBook, SLAB_DAYS } from "../../server/search/slabs.ts";

/** One base product with a price for one adult: two cells a day. */
const entry = (propertyId: string, version = "1.1"): Entry => ({
  propertyId,
  version,
  stars: 3,
  currency: "EUR",
  paymentMethods: [],
  rooms: [],
  bases: [1],
  adults: 1,
  buckets: 0,
});
const CELLS = SLAB_DAYS * 2;

test("past the bound only the nights that were asked for longest ago are forgotten", () => {
  const book = openSlabBook(4 * CELLS);
  const [oldest, second, third, fourth] = ["a", "b", "c", "d"].map((id) => book.slabOf(entry(id), 0));
  expect(book.slabOf(entry("a"), 0)).toBe(oldest);
  book.slabOf(entry("e"), 0);
  expect(book.slabOf(entry("a"), 0)).toBe(oldest);
  expect(book.slabOf(entry("c"), 0)).toBe(third);
  expect(book.slabOf(entry("d"), 0)).toBe(fourth);
  expect(book.slabOf(entry("b"), 0)).not.toBe(second);
});

test("another version and other days of a property are other nights", () => {
  const book = openSlabBook(100 * CELLS);
  const slab = book.slabOf(entry("a"), 3);
  expect(book.slabOf(entry("a"), 3)).toBe(slab);
  expect(book.slabOf(entry("a", "1.2"), 3)).not.toBe(slab);
  expect(book.slabOf(entry("a"), 4)).not.toBe(slab);
});

test("a property that sells nothing takes its place without failing", () => {
  const book = openSlabBook(CELLS);
  expect(book.slabOf({ ...entry("a"), bases: [] }, 0).cells).toHaveLength(0);
});
