import { expect, test } from "vitest";
import words from "../../client/messages/id.json" with { type: "json" };
import { composeAccountMail, composeMail, factsOf, smsText, type Mail, type MailKind } from "../../server/notifications/index.ts";
import { WORDS } from "../../server/notifications/templates/words.ts";
import type { Settlement } from "../../db/schema/bookings.ts";
import { baliView, bookingView } from "../helpers/booking-view.ts";

const LINKS = { trip: "https://stay.test/trips/1?token=t0ken", search: "https://stay.test/" };
const KINDS = ["booking_confirmed", "booking_modified", "payment_failed", "change_late", "hold_expired", "paid_too_late", "booking_cancelled"] as const satisfies MailKind[];
const VIEWS = { en: bookingView({ holdExpiresAt: "2026-11-01T09:45:00Z" }), id: baliView({ holdExpiresAt: "2026-11-01T09:45:00Z" }) };
const CASES = KINDS.flatMap((kind) => (["en", "id"] as const).map((locale) => ({ kind, locale })));

function mailOf(kind: MailKind, view = bookingView(), settled?: Partial<Settlement>): Promise<Mail> {
  return composeMail(kind, factsOf(view, LINKS, settled && { ...NOTHING, ...settled }));
}

const NOTHING: Settlement = {
  currency: "EUR",
  totalBefore: 23_800,
  totalAfter: 0,
  dueOnlineBefore: 23_000,
  dueOnlineAfter: 0,
  owedOnlineBefore: 23_000,
  owedOnlineAfter: 0,
  taken: 23_000,
  back: 0,
  ways: [],
  fee: 0,
  feeBase: { price: 23_000, tax: 0, atProperty: 800 },
  duePropertyBefore: 800,
  duePropertyAfter: 0,
};

/** So much goes back, one way. */
function back(amount: number, way: Settlement["ways"][number]["way"]): Partial<Settlement> {
  return { back: amount, ways: [{ way, amount }] };
}

/** The text without the spaces that formats put between digits and signs. */
function plain(text: string): string {
  return text.replaceAll(/[\u00a0\u202f]/g, " ");
}

function jsonLdOf(mail: Mail): Record<string, unknown> {
  return JSON.parse(/<script type="application\/ld\+json">(.*?)<\/script>/s.exec(mail.html)?.[1] ?? "") as Record<string, unknown>;
}

