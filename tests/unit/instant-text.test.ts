import { expect, test } from "vitest";
import { formatInstant } from "../../client/lib/dates.ts";
import { instantText } from "../../server/notifications/format.ts";

test.each([
  ["Europe/London", "2026-12-18T18:00:00Z", "Fri, 18 Dec 2026, 18:00 GMT", "Jum, 18 Des 2026, 18.00 GMT"],
  ["Europe/London", "2026-07-17T17:00:00Z", "Fri, 17 Jul 2026, 18:00 BST", "Jum, 17 Jul 2026, 18.00 BST"],
  ["Europe/Lisbon", "2026-12-18T18:00:00Z", "Fri, 18 Dec 2026, 18:00 WET", "Jum, 18 Des 2026, 18.00 WET"],
  ["Europe/Paris", "2026-12-18T17:00:00Z", "Fri, 18 Dec 2026, 18:00 CET", "Jum, 18 Des 2026, 18.00 CET"],
  ["America/New_York", "2026-12-18T23:00:00Z", "Fri, 18 Dec 2026, 18:00 EST", "Jum, 18 Des 2026, 18.00 EST"],
  ["Australia/Sydney", "2026-12-18T07:00:00Z", "Fri, 18 Dec 2026, 18:00 AEDT", "Jum, 18 Des 2026, 18.00 AEDT"],
  ["Asia/Jakarta", "2026-12-18T11:00:00Z", "Fri, 18 Dec 2026, 18:00 WIB", "Jum, 18 Des 2026, 18.00 WIB"],
  ["Asia/Makassar", "2026-12-18T10:00:00Z", "Fri, 18 Dec 2026, 18:00 WITA", "Jum, 18 Des 2026, 18.00 WITA"],
  ["Asia/Jayapura", "2026-12-18T09:00:00Z", "Fri, 18 Dec 2026, 18:00 WIT", "Jum, 18 Des 2026, 18.00 WIT"],
  ["Asia/Tokyo", "2026-12-18T09:00:00Z", "Fri, 18 Dec 2026, 18:00 (Tokyo time)", "Jum, 18 Des 2026, 18.00 (waktu Tokyo)"],
  ["Asia/Kuala_Lumpur", "2026-12-18T10:00:00Z", "Fri, 18 Dec 2026, 18:00 (Kuala Lumpur time)", "Jum, 18 Des 2026, 18.00 (waktu Kuala Lumpur)"],
  ["America/Argentina/Buenos_Aires", "2026-12-18T21:00:00Z", "Fri, 18 Dec 2026, 18:00 (Buenos Aires time)", "Jum, 18 Des 2026, 18.00 (waktu Buenos Aires)"],
  ["UTC", "2026-12-18T18:00:00Z", "Fri, 18 Dec 2026, 18:00 UTC", "Jum, 18 Des 2026, 18.00 UTC"],
  ["Etc/GMT+5", "2026-12-18T23:00:00Z", "Fri, 18 Dec 2026, 18:00 GMT-5", "Jum, 18 Des 2026, 18.00 GMT-5"],
])("an instant in %s at %s is told by the name that its zone has there", (zone, instant, english, indonesian) => {
  expect(instantText(instant, zone, "en")).toBe(english);
  expect(instantText(instant, zone, "id")).toBe(indonesian);
  expect(formatInstant(instant, zone)).toBe(english);
});
