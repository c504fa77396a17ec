import { expect, test, vi } from "vitest";
import { balance, cancel, get, settle, unbalanced } from "../../server/bookings/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { OutsideError } from "../../server/platform/outside.ts";
import { eventsOf, stateOf } from "../helpers/booking.ts";
import { payByStripe } from "../helpers/gateway.ts";
import { DAY, HOUR, MINUTE, paymentDesk, STRICT } from "../helpers/payments.ts";

const desk = paymentDesk();

test("a capture that got lost is found, though the sweep keeps asking about its payment", async () => {
  const { bookingId, pageUrl } = await desk.onPage();
  desk.loseWebhooks();
  await payByStripe(pageUrl);
  const [payment] = await desk.payments(bookingId);
  await settle(desk.ctx, payment!.id);
  await desk.ctx.advance(9 * MINUTE);
  await settle(desk.ctx, payment!.id);
  await desk.ctx.advance(2 * MINUTE);
  expect(await unbalanced(desk.ctx, 600, 100)).toContain(bookingId);
});

test("cancelling before the money was taken captures the fee alone", async () => {
  const { bookingId, pageUrl, guest } = await desk.onPage("stripe", STRICT);
  await payByStripe(pageUrl);
  await desk.becomes(bookingId, "confirmed");
  await cancel(guest, { bookingId, expectedFee: 10_000, idempotencyKey: newId() });
  await balance(desk.ctx, bookingId);
  expect(await desk.payments(bookingId)).toMatchObject([{ state: "captured", captured: 10_000 }]);
  await balance(desk.ctx, bookingId);
  expect(await desk.refunds(bookingId)).toEqual([]);
});

test("a free cancel lets an authorisation go", async () => {
  const { bookingId, pageUrl, guest } = await desk.onPage();
  await payByStripe(pageUrl);
  await desk.becomes(bookingId, "confirmed");
  expect(await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() })).toMatchObject({ refund: 22_000 });
  await balance(desk.ctx, bookingId);
  expect(await desk.states(bookingId)).toEqual(["voided"]);
});
