import { afterEach, expect, test, vi } from "vitest";
import { balance, closeChange, closePages, get, settle } from "../../server/bookings/index.ts";
import { changeStay, eventsOf, holdStay, nightOf } from "../helpers/booking.ts";
import { changeBecomes, changeState, draftOf, expectInOrder, mailsAfter, paidStay, payByQr, THIRD_NIGHT } from "../helpers/change-desk.ts";
import { anonymous } from "../helpers/context.ts";
import { playMidtrans } from "../helpers/gateway.ts";
import { answer3ds, MINUTE, paymentDesk, type Opened } from "../helpers/payments.ts";

// A change's difference in rupiah, paid at Midtrans: two nights for Rp 220,000 that become three for Rp 330,000.

const desk = paymentDesk();
afterEach(() => expectInOrder(desk));

const SOLD = { held: 0, sold: 1 };
const FREE = { held: 0, sold: 0 };
const REFUSED_CARD = "4911111111111113";
const EXAMINED_CARD = "4511111111111117";

interface Drafted extends Opened {
  changeId: string;
}

/** A paid stay whose guest stands on the page of the third night's difference. */
async function onChangePage(wanted?: object): Promise<Drafted> {
  const stay = await paidStay(desk, "midtrans");
  const changeId = await draftOf(stay, wanted);
  return { ...stay, changeId, pageUrl: await desk.pageOf(stay.guest, stay.bookingId, "midtrans", changeId) };
}

const lastPayment = async (bookingId: string) => (await desk.payments(bookingId)).at(-1)!;
const thirdNight = ({ world }: Opened) => nightOf(desk.db, world.roomTypeId, THIRD_NIGHT);
const payByCard = async (pageUrl: string, card = "4811111111111114") => answer3ds(await playMidtrans(pageUrl, { do: "card", card }));

/** Somebody else takes the night that the draft has let go. */
async function takeThirdNight({ world }: Opened): Promise<void> {
  await holdStay(desk.ctx.as(anonymous()), world, { checkIn: THIRD_NIGHT, nights: 1, email: "rui@guest.test" });
}

/** The mails to the change's guest that tell of late money. */
const lateMails = async (bookingId: string) => (await mailsAfter(desk, bookingId, "booking.change_late")).filter(({ subject }) => /was not made/.test(subject));

/** The bank's word on an order that is over, whatever its status. */
async function bankSettles(bookingId: string): Promise<void> {
  await desk.control("midtrans", `orders/${(await lastPayment(bookingId)).pageRef}/settle`, {});
}

test("settled by QR code: the change is made, and Midtrans has the whole price of the longer stay", async () => {
  const drafted = await onChangePage();
  const { bookingId, guest, changeId, pageUrl } = drafted;
  await payByQr(pageUrl);
  await changeBecomes(desk, changeId, "applied");
  expect(await get(guest, { bookingId })).toMatchObject({ checkOut: "2027-03-04", total: 33_000_000, dueOnline: 33_000_000, currency: "IDR" });
  expect(await thirdNight(drafted)).toMatchObject(SOLD);
  await balance(desk.ctx, bookingId);
  expect(await desk.payments(bookingId)).toMatchObject([
    { state: "paid", captured: 22_000_000 },
    { state: "paid", captured: 11_000_000, method: "qris" },
  ]);
  expect(await desk.kept(bookingId)).toBe(33_000_000);
});

test("authorised by card: the change is made, and the difference is captured", async () => {
  const { bookingId, changeId, pageUrl } = await onChangePage();
  await payByCard(pageUrl);
  await changeBecomes(desk, changeId, "applied");
  await balance(desk.ctx, bookingId);
  expect(await lastPayment(bookingId)).toMatchObject({ state: "captured", captured: 11_000_000 });
  expect(await desk.kept(bookingId)).toBe(33_000_000);
});

test("a card denied, then settled by another method on the same page: the change is made, and nobody is told of the denial", async () => {
  const { bookingId, changeId, pageUrl } = await onChangePage();
  await payByCard(pageUrl, REFUSED_CARD);
  await desk.paymentBecomes(bookingId, "paid", "denied");
  expect(await changeState(desk, changeId)).toBe("pending");
  await payByQr(pageUrl);
  await changeBecomes(desk, changeId, "applied");
  expect(await eventsOf(desk.db, bookingId)).not.toContain("booking.payment_failed");
  expect(await desk.kept(bookingId)).toBe(33_000_000);
});

