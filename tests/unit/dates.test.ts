import { expect, test } from "vitest";
import { addDays, dateIn, daysBetween, earliestCheckIn, instantOf, nightsOf } from "../../server/platform/dates.ts";

test("a stay has the nights from check-in up to, not including, check-out", () => {
  expect(nightsOf("2027-02-27", "2027-03-02")).toEqual(["2027-02-27", "2027-02-28", "2027-03-01"]);
  expect(nightsOf("2028-02-28", "2028-03-01")).toEqual(["2028-02-28", "2028-02-29"]);
});

test("a night on which the clocks change is still one night", () => {
  expect(nightsOf("2026-10-24", "2026-10-26")).toHaveLength(2);
  expect(daysBetween("2026-03-28", "2026-03-30")).toBe(2);
  expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
  expect(daysBetween("2027-03-02", "2027-03-01")).toBe(-1);
});

test("today is the property's, not the server's", () => {
  const now = new Date("2026-12-20T17:30:00Z");
  expect(dateIn("Asia/Makassar", now)).toBe("2026-12-21");
  expect(dateIn("Europe/Lisbon", now)).toBe("2026-12-20");
  expect(dateIn("Pacific/Kiritimati", now)).toBe("2026-12-21");
});

test("a deadline at a local time that the clocks skip falls on the next valid instant", () => {
  // Lisbon goes from 01:00 to 02:00 on 28 March 2027.
  expect(instantOf("2027-03-28", "01:30", "Europe/Lisbon").toISOString()).toBe("2027-03-28T01:30:00.000Z");
});

test("a deadline at a local time that happens twice is the later, in the guest's favour", () => {
  // London goes from 02:00 back to 01:00 on 31 October 2027.
  expect(instantOf("2027-10-31", "01:30", "Europe/London").toISOString()).toBe("2027-10-31T01:30:00.000Z");
  // Lord Howe's clocks move by half an hour, on 4 April 2027 at 02:00.
  expect(instantOf("2027-04-04", "01:45", "Australia/Lord_Howe").toISOString()).toBe("2027-04-03T15:15:00.000Z");
});

test("a same-day cut-off in the evening closes today at that minute", () => {
  expect(earliestCheckIn("Asia/Jakarta", "23:00", new Date("2026-12-20T15:59:00Z"))).toBe("2026-12-20");
  expect(earliestCheckIn("Asia/Jakarta", "23:00", new Date("2026-12-20T16:00:00Z"))).toBe("2026-12-21");
});

test("a cut-off after midnight keeps last night open for who lands late", () => {
  expect(earliestCheckIn("Asia/Jakarta", "03:00", new Date("2026-12-20T19:59:00Z"))).toBe("2026-12-20");
  expect(earliestCheckIn("Asia/Jakarta", "03:00", new Date("2026-12-20T20:00:00Z"))).toBe("2026-12-21");
  expect(earliestCheckIn("Asia/Jakarta", "03:00", new Date("2026-12-21T16:30:00Z"))).toBe("2026-12-21");
});
