import { expect, test } from "vitest";
import { formatParty, parseParty } from "../../client/lib/party.ts";
import {
  parseSearch,
  readStay,
  stringifySearch,
  validateBooking,
  validateChoice,
  validateDay,
  validateNext,
  validateResults,
  validateReturn,
  validateStay,
  validateTrips,
  writeStay,
} from "../../client/lib/search-params.ts";

test("a stay goes to the URL and comes back", () => {
  const stay = {
    checkIn: "2026-12-30",
    checkOut: "2027-01-02",
    rooms: [
      { adults: 2, childAges: [5, 0] },
      { adults: 1, childAges: [] },
    ],
  };
  const query = stringifySearch({ ...writeStay(stay) });
  expect(query).toBe("?in=2026-12-30&out=2027-01-02&rooms=2-5.0_1");
  expect(readStay(validateStay(parseSearch(query)))).toEqual(stay);
});

test("dates that can't be a stay are dropped, not an error", () => {
  expect(validateStay({ in: "2026-02-30", out: "2026-03-02" })).toEqual({ out: "2026-03-02" });
  expect(validateStay({ in: "tomorrow", out: 5, rooms: "0" })).toEqual({});
  expect(readStay({ in: "2026-12-22", out: "2026-12-22" })).toBeUndefined();
  expect(readStay({ in: "2026-12-22", out: "2027-01-22" })).toBeUndefined();
  expect(readStay({ in: "2026-12-22", out: "2027-01-21" })).toMatchObject({ rooms: [{ adults: 2, childAges: [] }] });
});

test("nights are counted on the calendar, over a change of clocks and a leap day", () => {
  expect(readStay({ in: "2026-10-24", out: "2026-11-23" })).toBeDefined();
  expect(readStay({ in: "2026-10-24", out: "2026-11-24" })).toBeUndefined();
  expect(validateStay({ in: "2028-02-29" })).toEqual({ in: "2028-02-29" });
  expect(validateStay({ in: "2027-02-29" })).toEqual({});
});

test.each(["", "x", "0", "21", "2-18", "2-", "2_", "2--5", "1_1_1_1_1_1_1_1_1", "2-1.1.1.1.1.1.1.1.1.1.1"])("“%s” is no party", (text) => {
  expect(parseParty(text)).toBeUndefined();
});

test("a party is written as it is read", () => {
  for (const text of ["1", "2-5.7_1", "20-17", "2-0.0_2_2-3"]) expect(formatParty(parseParty(text) ?? [])).toBe(text);
});

test("an amount of a currency that nobody prices in is no filter, and free cancellation is asked for by one word", () => {
  expect(validateResults({ min: "100", cur: "XXX", free: "1" })).toMatchObject({ min: undefined, cur: undefined, free: "1" });
  expect(validateResults({ free: "yes" }).free).toBeUndefined();
});

test("filters keep what fits and leave out the rest; amounts need their currency", () => {
  expect(
    validateResults({ place: "1650535", name: "Ubud", type: "suite", min: "100", max: "9".repeat(16), cur: "IDR", stars: "4.5", amenities: "pool.spa", sort: "price" }),
  ).toEqual({ place: "1650535", name: "Ubud", type: "suite", min: "100", cur: "IDR", stars: "4.5", amenities: "pool.spa", sort: "price" });
  expect(validateResults({ place: "-1", min: "100", stars: "6", amenities: "Pool;drop", sort: "recommended", name: "a\u0000b" })).toEqual({});
});

test("after signing in one only goes to a page of ours", () => {
  expect(validateNext({ next: "/admin?x=1" })).toEqual({ next: "/admin?x=1" });
  for (const next of ["//evil.test", "https://evil.test", "/\\evil.test", "javascript:alert(1)", "", 3]) expect(validateNext({ next })).toEqual({});
});

test("the other screens' parameters are kept or dropped whole", () => {
  expect(validateChoice({ products: "12.0" })).toEqual({ products: "12.0" });
  expect(validateChoice({ products: "12,0" })).toEqual({});
  expect(validateBooking({ token: "a-b_C.1" })).toEqual({ token: "a-b_C.1" });
  expect(validateBooking({ token: "<script>" })).toEqual({});
  expect(validateReturn({ bookingId: "nope" })).toEqual({});
  expect(validateTrips({ scope: "past" })).toEqual({ scope: "past" });
  expect(validateTrips({ scope: "all" })).toEqual({});
  expect(validateDay({ date: "2026-02-30" })).toEqual({});
});

test("odd queries don't break the URL", () => {
  expect(parseSearch("?name=S%C3%A3o%20Paulo&name=x&%ZZ=1")).toMatchObject({ name: "x" });
  expect(stringifySearch({ name: "São Paulo & more", empty: "", none: undefined })).toBe("?name=S%C3%A3o+Paulo+%26+more");
});
