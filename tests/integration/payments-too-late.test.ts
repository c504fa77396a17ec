import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { bookingChanges, bookings } from "../../db/schema/index.ts";
import { balance, closeChange, closeHold, get, hold, modifyQuote, settle } from "../../server/bookings/index.ts";
import { addDays, dateIn, instantOf } from "../../server/platform/dates.ts";
import { quote } from "../../server/rooms/quote.ts";
import { bookingOf, changeStay, eventsOf, holdStay, nightOf, refusalOf, stateOf, wish } from "../helpers/booking.ts";
import { changeBecomes, changeState, expectInOrder, mailsAfter, payByQr } from "../helpers/change-desk.ts";
import { anonymous } from "../helpers/context.ts";
import { payByStripe, playMidtrans } from "../helpers/gateway.ts";
import { answer3ds, HOUR, MINUTE, paymentDesk, RUPIAH } from "../helpers/payments.ts";
import { createProperty, type WorldOverrides } from "../helpers/world.ts";

// The last moment at which a stay can still be sold bounds every deadline that could outlive it.

const desk = paymentDesk();
const ZONE = "Asia/Makassar";

/** Moves the clock on to this local time, and gives the date there. */
async function goTo(time: string, zone = ZONE): Promise<string> {
  const now = desk.ctx.clock.now();
  const today = dateIn(zone, now);
  const date = instantOf(today, time, zone) > now ? today : addDays(today, 1);
  await desk.ctx.advance(instantOf(date, time, zone).getTime() - now.getTime());
  return date;
}

/** One room of a house, held for tonight; its cut-off is 23:00. */
async function tonight(from: string, { property = {}, nights = 1 }: { property?: WorldOverrides["property"]; nights?: number } = {}) {
  const world = await createProperty(desk.db, { ...RUPIAH, from, property: { ...RUPIAH.property, ...property } });
  const guest = desk.ctx.as(anonymous());
  const { bookingId } = await holdStay(guest, world, { checkIn: from, nights });
  return { world, guest, bookingId, from, cutOff: instantOf(from, "23:00", ZONE) };
}

test("a virtual account for tonight extends the hold to the cut-off, not to its own end, and the account ends with it", async () => {
  const { bookingId, guest, cutOff } = await tonight(await goTo("22:00"), { property: { extendHolds: true } });
  await playMidtrans(await desk.pageOf(guest, bookingId, "midtrans"), { do: "bank_transfer", bank: "bca" });
  await desk.paymentBecomes(bookingId, "pending");
  expect(await bookingOf(desk.db, bookingId)).toMatchObject({ holdExpiresAt: cutOff, holdExtended: true });
  expect((await desk.payment(bookingId)).expiresAt).toEqual(cutOff);
});

test("a transfer that arrives after the stay confirms nothing: a person gives it back, and the guest is told", async () => {
  const { bookingId, guest, world, from } = await tonight(await goTo("22:00"), { property: { extendHolds: true } });
  await playMidtrans(await desk.pageOf(guest, bookingId, "midtrans"), { do: "bank_transfer", bank: "bca" });
  await desk.paymentBecomes(bookingId, "pending");
  await desk.ctx.advance(23 * HOUR + 55 * MINUTE);
  await desk.control("midtrans", `orders/${(await desk.payment(bookingId)).pageRef}/settle`, {});
  await desk.becomes(bookingId, "expired");
  expect(await nightOf(desk.db, world.roomTypeId, from)).toMatchObject({ held: 0, sold: 0 });
  await balance(desk.ctx, bookingId);
  expect(await desk.refunds(bookingId)).toMatchObject([{ amount: 11_000_000, state: "manual" }]);
  expect(await desk.incidents(bookingId)).toMatchObject([{ cause: expect.stringContaining("refund-manual") }]);
  const [mail] = await mailsAfter(desk, bookingId, "booking.paid_too_late");
  expect(mail).toMatchObject({ subject: "Your payment for House of Tests came too late" });
  for (const words of ["you have no booking there", "The property will contact you to send it."]) expect(mail!.text).toContain(words);
  await expectInOrder(desk);
});

test("the hold's end releases the room at the cut-off, for somebody who can still come", async () => {
  const from = await goTo("22:00");
  const { bookingId, guest, world } = await tonight(from, { property: { extendHolds: true }, nights: 2 });
  await playMidtrans(await desk.pageOf(guest, bookingId, "midtrans"), { do: "bank_transfer", bank: "bca" });
  await desk.paymentBecomes(bookingId, "pending");
  await desk.ctx.advance(HOUR + 1000);
  expect(await closeHold(desk.ctx, bookingId)).toBe("expired");
  await holdStay(desk.ctx.as(anonymous()), world, { checkIn: addDays(from, 1), nights: 1 });
});

