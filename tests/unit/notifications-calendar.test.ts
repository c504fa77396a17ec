import { expect, test } from "vitest";
import { calendarOf, factsOf, smsText } from "../../server/notifications/index.ts";
import { baliView, bookingView } from "../helpers/booking-view.ts";

const LINKS = { trip: "https://stay.test/trips/1?token=t0ken", search: "https://stay.test/" };

function linesOf(ics: string): string[] {
  return ics.replaceAll("\r\n ", "").split("\r\n");
}

test("the calendar has the stay as instants of the property's hours", () => {
  const lines = linesOf(calendarOf(baliView(), LINKS.trip));
  for (const line of [
    "UID:0199a000-0000-7000-8000-000000000001@nightledger",
    "SEQUENCE:3",
    "DTSTART:20261220T060000Z",
    "DTEND:20261222T040000Z",
    "STATUS:CONFIRMED",
    "METHOD:PUBLISH",
    "SUMMARY:Sawah Terrace Ubud",
    "GEO:-8.5069;115.2625",
    `URL;VALUE=URI:${LINKS.trip}`,
    'ORGANIZER;CN="Sawah Terrace Ubud":mailto:stay@casa.test',
  ])
    expect(lines).toContain(line);
  expect(lines.find((line) => line.startsWith("LOCATION:"))).toContain("Jl. Raya Tegallalang\\, Ubud\\, ID");
});

test("the same version is the same file, a cancelled one takes it back", () => {
  expect(calendarOf(bookingView())).toBe(calendarOf(bookingView()));
  const lines = linesOf(calendarOf(bookingView({ state: "cancelled", version: 4 })));
  for (const line of ["STATUS:CANCELLED", "METHOD:CANCEL", "SEQUENCE:4", 'ORGANIZER;CN="Casa do Rio":mailto:stay@casa.test']) expect(lines).toContain(line);
});

test("the file is stamped with its version's own time, and every line ends as the standard has it", () => {
  const ics = calendarOf(bookingView({ versionAt: "2026-11-05T10:20:30.400Z" }));
  expect(linesOf(ics)).toContain("DTSTAMP:20261105T102030Z");
  expect(ics.endsWith("END:VCALENDAR\r\n")).toBe(true);
  expect(ics.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
});

test("no line is longer than 75 bytes, and a name can't add one of its own", () => {
  const property = { ...bookingView().property, name: "Very long name of a house by the river, with rooms; and more\nSTATUS:CANCELLED" };
  const ics = calendarOf(bookingView({ property }));
  for (const line of ics.split("\r\n")) expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75);
  expect(linesOf(ics)).not.toContain("STATUS:CANCELLED");
});

test.each([
  ['The "Old" Mill; by, the: river', `ORGANIZER;CN="The 'Old' Mill; by, the: river":mailto:stay@casa.test`],
  ["Two\r\nlines\\", 'ORGANIZER;CN="Two lines":mailto:stay@casa.test'],
])("the organizer's name %j is one quoted text", (name, line) => {
  expect(linesOf(calendarOf(bookingView({ property: { ...bookingView().property, name } })))).toContain(line);
});

test("a property without an address is no organizer: a line without one would be no calendar's", () => {
  expect(calendarOf(bookingView({ property: { ...bookingView().property, email: "" } }))).not.toContain("ORGANIZER");
});

test.each([
  ["Casa do Rio", "at Casa do Rio"],
  ["Hôtel de l’Étoile", "at Hotel de l'Étoile"],
  ["Hotel 東京", "at Hotel"],
  ["東京旅館", "ABCDEFGH23 confirmed, 20 Dec 2026"],
  ["The Grand Old House by the River with Many Rooms and a Garden for Everybody Who Likes Gardens", "at The Grand Old House"],
])("a text about %s is one GSM segment", (name, said) => {
  for (const view of [bookingView(), baliView()]) {
    const facts = factsOf({ ...view, property: { ...view.property, name } }, LINKS);
    for (const kind of ["booking_confirmed", "booking_cancelled"] as const) {
      const text = smsText(kind, facts);
      expect(text.length).toBeLessThanOrEqual(160);
      expect(text).toMatch(/^[A-Za-z0-9 @éèùìòÇÉÄÖÑÜäöñüà'().,:\-+]+$/);
      expect(text).toContain("ABCDEFGH23");
      expect(text).not.toMatch(/undefined| {2}/);
    }
    if (facts.locale === "en") expect(smsText("booking_confirmed", facts)).toContain(said);
  }
});
