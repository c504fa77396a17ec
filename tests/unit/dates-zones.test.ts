import fc from "fast-check";
import { expect, test } from "vitest";
import { addDays, dateIn, daysBetween, earliestCheckIn, instantOf, nightsOf, sellableUntil, timeIn } from "../../server/platform/dates.ts";
import { hasBegun, isTooLate, withinSale } from "../../server/bookings/begun.ts";

const ZONES = [
  "Asia/Jakarta",
  "Asia/Makassar",
  "Asia/Jayapura",
  "Australia/Lord_Howe",
  "America/New_York",
  "Europe/Lisbon",
  "Pacific/Apia",
  "Pacific/Kiritimati",
  "America/St_Johns",
  "Asia/Kathmandu",
  "UTC",
];
const days = fc.integer({ min: 0, max: 36_000 }).map((day) => addDays("2000-01-01", day));

test("a stay's nights are as many as the days between, each once, in order", () => {
  fc.assert(
    fc.property(days, fc.integer({ min: 1, max: 30 }), (checkIn, length) => {
      const nights = nightsOf(checkIn, addDays(checkIn, length));
      expect(nights).toHaveLength(length);
      expect(nights[0]).toBe(checkIn);
      expect(nights.toSorted()).toEqual(nights);
      expect(daysBetween(checkIn, addDays(checkIn, length))).toBe(length);
    }),
  );
});

test("an instant of a local time reads back as that time, wherever it exists", () => {
  fc.assert(
    fc.property(fc.constantFrom(...ZONES), days, fc.integer({ min: 0, max: 1439 }), (zone, date, minute) => {
      const time = `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
      const at = instantOf(date, time, zone);
      const read = `${dateIn(zone, at)} ${timeIn(zone, at)}`;
      // In a gap it is later, never earlier.
      expect(read >= `${date} ${time}`).toBe(true);
    }),
  );
});

test("in a gap the next valid instant, in an overlap the later one, in both hemispheres", () => {
  expect(instantOf("2026-03-29", "01:30", "Europe/Lisbon").toISOString()).toBe("2026-03-29T01:30:00.000Z");
  expect(instantOf("2026-10-25", "01:30", "Europe/Lisbon").toISOString()).toBe("2026-10-25T01:30:00.000Z");
  expect(instantOf("2026-11-01", "01:30", "America/New_York").toISOString()).toBe("2026-11-01T06:30:00.000Z");
  // Lord Howe moves by half an hour.
  expect(instantOf("2026-04-05", "01:45", "Australia/Lord_Howe").toISOString()).toBe("2026-04-04T15:15:00.000Z");
});

test("a day that a zone skipped has no midnight, and still counts as a night", () => {
  expect(nightsOf("2011-12-29", "2011-12-31")).toEqual(["2011-12-29", "2011-12-30"]);
  expect(dateIn("Pacific/Apia", instantOf("2011-12-30", "12:00", "Pacific/Apia"))).toBe("2011-12-31");
});

test("the night stays open after midnight until its cut-off, and not a minute longer", () => {
  expect(earliestCheckIn("Asia/Makassar", "03:00", new Date("2026-12-20T18:59:59Z"))).toBe("2026-12-20");
  expect(earliestCheckIn("Asia/Makassar", "03:00", new Date("2026-12-20T19:00:00Z"))).toBe("2026-12-21");
  expect(earliestCheckIn("Asia/Makassar", "18:00", new Date("2026-12-20T09:59:59Z"))).toBe("2026-12-20");
  expect(earliestCheckIn("Asia/Makassar", "18:00", new Date("2026-12-20T10:00:00Z"))).toBe("2026-12-21");
});

test.each([
  ["23:00", "2026-12-20", "Asia/Makassar", "2026-12-20T15:00:00.000Z"],
  ["03:00", "2026-12-20", "Asia/Makassar", "2026-12-20T19:00:00.000Z"],
  ["00:00", "2026-12-20", "Asia/Makassar", "2026-12-20T16:00:00.000Z"],
  // The hour that is skipped, and the hour that comes twice, in both hemispheres.
  ["02:30", "2026-03-28", "Europe/Madrid", "2026-03-29T01:30:00.000Z"],
  ["02:30", "2026-10-24", "Europe/Madrid", "2026-10-25T01:30:00.000Z"],
  ["01:30", "2026-10-31", "America/New_York", "2026-11-01T06:30:00.000Z"],
  ["01:45", "2026-04-04", "Australia/Lord_Howe", "2026-04-04T15:15:00.000Z"],
  ["02:15", "2026-10-03", "Australia/Lord_Howe", "2026-10-03T15:45:00.000Z"],
])("with a cut-off at %s the night of %s in %s is sold until %s, to the millisecond", (cutOff, date, zone, until) => {
  const end = sellableUntil(zone, cutOff, date);
  expect(end.toISOString()).toBe(until);
  const property = { zone, sameDayCutOff: cutOff };
  for (const [ms, over] of [
    [-1, false],
    [0, true],
    [1, true],
  ] as const) {
    const now = new Date(end.getTime() + ms);
    expect(hasBegun(property, date, now)).toBe(over);
    expect(earliestCheckIn(zone, cutOff, now) > date).toBe(over);
    // A live hold's money is never too late; of one that is over, from that instant on.
    expect(isTooLate(property, null, now, date)).toBe(over);
    expect(isTooLate(property, end, now, date)).toBe(over);
    expect(isTooLate(property, new Date(now.getTime() + 1), now, date)).toBe(false);
    expect(withinSale(property, now, date)).toEqual(ms < 0 ? now : end);
  }
});

test("of two stays the one that begins first bounds a change of one into the other", () => {
  const property = { zone: "Asia/Makassar", sameDayCutOff: "23:00" };
  const end = new Date("2026-12-20T15:00:00Z");
  expect(withinSale(property, new Date("2026-12-21T00:00:00Z"), "2026-12-24", "2026-12-20")).toEqual(end);
  expect(isTooLate(property, null, end, "2026-12-24", "2026-12-20")).toBe(true);
});

test("the earliest date that can be booked never falls as time passes", () => {
  fc.assert(
    fc.property(fc.constantFrom(...ZONES), days, fc.integer({ min: 0, max: 1439 }), fc.integer({ min: 1, max: 1440 }), (zone, date, minute, later) => {
      const cutOff = `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
      const now = instantOf(date, "00:00", zone);
      const then = new Date(now.getTime() + later * 60_000);
      expect(earliestCheckIn(zone, cutOff, then) >= earliestCheckIn(zone, cutOff, now)).toBe(true);
    }),
  );
});
