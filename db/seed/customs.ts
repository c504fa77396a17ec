// What the law and the calendar add to a stay, shared by several cities.
import type { SeedDays, SeedProperty, SeedTax } from "./types.ts";

/** The usual "21 %": ten for service, and the regional ten per cent on price and service together. */
export const INDONESIA_TAXES: SeedTax[] = [
  { name: "Service charge", base: "percent", amount: 100_000, inclusive: false, taxed: true },
  { name: "Hotel tax", base: "percent", amount: 100_000, inclusive: false },
];

/** The same within the price. */
export const INDONESIA_TAXES_INCLUDED: SeedTax[] = INDONESIA_TAXES.map((tax) => ({
  ...tax,
  inclusive: true,
}));

export const NEW_YEAR: SeedDays[] = [
  { from: "12-29", to: "12-31", factor: 1.55, minStay: 3 },
  { from: "01-01", to: "01-01", factor: 1.4 },
];

/** End of Ramadan, when Indonesia travels home. */
export const LEBARAN: SeedDays[] = [
  { from: "2027-03-08", to: "2027-03-14", factor: 1.35, minStay: 2 },
  { from: "2028-02-25", to: "2028-03-02", factor: 1.35, minStay: 2 },
];

/** On Nyepi the island's airport closes and nobody is on the roads: no arrivals, no departures. */
const NYEPI: SeedDays[] = ["2027-03-08", "2028-03-26"].map((day) => ({
  from: day,
  to: day,
  factor: 1.1,
  closedToArrival: true,
  closedToDeparture: true,
}));

export const BALI_DAYS: SeedDays[] = [...NYEPI, ...NEW_YEAR, ...LEBARAN, { from: "12-20", to: "12-28", factor: 1.25 }];

/** Free until 18:00 of the day before. */
export const UNTIL_THE_DAY_BEFORE: SeedProperty["flexible"] = {
  name: "Free until the day before",
  rules: [{ daysBefore: 1, time: "18:00", fee: { kind: "nights", value: 1 } }],
};

/** Free until 18:00 two days before; a night then, everything from the day of arrival on. */
export const UNTIL_TWO_DAYS_BEFORE: SeedProperty["flexible"] = {
  name: "Free until two days before",
  rules: [
    { daysBefore: 2, time: "18:00", fee: { kind: "nights", value: 1 } },
    { daysBefore: 0, time: "14:00", fee: { kind: "percent", value: 100 } },
  ],
};

/** Free until noon of the fifth day before, half until the day before. */
export const UNTIL_FIVE_DAYS_BEFORE: SeedProperty["flexible"] = {
  name: "Free until five days before",
  rules: [
    { daysBefore: 5, time: "12:00", fee: { kind: "percent", value: 50 } },
    { daysBefore: 1, time: "12:00", fee: { kind: "percent", value: 100 } },
  ],
};

/** Free until noon on the day of arrival. */
export const UNTIL_NOON_OF_ARRIVAL: SeedProperty["flexible"] = {
  name: "Free until noon on arrival day",
  rules: [{ daysBefore: 0, time: "12:00", fee: { kind: "nights", value: 1 } }],
};
