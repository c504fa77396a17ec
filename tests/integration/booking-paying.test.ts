import { eq } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { deliveries } from "../../db/schema/index.ts";
import { closeHold, get, settle } from "../../server/bookings/index.ts";
import { openHolds } from "../../server/bookings/open-holds.ts";
import { paymentStatus } from "../../server/bookings/payment-status.ts";
import { newId } from "../../server/platform/ids.ts";
import { changeStay, holdStay, refusalOf } from "../helpers/booking.ts";
import { anonymous } from "../helpers/context.ts";
import { payByStripe, playMidtrans } from "../helpers/gateway.ts";
import { answer3ds, HOUR, MINUTE, paymentDesk, RUPIAH } from "../helpers/payments.ts";
import { createProperty } from "../helpers/world.ts";

const desk = paymentDesk();
const EXTENDING = { ...RUPIAH, property: { ...RUPIAH.property, extendHolds: true } };

test("a hold whose time has passed unpaid is told as over, not as a payment on its way", async () => {
  const { guest, bookingId } = await desk.onPage("midtrans");
  expect(await get(guest, { bookingId })).toMatchObject({ state: "pending", paying: "open", canPay: true });
  await desk.ctx.advance(15 * MINUTE + 1000);
  expect(await get(guest, { bookingId })).toMatchObject({ state: "pending", paying: "over", canPay: false, transfer: null });
  await closeHold(desk.ctx, bookingId);
  expect(await get(guest, { bookingId })).toMatchObject({ state: "expired", paying: "closed" });
});

test("a payment that is examined is told as such, past the hold's time too", async () => {
  const { guest, bookingId, pageUrl } = await desk.onPage("midtrans");
  await answer3ds(await playMidtrans(pageUrl, { do: "card", card: "4511111111111117" }));
  await desk.paymentBecomes(bookingId, "challenged");
  expect((await get(guest, { bookingId })).paying).toBe("review");
  await desk.ctx.advance(16 * MINUTE);
  expect((await get(guest, { bookingId })).paying).toBe("review");
});

test("a transfer that is waited for is told with its account, amount, deadline and the new end of the hold", async () => {
  const { guest, bookingId, pageUrl } = await desk.onPage("midtrans", EXTENDING);
  await playMidtrans(pageUrl, { do: "bank_transfer", bank: "bca" });
  await vi.waitFor(async () => expect(await desk.states(bookingId)).toEqual(["pending"]));
  const view = await get(guest, { bookingId });
  expect(view).toMatchObject({ paying: "transfer", canPay: true });
  expect(view.transfer).toMatchObject({ kind: "account", at: "bca", number: expect.stringMatching(/^\d{8,20}$/), biller: null, amount: view.dueOnline, currency: "IDR" });
  expect(view.transfer!.heldUntil).toBe(view.holdExpiresAt);
  expect(Date.parse(view.transfer!.expiresAt!)).toBe(Date.parse(view.holdExpiresAt!));
  expect((await paymentStatus(guest, { bookingId })).transfer).toEqual(view.transfer);
  expect((await openHolds(guest)).holds).toMatchObject([{ id: bookingId, waits: true, holdExpiresAt: view.holdExpiresAt }]);
  await playMidtrans(pageUrl, { do: "transfer" });
  await desk.becomes(bookingId, "confirmed");
  expect(await get(guest, { bookingId })).toMatchObject({ paying: "closed", transfer: null });
  expect((await paymentStatus(guest, { bookingId })).transfer).toBeUndefined();
});

test("a transfer whose number outlives the hold says both ends", async () => {
  const { guest, bookingId, pageUrl } = await desk.onPage("midtrans");
  await playMidtrans(pageUrl, { do: "bank_transfer", bank: "permata" });
  await vi.waitFor(async () => expect(await desk.states(bookingId)).toEqual(["pending"]));
  const { transfer, holdExpiresAt } = await get(guest, { bookingId });
  expect(transfer).toMatchObject({ at: "permata", heldUntil: holdExpiresAt });
  await desk.ctx.advance(16 * MINUTE);
  expect((await get(guest, { bookingId })).paying).toBe("over");
  await settle(desk.ctx, (await desk.payment(bookingId)).id);
});

