import { expect, test } from "vitest";
import { canCharge, isTooSmall } from "../../server/platform/provider-amounts.ts";

test.each([
  ["stripe", "EUR", 50, 49],
  ["stripe", "GBP", 30, 29],
  ["stripe", "JPY", 50, 49],
  ["stripe", "HUF", 17_500, 17_499],
  ["midtrans", "IDR", 100, 0],
] as const)("%s charges %s from %i on", (provider, currency, smallest, below) => {
  expect(canCharge(provider, smallest, currency)).toBe(true);
  expect(isTooSmall(provider, smallest, currency)).toBe(false);
  expect(canCharge(provider, below, currency)).toBe(false);
  expect(isTooSmall(provider, below, currency)).toBe(true);
});

test("broken rupiah, and a third decimal that isn't 0, can't be charged, however much it is", () => {
  expect(canCharge("midtrans", 10_000_050, "IDR")).toBe(false);
  expect(isTooSmall("midtrans", 10_000_050, "IDR")).toBe(false);
  expect(canCharge("stripe", 10_005, "KWD")).toBe(false);
  expect(canCharge("stripe", 10_010, "KWD")).toBe(true);
});

test("Midtrans takes rupiah only", () => {
  expect(canCharge("midtrans", 10_000, "EUR")).toBe(false);
  expect(isTooSmall("midtrans", 10, "EUR")).toBe(false);
});

test.each(["IQD", "LYD", "GHS", "STN"])("Stripe doesn't take %s, however much it is", (currency) => {
  expect(canCharge("stripe", 10_000_000, currency)).toBe(false);
  expect(isTooSmall("stripe", 10, currency)).toBe(false);
});
