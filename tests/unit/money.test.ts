import fc from "fast-check";
import { expect, test } from "vitest";
import { readFileSync } from "node:fs";
import { CURRENCY_CODES, exponentOf, formatRate, roundingUnit, roundMoney, shareOf } from "../../server/platform/money.ts";

const currencies = fc.constantFrom(...CURRENCY_CODES);
const amounts = fc.integer({ min: 0, max: 1_000_000_000_000 });

test("each currency has its own digits and its own smallest step", () => {
  expect(["EUR", "IDR", "JPY", "KWD"].map(exponentOf)).toEqual([2, 2, 0, 3]);
  expect(["EUR", "IDR", "JPY", "KWD"].map(roundingUnit)).toEqual([1, 100, 1, 10]);
  expect(["CLP", "XOF", "XAF", "PYG", "UGX", "RWF", "ISK"].map(exponentOf)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  expect(["OMR", "JOD", "TND", "BHD", "IQD", "LYD"].map(exponentOf)).toEqual([3, 3, 3, 3, 3, 3]);
});

test("a currency that isn't listed has no digits: it is refused, not guessed", () => {
  for (const code of ["XXX", "ZZZ", "eur", "", "HRK", "constructor"]) {
    expect(() => exponentOf(code)).toThrow(RangeError);
    expect(() => roundMoney(100, code)).toThrow(RangeError);
  }
});

test("the database's currencies are those of the code", () => {
  const [, list] = /CREATE DOMAIN currency_code[^(]*\(VALUE IN \(([^)]*)\)/.exec(readFileSync("db/migrations/0000_foundation.sql", "utf8"))!;
  expect(list!.match(/[A-Z]{3}/g)).toEqual(CURRENCY_CODES);
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

test("rates round half up, are as fine as the world has them, and the whole is all", () => {
  expect(shareOf(10_005, 100_000, "EUR")).toBe(1001);
  expect(shareOf(10_004, 100_000, "EUR")).toBe(1000);
  expect(shareOf(44_600, 88_750, "USD")).toBe(3_958);
  expect(shareOf(44_600, 58_750, "USD")).toBe(2_620);
  expect(shareOf(123_456_700, 110_000, "IDR")).toBe(13_580_200);
  fc.assert(fc.property(amounts, (amount) => shareOf(amount, 1_000_000, "EUR") === amount));
});

test("a rate is written from the number that is charged, in the reader's language", () => {
  expect([88_750, 58_750, 100_000, 99_750].map((rate) => formatRate(rate, "en"))).toEqual(["8.875%", "5.875%", "10%", "9.975%"]);
  expect(formatRate(88_750, "id")).toBe("8,875%");
});
