import { expect, test, vi } from "vitest";
import { balance, cancel, cancelQuote, closeHold, closePages, expire, get, hold, settle, unsettledPayments } from "../../server/bookings/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { OutsideError } from "../../server/platform/outside.ts";
import { quote } from "../../server/rooms/quote.ts";
import { bookingOf, eventsOf, holdStay, idsOf, nightOf, refusalOf, stateOf, wish } from "../helpers/booking.ts";
import { expectInOrder, mailsAfter } from "../helpers/change-desk.ts";
import { anonymous } from "../helpers/context.ts";
import { playMidtrans } from "../helpers/gateway.ts";
import { answer3ds, DAY, HOUR, MINUTE, paymentDesk, RUPIAH } from "../helpers/payments.ts";

const desk = paymentDesk();

test("a virtual account extends the hold once where the property allows it, and the transfer confirms", async () => {
  const { bookingId, pageUrl } = await desk.onPage("midtrans", { ...RUPIAH, property: { ...RUPIAH.property, extendHolds: true } });
  const before = (await bookingOf(desk.db, bookingId)).holdExpiresAt!;
  await playMidtrans(pageUrl, { do: "bank_transfer", bank: "bca" });
  await vi.waitFor(async () => expect(await desk.states(bookingId)).toEqual(["pending"]));
  const extended = await bookingOf(desk.db, bookingId);
  expect(extended.holdExpiresAt!.getTime()).toBeGreaterThan(before.getTime() + 3_600_000);
  expect(extended.holdExtended).toBe(true);
  // The close-hold job is told of the new end.
  expect(await eventsOf(desk.db, bookingId)).toEqual(["booking.held", "booking.held", "booking.money_news"]);
  await desk.ctx.advance(60 * MINUTE);
  expect(await closeHold(desk.ctx, bookingId)).toBe("not_due");
  await playMidtrans(pageUrl, { do: "transfer" });
  await desk.becomes(bookingId, "confirmed");
  // Once: a second notice must not extend again.
  expect((await eventsOf(desk.db, bookingId)).filter((type) => type === "booking.held")).toHaveLength(2);
});

test("where the property doesn't allow it, the virtual account ends with the hold", async () => {
  const { bookingId, pageUrl } = await desk.onPage("midtrans");
  const before = (await bookingOf(desk.db, bookingId)).holdExpiresAt!;
  await playMidtrans(pageUrl, { do: "bank_transfer", bank: "bca" });
  await vi.waitFor(async () => expect(await desk.states(bookingId)).toEqual(["pending"]));
  expect(await bookingOf(desk.db, bookingId)).toMatchObject({ holdExpiresAt: before, holdExtended: false });
  await desk.ctx.advance(15 * MINUTE + 1000);
  await closeHold(desk.ctx, bookingId);
  expect(await stateOf(desk.db, bookingId)).toEqual(["expired"]);
});

/** A card on the page, through its 3-D Secure step. */
async function payByCard(pageUrl: string, card = "4811111111111114"): Promise<void> {
  await answer3ds(await playMidtrans(pageUrl, { do: "card", card }));
}

/** A booking that was paid by QR code, and whose money is there. */
async function paidByQr() {
  const opened = await desk.onPage("midtrans");
  await playMidtrans(opened.pageUrl, { do: "qris" });
  await playMidtrans(opened.pageUrl, { do: "transfer" });
  await desk.becomes(opened.bookingId, "confirmed");
  return opened;
}

const CHALLENGED = "4511111111111117";

