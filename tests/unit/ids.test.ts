import { expect, test } from "vitest";
import { newBookingCode, newId } from "../../server/platform/ids.ts";

test("ids sort by their making", () => {
  const ids = Array.from({ length: 2000 }, () => newId());
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(2000);
  expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
});

test("booking codes are ten letters without those that look alike, and don't repeat", () => {
  const codes = Array.from({ length: 3000 }, () => newBookingCode());
  expect(new Set(codes).size).toBe(3000);
  for (const code of codes) expect(code).toMatch(/^[2-9A-HJKMNPQRSTVW-Z]{10}$/);
});

test("no letter of a code is likelier than another", () => {
  const counts = new Map<string, number>();
  for (let i = 0; i < 6000; i += 1) for (const letter of newBookingCode()) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  expect(counts.size).toBe(30);
  // 2000 of each expected, with a deviation of 44: eight of them are out of reach.
  for (const [letter, count] of counts) expect(Math.abs(count - 2000), letter).toBeLessThan(360);
});
