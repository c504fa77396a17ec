import { Temporal } from "temporal-polyfill";
import { remembered } from "./memo.ts";

// Nights are plain dates ("2026-12-20"), without clock or zone; instants are `Date`s.

/** The nights of the half-open stay `[checkIn, checkOut)`; remembered, so the list must not be changed. */
export const nightsOf = remembered((checkIn: string, checkOut: string): string[] => {
  const nights: string[] = [];
  const end = Temporal.PlainDate.from(checkOut);
  for (let day = Temporal.PlainDate.from(checkIn); Temporal.PlainDate.compare(day, end) < 0; day = day.add({ days: 1 })) {
    nights.push(day.toString());
  }
  return nights;
});

/** Calendar days from `from` to `to`; negative when `to` is earlier. */
export function daysBetween(from: string, to: string): number {
  return Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(to), { largestUnit: "day" }).days;
}

export function addDays(date: string, days: number): string {
  return Temporal.PlainDate.from(date).add({ days }).toString();
}

/** The local date at `now` in an IANA zone. */
export function dateIn(zone: string, now: Date): string {
  return zoned(zone, now).toPlainDate().toString();
}

/** The local time "HH:MM" at `now` in an IANA zone. */
export function timeIn(zone: string, now: Date): string {
  return zoned(zone, now).toPlainTime().toString().slice(0, 5);
}

/**
 * The instant of a local date and time "HH:MM". A time that does not exist (clocks go forward) is the
 * next valid instant; one that happens twice is the later, in the guest's favour.
 */
export function instantOf(date: string, time: string, zone: string): Date {
  const local = Temporal.PlainDate.from(date).toPlainDateTime(Temporal.PlainTime.from(time));
  return new Date(local.toZonedDateTime(zone, { disambiguation: "later" }).epochMilliseconds);
}

/**
 * The earliest date that can still be booked: today in the property's zone, or yesterday's night
 * while the same-day cut-off ("03:00" = three in the night after) has not passed.
 */
export function earliestCheckIn(zone: string, sameDayCutOff: string, now: Date): string {
  const today = dateIn(zone, now);
  const time = timeIn(zone, now);
  // A cut-off before noon belongs to the night after: it keeps yesterday open past midnight.
  if (sameDayCutOff < "12:00") return time < sameDayCutOff ? addDays(today, -1) : today;
  return time < sameDayCutOff ? today : addDays(today, 1);
}

function zoned(zone: string, now: Date): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(zone);
}