test("a challenged card keeps its nights past the hold's end, and confirms when it is accepted", async () => {
  const { bookingId, pageUrl, world } = await desk.onPage("midtrans");
  await payByCard(pageUrl, CHALLENGED);
  await desk.paymentBecomes(bookingId, "challenged");
  expect(await stateOf(desk.db, bookingId)).toEqual(["pending"]);
  await desk.ctx.advance(16 * MINUTE);
  expect(await closeHold(desk.ctx, bookingId)).toBe("paid");
  expect(await nightOf(desk.db, world.roomTypeId)).toMatchObject({ held: 1 });
  // Nor does another guest get them: neither told that they are free, nor given them.
  const rival = desk.ctx.as(anonymous());
  const wanted = await wish(rival, world);
  await refusalOf(quote(rival, wanted), "SOLD_OUT");
  await refusalOf(hold(rival, wanted), "SOLD_OUT");
  // Not either where the examination began after the rival's look.
  expect(await expire(desk.ctx, bookingId, { waits: false })).toBe(false);
  expect(await stateOf(desk.db, bookingId)).toEqual(["pending"]);
  const { pageRef } = await desk.payment(bookingId);
  await desk.dashboard("midtrans", `/v2/${pageRef}/approve`);
  await desk.becomes(bookingId, "confirmed");
  await balance(desk.ctx, bookingId);
  expect(await desk.payments(bookingId)).toMatchObject([{ state: "captured", captured: 22_000_000 }]);
  expect(await desk.kept(bookingId)).toBe(22_000_000);
});

test.each(["deny", "cancel"])("a challenged card that ends in %s: the guest is told, and the nights go back at the hold's end", async (verdict) => {
  const { bookingId, pageUrl, world } = await desk.onPage("midtrans");
  await payByCard(pageUrl, CHALLENGED);
  await desk.paymentBecomes(bookingId, "challenged");
  const { pageRef } = await desk.payment(bookingId);
  await desk.dashboard("midtrans", `/v2/${pageRef}/${verdict}`);
  await desk.paymentBecomes(bookingId, verdict === "deny" ? "denied" : "voided");
  expect(await eventsOf(desk.db, bookingId)).toContain("booking.payment_failed");
  await desk.ctx.advance(16 * MINUTE);
  expect(await closeHold(desk.ctx, bookingId)).toBe("expired");
  expect(await nightOf(desk.db, world.roomTypeId)).toMatchObject({ held: 0 });
});

test("a challenged card's nights go back all the same past the grace, with the provider out of reach", async () => {
  const { bookingId, pageUrl, world } = await desk.onPage("midtrans");
  await payByCard(pageUrl, CHALLENGED);
  await desk.paymentBecomes(bookingId, "challenged");
  await desk.ctx.advance(21 * MINUTE);
  desk.goesDown("midtrans");
  expect(await closeHold(desk.ctx, bookingId)).toBe("expired");
  await holdStay(desk.ctx.as(anonymous()), world);
});

test.each(["accept", "deny"])("`capture` with `challenge` is no payment yet; %s decides", async (verdict) => {
  const { bookingId, pageUrl } = await desk.onPage("midtrans");
  desk.loseWebhooks();
  await payByCard(pageUrl);
  const { id } = await desk.payment(bookingId);
  const answer = {
    status_code: "201",
    transaction_id: newId(),
    order_id: id,
    gross_amount: "220000.00",
    currency: "IDR",
    payment_type: "credit_card",
    transaction_status: "capture",
  };
  desk.server("midtrans").faults.add({ path: "/status", status: 200, body: { ...answer, fraud_status: "challenge" } });
  await settle(desk.ctx, id);
  expect(await desk.payments(bookingId)).toMatchObject([{ state: "challenged", captured: 0 }]);
  expect(await stateOf(desk.db, bookingId)).toEqual(["pending"]);
  desk.server("midtrans").faults.add({ path: "/status", status: 200, body: { ...answer, status_code: "200", fraud_status: verdict } });
  await settle(desk.ctx, id);
  expect(await desk.states(bookingId)).toEqual([verdict === "accept" ? "captured" : "denied"]);
  expect(await stateOf(desk.db, bookingId)).toEqual([verdict === "accept" ? "confirmed" : "pending"]);
});

