import type { Configuration } from "./state.ts";

const crashes = true;

/** The small worlds that are explored to their ends. Each is as large as it needs to be for what it shows. */
export const CONFIGURATIONS = {
  "two guests, one unit": {
    crashes,
    units: 1,
    nights: 2,
    guests: [
      { stay: [0, 2], pays: "property", cancels: true },
      { stay: [1, 2], pays: "property", cancels: true },
    ],
  },
  "two units, three nights": {
    crashes,
    units: 2,
    nights: 3,
    guests: [
      { stay: [0, 2], pays: "property", cancels: true },
      { stay: [1, 3], pays: "property", cancels: true },
    ],
    channel: [0, 3],
    channelCancels: true,
  },
  "a channel sells too": {
    crashes,
    units: 1,
    nights: 2,
    guests: [
      { stay: [0, 2], pays: "property", cancels: true },
      { stay: [0, 1], pays: "property", cancels: true },
    ],
    channel: [0, 2],
    channelCancels: true,
  },
  "a request repeated": {
    crashes,
    units: 1,
    nights: 1,
    guests: [
      { stay: [0, 1], pays: "property", cancels: true, repeats: true },
      { stay: [0, 1], pays: "property", cancels: true, repeats: true },
    ],
  },
  "paid online": { crashes, units: 1, nights: 1, guests: [{ stay: [0, 1], pays: "online", cancels: true }], duplicates: true, unreachable: true, channel: [0, 1] },
  "paid late, rival": {
    crashes,
    units: 1,
    nights: 1,
    guests: [
      { stay: [0, 1], pays: "online" },
      { stay: [0, 1], pays: "property" },
    ],
    duplicates: true,
  },
  "a slow method, and the end of sale": { crashes, units: 1, nights: 1, guests: [{ stay: [0, 1], pays: "online", slow: true, cancels: true }], saleEnds: true },
  "a dispute": { crashes, units: 1, nights: 1, guests: [{ stay: [0, 1], pays: "online", cancels: true, disputes: true }] },
  "a gift, and a fee": { crashes, units: 1, nights: 1, guests: [{ stay: [0, 1], pays: "online", cancels: true, gift: true, fee: true }] },
  "a stay moved by a night": {
    crashes,
    units: 1,
    nights: 3,
    guests: [
      { stay: [0, 2], pays: "property", cancels: true, changesTo: [1, 3] },
      { stay: [2, 3], pays: "property", cancels: true },
    ],
  },
  "a change that costs more": {
    crashes,
    units: 1,
    nights: 3,
    guests: [
      { stay: [0, 2], pays: "property", cancels: true, changesTo: [1, 3], paysDifference: true },
      { stay: [2, 3], pays: "property", cancels: true },
    ],
  },
  "the lock": {
    crashes,
    units: 1,
    nights: 1,
    guests: [
      { stay: [0, 1], pays: "property" },
      { stay: [0, 1], pays: "property" },
    ],
    lock: true,
  },
  "the cache": {
    crashes,
    units: 1,
    nights: 1,
    guests: [
      { stay: [0, 1], pays: "property", cancels: true },
      { stay: [0, 1], pays: "property" },
    ],
    cache: true,
  },
  "staff change the stock": { crashes, units: 2, nights: 2, guests: [{ stay: [0, 2], pays: "property", cancels: true }], channel: [0, 1], channelCancels: true, staff: [0, 2] },
} as const satisfies Record<string, Configuration>;

/** Larger ones, for a run that has more time. */
export const LARGE = {
  "paid late, and the rival may cancel": {
    crashes,
    units: 1,
    nights: 1,
    guests: [
      { stay: [0, 1], pays: "online" },
      { stay: [0, 1], pays: "property", cancels: true },
    ],
    duplicates: true,
  },
  "paid online, cancelled, changed": {
    crashes,
    units: 1,
    nights: 3,
    guests: [
      { stay: [0, 2], pays: "online", cancels: true, changesTo: [1, 3] },
      { stay: [2, 3], pays: "property", cancels: true },
    ],
  },
  "two change their stays": {
    crashes,
    units: 2,
    nights: 3,
    guests: [
      { stay: [0, 2], pays: "property", cancels: true, changesTo: [1, 3] },
      { stay: [1, 3], pays: "property", cancels: true, changesTo: [0, 2], paysDifference: true },
    ],
    channel: [1, 2],
    channelCancels: true,
  },
} as const satisfies Record<string, Configuration>;

export type ConfigurationName = keyof typeof CONFIGURATIONS;