test.each(["approve", "deny"])("an examined card keeps the draft past its end; `%s` decides, and the guest is told", async (verdict) => {
  const drafted = await onChangePage();
  const { bookingId, changeId, pageUrl } = drafted;
  await payByCard(pageUrl, EXAMINED_CARD);
  await desk.paymentBecomes(bookingId, "paid", "challenged");
  await desk.ctx.advance(16 * MINUTE);
  expect(await closeChange(desk.ctx, changeId)).toBe("paid");
  expect(await thirdNight(drafted)).toMatchObject({ held: 1 });
  await desk.dashboard("midtrans", `/v2/${(await lastPayment(bookingId)).pageRef}/${verdict}`);
  if (verdict === "approve") {
    await changeBecomes(desk, changeId, "applied");
    const told = await mailsAfter(desk, bookingId, "booking.modified");
    expect(told.map(({ subject }) => subject)).toEqual(["Changed: House of Tests, 1 Mar 2027"]);
    await balance(desk.ctx, bookingId);
    expect(await desk.kept(bookingId)).toBe(33_000_000);
    return;
  }
  await desk.paymentBecomes(bookingId, "paid", "denied");
  const [mail, ...others] = await mailsAfter(desk, bookingId, "booking.payment_failed");
  expect(others).toEqual([]);
  expect(mail!.text).toContain("This try took no money.");
  expect(mail!.text).toContain("Your booking stands as you see it here, without the change.");
  expect(await closeChange(desk.ctx, changeId)).toBe("expired");
  expect(await thirdNight(drafted)).toMatchObject(FREE);
  expect(await desk.kept(bookingId)).toBe(22_000_000);
});

test("a refusal after examination that another change has overtaken is not told", async () => {
  const { bookingId, guest, pageUrl } = await onChangePage();
  await payByCard(pageUrl, EXAMINED_CARD);
  await desk.paymentBecomes(bookingId, "paid", "challenged");
  await desk.dashboard("midtrans", `/v2/${(await lastPayment(bookingId)).pageRef}/deny`);
  await desk.paymentBecomes(bookingId, "paid", "denied");
  await changeStay(guest, bookingId, { notes: "Quiet room, please" });
  expect(await mailsAfter(desk, bookingId, "booking.payment_failed")).toEqual([]);
});

test("a transfer that is not made by the draft's end: Midtrans expires it, the night goes back, and nobody can pay any more", async () => {
  const drafted = await onChangePage();
  const { bookingId, guest, changeId, pageUrl } = drafted;
  await playMidtrans(pageUrl, { do: "bank_transfer", bank: "bca" });
  await desk.paymentBecomes(bookingId, "paid", "pending");
  await desk.ctx.advance(15 * MINUTE + 1000);
  expect(await closeChange(desk.ctx, changeId)).toBe("expired");
  await desk.paymentBecomes(bookingId, "paid", "expired");
  expect(await playMidtrans(pageUrl, { do: "transfer" })).toBeNull();
  expect(await desk.states(bookingId)).toEqual(["paid", "expired"]);
  expect(await thirdNight(drafted)).toMatchObject(FREE);
  expect(await get(guest, { bookingId })).toMatchObject({ checkOut: THIRD_NIGHT, total: 22_000_000, change: null });
});

test("a page on which nobody chose a method ends with the draft", async () => {
  const drafted = await onChangePage();
  await desk.ctx.advance(15 * MINUTE + 1000);
  expect(await closeChange(desk.ctx, drafted.changeId)).toBe("expired");
  expect(await playMidtrans(drafted.pageUrl, { do: "qris" })).toBeNull();
  expect(await thirdNight(drafted)).toMatchObject(FREE);
});

test("a transfer that the bank reports after the draft's end, with the night free: the change is made after all", async () => {
  const drafted = await onChangePage();
  const { bookingId, changeId, pageUrl } = drafted;
  await playMidtrans(pageUrl, { do: "qris" });
  await desk.paymentBecomes(bookingId, "paid", "pending");
  await desk.ctx.advance(16 * MINUTE);
  expect(await closeChange(desk.ctx, changeId)).toBe("expired");
  await bankSettles(bookingId);
  await changeBecomes(desk, changeId, "applied");
  expect(await thirdNight(drafted)).toMatchObject(SOLD);
  expect(await desk.kept(bookingId)).toBe(33_000_000);
});

test("money by QR code after the draft's end, with the night gone: it goes back by itself, and the guest is told how much and how", async () => {
  const drafted = await onChangePage();
  const { bookingId, guest, changeId, pageUrl } = drafted;
  await playMidtrans(pageUrl, { do: "qris" });
  await desk.paymentBecomes(bookingId, "paid", "pending");
  await desk.ctx.advance(16 * MINUTE);
  expect(await closeChange(desk.ctx, changeId)).toBe("expired");
  await takeThirdNight(drafted);
  await bankSettles(bookingId);
  await desk.paymentBecomes(bookingId, "paid", "paid");
  const [mail, ...others] = await lateMails(bookingId);
  expect(others).toEqual([]);
  expect(mail!.text.replaceAll(/\s/g, " ")).toContain("IDR 110,000 goes back the way you paid.");
  expect(mail!.text).toContain("goes back the way you paid.");
  await balance(desk.ctx, bookingId);
  expect(await desk.refunds(bookingId)).toMatchObject([{ amount: 11_000_000, state: "succeeded", reason: "change_late" }]);
  expect(await desk.kept(bookingId)).toBe(22_000_000);
  expect(await get(guest, { bookingId })).toMatchObject({ checkOut: THIRD_NIGHT, total: 22_000_000 });
});