test("denied, then settled by another method on the same page", async () => {
  const { bookingId, pageUrl } = await desk.onPage("midtrans");
  await payByCard(pageUrl, "4911111111111113");
  await desk.paymentBecomes(bookingId, "denied");
  await playMidtrans(pageUrl, { do: "qris" });
  await playMidtrans(pageUrl, { do: "transfer" });
  await desk.becomes(bookingId, "confirmed");
  expect(await desk.payments(bookingId)).toMatchObject([{ state: "paid", method: "qris", captured: 22_000_000 }]);
});

test.each(["sweep", "hold's end"])("paid after a 3-D Secure step was left, and no webhook: the %s finds the money", async (finder) => {
  const { bookingId, pageUrl } = await desk.onPage("midtrans");
  await playMidtrans(pageUrl, { do: "card", card: "4811111111111114" });
  await desk.ctx.advance(11 * MINUTE);
  await desk.paymentBecomes(bookingId, "expired");
  desk.loseWebhooks();
  await playMidtrans(pageUrl, { do: "qris" });
  await playMidtrans(pageUrl, { do: "transfer" });
  const { id } = await desk.payment(bookingId);
  if (finder === "sweep") {
    expect(await idsOf(unsettledPayments(desk.ctx, 0, 100))).toContain(id);
    await settle(desk.ctx, id);
  } else {
    await desk.ctx.advance(5 * MINUTE);
    expect(await closeHold(desk.ctx, bookingId)).toBe("paid");
  }
  expect(await stateOf(desk.db, bookingId)).toEqual(["confirmed"]);
});

test("a page on which nobody chose a method ends with the hold, and is not asked about for ever", async () => {
  const { bookingId, pageUrl, world } = await desk.onPage("midtrans");
  await desk.ctx.advance(15 * MINUTE + 1000);
  expect(await closeHold(desk.ctx, bookingId)).toBe("expired");
  expect(await nightOf(desk.db, world.roomTypeId)).toMatchObject({ held: 0 });
  const { id } = await desk.payment(bookingId);
  expect(await idsOf(unsettledPayments(desk.ctx, 0, 100))).toContain(id);
  await desk.ctx.advance(2 * HOUR);
  await settle(desk.ctx, id);
  expect(await desk.states(bookingId)).toEqual(["expired"]);
  expect(await idsOf(unsettledPayments(desk.ctx, 0, 100))).not.toContain(id);
  expect(await playMidtrans(pageUrl, { do: "qris" })).toBeNull();
});

test("a virtual account paid after its extension ended, with the nights free: they are taken again", async () => {
  const { bookingId, pageUrl, world } = await desk.onPage("midtrans", { ...RUPIAH, property: { ...RUPIAH.property, extendHolds: true } });
  await playMidtrans(pageUrl, { do: "bank_transfer", bank: "bca" });
  await desk.paymentBecomes(bookingId, "pending");
  await desk.ctx.advance(DAY + 16 * MINUTE);
  expect(await closeHold(desk.ctx, bookingId)).toBe("expired");
  await desk.control("midtrans", `orders/${(await desk.payment(bookingId)).pageRef}/settle`, {});
  await desk.becomes(bookingId, "confirmed");
  expect(await nightOf(desk.db, world.roomTypeId)).toMatchObject({ held: 0, sold: 1 });
  expect(await desk.kept(bookingId)).toBe(22_000_000);
});

