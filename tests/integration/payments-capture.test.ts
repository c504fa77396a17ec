import { expect, test } from "vitest";
import { balance, cancel, get, settle, unbalanced } from "../../server/bookings/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { OutsideError } from "../../server/platform/outside.ts";
import { eventsOf, idsOf, stateOf } from "../helpers/booking.ts";
import { payByQr } from "../helpers/change-desk.ts";
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
  expect(await idsOf(unbalanced(desk.ctx, 600, 100))).toContain(bookingId);
});

test("cancelling before the money was taken captures the fee alone", async () => {
  const { bookingId, pageUrl, guest } = await desk.onPage("stripe", STRICT);
  await payByStripe(pageUrl);
  await desk.becomes(bookingId, "confirmed");
  await cancel(guest, { bookingId, expectedFee: 11_000, idempotencyKey: newId() });
  await balance(desk.ctx, bookingId);
  expect(await desk.payments(bookingId)).toMatchObject([{ state: "captured", captured: 11_000 }]);
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

const REFUSED = { error: { type: "card_error", code: "card_declined", message: "The capture was declined." } };

/** A confirmed booking whose money is reserved, and whose later webhooks are lost. */
async function authorised(overrides?: Parameters<typeof desk.onPage>[1]) {
  const opened = await desk.onPage("stripe", overrides);
  await payByStripe(opened.pageUrl);
  await desk.becomes(opened.bookingId, "confirmed");
  return opened;
}

test("a capture that fails once is taken at the next try, once", async () => {
  const { bookingId } = await authorised();
  desk.server("stripe").faults.add({ path: "/capture", calls: 3, status: 500, body: REFUSED });
  await expect(balance(desk.ctx, bookingId)).rejects.toBeInstanceOf(OutsideError);
  expect(await desk.states(bookingId)).toEqual(["authorised"]);
  await balance(desk.ctx, bookingId);
  expect(await desk.payments(bookingId)).toMatchObject([{ state: "captured", captured: 22_000 }]);
  expect(await desk.incidents(bookingId)).toEqual([]);
});

test("a capture that is refused for good: the booking stays, one incident is open, and it closes when the money comes", async () => {
  const { bookingId, guest } = await authorised();
  desk.server("stripe").faults.add({ path: "/capture", calls: 100, status: 402, body: REFUSED });
  await balance(desk.ctx, bookingId);
  await balance(desk.ctx, bookingId);
  expect(await get(guest, { bookingId })).toMatchObject({ state: "confirmed", payments: [{ state: "authorised" }] });
  expect(await desk.incidents(bookingId)).toMatchObject([
    { cause: expect.stringContaining("money-stuck"), severity: "critical", count: 1, data: { step: "capture", code: "card_declined" } },
  ]);
  expect(await idsOf(unbalanced(desk.ctx, 0, 100))).not.toContain(bookingId);
  await desk.ctx.advance(11 * MINUTE);
  expect(await idsOf(unbalanced(desk.ctx, 600, 100))).toContain(bookingId);
  desk.comesBack("stripe");
  await balance(desk.ctx, bookingId);
  expect(await desk.kept(bookingId)).toBe(22_000);
  expect(await desk.incidents(bookingId)).toEqual([]);
});

test("a capture whose answer is lost is taken once", async () => {
  const { bookingId } = await authorised();
  desk.loseWebhooks();
  desk.server("stripe").faults.add({ path: "/capture", calls: 20, drop: "after" });
  await expect(balance(desk.ctx, bookingId)).rejects.toBeInstanceOf(OutsideError);
  expect(await desk.states(bookingId)).toEqual(["authorised"]);
  desk.comesBack("stripe");
  await balance(desk.ctx, bookingId);
  expect(await desk.payments(bookingId)).toMatchObject([{ state: "captured", captured: 22_000 }]);
  expect(await desk.kept(bookingId)).toBe(22_000);
});

test("a capture whose answer is lost, and then the stay is cancelled: the fee is kept, the rest goes back", async () => {
  const { bookingId, guest } = await authorised(STRICT);
  desk.loseWebhooks();
  desk.server("stripe").faults.add({ path: "/capture", calls: 20, drop: "after" });
  await expect(balance(desk.ctx, bookingId)).rejects.toBeInstanceOf(OutsideError);
  desk.comesBack("stripe");
  await cancel(guest, { bookingId, expectedFee: 11_000, idempotencyKey: newId() });
  await balance(desk.ctx, bookingId);
  expect(await desk.kept(bookingId)).toBe(11_000);
  expect(await desk.refunds(bookingId)).toMatchObject([{ amount: 11_000, state: "succeeded" }]);
  expect(await desk.incidents(bookingId)).toEqual([]);
});

test.each([
  ["free of charge", undefined, 0],
  ["for a fee", STRICT, 11_000],
])("cancelled %s while the capture runs: what is not due goes back", async (_, overrides, fee) => {
  const { bookingId, guest } = await authorised(overrides);
  desk.loseWebhooks();
  await desk.control("stripe", "gate", { open: false });
  const capturing = balance(desk.ctx, bookingId);
  await expect.poll(async () => ((await (await fetch(`${desk.server("stripe").url}/_test/gate`)).json()) as { waiting: number }).waiting).toBe(1);
  await cancel(guest, { bookingId, expectedFee: fee, idempotencyKey: newId() });
  const cancelling = balance(desk.ctx, bookingId);
  await desk.control("stripe", "gate", { open: true });
  await Promise.all([capturing, cancelling]);
  expect(await desk.kept(bookingId)).toBe(fee);
  expect(await desk.incidents(bookingId)).toEqual([]);
});

test("an authorisation whose capture was forgotten is taken by the sweep before it lapses", async () => {
  const { bookingId } = await authorised();
  const { captureBefore } = await desk.payment(bookingId);
  await desk.ctx.advance(captureBefore!.getTime() - desk.ctx.clock.now().getTime() - HOUR);
  expect(await idsOf(unbalanced(desk.ctx, 600, 100))).toContain(bookingId);
  await balance(desk.ctx, bookingId);
  expect(await desk.kept(bookingId)).toBe(22_000);
});

test("the sweep takes what lapses before refunds that the provider refuses, and of these the longest unasked", async () => {
  const refused = [await refusedRefund(), await refusedRefund()];
  const { bookingId } = await authorised();
  await desk.ctx.advance(15 * MINUTE);
  const mine = async () => (await idsOf(unbalanced(desk.ctx, 600, 100))).filter((id) => id === bookingId || refused.includes(id));
  expect(await mine()).toEqual([bookingId, ...refused]);
  await balance(desk.ctx, refused[0]!);
  // Asked in vain again, it rests for longer.
  expect(await mine()).toEqual([bookingId, refused[1]]);
});

/** A cancelled booking whose refund its provider refuses for good. */
async function refusedRefund(): Promise<string> {
  const { bookingId, pageUrl, guest } = await desk.onPage("midtrans");
  await payByQr(pageUrl);
  await desk.becomes(bookingId, "confirmed");
  await balance(desk.ctx, bookingId);
  await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() });
  desk.server("midtrans").faults.add({ path: "/refund/online/direct", calls: 100, status: 200, body: { status_code: "414" } });
  await balance(desk.ctx, bookingId);
  expect(await desk.refunds(bookingId)).toMatchObject([{ state: "requested" }]);
  return bookingId;
}

