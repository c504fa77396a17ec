import { afterEach, expect, test } from "vitest";
import { deliveries } from "../../db/schema/index.ts";
import { balance, cancel, closeChange, closePages, get, settle } from "../../server/bookings/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { changeStay, eventsOf, holdStay } from "../helpers/booking.ts";
import { changeBecomes, changeState, draftOf, expectInOrder, mailsAfter, paidStay, THIRD_NIGHT } from "../helpers/change-desk.ts";
import { anonymous } from "../helpers/context.ts";
import { payByStripe } from "../helpers/gateway.ts";
import { MINUTE, paymentDesk, type Opened } from "../helpers/payments.ts";

// A change's payment that comes too late: what becomes of the money, and what the guest is told.

const desk = paymentDesk();
afterEach(() => expectInOrder(desk));

const LATE = "The change of your stay at House of Tests was not made";

const lateMails = async (bookingId: string) => (await mailsAfter(desk, bookingId, "booking.change_late")).filter(({ subject }) => subject === LATE);

/** Paid on the page of a draft that its guest has replaced by another wish. */
async function paidTooLate(stay: Opened, notes = "Quiet room, please"): Promise<void> {
  const changeId = await draftOf(stay);
  const pageUrl = await desk.pageOf(stay.guest, stay.bookingId, "stripe", changeId);
  const before = await desk.states(stay.bookingId);
  await changeStay(stay.guest, stay.bookingId, { notes });
  await payByStripe(pageUrl);
  await desk.paymentBecomes(stay.bookingId, ...before.slice(0, -1), "authorised");
}

test("paid for a draft that was replaced: the guest is told once that the change was not made, and that the reservation is let go", async () => {
  const stay = await paidStay(desk);
  await paidTooLate(stay);
  const [mail, ...others] = await lateMails(stay.bookingId);
  expect(others).toEqual([]);
  for (const part of [mail!.text, mail!.html]) {
    for (const words of ["€110.00 held on your card is released: it was never charged.", "stands as you see it here, without the change", "Wednesday, 3 March 2027"])
      expect(part).toContain(words);
  }
  await balance(desk.ctx, stay.bookingId);
  expect(await desk.states(stay.bookingId)).toEqual(["captured", "voided"]);
  expect(await desk.kept(stay.bookingId)).toBe(22_000);
  expect(await eventsOf(desk.db, stay.bookingId)).not.toContain("booking.payment_failed");
});

test("paid after the draft's end with the night gone: the guest is told", async () => {
  const stay = await paidStay(desk);
  const { world, guest, bookingId } = stay;
  const changeId = await draftOf(stay);
  desk.loseWebhooks();
  await payByStripe(await desk.pageOf(guest, bookingId, "stripe", changeId));
  desk.goesDown("stripe");
  await desk.ctx.advance(21 * MINUTE);
  expect(await closeChange(desk.ctx, changeId)).toBe("expired");
  await holdStay(desk.ctx.as(anonymous()), world, { checkIn: THIRD_NIGHT, nights: 1 });
  desk.comesBack("stripe");
  expect(await closePages(desk.ctx, bookingId, changeId)).toBe("paid");
  expect(await lateMails(bookingId)).toHaveLength(1);
  await balance(desk.ctx, bookingId);
  expect(await desk.kept(bookingId)).toBe(22_000);
  expect(await get(guest, { bookingId })).toMatchObject({ checkOut: THIRD_NIGHT, total: 22_000 });
});

test("two late payments of one booking are two mails", async () => {
  const stay = await paidStay(desk);
  await paidTooLate(stay);
  await paidTooLate(stay, "A quiet room, please, and a cot");
  expect(await lateMails(stay.bookingId)).toHaveLength(2);
  await balance(desk.ctx, stay.bookingId);
  expect(await desk.kept(stay.bookingId)).toBe(22_000);
});