test.each(CASES)("$kind in $locale is whole in both parts and names the stay", async ({ kind, locale }) => {
  const view = VIEWS[locale];
  const mail = await mailOf(kind, view);
  for (const part of [mail.subject, mail.html, mail.text]) {
    expect(part).not.toMatch(/undefined|null|NaN|\[object|Invalid/);
    expect(part).toContain(view.property.name);
  }
  expect(mail.html).toContain(`lang="${locale}"`);
  expect(mail.html).not.toMatch(/<img|src="http|@import|url\(/);
  for (const part of [mail.html, mail.text]) {
    expect(part).toContain(view.code);
    expect(part).toContain(view.guest.name);
    expect(part).toContain(locale === "en" ? "Sunday, 20 December 2026" : "Minggu, 20 Desember 2026");
    expect(part).toContain(locale === "en" ? "2 nights" : "2 malam");
  }
  expect(mail.text).not.toMatch(/<[a-z]|&nbsp;|&#/);
});

test.each(CASES)("$kind in $locale is the same bytes when it is sent again", async ({ kind, locale }) => {
  expect(await mailOf(kind, structuredClone(VIEWS[locale]))).toEqual(await mailOf(kind, VIEWS[locale]));
});

test("the confirmation tells all that was sold", async () => {
  const { html, text, subject } = await mailOf("booking_confirmed");
  expect(subject).toBe("Confirmed: Casa do Rio, 20 Dec 2026");
  const said = [
    "from 15:00",
    "until 11:00",
    "River view double",
    "with breakfast",
    "2 adults, 1 child",
    "€230.00",
    "City tax",
    "€8.00",
    "€238.00",
    "The prices include VAT 6 % €13.02.",
    "Cancelling is free until Fri, 18 Dec 2026, 18:00 WET.",
    "From Fri, 18 Dec 2026, 18:00 WET it costs €110.00.",
    "Times are those of the property.",
    "Rua das Flores 12, Lisbon, Portugal",
    "+351 21 000 0000",
    "stay@casa.test",
    LINKS.trip,
  ];
  for (const part of [html, text]) for (const words of said) expect(plain(part)).toContain(words);
  expect(text).toContain("If you don't come, it costs €238.00.");
  expect(plain(text)).toMatch(/Total +€238\.00\nPaid online +€230\.00\nTo pay at the property +€8\.00/);
});

test("deadlines are in the property's zone with its name, rupiah without decimals", async () => {
  const { text } = await mailOf("booking_confirmed", baliView());
  expect(plain(text)).toContain("Pembatalan gratis sampai Jum, 18 Des 2026, 18.00 WITA.");
  expect(plain(text)).toMatch(/Dibayar di hotel +Rp 1\.450\.000/);
  expect(plain(text)).toContain("Jika Anda tidak datang, biayanya Rp 1.450.000.");
  expect(text).not.toContain("Sudah dibayar");
});

test("a rate that never was free says so, one without fees too", async () => {
  const [stay] = bookingView().stays;
  const withSteps = (steps: { from: string; fee: number }[], noShowFee = 0) => bookingView({ stays: [{ ...stay!, policy: { ...stay!.policy, steps, noShowFee } }] });
  const fixed = await mailOf("booking_confirmed", withSteps([{ from: "2026-10-01T00:00:00Z", fee: 23_800 }]));
  expect(fixed.text).toContain("Cancelling this booking costs €238.00.");
  expect(fixed.text).not.toContain("free");
  const free = (await mailOf("booking_confirmed", withSteps([]))).text;
  expect(free).toContain("You can cancel free of charge.");
  expect(free).not.toContain("don't come");
  expect((await mailOf("booking_confirmed", withSteps([], 11_000))).text).toContain("If you don't come, it costs €110.00.");
});

test("two rooms' policies and taxes are told as one", async () => {
  const [stay] = bookingView().stays;
  const later = { ...stay!.policy, steps: [{ from: "2026-12-19T18:00:00Z", fee: 5_000 }] };
  const view = bookingView({ total: 47_600, stays: [stay!, { ...stay!, id: "0199a000-0000-7000-8000-000000000009", policy: later }] });
  const { text } = await mailOf("booking_confirmed", view);
  expect(text).toContain("From Fri, 18 Dec 2026, 18:00 WET it costs €110.00.");
  expect(text).toContain("From Sat, 19 Dec 2026, 18:00 WET it costs €160.00.");
  expect(text).toContain("From Sun, 20 Dec 2026, 15:00 WET it costs €288.00.");
  expect(text).toContain("If you don't come, it costs €476.00.");
  expect(text).toMatch(/City tax +€16\.00/);
  expect(text).toContain("YOUR ROOMS");
});

test("mails and screens have the same Indonesian words for meals, and for what is paid at the hotel", () => {
  const screen: Record<string, string> = words;
  for (const [meal, said] of Object.entries(WORDS.id.meals)) expect(screen[`meal_${meal}`]?.toLowerCase()).toBe(said);
  expect(screen["paid_at_property"]).toBe(WORDS.id.due);
});

test("the confirmation carries the reservation for machines, and a name can't break out of it", async () => {
  const view = bookingView({ guest: { name: "</script><b>Ana", email: "ana@guest.test", phone: "" } });
  const mail = await mailOf("booking_confirmed", view);
  expect(jsonLdOf(mail)).toMatchObject({
    "@type": "LodgingReservation",
    reservationNumber: "ABCDEFGH23",
    reservationStatus: "https://schema.org/ReservationConfirmed",
    underName: { name: "</script><b>Ana" },
    reservationFor: { name: "Casa do Rio", address: { addressCountry: "PT" } },
    checkinTime: "2026-12-20T15:00:00+00:00",
    checkoutTime: "2026-12-22T11:00:00+00:00",
    numAdults: 2,
    numChildren: 1,
    totalPrice: "238.00",
    priceCurrency: "EUR",
  });
  expect(mail.html).not.toContain("<b>Ana");
  expect(jsonLdOf(await mailOf("booking_cancelled"))).toMatchObject({ reservationStatus: "https://schema.org/ReservationCancelled" });
});

test("a change tells the booking as it is now: the rooms that stand, the fees of those that left, what goes back", async () => {
  const [stay] = bookingView().stays;
  const left = { ...stay!, id: "0199a000-0000-7000-8000-000000000009", state: "cancelled" as const, roomName: "Attic single", fee: 5_000 };
  const view = bookingView({ version: 4, stays: [left, stay!], total: 28_800, dueOnline: 28_000, paid: 46_000 });
  const settled = { fee: 5_000, ...back(18_000, "refund") };
  const { subject, text, attachments } = await mailOf("booking_modified", view, settled);
  expect(subject).toBe("Changed: Casa do Rio, 20 Dec 2026");
  expect(text).not.toContain("Attic single");
  expect(plain(text)).toMatch(/Cancellation fee +€50\.00\nTotal +€288\.00\nPaid online +€280\.00\nTo pay at the property +€8\.00/);
  expect(plain(text)).toMatch(/Cancellation fee +€50\.00\nRefund +€180\.00\n/);
  expect(plain(text)).toContain("€180.00 goes back the way you paid.");
  const calendar = Buffer.from(attachments[0]!.content, "base64").toString();
  expect(calendar).toContain("SEQUENCE:4");
  expect(calendar).toContain("METHOD:PUBLISH");
  expect(calendar).not.toContain("Attic single");
  // Said before the refund is made, and after, alike; and before the money was taken.
  const refunded = { ...view, refunded: 18_000, refunds: [{ amount: 18_000, state: "succeeded" as const }] };
  expect(await mailOf("booking_modified", refunded, settled)).toEqual(await mailOf("booking_modified", view, settled));
});

test("a change's fee is said in the guest's language, the property's taxes as it named them", async () => {
  const charges = [
    { name: "Change fee", amount: 700, inclusive: false, collect: "now" as const },
    { name: "Pajak hotel", amount: 900, inclusive: false, collect: "now" as const },
  ];
  const [english, indonesian] = await Promise.all([bookingView(), baliView()].map((view) => mailOf("booking_modified", { ...view, stays: [{ ...view.stays[0]!, charges }] })));
  for (const part of [english!.html, english!.text]) expect(part).toContain("Change fee");
  for (const part of [indonesian!.html, indonesian!.text]) {
    expect(part).toContain("Biaya perubahan");
    expect(part).toContain("Pajak hotel");
    expect(part).not.toContain("Change fee");
  }
});

test("confirmation, change and cancellation bring the calendar along", async () => {
  for (const kind of ["booking_confirmed", "booking_modified", "booking_cancelled"] as const) {
    const view = bookingView({ state: kind === "booking_cancelled" ? "cancelled" : "confirmed" });
    const { attachments } = await mailOf(kind, view);
    expect(attachments).toHaveLength(1);
    expect(attachments[0]).toMatchObject({ filename: "ABCDEFGH23.ics", contentType: expect.stringContaining("text/calendar") });
    expect(Buffer.from(attachments[0]!.content, "base64").toString()).toBe(factsOf(view, LINKS).calendar);
  }
  expect((await mailOf("payment_failed")).attachments).toEqual([]);
});

test("a change of name alone says nothing of money that went back before it", async () => {
  const { text } = await mailOf("booking_modified", bookingView({ paid: 40_000, refunded: 17_000, refunds: [{ amount: 17_000, state: "succeeded" }] }));
  expect(text).not.toMatch(/Refund|goes back/);
  expect(plain(text)).toMatch(/Total +€238\.00\nPaid online +€230\.00\nTo pay at the property +€8\.00/);
});

test.each([
  ["by a refund", "refund", "€230.00 goes back the way you paid."],
  ["by hand", "hand", "The property will contact you to send it."],
  ["before the money was taken", "void", "€230.00 held on your card is released: it was never charged."],
] as const)("a cancellation free of charge tells what happens to the money: %s", async (_, way, said) => {
  const { text } = await mailOf("booking_cancelled", bookingView({ state: "cancelled" }), back(23_000, way));
  for (const words of ["Cancelling was free of charge.", said]) expect(plain(text)).toContain(words);
});

test("a cancellation's fee and refund are those of what was cancelled now, fees of before beside them", async () => {
  const [stay] = bookingView().stays;
  const stays = [0, 1].map((index) => ({ ...stay!, id: `0199a000-0000-7000-8000-00000000001${index}`, state: "cancelled" as const, fee: 11_000 }));
  const { text } = await mailOf("booking_cancelled", bookingView({ state: "cancelled", stays }), { fee: 11_000, ...back(12_000, "refund") });
  expect(text).toMatch(/Cancellation fee +€110\.00\nRefund +€120\.00/);
  expect(text).not.toContain("free of charge");
  expect(text).toContain("The fee is kept from what you have paid online.");
  expect(plain(text)).toContain("Rooms of this booking that you had cancelled before cost €110.00.");
});

test("a fee of what is paid at the property says who takes it", async () => {
  const view = baliView({ state: "cancelled", locale: "en", stays: [{ ...baliView().stays[0]!, fee: 70_000_000 }] });
  const { text } = await mailOf("booking_cancelled", view, { currency: "IDR", fee: 70_000_000, duePropertyAfter: 70_000_000 });
  expect(plain(text)).toContain("You owe IDR 700,000 to Sawah Terrace Ubud itself, which will contact you about it.");
  expect(text).not.toContain("kept from what you have paid");
});

test("until when cancelling is free is never an instant that has passed", async () => {
  const at = (now: string) => mailOf("booking_modified", bookingView({ now }));
  expect((await at("2026-12-18T17:59:59Z")).text).toContain("Cancelling is free until Fri, 18 Dec 2026, 18:00 WET.");
  const later = (await at("2026-12-18T18:00:01Z")).text;
  expect(later).not.toContain("free until");
  expect(plain(later)).toContain("Cancelling this booking costs €110.00.");
  expect(plain(later)).toContain("From Sun, 20 Dec 2026, 15:00 WET it costs €238.00.");
});

test("a failed payment says until when the rooms are held, an expired hold what comes back", async () => {
  const held = await mailOf("payment_failed", bookingView({ state: "pending", paid: 0, holdExpiresAt: "2026-11-01T09:45:00Z" }));
  expect(held.text).toContain("until Sun, 1 Nov 2026, 09:45 WET");
  expect((await mailOf("hold_expired", bookingView({ state: "expired", paid: 0, payments: [] }))).text).toContain("Nothing was charged.");
  const late = await mailOf("hold_expired", bookingView({ state: "expired" }), back(23_000, "refund"));
  expect(plain(late.text)).toContain("Your payment came too late for the rooms.");
  expect(plain(late.text)).toContain("€230.00 goes back the way you paid.");
  const open = { id: "p", provider: "stripe", state: "requires_action", amount: 23_000, method: null };
  const unknown = await mailOf("hold_expired", bookingView({ state: "expired", paid: 0, payments: [open] }));
  expect(unknown.text).toContain("Should one still arrive, your booking stands if your rooms are still free; otherwise the money goes back to you in full.");
  expect(unknown.text).not.toContain("Nothing was charged");
  const indonesian = await mailOf("hold_expired", baliView({ state: "expired", payments: [open] }));
  expect(indonesian.text).toContain("pemesanan Anda tetap berlaku jika kamarnya masih tersedia; jika tidak, dana itu kembali kepada Anda seluruhnya.");
  // A reservation that was let go is no payment that may still come.
  const letGo = await mailOf("hold_expired", bookingView({ state: "expired", paid: 0, payments: [{ ...open, state: "voided" }] }));
  expect(letGo.text).toContain("Nothing was charged.");
});

test.each([
  ["reserved on a card", "void", "is released"],
  ["taken", "refund", "goes back the way you paid."],
  ["by bank transfer", "hand", "The property will contact you"],
] as const)("money that came too late for a change, %s: how it goes back is said before it does", async (_, way, said) => {
  const mail = await mailOf("change_late", bookingView(), back(11_000, way));
  expect(mail.attachments).toEqual([]);
  for (const words of ["the change could not be made", "€110.00", said, "stands as you see it here", LINKS.trip]) expect(mail.text).toContain(words);
});

test("nothing was charged is said of a refused payment only where no other money is there", async () => {
  expect((await mailOf("payment_failed", bookingView({ state: "pending", paid: 0, payments: [] }))).text).toContain("Nothing was charged.");
  expect((await mailOf("payment_failed", bookingView())).text).not.toContain("Nothing was charged.");
});

test("a change's payment that was refused leaves the booking as it is, and the mail says so", async () => {
  expect((await mailOf("payment_failed", bookingView())).text).toContain("Your booking stands as you see it here, without the change.");
  expect((await mailOf("payment_failed", bookingView({ state: "pending" }))).text).not.toContain("stands");
});

test.each(["verify_email", "account_exists", "reset_password", "invitation"] as const)("%s carries its link in both parts and locales", async (kind) => {
  const url = "https://stay.test/verify?token=abc";
  for (const locale of ["en", "id"] as const) {
    const mail = await composeAccountMail(kind, { locale, name: "Ana", organization: "House of tests", url });
    expect(mail.html).toContain(`href="${url}"`);
    expect(mail.text).toContain(url);
    expect(mail.subject + mail.text).not.toMatch(/undefined|null/);
    expect((await composeAccountMail(kind, { locale, name: "", url })).text).toContain(locale === "en" ? "\nHello,\n" : "\nHalo,\n");
  }
});

test.each([
  ["change_late", {}],
  ["paid_too_late", { state: "expired" }],
  ["hold_expired", { state: "expired" }],
] as const)("%s says of a reservation that it is let go, and not that it goes back too", async (kind, change) => {
  for (const view of [bookingView(change), bookingView({ ...change, locale: "id" })]) {
    const { text } = await mailOf(kind, view, back(40_600, "void"));
    expect(text).toMatch(/never charged|tidak pernah ditagih/);
    expect(text).not.toMatch(/goes back|kembalikan/);
  }
});

test("a dearer change that was paid online names the difference, its fee and what was paid for it", async () => {
  const dearer = { totalBefore: 23_800, totalAfter: 64_900, owedOnlineBefore: 23_000, owedOnlineAfter: 63_400, duePropertyBefore: 800, duePropertyAfter: 1_500, fee: 1_000 };
  const { text } = await mailOf("booking_modified", bookingView(), dearer);
  expect(text).toContain("WHAT THIS CHANGE COSTS");
  expect(plain(text)).toMatch(/Change fee +€10\.00\nDifference in price +€401\.00\nPaid online for this change +€404\.00\nMore to pay at the property +€7\.00/);
  const indonesian = await mailOf("booking_modified", bookingView({ locale: "id" }), dearer);
  expect(plain(indonesian.text)).toMatch(/Selisih harga +€401,00\nDibayar online untuk perubahan ini +€404,00/);
});

test("hours read in Indonesian as its deadlines do, in mail and text", async () => {
  const { text } = await mailOf("booking_confirmed", baliView());
  for (const words of ["mulai pukul 14.00", "sampai pukul 12.00"]) expect(text).toContain(words);
  expect(smsText("booking_confirmed", factsOf(baliView(), LINKS))).toContain("check-in mulai 14.00.");
});

test("a booking that is over is to be seen, and no longer to be changed", async () => {
  expect((await mailOf("change_late", bookingView({ state: "cancelled" }))).text).toContain("See your booking");
  expect((await mailOf("change_late", baliView({ state: "cancelled" }))).text).toContain("Lihat pemesanan");
  expect((await mailOf("change_late", bookingView())).text).toContain("See or change your booking");
});

test("an account's link breaks where the screen ends", async () => {
  const { html } = await composeAccountMail("verify_email", { locale: "en", name: "", url: "https://stay.test/verify?token=abc" });
  expect(html).toMatch(/word-break:break-all[^>]*>https:\/\/stay\.test/);
});
