import { expect, test } from "vitest";
import { composeMoneyMail, factsOf, type NewsFacts, type GuestNews } from "../../server/notifications/index.ts";
import type { BookingView } from "../../server/bookings/schemas.ts";
import { baliView, bookingView } from "../helpers/booking-view.ts";

// What became of a booking's money: each sentence only where it is true.

const LINKS = { trip: "https://stay.test/trips/1?token=t0ken", search: "https://stay.test/" };

/** The text, with plain spaces, of a mail to the guest. */
async function toGuest(news: GuestNews, own: Partial<NewsFacts>, view: BookingView = bookingView()): Promise<string> {
  const { text } = await composeMoneyMail(news, factsOf(view, LINKS), { amount: 5_000, currency: view.currency, ...own });
  return text.replaceAll(/[\u00a0\u202f\n]+/g, " ");
}

test("an account that takes money for longer than the rooms are kept: what comes later counts while they are free", async () => {
  const holdExpiresAt = "2026-11-01T09:45:00Z";
  const hold: Partial<BookingView> = { state: "pending", paid: 0, payments: [], holdExpiresAt };
  const late = { until: "2026-11-02T09:45:00Z" };
  expect(await toGuest("transfer_waiting", late, bookingView(hold))).toContain("Money that comes later still counts if your rooms are free then; otherwise it goes back to you.");
  expect(await toGuest("transfer_waiting", late, baliView(hold))).toContain("Dana yang tiba setelah itu tetap dihitung jika kamar Anda masih tersedia");
  expect(await toGuest("transfer_waiting", { until: holdExpiresAt }, bookingView(hold))).not.toContain("comes later");
});