test("open holds are the caller's own: not another browser's, not what is over or given back", async () => {
  const world = await createProperty(desk.db, { rooms: [{ units: 3 }] });
  const guest = desk.ctx.as(anonymous());
  const first = await holdStay(guest, world);
  await desk.ctx.advance(5 * MINUTE);
  const second = await holdStay(guest, world, { checkIn: "2027-03-10" });
  const other = desk.ctx.as(anonymous());
  await holdStay(other, world);
  const { holds, now } = await openHolds(guest);
  expect(holds.map(({ id }) => id)).toEqual([first.bookingId, second.bookingId]);
  const left = Date.parse(holds[0]!.holdExpiresAt) - Date.parse(now);
  expect(left).toBeLessThanOrEqual(10 * MINUTE);
  expect(left).toBeGreaterThan(9 * MINUTE);
  await desk.ctx.advance(11 * MINUTE);
  expect((await openHolds(guest)).holds.map(({ id }) => id)).toEqual([second.bookingId]);
  expect((await openHolds(desk.ctx.as(anonymous()))).holds).toEqual([]);
  await desk.ctx.advance(HOUR);
  await refusalOf(openHolds(desk.ctx), "FORBIDDEN");
});

test("a change that waits for its difference is among the open holds, with its dates and its end, until it is over", async () => {
  const world = await createProperty(desk.db);
  const guest = desk.ctx.as(anonymous());
  const { bookingId } = await holdStay(guest, world);
  await payByStripe(await desk.pageOf(guest, bookingId));
  await desk.becomes(bookingId, "confirmed");
  expect((await openHolds(guest)).holds).toEqual([]);
  await changeStay(guest, bookingId, { checkOut: "2027-03-05" });
  const { change } = await get(guest, { bookingId });
  const shown = { id: bookingId, ofChange: true, checkIn: change!.checkIn, checkOut: "2027-03-05", holdExpiresAt: change!.expiresAt, waits: false };
  expect((await openHolds(guest)).holds).toMatchObject([shown]);
  expect((await openHolds(desk.ctx.as(anonymous()))).holds).toEqual([]);
  await desk.ctx.advance(HOUR);
  expect((await openHolds(guest)).holds).toEqual([]);
});

test("the view tells what became of the latest message by each way, and nothing of one that was overtaken", async () => {
  const { guest, bookingId, world } = await desk.onPage("stripe");
  const messages = async () => (await get(guest, { bookingId })).messages;
  expect(await messages()).toEqual({ email: "none", sms: "none" });
  const row = (kind: string, channel: "email" | "sms", version: number, state: "queued" | "delivered" | "bounced" | "failed", error: string | null = null) =>
    desk.db.insert(deliveries).values({ id: newId(), propertyId: world.propertyId, bookingId, kind, channel, version, state, error });
  await row("booking_confirmed", "email", 2, "delivered");
  await row("booking_confirmed", "sms", 2, "failed", "30006");
  expect(await messages()).toEqual({ email: "arrived", sms: "lost" });
  await row("booking_modified", "email", 3, "bounced", "no such box");
  expect(await messages()).toEqual({ email: "lost", sms: "lost" });
  await row("booking_modified", "email", 4, "failed", "overtaken");
  await row("booking_cancelled", "sms", 4, "failed", "unknown");
  expect(await messages()).toEqual({ email: "lost", sms: "lost" });
  await row("booking_cancelled", "email", 5, "queued");
  expect(await messages()).toEqual({ email: "sending", sms: "lost" });
  await desk.db.delete(deliveries).where(eq(deliveries.bookingId, bookingId));
});
