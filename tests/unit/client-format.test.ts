import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { addDays, countNights, formatCountdown, formatDate, formatInstant, isDate, earliestToday } from "../../client/lib/dates.ts";
import { overwriteGetLocale } from "../../client/lib/i18n/compiled/runtime.js";
import { formatAmount, formatMoney, parseAmount } from "../../client/lib/money.ts";
import { freeUntil, policySentences } from "../../client/lib/policy.ts";
import { partyText } from "../../client/lib/party-words.ts";
import { chargeName } from "../../client/lib/words.ts";
import { CURRENCY_CODES, roundMoney } from "../../server/platform/money.ts";

afterEach(() => overwriteGetLocale(() => "en"));

/** Intl parts amounts with no-break spaces. */
const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, " ");

test.each([
  [1_500_000_00, "IDR", "IDR 1,500,000"],
  [12_000, "JPY", "¥12,000"],
  [123_45, "EUR", "€123.45"],
  [120_00, "EUR", "€120.00"],
  [1_230, "KWD", "KWD 1.23"],
  [0, "USD", "$0.00"],
])("%i minor units of %s read %s", (amount, currency, text) => {
  expect(plain(formatMoney(amount, currency))).toBe(text);
});

test("money and dates follow the reader's language", () => {
  overwriteGetLocale(() => "id");
  expect(plain(formatMoney(1_500_000_00, "IDR"))).toBe("Rp 1.500.000");
  expect(formatDate("2026-09-11")).toBe("Jum, 11 Sep 2026");
  expect(partyText([{ adults: 2, childAges: [4] }])).toBe("2 dewasa, 1 anak · 1 kamar");
});

test.each(["en", "id"] as const)("every amount that a page in %s writes is read as that amount, in every currency", (locale) => {
  overwriteGetLocale(() => locale);
  fc.assert(
    fc.property(fc.constantFrom(...CURRENCY_CODES), fc.integer({ min: 0, max: 1e12 }), (currency, draw) => {
      const amount = roundMoney(draw, currency);
      expect(parseAmount(formatMoney(amount, currency), locale, currency)).toBe(amount);
      expect(parseAmount(formatAmount(amount, currency), locale, currency)).toBe(amount);
    }),
    { numRuns: 300, seed: 20_270_303 },
  );
});

test.each([
  ["1500000", "en", "IDR", 1_500_000_00],
  ["1,500,000", "en", "IDR", 1_500_000_00],
  ["1.500.000", "id", "IDR", 1_500_000_00],
  ["Rp1.500.000", "id", "IDR", 1_500_000_00],
  ["Rp 1.500.000", "id", "IDR", 1_500_000_00],
  ["IDR 1.500.000", "id", "IDR", 1_500_000_00],
  ["12.5", "en", "EUR", 12_50],
  ["12,5", "id", "EUR", 12_50],
  ["€1,234.5", "en", "EUR", 1_234_50],
  ["1.234,50 €", "id", "EUR", 1_234_50],
  ["１２", "en", "JPY", 12],
  ["\u202a$ 12\u202c", "en", "USD", 12_00],
] as const)("%j on a page in %s is an amount of %s", (text, locale, currency, amount) => {
  expect(parseAmount(text, locale, currency)).toBe(amount);
});

test.each([
  ["1.500", "en", "EUR"],
  ["1,500", "id", "EUR"],
  ["1.500.000", "en", "IDR"],
  ["1,5", "en", "EUR"],
  ["1.5", "id", "EUR"],
  ["1,50,000", "en", "EUR"],
  ["12.345", "en", "EUR"],
  ["12.5", "en", "JPY"],
  ["-1", "en", "EUR"],
  ["−1", "en", "EUR"],
  ["(5)", "en", "EUR"],
  ["$12", "en", "EUR"],
  ["1e3", "en", "EUR"],
  ["", "en", "EUR"],
  [" ", "en", "EUR"],
  ["x", "en", "EUR"],
  ["9007199254740993", "en", "JPY"],
])("%j on a page in %s is no amount of %s", (text, locale, currency) => {
  expect(parseAmount(text, locale, currency)).toBeUndefined();
});

