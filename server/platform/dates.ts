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
 * The instant of a local date and time "HH:MM". A time that does not exist (clocks go forward) is as much
 * later as the clocks skip; one that happens twice is the later, in the guest's favour.
 */
export function instantOf(date: string, time: string, zone: string): Date {
  const local = Temporal.PlainDate.from(date).toPlainDateTime(Temporal.PlainTime.from(time));
  return new Date(local.toZonedDateTime(zone, { disambiguation: "later" }).epochMilliseconds);
}

/**
 * The instant from which a stay that begins on this date can't be sold any more: the same-day cut-off in the
 * property's zone. A cut-off before noon belongs to the night after ("03:00" = three in that night).
 */
export function sellableUntil(zone: string, sameDayCutOff: string, checkIn: string): Date {
  return instantOf(sameDayCutOff < "12:00" ? addDays(checkIn, 1) : checkIn, sameDayCutOff, zone);
}

/** The earliest date that can still be booked: yesterday's night, today, or tomorrow in the property's zone. */
export function earliestCheckIn(zone: string, sameDayCutOff: string, now: Date): string {
  const today = dateIn(zone, now);
  const open = [addDays(today, -1), today].find((date) => now < sellableUntil(zone, sameDayCutOff, date));
  return open ?? addDays(today, 1);
}

function zoned(zone: string, now: Date): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(zone);
}
