import { ICalCalendar, ICalCalendarMethod, ICalEventStatus } from "ical-generator";
import type { BookingView } from "../bookings/schemas.ts";
import { instantOf } from "../platform/dates.ts";

/**
 * The stay as iCalendar, from the check-in time to the check-out time. Instants are in UTC, so that no
 * calendar needs our zones; the booking's version is the sequence, so that a newer file wins.
 */
export function calendarOf(view: BookingView, url?: string): string {
  const { property } = view;
  const over = view.state === "cancelled" || view.state === "expired" || view.state === "no_show";
  const address = [property.address, property.city, property.country].filter(Boolean).join(", ");
  const calendar = new ICalCalendar({
    prodId: { company: "Nightledger", product: "Bookings", language: view.locale.toUpperCase() },
    method: over ? ICalCalendarMethod.CANCEL : ICalCalendarMethod.PUBLISH,
  });
  calendar.createEvent({
    id: `${view.id}@nightledger`,
    sequence: view.version,
    // Not now: the same version is the same file.
    stamp: new Date(view.versionAt),
    start: instantOf(view.checkIn, property.checkInFrom, property.zone),
    end: instantOf(view.checkOut, property.checkOutUntil, property.zone),
    summary: property.name,
    description: [view.code, ...shownStays(view).map((stay) => stay.roomName), property.phone, property.email].filter(Boolean).join("\n"),
    location: { title: property.name, address, geo: { lat: property.latitude, lon: property.longitude } },
    status: over ? ICalEventStatus.CANCELLED : view.state === "pending" ? ICalEventStatus.TENTATIVE : ICalEventStatus.CONFIRMED,
    url: url ?? null,
    organizer: property.email === "" ? null : { name: quotable(property.name), email: property.email },
  });
  // The library ends no last line.
  return `${calendar.toString()}\r\n`;
}

/** Between double quotes nothing can stand for one of them, nor for the end of a line. */
function quotable(text: string): string {
  return text
    .replaceAll('"', "'")
    .replaceAll(/[\\\p{Cc}]+/gu, " ")
    .trim();
}

/** The rooms that stand; of a booking that is cancelled, those that it had. */
export function shownStays({ stays }: BookingView): BookingView["stays"] {
  const standing = stays.filter((stay) => stay.state !== "cancelled");
  return standing.length > 0 ? standing : stays;
}