test("a virtual account's money after the draft's end, with the night gone: a person gives it back, and the guest is told so", async () => {
  const drafted = await onChangePage();
  const { bookingId, changeId, pageUrl } = drafted;
  await playMidtrans(pageUrl, { do: "bank_transfer", bank: "bca" });
  await desk.paymentBecomes(bookingId, "paid", "pending");
  await desk.ctx.advance(16 * MINUTE);
  expect(await closeChange(desk.ctx, changeId)).toBe("expired");
  await takeThirdNight(drafted);
  await bankSettles(bookingId);
  await desk.paymentBecomes(bookingId, "paid", "paid");
  const [mail] = await lateMails(bookingId);
  expect(mail!.text).toContain("The property will contact you to send it.");
  await balance(desk.ctx, bookingId);
  expect(await desk.refunds(bookingId)).toMatchObject([{ amount: 11_000_000, state: "manual" }]);
  expect(await desk.incidents(bookingId)).toMatchObject([{ cause: expect.stringContaining("refund-manual") }]);
});

test("a card's authorisation that is found after the draft's end, with the night gone: it is let go, and the guest is told so", async () => {
  const drafted = await onChangePage();
  const { bookingId, changeId, pageUrl } = drafted;
  desk.loseWebhooks();
  await payByCard(pageUrl);
  desk.goesDown("midtrans");
  await desk.ctx.advance(21 * MINUTE);
  expect(await closeChange(desk.ctx, changeId)).toBe("expired");
  await takeThirdNight(drafted);
  desk.comesBack("midtrans");
  expect(await closePages(desk.ctx, bookingId, changeId)).toBe("paid");
  const [mail] = await lateMails(bookingId);
  expect(mail!.text).toContain("held on your card is released");
  await balance(desk.ctx, bookingId);
  expect(await desk.states(bookingId)).toEqual(["paid", "voided"]);
  expect(await desk.kept(bookingId)).toBe(22_000_000);
});

test("paid on the page of a draft that was replaced: it goes back, and the newer draft is made when it is paid", async () => {
  const { bookingId, guest, pageUrl, changeId } = await onChangePage();
  const newer = await draftOf({ bookingId, guest }, { checkOut: "2027-03-05" });
  expect(await changeState(desk, changeId)).toBe("abandoned");
  // Without a chosen method there is nothing at Midtrans that could be expired.
  await closePages(desk.ctx, bookingId, changeId);
  const newerPage = await desk.pageOf(guest, bookingId, "midtrans", newer);
  await payByQr(pageUrl);
  await desk.paymentBecomes(bookingId, "paid", "paid", "created");
  expect(await lateMails(bookingId)).toHaveLength(1);
  await payByQr(newerPage);
  await changeBecomes(desk, newer, "applied");
  await balance(desk.ctx, bookingId);
  expect(await desk.kept(bookingId)).toBe(44_000_000);
});

test("Midtrans' notification twice, and the sweep at once: the change is made once", async () => {
  const { bookingId, changeId, pageUrl } = await onChangePage();
  await playMidtrans(pageUrl, { do: "qris" });
  await desk.paymentBecomes(bookingId, "paid", "pending");
  await desk.control("midtrans", "webhooks", { mode: "duplicate" });
  await Promise.all([playMidtrans(pageUrl, { do: "transfer" }), settle(desk.ctx, (await lastPayment(bookingId)).id)]);
  await changeBecomes(desk, changeId, "applied");
  await Promise.all(Array.from({ length: 4 }, async () => settle(desk.ctx, (await lastPayment(bookingId)).id)));
  await vi.waitFor(async () => expect((await eventsOf(desk.db, bookingId)).filter((type) => type === "booking.modified")).toHaveLength(1));
  expect(await get(desk.ctx, { bookingId })).toMatchObject({ version: 3, total: 33_000_000 });
  expect(await desk.kept(bookingId)).toBe(33_000_000);
});

test("late money whose notification comes twice goes back once, and is told once", async () => {
  const drafted = await onChangePage();
  const { bookingId, guest, pageUrl } = drafted;
  await changeStay(guest, bookingId, { notes: "Quiet room, please" });
  await playMidtrans(pageUrl, { do: "qris" });
  await desk.paymentBecomes(bookingId, "paid", "pending");
  await desk.control("midtrans", "webhooks", { mode: "duplicate" });
  await playMidtrans(pageUrl, { do: "transfer" });
  await desk.paymentBecomes(bookingId, "paid", "paid");
  await settle(desk.ctx, (await lastPayment(bookingId)).id);
  expect(await lateMails(bookingId)).toHaveLength(1);
  await Promise.all([balance(desk.ctx, bookingId), balance(desk.ctx, bookingId)]);
  await balance(desk.ctx, bookingId);
  expect(await desk.refunds(bookingId)).toMatchObject([{ amount: 11_000_000, state: "succeeded" }]);
  expect(await desk.kept(bookingId)).toBe(22_000_000);
});