test("a virtual account paid after its extension ended, with the nights gone: a person gives it back, and the guest is told", async () => {
  const { bookingId, pageUrl, world } = await desk.onPage("midtrans", { ...RUPIAH, property: { ...RUPIAH.property, extendHolds: true } });
  await playMidtrans(pageUrl, { do: "bank_transfer", bank: "bca" });
  await desk.paymentBecomes(bookingId, "pending");
  await desk.ctx.advance(DAY + 16 * MINUTE);
  await closeHold(desk.ctx, bookingId);
  await holdStay(desk.ctx.as(anonymous()), world);
  await desk.control("midtrans", `orders/${(await desk.payment(bookingId)).pageRef}/settle`, {});
  await desk.paymentBecomes(bookingId, "paid");
  // Said before the refund is tried: a virtual account has no way back.
  expect((await mailsAfter(desk, bookingId, "booking.paid_too_late")).at(0)!.text).toContain("The property will contact you to send it.");
  await balance(desk.ctx, bookingId);
  expect(await stateOf(desk.db, bookingId)).toEqual(["expired"]);
  expect(await desk.refunds(bookingId)).toMatchObject([{ amount: 22_000_000, state: "manual" }]);
  expect(await desk.incidents(bookingId)).toMatchObject([{ cause: expect.stringContaining("refund-manual") }]);
  expect((await eventsOf(desk.db, bookingId)).filter((type) => type === "booking.expired")).toHaveLength(1);
  await expectInOrder(desk, ["bookings-versions"]);
});

test("Midtrans out of reach at the hold's end, and the transfer comes after the nights were sold: it goes back", async () => {
  const { bookingId, pageUrl, world } = await desk.onPage("midtrans");
  await playMidtrans(pageUrl, { do: "qris" });
  await desk.paymentBecomes(bookingId, "pending");
  desk.loseWebhooks();
  await playMidtrans(pageUrl, { do: "transfer" });
  desk.goesDown("midtrans");
  await desk.ctx.advance(16 * MINUTE);
  await expect(closeHold(desk.ctx, bookingId)).rejects.toBeInstanceOf(OutsideError);
  await desk.ctx.advance(5 * MINUTE);
  expect(await closeHold(desk.ctx, bookingId)).toBe("expired");
  await holdStay(desk.ctx.as(anonymous()), world);
  desk.comesBack("midtrans");
  expect(await closePages(desk.ctx, bookingId)).toBe("paid");
  const [mail, ...others] = await mailsAfter(desk, bookingId, "booking.paid_too_late");
  expect(others).toEqual([]);
  expect(mail!.text).toContain("goes back the way you paid");
  await balance(desk.ctx, bookingId);
  expect(await desk.refunds(bookingId)).toMatchObject([{ amount: 22_000_000, state: "succeeded", reason: "paid_too_late" }]);
  expect(await desk.kept(bookingId)).toBe(0);
});

test("two refunds at Midtrans, each the first of its transaction, are two", async () => {
  for (const { bookingId, guest } of [await paidByQr(), await paidByQr()]) {
    await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() });
    await balance(desk.ctx, bookingId);
    expect(await desk.refunds(bookingId)).toMatchObject([{ amount: 22_000_000, state: "succeeded" }]);
    expect(await desk.kept(bookingId)).toBe(0);
  }
});

test("a refund made in Midtrans' dashboard, under any key, enters the ledger once", async () => {
  const { bookingId, guest } = await paidByQr();
  const { id, pageRef } = await desk.payment(bookingId);
  await desk.dashboard("midtrans", `/v2/${pageRef}/refund/online/direct`, JSON.stringify({ refund_key: "complaint-7", amount: 50_000 }));
  await vi.waitFor(async () => expect(await desk.refunds(bookingId)).toMatchObject([{ amount: 5_000_000, reason: "provider" }]));
  await settle(desk.ctx, id);
  expect(await get(guest, { bookingId })).toMatchObject({ refunded: 5_000_000 });
  await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() });
  await balance(desk.ctx, bookingId);
  expect(await desk.kept(bookingId)).toBe(0);
});

