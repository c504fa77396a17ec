import { addDays } from "../../server/platform/dates.ts";
import { exponentOf, roundMoney } from "../../server/platform/money.ts";
import type { CopyValue } from "./copy.ts";
import { randomOf } from "./random.ts";
import type { SeedDays, SeedPlace, SeedRoom } from "./types.ts";

/** Nights ahead of today that are loaded; yesterday's is too, for guests who arrive past midnight. */
export const HORIZON_DAYS = 500;

export interface Night {
  date: string;
  /** 0 = Sunday. */
  weekday: number;
  month: number;
}

export interface Block {
  fromDate: string;
  toDate: string;
  units: number;
  note: string;
}

/** The calendar from yesterday to the horizon. */
export function calendarFrom(today: string): Night[] {
  return Array.from({ length: HORIZON_DAYS + 2 }, (_, day) => {
    const date = addDays(today, day - 1);
    return {
      date,
      weekday: new Date(`${date}T00:00Z`).getUTCDay(),
      month: Number(date.slice(5, 7)),
    };
  });
}

/** `rate_nights` columns, in the order of `rateRows`. */
export const RATE_COLUMNS = [
  "product_id", "stay_date", "adult_prices", "child_prices", "closed",
  "min_stay_arrival", "min_stay_through", "max_stay", "closed_to_arrival", "closed_to_departure",
] as const; // prettier-ignore

/** Prices and restrictions of one base product: month, weekend and feast days, with a little weather of its own. */
export function* rateRows(place: SeedPlace, key: string, room: SeedRoom, productId: number, calendar: Night[]): Generator<CopyValue[]> {
  const random = randomOf(`${key}/rates`);
  const resort = place.weekend > 1.05;
  const swing = random.next() * Math.PI * 2;
  let closedFor = 0;
  for (const [index, night] of calendar.entries()) {
    const weekend = night.weekday === 5 || night.weekday === 6;
    const season = place.months[night.month - 1] ?? 1;
    const days = daysOn(place.days ?? [], night.date);
    const drift = 1 + 0.03 * Math.sin(swing + index / 9);
    const factor = season * (weekend ? place.weekend : 1) * (days?.factor ?? 1) * drift;
    // A product rests a few nights now and then: closed is not sold out.
    closedFor = closedFor > 0 ? closedFor - 1 : random.chance(0.004) && index > 30 ? random.int(1, 3) : 0;
    const peakWeekend = resort && weekend && season >= 1.12;
    yield [
      productId,
      night.date,
      adultPrices(room, factor, place.currency),
      place.childBuckets.map((_, bucket) => (bucket === 0 ? 0 : shelf(room.price * factor * 0.12 * bucket, place.currency))),
      closedFor > 0,
      days?.minStay ?? (peakWeekend ? 2 : 1),
      days && days.factor >= 1.5 ? 2 : 1,
      index % 97 < 30 ? 14 : 30,
      days?.closedToArrival ?? (resort && night.weekday === 6 && season >= 1.2),
      days?.closedToDeparture ?? false,
    ];
  }
}

/** Price for 1, 2, 3 … adults. */
function adultPrices(room: SeedRoom, factor: number, currency: string): number[] {
  return Array.from({ length: room.adults }, (_, index) => {
    const share = index === 0 ? (room.adults === 1 ? 1 : 0.92) : 1 + (index - 1) * 0.22;
    return shelf(room.price * factor * share, currency);
  });
}

/** A price as a hotel would write it: whole units, and whole thousands of rupiah or hundreds of yen. */
function shelf(minor: number, currency: string): number {
  const step = currency === "IDR" ? 1_000_000 : currency === "JPY" ? 100 : currency === "KES" ? 5_000 : 10 ** exponentOf(currency);
  return roundMoney(Math.round(minor / step) * step, currency);
}

function daysOn(days: SeedDays[], date: string): SeedDays | undefined {
  const yearly = date.slice(5);
  return days.find(({ from, to }) => (from.length === 5 ? from <= yearly && yearly <= to : from <= date && date <= to));
}

/** Groups and repairs that take a room type's units on some nights; never two at once. */
export function blocksOf(key: string, units: number, calendar: Night[]): Block[] {
  const random = randomOf(`${key}/blocks`);
  const blocks: Block[] = [];
  for (let at = random.int(4, 30); at < calendar.length - 8; at += random.int(12, 55)) {
    const nights = random.int(1, 5);
    const whole = random.chance(0.55);
    const taken = whole ? units : Math.max(1, units - random.int(1, 2));
    blocks.push({
      fromDate: calendar[at]!.date,
      toDate: calendar[at + nights]!.date,
      units: taken,
      note: random.pick(
        whole ? ["Wedding party", "Film crew", "Company retreat", "Yoga teachers' week"] : ["Tour group", "House repairs", "Conference delegates", "Family reunion"],
      ),
    });
    at += nights;
  }
  return blocks;
}