test("dates carry their weekday, whatever the device's zone", () => {
  expect(formatDate("2026-09-11")).toBe("Fri, 11 Sept 2026");
});

test("a deadline is shown in the property's time with its zone's name", () => {
  expect(formatInstant("2026-09-11T10:00:00Z", "Asia/Makassar")).toBe("Fri, 11 Sept 2026, 18:00 WITA");
  expect(formatInstant("2026-01-10T04:30:00Z", "America/New_York")).toBe("Fri, 9 Jan 2026, 23:30 EST");
});

test("days are counted on the calendar", () => {
  expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
  expect(countNights("2026-10-24", "2026-10-26")).toBe(2);
  expect(isDate("2026-02-30")).toBe(false);
  expect(["0202-12-10", "1999-12-31", "2100-01-01", "20276-01-01"].filter(isDate)).toEqual([]);
});

test("the earliest day to choose is one that is still today somewhere, wherever the reader is", () => {
  // In Auckland it is the 21st already; in Honolulu, and on Baker Island, still the 20th.
  expect(earliestToday(new Date("2026-12-21T09:00:00Z"))).toBe("2026-12-20");
  expect(earliestToday(new Date("2026-12-21T11:59:00Z"))).toBe("2026-12-20");
  expect(earliestToday(new Date("2026-12-21T12:00:00Z"))).toBe("2026-12-21");
});

test("a countdown reads in minutes and seconds and stops at nothing", () => {
  expect(formatCountdown(899_001)).toBe("15:00");
  expect(formatCountdown(61_000)).toBe("1:01");
  expect(formatCountdown(-5)).toBe("0:00");
});

const POLICY = {
  name: "Flexible",
  zone: "Asia/Makassar",
  base: { price: 300_00, tax: 0, atProperty: 0 },
  steps: [
    { from: "2026-09-10T10:00:00Z", fee: 100_00 },
    { from: "2026-09-11T10:00:00Z", fee: 300_00 },
  ],
  noShowFee: 300_00,
};

test("a policy tells the free deadline first, then what each step costs", () => {
  expect(policySentences(POLICY, "EUR", Date.parse("2026-09-01T00:00:00Z"))).toEqual([
    "Free cancellation until Thu, 10 Sept 2026, 18:00 WITA",
    "After Thu, 10 Sept 2026, 18:00 WITA: €100.00",
    "After Fri, 11 Sept 2026, 18:00 WITA: €300.00",
    "If you don't come: €300.00",
  ]);
});

test("once a deadline is over, only what holds now and what comes is told", () => {
  expect(policySentences(POLICY, "EUR", Date.parse("2026-09-10T10:00:01Z"))).toEqual([
    "Cancelling costs €100.00",
    "After Fri, 11 Sept 2026, 18:00 WITA: €300.00",
    "If you don't come: €300.00",
  ]);
  expect(freeUntil(POLICY, Date.parse("2026-09-10T10:00:01Z"))).toBeNull();
});

test("a policy without steps is free at any time", () => {
  expect(policySentences({ ...POLICY, steps: [], noShowFee: 0 }, "EUR", 0)).toEqual(["Free cancellation at any time"]);
});

test("our change fee and a usual tax are said in the reader's language with the exact rate, a property's own tax as the property named it", () => {
  const names = () => [{ name: "Change fee" }, { name: "Tourism tax" }, { name: "Sales tax", rate: 88_750 }].map(chargeName);
  expect(names()).toEqual(["Change fee", "Tourism tax", "Sales tax 8.875%"]);
  overwriteGetLocale(() => "id");
  expect(names()).toEqual(["Biaya perubahan", "Tourism tax", "Pajak penjualan 8,875%"]);
});
