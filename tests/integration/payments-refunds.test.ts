import { expect, test, vi } from "vitest";
import { disputes } from "../../db/schema/index.ts";
import { balance, cancel, cancelQuote, get, settle, startPayment, unbalanced, unsettledPayments } from "../../server/bookings/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { OutsideError } from "../../server/platform/outside.ts";
import { eventsOf, stateOf } from "../helpers/booking.ts";
import { payByStripe, playMidtrans } from "../helpers/gateway.ts";
import { MINUTE, paymentDesk, RUPIAH, STRICT } from "../helpers/payments.ts";

const desk = paymentDesk();

test("two payments for one booking: the first pays for the stay, the second goes back", async () => {
  const { bookingId, pageUrl, guest } = await desk.onPage("stripe", { ...RUPIAH, property: { ...RUPIAH.property } });
  desk.loseWebhooks();
  await payByStripe(pageUrl);
  // The other provider's page was opened while the first could not be closed.
  desk.goesDown("stripe", "/expire");
  const second = await desk.pageOf(guest, bookingId, "midtrans");
  desk.comesBack("stripe");
  await playMidtrans(second, { do: "qris" });
  await playMidtrans(second, { do: "transfer" });
  for (const payment of await desk.payments(bookingId)) await settle(desk.ctx, payment.id);
  expect(await stateOf(desk.db, bookingId)).toEqual(["confirmed"]);
  await balance(desk.ctx, bookingId);
  await balance(desk.ctx, bookingId);
  const rows = await desk.payments(bookingId);
  expect(rows).toMatchObject([
    { provider: "stripe", state: "captured", captured: 22_000_000 },
    { provider: "midtrans", state: "paid", captured: 22_000_000 },
  ]);
  expect(await desk.refunds(bookingId)).toMatchObject([{ paymentId: rows[1]!.id, amount: 22_000_000 }]);
});

test("cancelling late keeps the fee of what was taken, and refunds the rest once", async () => {
  const { bookingId, pageUrl, guest } = await desk.onPage("stripe", STRICT);
  await payByStripe(pageUrl);
  await desk.becomes(bookingId, "confirmed");
  await balance(desk.ctx, bookingId);
  expect(await cancelQuote(guest, { bookingId })).toMatchObject({ fee: 10_000, refund: 12_000 });
  await cancel(guest, { bookingId, expectedFee: 10_000, idempotencyKey: newId() });
  await Promise.all([balance(desk.ctx, bookingId), balance(desk.ctx, bookingId)]);
  await balance(desk.ctx, bookingId);
  expect(await desk.refunds(bookingId)).toMatchObject([{ amount: 12_000, state: "succeeded" }]);
  expect(await get(guest, { bookingId })).toMatchObject({ paid: 22_000, refunded: 12_000, state: "cancelled" });
});

test("a refund whose answer was lost is made once", async () => {
  const { bookingId, pageUrl, guest } = await desk.onPage();
  await payByStripe(pageUrl);
  await desk.becomes(bookingId, "confirmed");
  await balance(desk.ctx, bookingId);
  await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() });
  desk.server("stripe").faults.add({ path: "/v1/refunds", calls: 6, drop: "after" });
  await balance(desk.ctx, bookingId).catch((error: unknown) => expect(error).toBeInstanceOf(OutsideError));
  desk.comesBack("stripe");
  await desk.ctx.advance(11 * MINUTE);
  if ((await desk.refunds(bookingId))[0]?.state === "requested") expect(await unbalanced(desk.ctx, 600, 100)).toContain(bookingId);
  await balance(desk.ctx, bookingId);
  const [payment] = await desk.payments(bookingId);
  const response = await fetch(`${desk.server("stripe").url}/v1/refunds?payment_intent=${payment!.paymentRef}`, {
    headers: { authorization: `Bearer ${desk.ctx.config.STRIPE_SECRET_KEY}` },
  });
  expect(((await response.json()) as { data: { amount: number }[] }).data).toMatchObject([{ amount: 22_000 }]);
  expect(await desk.refunds(bookingId)).toMatchObject([{ amount: 22_000, state: "succeeded" }]);
});

test("a bank transfer has no way back: the refund is a person's task", async () => {
  const { bookingId, pageUrl, guest } = await desk.onPage("midtrans");
  await playMidtrans(pageUrl, { do: "bank_transfer", bank: "bca" });
  await playMidtrans(pageUrl, { do: "transfer" });
  await desk.becomes(bookingId, "confirmed");
  await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() });
  await balance(desk.ctx, bookingId);
  expect(await desk.refunds(bookingId)).toMatchObject([{ amount: 22_000_000, state: "manual" }]);
  expect(await desk.incidents(bookingId)).toMatchObject([{ cause: expect.stringContaining("refund-manual") }]);
});

test("money that comes for a booking paid at the property goes back", async () => {
  const { bookingId, pageUrl, guest } = await desk.onPage();
  desk.loseWebhooks();
  await payByStripe(pageUrl);
  await startPayment(guest, { bookingId, method: "property", idempotencyKey: newId() });
  const [payment] = await desk.payments(bookingId);
  await settle(desk.ctx, payment!.id);
  await balance(desk.ctx, bookingId);
  expect(await desk.states(bookingId)).toEqual(["voided"]);
});