test("a card's money that the dashboard lets go before its settlement is a refund of all of it", async () => {
  const { bookingId, pageUrl } = await desk.onPage("midtrans");
  await payByCard(pageUrl);
  await desk.becomes(bookingId, "confirmed");
  await balance(desk.ctx, bookingId);
  await desk.dashboard("midtrans", `/v2/${(await desk.payment(bookingId)).pageRef}/cancel`);
  await desk.paymentBecomes(bookingId, "voided");
  await balance(desk.ctx, bookingId);
  expect(await desk.refunds(bookingId)).toMatchObject([{ amount: 22_000_000, reason: "provider", state: "succeeded" }]);
  expect(await desk.incidents(bookingId)).toMatchObject([{ cause: `money-short:${bookingId}`, data: { missing: 22_000_000 } }]);
});

test("a settled transfer that the bank takes back is no move, but an incident that names both states", async () => {
  const { bookingId } = await paidByQr();
  const { id, paymentRef } = await desk.payment(bookingId);
  const body = { status_code: "202", transaction_id: paymentRef, order_id: id, gross_amount: "220000.00", currency: "IDR", payment_type: "qris", transaction_status: "deny" };
  desk.server("midtrans").faults.add({ path: "/status", status: 200, body });
  await settle(desk.ctx, id);
  expect(await desk.states(bookingId)).toEqual(["paid"]);
  expect(await desk.incidents(bookingId)).toMatchObject([{ severity: "critical", title: expect.stringMatching(/is paid here,.* denied/) }]);
});

const ODD = {
  ...RUPIAH,
  rooms: [{ units: 1, prices: [333_333_00, 333_333_00] }],
  taxes: [
    { name: "Service", base: "percent" as const, amount: 105_000, inclusive: false },
    { name: "Tax", base: "percent" as const, amount: 111_100, inclusive: false },
  ],
  policies: [{ name: "Third", rules: [{ daysBefore: 900, time: "00:00", fee: { kind: "percent" as const, value: 33 } }] }],
};

test("rupiah add up: lines to the total, the total to what Midtrans takes, fee and refund to that again", async () => {
  const { bookingId, pageUrl, guest } = await desk.onPage("midtrans", ODD);
  const booked = await get(guest, { bookingId });
  const lines = booked.stays.flatMap((stay) => [...stay.nights.map((night) => night.price), ...stay.charges.filter((charge) => !charge.inclusive).map((charge) => charge.amount)]);
  expect(lines.reduce((sum, line) => sum + line, 0)).toBe(booked.total);
  for (const line of lines) expect(line % 100).toBe(0);
  await payByCard(pageUrl);
  await desk.becomes(bookingId, "confirmed");
  expect(await desk.payments(bookingId)).toMatchObject([{ amount: booked.dueOnline }]);
  const { fee, refund } = await cancelQuote(guest, { bookingId });
  expect(fee % 100).toBe(0);
  expect(fee + refund).toBe(booked.dueOnline);
  await cancel(guest, { bookingId, expectedFee: fee, idempotencyKey: newId() });
  await balance(desk.ctx, bookingId);
  // A part of an authorisation is taken: no mismatch, and nothing beyond the fee.
  expect(await desk.payments(bookingId)).toMatchObject([{ state: "captured", captured: fee }]);
  expect(await desk.kept(bookingId)).toBe(fee);
  expect(await desk.incidents(bookingId)).toEqual([]);
});

test("a page whose address was lost for good is given up, and the next try opens another", async () => {
  const world = await desk.onPage("midtrans");
  const guest = desk.ctx.as(anonymous());
  const { bookingId } = await holdStay(guest, world.world, { checkIn: "2027-03-10" });
  desk.server("midtrans").faults.add({ path: "/snap/v1", calls: 2, drop: "after" });
  await expect(desk.pageOf(guest, bookingId, "midtrans")).rejects.toThrow("UNAVAILABLE");
  await desk.ctx.advance(6 * MINUTE);
  await expect(desk.pageOf(guest, bookingId, "midtrans")).rejects.toThrow("UNAVAILABLE");
  expect(await desk.pageOf(guest, bookingId, "midtrans")).toContain("/redirection/");
  expect(await desk.states(bookingId)).toEqual(["failed", "created"]);
});