test.each(["a hold", "a quote"])("%s of the last minutes ends with the sale, not after it", async (what) => {
  const from = await goTo("22:55");
  const { bookingId, world, cutOff } = await tonight(from);
  if (what === "a hold") expect((await bookingOf(desk.db, bookingId)).holdExpiresAt).toEqual(cutOff);
  else {
    const rival = desk.ctx.as(anonymous());
    const { expiresAt } = await quote(rival, await wish(rival, world, { checkIn: addDays(from, 1), nights: 1 }));
    expect(new Date(expiresAt).getTime()).toBeGreaterThan(cutOff.getTime());
    const other = await createProperty(desk.db, { from });
    expect((await quote(rival, await wish(rival, other, { checkIn: from, nights: 1 }))).expiresAt).toBe(cutOff.toISOString());
  }
});

test("paid while the stay can still begin, and heard of after the hold's end: confirmed", async () => {
  const { bookingId, guest } = await tonight(await goTo("22:00"));
  desk.loseWebhooks();
  await payByStripe(await desk.pageOf(guest, bookingId));
  await desk.ctx.advance(30 * MINUTE);
  await settle(desk.ctx, (await desk.payment(bookingId)).id);
  expect(await stateOf(desk.db, bookingId)).toEqual(["confirmed"]);
  await balance(desk.ctx, bookingId);
  expect(await desk.states(bookingId)).toEqual(["captured"]);
});

test.each(["held yet", "released"])("heard of after the cut-off with the nights %s: the card is let go, the nights are free, the guest is told once", async (how) => {
  const { bookingId, guest, world, from } = await tonight(await goTo("22:55"), { nights: 2 });
  desk.loseWebhooks();
  await payByStripe(await desk.pageOf(guest, bookingId));
  await desk.ctx.advance(6 * MINUTE);
  if (how === "released") {
    await holdStay(desk.ctx.as(anonymous()), world, { checkIn: addDays(from, 1), nights: 1 });
    expect(await stateOf(desk.db, bookingId)).toEqual(["expired"]);
  }
  const { id } = await desk.payment(bookingId);
  await Promise.all([settle(desk.ctx, id), settle(desk.ctx, id)]);
  expect(await stateOf(desk.db, bookingId)).toEqual(["expired"]);
  expect(await nightOf(desk.db, world.roomTypeId, from)).toMatchObject({ held: 0, sold: 0 });
  await balance(desk.ctx, bookingId);
  expect(await desk.states(bookingId)).toEqual(["voided"]);
  expect((await eventsOf(desk.db, bookingId)).filter((type) => type === "booking.paid_too_late")).toHaveLength(1);
  const [mail] = await mailsAfter(desk, bookingId, "booking.paid_too_late");
  expect(mail!.text).toContain("is released");
  expect(await get(guest, { bookingId })).toMatchObject({ state: "expired", paid: 0 });
  await expectInOrder(desk);
});

test("a card that the provider still examines keeps its nights up to the cut-off and no longer", async () => {
  const { bookingId, guest, world, from } = await tonight(await goTo("22:30"), { nights: 2 });
  await answer3ds(await playMidtrans(await desk.pageOf(guest, bookingId, "midtrans"), { do: "card", card: "4511111111111117" }));
  await desk.paymentBecomes(bookingId, "challenged");
  await desk.ctx.advance(16 * MINUTE);
  expect(await closeHold(desk.ctx, bookingId)).toBe("paid");
  await desk.ctx.advance(14 * MINUTE + 1000);
  expect(await closeHold(desk.ctx, bookingId)).toBe("expired");
  await holdStay(desk.ctx.as(anonymous()), world, { checkIn: addDays(from, 1), nights: 1 });
  await desk.dashboard("midtrans", `/v2/${(await desk.payment(bookingId)).pageRef}/approve`);
  await desk.paymentBecomes(bookingId, "authorised");
  await balance(desk.ctx, bookingId);
  expect(await desk.states(bookingId)).toEqual(["voided"]);
  expect(await eventsOf(desk.db, bookingId)).toContain("booking.paid_too_late");
});

