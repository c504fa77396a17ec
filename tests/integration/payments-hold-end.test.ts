import { expect, test } from "vitest";
import { balance, closeHold, closePages, expire, settle, unsettledPayments } from "../../server/bookings/index.ts";
import { OutsideError } from "../../server/platform/outside.ts";
import { eventsOf, holdStay, nightOf, stateOf } from "../helpers/booking.ts";
import { anonymous } from "../helpers/context.ts";
import { payByStripe, playMidtrans } from "../helpers/gateway.ts";
import { answer3ds, HOUR, MINUTE, paymentDesk } from "../helpers/payments.ts";

const desk = paymentDesk();

test("a paid booking whose nights are still held is confirmed whatever the clock says", async () => {
  const { bookingId, pageUrl } = await desk.onPage();
  desk.loseWebhooks();
  await payByStripe(pageUrl);
  await desk.ctx.advance(16 * MINUTE);
  expect(await closeHold(desk.ctx, bookingId)).toBe("paid");
  expect(await stateOf(desk.db, bookingId)).toEqual(["confirmed"]);
});

test("the hold's end closes the page, gives the nights back, and nobody can pay any more", async () => {
  const { bookingId, pageUrl, world } = await desk.onPage();
  expect(await closeHold(desk.ctx, bookingId)).toBe("not_due");
  await desk.ctx.advance(15 * MINUTE + 1000);
  expect(await closeHold(desk.ctx, bookingId)).toBe("expired");
  expect(await stateOf(desk.db, bookingId)).toEqual(["expired"]);
  expect(await nightOf(desk.db, world.roomTypeId)).toMatchObject({ held: 0, sold: 0 });
  expect(await desk.states(bookingId)).toEqual(["expired"]);
  expect(await payByStripe(pageUrl)).toBeNull();
});

test("paid after the hold's end with the nights still free: they are taken again", async () => {
  const { bookingId, pageUrl, world } = await desk.onPage();
  desk.loseWebhooks();
  await payByStripe(pageUrl);
  await desk.ctx.advance(16 * MINUTE);
  await expire(desk.ctx, bookingId);
  const [payment] = await desk.payments(bookingId);
  await settle(desk.ctx, payment!.id);
  expect(await stateOf(desk.db, bookingId)).toEqual(["confirmed"]);
  expect(await nightOf(desk.db, world.roomTypeId)).toMatchObject({ sold: 1 });
  await balance(desk.ctx, bookingId);
  expect(await desk.states(bookingId)).toEqual(["captured"]);
});

test("paid after the hold's end with the nights gone: the money is let go, and the guest is told", async () => {
  const { bookingId, pageUrl, world } = await desk.onPage();
  desk.loseWebhooks();
  await payByStripe(pageUrl);
  await desk.ctx.advance(16 * MINUTE);
  const winner = await holdStay(desk.ctx.as(anonymous()), world);
  const [payment] = await desk.payments(bookingId);
  await settle(desk.ctx, payment!.id);
  expect(await stateOf(desk.db, bookingId)).toEqual(["expired"]);
  expect(await eventsOf(desk.db, bookingId)).toEqual(["booking.held", "booking.expired", "booking.payment_failed", "booking.money_changed"]);
  await balance(desk.ctx, bookingId);
  expect(await desk.states(bookingId)).toEqual(["voided"]);
  expect(await stateOf(desk.db, winner.bookingId)).toEqual(["pending"]);
});

test("paid late, with only an overdue hold in the way: the overdue one goes", async () => {
  const { bookingId, pageUrl, world } = await desk.onPage();
  desk.loseWebhooks();
  await payByStripe(pageUrl);
  await desk.ctx.advance(16 * MINUTE);
  const other = await holdStay(desk.ctx.as(anonymous()), world);
  await desk.ctx.advance(16 * MINUTE);
  const [payment] = await desk.payments(bookingId);
  await settle(desk.ctx, payment!.id);
  expect(await stateOf(desk.db, bookingId)).toEqual(["confirmed"]);
  expect(await stateOf(desk.db, other.bookingId)).toEqual(["expired"]);
});

test("the provider out of reach at the hold's end: later within the grace, released past it, money sorted out after", async () => {
  const { bookingId, pageUrl, world } = await desk.onPage();
  desk.loseWebhooks();
  await payByStripe(pageUrl);
  await desk.ctx.advance(16 * MINUTE);
  desk.goesDown("stripe");
  await expect(closeHold(desk.ctx, bookingId)).rejects.toBeInstanceOf(OutsideError);
  expect(await nightOf(desk.db, world.roomTypeId)).toMatchObject({ held: 1 });
  await desk.ctx.advance(5 * MINUTE);
  expect(await closeHold(desk.ctx, bookingId)).toBe("expired");
  expect(await nightOf(desk.db, world.roomTypeId)).toMatchObject({ held: 0 });
  await holdStay(desk.ctx.as(anonymous()), world);
  desk.comesBack("stripe");
  // The job that follows the expiry finds the money, which is let go.
  expect(await closePages(desk.ctx, bookingId)).toBe("paid");
  await balance(desk.ctx, bookingId);
  expect(await desk.states(bookingId)).toEqual(["voided"]);
});
