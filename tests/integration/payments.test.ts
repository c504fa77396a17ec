import { eq, sql } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { bookings, incidents } from "../../db/schema/index.ts";
import { balance, closeHold, expire, settle, startPayment } from "../../server/bookings/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { bookingOf, eventsOf, holdStay, nightOf, refusalOf, stateOf } from "../helpers/booking.ts";
import { anonymous } from "../helpers/context.ts";
import { payByStripe, playMidtrans } from "../helpers/gateway.ts";
import { MINUTE, paymentDesk, RUPIAH } from "../helpers/payments.ts";
import { createProperty } from "../helpers/world.ts";

const desk = paymentDesk();

test("a declined card releases nothing, and the next card on the same page pays", async () => {
  const { bookingId, pageUrl, world } = await desk.onPage();
  await payByStripe(pageUrl, "4000000000000002");
  await vi.waitFor(async () => expect(await desk.states(bookingId)).toEqual(["denied"]));
  expect(await nightOf(desk.db, world.roomTypeId)).toMatchObject({ held: 1 });
  await payByStripe(pageUrl);
  await desk.becomes(bookingId, "confirmed");
  expect(await eventsOf(desk.db, bookingId)).toEqual(expect.arrayContaining(["booking.payment_failed", "booking.confirmed"]));
});

test("starting again gives the page that is open", async () => {
  const { bookingId, pageUrl, guest } = await desk.onPage();
  expect(await desk.pageOf(guest, bookingId)).toBe(pageUrl);
  expect(await desk.payments(bookingId)).toHaveLength(1);
});

test("a page of the other provider that was paid already settles instead of opening a second", async () => {
  const { bookingId, pageUrl, guest } = await desk.onPage("stripe", RUPIAH);
  desk.loseWebhooks();
  await payByStripe(pageUrl);
  expect(await desk.pageOf(guest, bookingId, "midtrans")).toContain("/pay/return");
  expect(await stateOf(desk.db, bookingId)).toEqual(["confirmed"]);
});

test("paying at the property confirms at once and closes nothing online", async () => {
  const world = await createProperty(desk.db);
  const guest = desk.ctx.as(anonymous());
  const { bookingId } = await holdStay(guest, world);
  expect(await startPayment(guest, { bookingId, method: "property", idempotencyKey: newId() })).toEqual({ status: "confirmed" });
  expect(await bookingOf(desk.db, bookingId)).toMatchObject({ payment: "property", dueOnline: 0, holdExpiresAt: null });
  // Asking again, with another key, is no second sale.
  expect(await startPayment(guest, { bookingId, method: "stripe", idempotencyKey: newId() })).toEqual({ status: "confirmed" });
  expect(await nightOf(desk.db, world.roomTypeId)).toMatchObject({ sold: 1 });
});

test("a hold that is over can't be paid any more", async () => {
  const world = await createProperty(desk.db);
  const guest = desk.ctx.as(anonymous());
  const { bookingId } = await holdStay(guest, world);
  await desk.ctx.advance(15 * MINUTE + 1000);
  expect(await refusalOf(startPayment(guest, { bookingId, method: "stripe", idempotencyKey: newId() }), "HOLD_EXPIRED")).toEqual({ bookingId });
  await expire(desk.ctx, bookingId);
  expect(await refusalOf(startPayment(guest, { bookingId, method: "property", idempotencyKey: newId() }), "HOLD_EXPIRED")).toEqual({ bookingId });
});

test("in a hold's last seconds no new page is opened, the one that is open is given again, and paying at the property goes through", async () => {
  const held = async () => {
    const guest = desk.ctx.as(anonymous());
    const { bookingId } = await holdStay(guest, await createProperty(desk.db));
    return { guest, bookingId };
  };
  const [first, second, third] = [await desk.onPage(), await held(), await held()];
  const ends = new Date(desk.ctx.clock.now().getTime() + 9_000);
  for (const { bookingId } of [first, second, third]) await desk.db.update(bookings).set({ holdExpiresAt: ends }).where(eq(bookings.id, bookingId));
  const start = ({ guest, bookingId }: typeof second, method: "stripe" | "property") => startPayment(guest, { bookingId, method, idempotencyKey: newId() });
  expect(await start(first, "stripe")).toEqual({ status: "redirect", redirectUrl: first.pageUrl });
  await refusalOf(start(second, "stripe"), "HOLD_EXPIRED");
  expect(await desk.payments(second.bookingId)).toEqual([]);
  expect(await start(third, "property")).toMatchObject({ status: "confirmed" });
});