test("paid for a draft that another draft replaced: it goes back, both are told of, and the other is made when it is paid", async () => {
  const stay = await paidStay(desk);
  const { guest, bookingId } = stay;
  const pages = [];
  const drafts = [];
  for (const checkOut of ["2027-03-04", "2027-03-05", "2027-03-06"]) {
    drafts.push(await draftOf(stay, { checkOut }));
    desk.goesDown("stripe", "/expire");
    pages.push(await desk.pageOf(guest, bookingId, "stripe", drafts.at(-1)));
    desk.comesBack("stripe");
  }
  await payByStripe(pages[0]!);
  await desk.paymentBecomes(bookingId, "captured", "authorised", "created", "created");
  await payByStripe(pages[1]!);
  await desk.paymentBecomes(bookingId, "captured", "authorised", "authorised", "created");
  expect((await lateMails(bookingId)).map(({ text }) => /€\d+\.00 held on your card is released/.exec(text)?.[0]).toSorted()).toEqual([
    "€110.00 held on your card is released",
    "€220.00 held on your card is released",
  ]);
  await balance(desk.ctx, bookingId);
  expect(await desk.kept(bookingId)).toBe(22_000);
  await payByStripe(pages[2]!);
  await changeBecomes(desk, drafts[2]!, "applied");
  await balance(desk.ctx, bookingId);
  expect(await desk.kept(bookingId)).toBe(55_000);
});

test("paid for a draft that is over, while a newer one holds nights: the newer wish stands, and the money goes back", async () => {
  const stay = await paidStay(desk);
  const { guest, bookingId } = stay;
  const old = await draftOf(stay);
  desk.loseWebhooks();
  await payByStripe(await desk.pageOf(guest, bookingId, "stripe", old));
  desk.goesDown("stripe");
  await desk.ctx.advance(21 * MINUTE);
  expect(await closeChange(desk.ctx, old)).toBe("expired");
  // The newer one needs none of the old one's nights.
  const newer = await draftOf(stay, { checkIn: "2027-03-10", checkOut: "2027-03-14" });
  desk.comesBack("stripe");
  expect(await closePages(desk.ctx, bookingId, old)).toBe("paid");
  expect([await changeState(desk, old), await changeState(desk, newer)]).toEqual(["expired", "pending"]);
  expect(await lateMails(bookingId)).toHaveLength(1);
  desk.gateway.runtime.services = desk.ctx;
  await payByStripe(await desk.pageOf(guest, bookingId, "stripe", newer));
  await changeBecomes(desk, newer, "applied");
  await balance(desk.ctx, bookingId);
  expect(await desk.kept(bookingId)).toBe(44_000);
});

test("paid for a change of a booking that is cancelled meanwhile: the guest is told so, and all of it goes back", async () => {
  const stay = await paidStay(desk);
  const { guest, bookingId } = stay;
  const pageUrl = await desk.pageOf(guest, bookingId, "stripe", await draftOf(stay));
  await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() });
  await payByStripe(pageUrl);
  await desk.paymentBecomes(bookingId, "captured", "authorised");
  const [mail] = await lateMails(bookingId);
  expect(mail!.text).toContain("has been cancelled in the meantime");
  await balance(desk.ctx, bookingId);
  expect(await desk.kept(bookingId)).toBe(0);
});

test("a late payment that is read again and again is told once", async () => {
  const stay = await paidStay(desk);
  await paidTooLate(stay);
  const [, late] = await desk.payments(stay.bookingId);
  await Promise.all(Array.from({ length: 4 }, () => settle(desk.ctx, late!.id)));
  expect(await lateMails(stay.bookingId)).toHaveLength(1);
  expect((await desk.db.select().from(deliveries)).filter((row) => row.bookingId === stay.bookingId && row.kind === "change_late")).toHaveLength(1);
  await balance(desk.ctx, stay.bookingId);
});

test("a draft that nobody paid ends without a mail: the booking is as it was, and nothing was charged", async () => {
  const stay = await paidStay(desk);
  const changeId = await draftOf(stay);
  await desk.pageOf(stay.guest, stay.bookingId, "stripe", changeId);
  await desk.ctx.advance(16 * MINUTE);
  expect(await closeChange(desk.ctx, changeId)).toBe("expired");
  for (const type of new Set(await eventsOf(desk.db, stay.bookingId))) await mailsAfter(desk, stay.bookingId, type);
  expect((await mailsAfter(desk, stay.bookingId, "booking.confirmed")).map(({ subject }) => subject)).toEqual(["Confirmed: House of Tests, 1 Mar 2027"]);
});
