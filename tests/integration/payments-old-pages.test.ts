import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { payments } from "../../db/schema/index.ts";
import { balance, closeHold, settle, unsettledPayments } from "../../server/bookings/index.ts";
import { idsOf } from "../helpers/booking.ts";
import { playMidtrans } from "../helpers/gateway.ts";
import { DAY, paymentDesk } from "../helpers/payments.ts";

// A page whose end nobody has looked at is looked at, however long ago that was: the sweep itself may have been out.

const desk = paymentDesk();

async function sweep(paymentId: string): Promise<boolean> {
  const due = await idsOf(unsettledPayments(desk.ctx, 120, 100));
  if (due.includes(paymentId)) await settle(desk.ctx, paymentId);
  return due.includes(paymentId);
}

test("a page at Midtrans that nobody used ends after an outage of weeks, and is asked for once", async () => {
  const { bookingId } = await desk.onPage("midtrans");
  const { id } = await desk.payment(bookingId);
  await desk.ctx.advance(20 * DAY);
  await closeHold(desk.ctx, bookingId);
  expect(await desk.states(bookingId)).toEqual(["created"]);
  expect(await sweep(id)).toBe(true);
  expect(await desk.states(bookingId)).toEqual(["expired"]);
  expect(await sweep(id)).toBe(false);
});

test("a transfer that came during an outage of weeks is found", async () => {
  const { bookingId, pageUrl } = await desk.onPage("midtrans");
  await playMidtrans(pageUrl, { do: "bank_transfer", bank: "bca" });
  await desk.paymentBecomes(bookingId, "pending");
  desk.loseWebhooks();
  await playMidtrans(pageUrl, { do: "transfer" });
  const { id } = await desk.payment(bookingId);
  await desk.ctx.advance(20 * DAY);
  expect(await sweep(id)).toBe(true);
  expect(await desk.states(bookingId)).toEqual(["paid"]);
  await balance(desk.ctx, bookingId);
});

test("what is still open weeks after its end, by its provider's word, isn't asked for each minute", async () => {
  const { bookingId, pageUrl } = await desk.onPage("midtrans");
  await playMidtrans(pageUrl, { do: "bank_transfer", bank: "bca" });
  await desk.paymentBecomes(bookingId, "pending");
  const { id } = await desk.payment(bookingId);
  await desk.ctx.advance(20 * DAY);
  await desk.db.update(payments).set({ checkedAt: desk.ctx.clock.now(), state: "pending" }).where(eq(payments.id, id));
  await desk.ctx.advance(DAY / 24);
  expect(await sweep(id)).toBe(false);
  await settle(desk.ctx, id);
});
