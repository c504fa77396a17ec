import { expect, test } from "vitest";
import type { Settlement } from "../../db/schema/bookings.ts";
import { composeMoneyMail, composePropertyMail, factsOf, type GuestNews, type NewsFacts, type PropertyNews } from "../../server/notifications/index.ts";
import type { BookingView } from "../../server/bookings/schemas.ts";
import { baliView, bookingView } from "../helpers/booking-view.ts";

// What became of a booking's money: each sentence only where it is true.

const LINKS = { trip: "https://stay.test/trips/1?token=t0ken", search: "https://stay.test/" };

/** The text, with plain spaces, of a mail to the guest. */
async function toGuest(news: GuestNews, own: Partial<NewsFacts>, view: BookingView = bookingView()): Promise<string> {
  const { text } = await composeMoneyMail(news, factsOf(view, LINKS), { amount: 5_000, currency: view.currency, ...own });
  return text.replaceAll(/[\u00a0\u202f\n]+/g, " ");
}

/** The same of a mail to the property, in the view's language. */
async function toProperty(name: PropertyNews, own: Partial<NewsFacts>, view: BookingView = bookingView()): Promise<string> {
  const news = { name, own: { amount: 5_000, currency: view.currency, ...own } };
  const { text } = await composePropertyMail("property_money", factsOf(view, LINKS), view.guest, "", news);
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

test("a refund is said to be made for a won dispute only where one had waited", async () => {
  expect(await toGuest("dispute_won", { waited: 0 })).not.toMatch(/refund/i);
  expect(await toGuest("dispute_won", { waited: 23_000 })).toContain("The refund of €230.00 that waited for this is made now.");
  expect(await toGuest("dispute_won", { waited: 0 }, baliView())).not.toMatch(/pengembalian/i);
  expect(await toGuest("dispute_won", { waited: 100_000_000 }, baliView())).toContain("Pengembalian dana Rp 1.000.000 yang menunggu keputusan ini sekarang dilakukan.");
});

test.each(["en", "id"] as const)("in %s a won dispute leaves the property its money only where none goes back", async (locale) => {
  const yours = { en: "stays yours", id: "tetap milik Anda" }[locale];
  const refund = { en: "A refund of €230.00 had waited for this", id: "Pengembalian €230" }[locale];
  expect(await toProperty("dispute_won", { waited: 0 }, bookingView({ locale }))).toContain(yours);
  const cancelled = await toProperty("dispute_won", { waited: 23_000 }, bookingView({ locale, state: "cancelled" }));
  expect(cancelled).toContain(refund);
  expect(cancelled).not.toContain(yours);
  expect(await toProperty("dispute_won", { waited: 0 }, bookingView({ locale, state: "cancelled" }))).not.toContain(yours);
});

const FOREIGN = { amount: 69_000, currency: "AUD", asked: { amount: 23_000, currency: "EUR" } };
const UNPAID: Partial<BookingView> = {
  state: "pending",
  paid: 69_000,
  payments: [{ id: "0199a000-0000-7000-8000-000000000004", provider: "stripe", state: "authorised", amount: 23_000, method: "card" }],
  holdExpiresAt: "2026-11-01T09:45:00Z",
};

test("a payment in another currency is named as it came, and nothing of it is said to be kept", async () => {
  const text = await toProperty("paid_otherwise", { ...FOREIGN, isTaken: false }, bookingView(UNPAID));
  expect(text).toContain("A payment of A$690.00 came, where €230.00 was asked for.");
  expect(text).toContain("is released by itself: nothing is left for you to do.");
  expect(text).not.toContain("Kept of online payments");
  expect(text).toMatch(/Due online and not paid yet +€230\.00/);
  expect(await toProperty("paid_otherwise", { ...FOREIGN, isTaken: true }, bookingView(UNPAID))).toContain("give it back.");
  const indonesian = await toProperty("paid_otherwise", { ...FOREIGN, isTaken: true }, bookingView({ ...UNPAID, locale: "id" }));
  expect(indonesian).toContain("Pembayaran AU$690,00 tiba, padahal yang diminta €");
  expect(indonesian).not.toContain("Diambil dari pembayaran online");
});

test("the guest hears what came, what was asked for, and how it goes back", async () => {
  const reserved = await toGuest("paid_otherwise", { ...FOREIGN, isTaken: false }, bookingView(UNPAID));
  for (const words of ["A payment of A$690.00 came", "where €230.00 was asked for", "A$690.00 held on your card is released", "Your rooms are kept for you until"])
    expect(reserved).toContain(words);
  const taken = await toGuest("paid_otherwise", { ...FOREIGN, isTaken: true }, bookingView({ ...UNPAID, locale: "id" }));
  for (const words of ["Pembayaran AU$690,00 tiba", "Hotel akan menghubungi Anda untuk mengembalikannya."]) expect(taken).toContain(words);
});

test("a payment for a booking that had ended is told as that, not as one too much", async () => {
  const ended = await toGuest("paid_beyond", { amount: 22_000, hasEnded: true }, bookingView({ state: "cancelled" }));
  expect(ended).toContain("had already ended when your payment came. €220.00 of it is not due.");
  expect(ended).not.toMatch(/more than is due|further/i);
  const indonesian = await toGuest("paid_beyond", { hasEnded: true }, baliView({ state: "cancelled" }));
  expect(indonesian).toContain("sudah berakhir ketika pembayaran Anda tiba.");
  expect(indonesian).not.toMatch(/pembayaran lain|melebihi/i);
  expect(await toGuest("paid_beyond", { hasEnded: false })).toContain("A payment came for your booking");
});

test("what is waived of a reservation is let go, and is not said to go back too", async () => {
  const settlement = { back: 5_000, ways: [{ way: "void", amount: 5_000 }], currency: "EUR" } as unknown as Settlement;
  const { text } = await composeMoneyMail("waived", factsOf(bookingView(), LINKS, settlement), { amount: 5_000, currency: "EUR" });
  expect(text).toContain("it was never charged");
  expect(text).not.toContain("goes back");
});

test("a property's mails speak of its guest's rooms, and of none of its own", async () => {
  for (const kind of ["property_booked", "property_changed", "property_cancelled", "property_money"] as const) {
    const english = await composePropertyMail(kind, factsOf(bookingView(), LINKS), bookingView().guest, "");
    expect(english.text).toContain("\nROOM\n");
    expect(english.text).not.toMatch(/your room/i);
    const indonesian = await composePropertyMail(kind, factsOf(baliView(), LINKS), baliView().guest, "");
    expect(indonesian.text).toContain("\nKAMAR\n");
    expect(indonesian.text).not.toMatch(/kamar anda/i);
  }
});
