import fc from "fast-check";
import { expect, test } from "vitest";
import { exponentOf, percentOf, roundingUnit, roundMoney } from "../../server/platform/money.ts";

const currencies = fc.constantFrom("EUR", "IDR", "JPY", "KWD", "USD", "XXX");
const amounts = fc.integer({ min: 0, max: 1_000_000_000_000 });

test("each currency has its own digits and its own smallest step", () => {
  expect(["EUR", "IDR", "JPY", "KWD"].map(exponentOf)).toEqual([2, 2, 0, 3]);
  expect(["EUR", "IDR", "JPY", "KWD"].map(roundingUnit)).toEqual([1, 100, 1, 10]);
});

test("a rounded amount is a multiple of the step, at most half of one away", () => {
  fc.assert(
    fc.property(amounts, fc.integer({ min: 1, max: 999 }), currencies, (amount, thousandths, currency) => {
      const exact = amount + thousandths / 1000;
      const rounded = roundMoney(exact, currency);
      expect(rounded % roundingUnit(currency)).toBe(0);
      expect(Math.abs(rounded - exact)).toBeLessThanOrEqual(roundingUnit(currency) / 2);
      expect(roundMoney(rounded, currency)).toBe(rounded);
    }),
  );
});

test("percentages round half up, and a hundred percent is all", () => {
  expect(percentOf(10_005, 1000, "EUR")).toBe(1001);
  expect(percentOf(10_004, 1000, "EUR")).toBe(1000);
  expect(percentOf(123_456_700, 1100, "IDR")).toBe(13_580_200);
  fc.assert(fc.property(amounts, (amount) => percentOf(amount, 10_000, "EUR") === amount));
});