/** Tonight paid by QR code, and a second night that waits to be paid. */
async function draftTonight(time: string, provider: "midtrans" | "stripe") {
  const stay = await tonight(await goTo("18:00"));
  await payByQr(await desk.pageOf(stay.guest, stay.bookingId, "midtrans"));
  await desk.becomes(stay.bookingId, "confirmed");
  await goTo(time);
  const answer = await changeStay(stay.guest, stay.bookingId, { checkOut: addDays(stay.from, 2) });
  if (answer.status !== "payment_due") throw new Error("applied at once");
  return { ...stay, changeId: answer.changeId, pageUrl: await desk.pageOf(stay.guest, stay.bookingId, provider, answer.changeId) };
}

test("a change's draft of the last minutes, and its quote, end with the sale of the stay", async () => {
  const { changeId, bookingId, guest, cutOff, from } = await draftTonight("22:55", "stripe");
  const [draft] = await desk.db.select().from(bookingChanges).where(eq(bookingChanges.id, changeId));
  expect(draft!.expiresAt).toEqual(cutOff);
  expect((await modifyQuote(guest, { bookingId, checkOut: addDays(from, 2), rooms: [] })).expiresAt).toBe(cutOff.toISOString());
});

test.each(["pending", "expired"])("a change paid for after its stay has begun, its draft %s: it is not made, the money goes back, the guest is told", async (state) => {
  const { changeId, bookingId, guest, from, pageUrl, world } = await draftTonight("22:55", "stripe");
  desk.loseWebhooks();
  await payByStripe(pageUrl);
  await desk.ctx.advance(6 * MINUTE);
  if (state === "expired") {
    desk.goesDown("stripe");
    await desk.ctx.advance(5 * MINUTE);
    expect(await closeChange(desk.ctx, changeId)).toBe("expired");
    desk.comesBack("stripe");
  }
  const [, late] = await desk.payments(bookingId);
  await settle(desk.ctx, late!.id);
  if (state === "pending") expect(await closeChange(desk.ctx, changeId)).toBe("expired");
  await balance(desk.ctx, bookingId);
  expect(await changeState(desk, changeId)).toBe("expired");
  expect(await desk.states(bookingId)).toEqual(["paid", "voided"]);
  expect(await get(guest, { bookingId })).toMatchObject({ checkOut: addDays(from, 1), total: 11_000_000 });
  expect(await nightOf(desk.db, world.roomTypeId, addDays(from, 1))).toMatchObject({ held: 0, sold: 0 });
  expect((await mailsAfter(desk, bookingId, "booking.change_late")).map(({ subject }) => subject)).toContain("The change of your stay at House of Tests was not made");
});

test("a change paid in time is made", async () => {
  const { changeId, pageUrl } = await draftTonight("22:55", "stripe");
  await payByStripe(pageUrl);
  await changeBecomes(desk, changeId, "applied");
});

test("a card of a change that is still examined when the stay begins: the draft ends", async () => {
  const { changeId, bookingId, pageUrl } = await draftTonight("22:40", "midtrans");
  await answer3ds(await playMidtrans(pageUrl, { do: "card", card: "4511111111111117" }));
  await desk.paymentBecomes(bookingId, "paid", "challenged");
  await desk.ctx.advance(16 * MINUTE);
  expect(await closeChange(desk.ctx, changeId)).toBe("paid");
  await desk.ctx.advance(5 * MINUTE);
  expect(await closeChange(desk.ctx, changeId)).toBe("expired");
});

test("a stay whose clock has passed the cut-off between pricing and holding is refused as past", async () => {
  const from = await goTo("22:30");
  const world = await createProperty(desk.db, { from });
  const guest = desk.ctx.as(anonymous());
  const behind = { ...guest, clock: { ...guest.clock, now: () => new Date(instantOf(from, "22:59", ZONE)) } };
  const input = await wish(behind, world, { checkIn: from, nights: 1 });
  await desk.ctx.advance(31 * MINUTE);
  expect(await refusalOf(hold(behind, input), "RESTRICTED")).toEqual({ reason: "past" });
});

test("no hold and no draft here outlives its sale, and the auditor sees one that does", async () => {
  const { bookingId, cutOff } = await tonight(await goTo("22:30"));
  await expectInOrder(desk, ["deadlines-within-sale"]);
  await desk.db
    .update(bookings)
    .set({ holdExpiresAt: new Date(cutOff.getTime() + 1) })
    .where(eq(bookings.id, bookingId));
  await expect(expectInOrder(desk, ["deadlines-within-sale"])).rejects.toThrow("to deeply equal");
  await desk.db.update(bookings).set({ holdExpiresAt: cutOff }).where(eq(bookings.id, bookingId));
});