test("a method that isn't offered is refused, also when there is nothing to pay online", async () => {
  const guest = desk.ctx.as(anonymous());
  const world = await createProperty(desk.db, { property: { paymentMethods: ["property"] } });
  const { bookingId } = await holdStay(guest, world);
  await refusalOf(startPayment(guest, { bookingId, method: "stripe", idempotencyKey: newId() }), "PRECONDITION");
  const free = await createProperty(desk.db, { rooms: [{ prices: [0, 0] }] });
  const gift = await holdStay(guest, free);
  await refusalOf(startPayment(guest, { bookingId: gift.bookingId, method: "stripe", idempotencyKey: newId() }), "PRECONDITION");
});

test("the provider out of reach when the page is opened: UNAVAILABLE, and the next try opens it", async () => {
  const guest = desk.ctx.as(anonymous());
  const { bookingId } = await holdStay(guest, await createProperty(desk.db));
  desk.goesDown("stripe");
  expect(await refusalOf(startPayment(guest, { bookingId, method: "stripe", idempotencyKey: newId() }), "UNAVAILABLE")).toMatchObject({ what: "payment" });
  desk.comesBack("stripe");
  expect(await desk.pageOf(guest, bookingId)).toContain("/c/pay/");
  expect(await desk.payments(bookingId)).toHaveLength(1);
});

test("an amount that isn't the booking's confirms nothing, and raises an incident", async () => {
  const { bookingId, pageUrl } = await desk.onPage();
  desk.loseWebhooks();
  await payByStripe(pageUrl);
  await desk.db.execute(sql`update payments set amount = amount + 100 where booking_id = ${bookingId}`);
  const [payment] = await desk.payments(bookingId);
  await settle(desk.ctx, payment!.id);
  expect(await stateOf(desk.db, bookingId)).toEqual(["pending"]);
  const [incident] = await desk.db
    .select()
    .from(incidents)
    .where(eq(incidents.cause, `payment-mismatch:${payment!.id}`));
  expect(incident).toMatchObject({ severity: "critical", count: 1 });
  // The hold still ends in its time: the nights must not be lost with it.
  await desk.ctx.advance(16 * MINUTE);
  await closeHold(desk.ctx, bookingId);
  expect(await stateOf(desk.db, bookingId)).toEqual(["expired"]);
});

test("money of another currency confirms nothing, is never taken for the stay, and the right payment pays", async () => {
  const { bookingId, pageUrl, guest } = await desk.onPage("midtrans");
  desk.loseWebhooks();
  await playMidtrans(pageUrl, { do: "qris" });
  await playMidtrans(pageUrl, { do: "transfer" });
  const { id } = await desk.payment(bookingId);
  const body = { status_code: "200", transaction_id: newId(), order_id: id, gross_amount: "220000.00", currency: "USD", payment_type: "qris", transaction_status: "settlement" };
  desk.server("midtrans").faults.add({ path: "/status", status: 200, body });
  await settle(desk.ctx, id);
  expect(await stateOf(desk.db, bookingId)).toEqual(["pending"]);
  expect(await desk.incidents(bookingId)).toMatchObject([{ cause: `payment-mismatch:${id}`, data: { currency: "USD" } }]);
  await payByStripe(await desk.pageOf(guest, bookingId));
  const [, second] = await desk.payments(bookingId);
  await settle(desk.ctx, second!.id);
  expect(await stateOf(desk.db, bookingId)).toEqual(["confirmed"]);
  await balance(desk.ctx, bookingId);
  expect(await desk.payments(bookingId)).toMatchObject([{ state: "paid" }, { provider: "stripe", state: "captured", captured: 22_000_000 }]);
  expect(await desk.refunds(bookingId)).toEqual([]);
});

test("a reservation of another amount is let go at once", async () => {
  const { bookingId, pageUrl } = await desk.onPage();
  desk.loseWebhooks();
  await payByStripe(pageUrl);
  await desk.db.execute(sql`update payments set amount = amount + 100 where booking_id = ${bookingId}`);
  await settle(desk.ctx, (await desk.payment(bookingId)).id);
  expect(await eventsOf(desk.db, bookingId)).toContain("booking.money_changed");
  await balance(desk.ctx, bookingId);
  expect(await desk.states(bookingId)).toEqual(["voided"]);
  expect(await stateOf(desk.db, bookingId)).toEqual(["pending"]);
  expect(await desk.kept(bookingId)).toBe(0);
});