test("an authorisation that is about to lapse while its provider is out of reach is told to a person", async () => {
  const { bookingId } = await authorised();
  await desk.ctx.advance(6 * DAY + 12 * HOUR);
  desk.goesDown("stripe");
  await expect(balance(desk.ctx, bookingId)).rejects.toBeInstanceOf(OutsideError);
  expect(await desk.incidents(bookingId)).toMatchObject([{ severity: "critical", title: expect.stringContaining("about to lapse") }]);
  desk.comesBack("stripe");
  await balance(desk.ctx, bookingId);
  expect(await desk.kept(bookingId)).toBe(22_000);
  expect(await desk.incidents(bookingId)).toEqual([]);
});

test.each(["lapsed", "was let go in the dashboard"])("an authorisation that %s leaves no silence: the booking stays, and its missing money is an open incident", async (how) => {
  const { bookingId, guest } = await authorised();
  const { paymentRef } = await desk.payment(bookingId);
  if (how === "lapsed") await desk.ctx.advance(7 * DAY + MINUTE);
  else await desk.dashboard("stripe", `/v1/payment_intents/${paymentRef}/cancel`);
  await desk.paymentBecomes(bookingId, how === "lapsed" ? "expired" : "voided");
  expect(await eventsOf(desk.db, bookingId)).toContain("booking.money_changed");
  await balance(desk.ctx, bookingId);
  expect(await stateOf(desk.db, bookingId)).toEqual(["confirmed"]);
  expect(await get(guest, { bookingId })).toMatchObject({ paid: 0 });
  expect(await desk.incidents(bookingId)).toMatchObject([{ cause: `money-short:${bookingId}`, severity: "critical", data: { missing: 22_000 } }]);
});
