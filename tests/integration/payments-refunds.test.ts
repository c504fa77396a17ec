import { expect, test, vi } from "vitest";
import { disputes } from "../../db/schema/index.ts";
import { balance, cancel, cancelQuote, get, settle, startPayment, takenPayments, unbalanced, unsettledPayments } from "../../server/bookings/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { OutsideError } from "../../server/platform/outside.ts";
import { changeStay, eventsOf, holdStay, idsOf, stateOf } from "../helpers/booking.ts";
import { anonymous } from "../helpers/context.ts";
import { payByStripe, playMidtrans } from "../helpers/gateway.ts";
import { answer3ds, DAY, MINUTE, paymentDesk, RUPIAH, STRICT } from "../helpers/payments.ts";
import { createProperty, type WorldOverrides } from "../helpers/world.ts";

const desk = paymentDesk();

test("two payments for one booking: what is only reserved is let go, though it came first", async () => {
  const { bookingId, pageUrl, guest } = await desk.onPage("stripe", { ...RUPIAH, property: { ...RUPIAH.property } });
  desk.loseWebhooks();
  await payByStripe(pageUrl);
  // The other provider's page was opened while the first could not be closed.
  desk.goesDown("stripe", "/expire");
  const second = await desk.pageOf(guest, bookingId, "midtrans");
  desk.comesBack("stripe");
  await playMidtrans(second, { do: "bank_transfer", bank: "bca" });
  await playMidtrans(second, { do: "transfer" });
  for (const payment of await desk.payments(bookingId)) await settle(desk.ctx, payment.id);
  expect(await stateOf(desk.db, bookingId)).toEqual(["confirmed"]);
  await balance(desk.ctx, bookingId);
  await balance(desk.ctx, bookingId);
  expect(await desk.payments(bookingId)).toMatchObject([
    { provider: "stripe", state: "voided", captured: 0 },
    { provider: "midtrans", state: "paid", captured: 22_000_000 },
  ]);
  expect(await desk.refunds(bookingId)).toEqual([]);
  expect(await desk.incidents(bookingId)).toEqual([]);
});

test("cancelling late keeps the fee of what was taken, and refunds the rest once", async () => {
  const { bookingId, pageUrl, guest } = await desk.onPage("stripe", STRICT);
  await payByStripe(pageUrl);
  await desk.becomes(bookingId, "confirmed");
  await balance(desk.ctx, bookingId);
  expect(await cancelQuote(guest, { bookingId })).toMatchObject({ fee: 11_000, refund: 11_000 });
  await cancel(guest, { bookingId, expectedFee: 11_000, idempotencyKey: newId() });
  await Promise.all([balance(desk.ctx, bookingId), balance(desk.ctx, bookingId)]);
  await balance(desk.ctx, bookingId);
  expect(await desk.refunds(bookingId)).toMatchObject([{ amount: 11_000, state: "succeeded" }]);
  expect(await get(guest, { bookingId })).toMatchObject({ paid: 22_000, refunded: 11_000, state: "cancelled" });
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
  if ((await desk.refunds(bookingId))[0]?.state === "requested") expect(await idsOf(unbalanced(desk.ctx, 600, 100))).toContain(bookingId);
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

test("card money that Midtrans let go the same day is paid and refunded, before the next reading and after it", async () => {
  const { bookingId, pageUrl, guest } = await desk.onPage("midtrans");
  await answer3ds(await playMidtrans(pageUrl, { do: "card", card: "4811111111111114" }));
  await desk.becomes(bookingId, "confirmed");
  await balance(desk.ctx, bookingId);
  expect(await get(guest, { bookingId })).toMatchObject({ paid: 22_000_000, refunded: 0 });
  const payment = await desk.payment(bookingId);
  await desk.dashboard("midtrans", `/v2/${payment.pageRef}/cancel`);
  await settle(desk.ctx, payment.id);
  expect(await desk.states(bookingId)).toEqual(["voided"]);
  expect(await get(guest, { bookingId })).toMatchObject({ paid: 22_000_000, refunded: 22_000_000 });
  expect(await cancelQuote(guest, { bookingId })).toMatchObject({ refund: 0 });
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

/** A booking that was paid by this card and whose money was taken. */
async function taken(card?: string) {
  const opened = await desk.onPage();
  await payByStripe(opened.pageUrl, card);
  await desk.becomes(opened.bookingId, "confirmed");
  await balance(desk.ctx, opened.bookingId);
  return opened;
}

test.each(["by its webhook", "by the sweep"])("a refund that is pending is known to have succeeded %s", async (how) => {
  const { bookingId, guest } = await taken("4000000000007726");
  await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() });
  await balance(desk.ctx, bookingId);
  expect(await desk.refunds(bookingId)).toMatchObject([{ state: "pending", amount: 22_000 }]);
  if (how === "by the sweep") {
    const { id } = await desk.payment(bookingId);
    desk.loseWebhooks();
    // One that is being handled at this moment counts as a look at the provider.
    await vi.waitFor(async () => {
      await desk.ctx.advance(3 * MINUTE);
      expect(await idsOf(unsettledPayments(desk.ctx, 120, 100))).toContain(id);
    });
    await settle(desk.ctx, id);
  } else await desk.ctx.advance(3 * MINUTE);
  await vi.waitFor(async () => expect(await desk.refunds(bookingId)).toMatchObject([{ state: "succeeded" }]));
  expect(await idsOf(unsettledPayments(desk.ctx, 0, 100))).not.toContain((await desk.payment(bookingId)).id);
});

test("a refund that fails later is told once, counts as not given, and is not asked for again", async () => {
  const { bookingId, guest } = await taken("4000000000005126");
  await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() });
  await balance(desk.ctx, bookingId);
  expect(await desk.refunds(bookingId)).toMatchObject([{ state: "succeeded" }]);
  await desk.ctx.advance(2 * MINUTE);
  await vi.waitFor(async () => expect(await desk.refunds(bookingId)).toMatchObject([{ state: "failed" }]));
  await settle(desk.ctx, (await desk.payment(bookingId)).id);
  await balance(desk.ctx, bookingId);
  expect(await desk.refunds(bookingId)).toHaveLength(1);
  expect(await get(guest, { bookingId })).toMatchObject({ paid: 22_000, refunded: 0 });
  expect(await desk.incidents(bookingId)).toMatchObject([{ cause: expect.stringContaining("refund-failed"), severity: "critical", count: 1 }]);
});

test("a refund that failed and is then made in the dashboard, in parts, counts once, and its incident closes with the last part", async () => {
  const { bookingId, guest, paymentRef } = await failedLater();
  await desk.control("stripe", "refund", { payment_intent: paymentRef, amount: 5000 });
  await vi.waitFor(async () => expect(await desk.refunds(bookingId)).toMatchObject([{ state: "failed" }, { amount: 5000, state: "succeeded" }]));
  await balance(desk.ctx, bookingId);
  expect(await desk.incidents(bookingId)).toMatchObject([{ cause: expect.stringContaining("refund-failed") }]);
  await desk.control("stripe", "refund", { payment_intent: paymentRef, amount: 17_000 });
  await vi.waitFor(async () => expect(await desk.refunds(bookingId)).toHaveLength(3));
  await settle(desk.ctx, (await desk.payment(bookingId)).id);
  await balance(desk.ctx, bookingId);
  expect(await desk.refunds(bookingId)).toMatchObject([{ amount: 22_000, state: "withdrawn" }, { amount: 5000 }, { amount: 17_000, state: "succeeded" }]);
  expect(await desk.incidents(bookingId)).toEqual([]);
  expect(await get(guest, { bookingId })).toMatchObject({ paid: 22_000, refunded: 22_000 });
});

/** A cancelled booking whose refund the bank sent back, and all of whose jobs have come to rest. */
async function failedLater() {
  const { bookingId, guest } = await taken("4000000000005126");
  const paymentRef = (await desk.payment(bookingId)).paymentRef!;
  await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() });
  await balance(desk.ctx, bookingId);
  await desk.ctx.advance(2 * MINUTE);
  await vi.waitFor(async () => expect(await desk.refunds(bookingId)).toMatchObject([{ state: "failed" }]));
  return { bookingId, guest, paymentRef };
}

/** What Midtrans answers to a refund that it doesn't make. */
const REFUSED = { status_code: "414", status_message: "Refund amount can't be made" };

/** A cancelled booking, paid by QR code, whose refund the provider refuses for good. */
async function refusedByMidtrans(rooms = 1) {
  const world = await createProperty(desk.db, { ...RUPIAH, rooms: [{ ...RUPIAH.rooms![0], units: rooms }] });
  const guest = desk.ctx.as(anonymous());
  const { bookingId } = await holdStay(guest, world, { rooms: Array.from({ length: rooms }, () => ({ productId: world.productId })) });
  const pageUrl = await desk.pageOf(guest, bookingId, "midtrans");
  await playMidtrans(pageUrl, { do: "qris" });
  await playMidtrans(pageUrl, { do: "transfer" });
  await vi.waitFor(async () => expect(await stateOf(desk.db, bookingId)).toEqual(Array.from({ length: rooms }, () => "confirmed")));
  await balance(desk.ctx, bookingId);
  const { stays } = await get(guest, { bookingId });
  await cancel(guest, { bookingId, roomStayIds: rooms > 1 ? [stays[0]!.id] : undefined, expectedFee: 0, idempotencyKey: newId() });
  desk.server("midtrans").faults.add({ path: "/refund/online/direct", calls: 100, status: 200, body: REFUSED });
  await balance(desk.ctx, bookingId);
  return { bookingId, guest, stays };
}

/** How often refunds were asked for at Midtrans while `work` ran. */
async function asked(work: () => Promise<unknown>): Promise<number> {
  let calls = 0;
  desk.comesBack("midtrans");
  desk.server("midtrans").faults.add({ path: "/refund/online/direct", calls: 100, status: 200, body: REFUSED }, () => void calls++);
  await work();
  return calls;
}

test("a refund that the provider refuses for good is one open incident, asked for again ever more seldom, and made when it can be", async () => {
  const { bookingId } = await refusedByMidtrans();
  const told = { cause: expect.stringContaining("money-stuck"), data: { step: "refund", code: "414" } };
  expect(await desk.incidents(bookingId)).toMatchObject([told]);
  const sweep = async () => {
    if ((await idsOf(unbalanced(desk.ctx, 600, 100))).includes(bookingId)) await balance(desk.ctx, bookingId);
  };
  const rounds: number[] = [];
  for (let round = 0; round < 24; round++) {
    await desk.ctx.advance(5 * MINUTE);
    rounds.push(await asked(sweep));
  }
  // Twice each time, since only the same answer again is final: after 10, 20, 40 and 80 minutes.
  expect(rounds.flatMap((calls, round) => (calls > 0 ? [(round + 1) * 5] : []))).toEqual([10, 30, 70]);
  expect(await desk.incidents(bookingId)).toMatchObject([told]);
  desk.comesBack("midtrans");
  await desk.ctx.advance(DAY);
  await sweep();
  expect(await desk.refunds(bookingId)).toMatchObject([{ state: "succeeded", refusals: 4 }]);
  expect(await desk.incidents(bookingId)).toEqual([]);
});

test("a refund that was refused is asked for at once when a reading of its payment brings news", async () => {
  const { bookingId } = await refusedByMidtrans();
  expect(await idsOf(unbalanced(desk.ctx, 0, 100))).not.toContain(bookingId);
  desk.comesBack("midtrans");
  const { id, pageRef } = await desk.payment(bookingId);
  await desk.dashboard("midtrans", `/v2/${pageRef}/refund/online/direct`, JSON.stringify({ refund_key: "goodwill-1", amount: 10_000 }));
  await vi.waitFor(async () => expect(await desk.refunds(bookingId)).toHaveLength(2));
  await settle(desk.ctx, id);
  await balance(desk.ctx, bookingId);
  expect(await desk.kept(bookingId)).toBe(0);
});

test("a refund made in the dashboard enters the ledger: its difference is an incident, and a cancel gives back only the rest", async () => {
  const { bookingId, guest } = await taken();
  const { paymentRef } = await desk.payment(bookingId);
  await desk.control("stripe", "refund", { payment_intent: paymentRef, amount: 5000 });
  await vi.waitFor(async () => expect(await desk.refunds(bookingId)).toMatchObject([{ amount: 5000, reason: "provider", state: "succeeded" }]));
  await vi.waitFor(async () => expect(await eventsOf(desk.db, bookingId)).toContain("booking.money_changed"));
  await balance(desk.ctx, bookingId);
  expect(await desk.incidents(bookingId)).toMatchObject([{ cause: `money-short:${bookingId}`, data: { missing: 5000 } }]);
  await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() });
  await balance(desk.ctx, bookingId);
  expect(await desk.refunds(bookingId)).toMatchObject([{ amount: 5000 }, { amount: 17_000, state: "succeeded" }]);
  expect(await desk.kept(bookingId)).toBe(0);
  expect(await desk.incidents(bookingId)).toEqual([]);
});

test("a refund made in the dashboard, of which no notice ever came, is found within a day", async () => {
  const { bookingId } = await taken();
  const { id, paymentRef } = await desk.payment(bookingId);
  desk.loseWebhooks();
  await desk.control("stripe", "refund", { payment_intent: paymentRef, amount: 5000 });
  await vi.waitFor(async () => {
    await desk.ctx.advance(DAY + MINUTE);
    expect(await idsOf(takenPayments(desk.ctx, 100))).toContain(id);
  });
  expect(await desk.refunds(bookingId)).toEqual([]);
  await settle(desk.ctx, id);
  expect(await desk.refunds(bookingId)).toMatchObject([{ amount: 5000, reason: "provider", state: "succeeded" }]);
  expect(await idsOf(takenPayments(desk.ctx, 100))).not.toContain(id);
});

/** Beside a dear room that is free to cancel, one at half the price that never is; the property collects a tax itself. */
const DEAR_OR_STRICT: WorldOverrides = {
  rooms: [
    { units: 1, prices: [20_000, 20_000], rates: [{ plan: "flex" }] },
    { units: 1, prices: [10_000, 10_000], rates: [{ plan: "strict" }] },
  ],
  plans: [{ code: "flex" }, { code: "strict", policy: "Strict" }],
  policies: [
    { name: "Free", rules: [] },
    { name: "Strict", rules: [{ daysBefore: 900, time: "00:00", fee: { kind: "percent", value: 100 } }] },
  ],
  taxes: [{ name: "City", base: "percent", amount: 100_000, inclusive: false, collect: "property" }],
};

test("a fee is kept of online money up to what was to be paid online, however far a refund before it had come", async () => {
  const { bookingId, pageUrl, guest, world } = await desk.onPage("stripe", DEAR_OR_STRICT);
  await payByStripe(pageUrl);
  await desk.becomes(bookingId, "confirmed");
  await balance(desk.ctx, bookingId);
  const [stay] = (await get(guest, { bookingId })).stays;
  await changeStay(guest, bookingId, { rooms: [{ roomStayId: stay!.id, productId: world.rooms[1]!.products["strict"]!, adults: 2, childAges: [] }] });
  // Half of the money is not given back yet: it is none of the fee's, and goes back by the change, not by the cancellation.
  expect(await get(guest, { bookingId })).toMatchObject({ paid: 40_000, refunded: 0, total: 22_000, dueOnline: 20_000 });
  expect(await cancelQuote(guest, { bookingId })).toMatchObject({ fee: 20_000, refund: 0 });
  await cancel(guest, { bookingId, expectedFee: 20_000, idempotencyKey: newId() });
  await balance(desk.ctx, bookingId);
  expect(await desk.kept(bookingId)).toBe(20_000);
  expect(await desk.incidents(bookingId)).toEqual([]);
});

test("money that came online for a booking paid at the property pays no fee of it", async () => {
  const { bookingId, pageUrl, guest } = await desk.onPage("stripe", STRICT);
  desk.loseWebhooks();
  await payByStripe(pageUrl);
  await startPayment(guest, { bookingId, method: "property", idempotencyKey: newId() });
  await settle(desk.ctx, (await desk.payment(bookingId)).id);
  // It goes back because it came, which its own message has told: the cancellation gives nothing more.
  expect(await cancelQuote(guest, { bookingId })).toMatchObject({ fee: 11_000, refund: 0, dueProperty: 11_000 });
  await cancel(guest, { bookingId, expectedFee: 11_000, idempotencyKey: newId() });
  await balance(desk.ctx, bookingId);
  expect(await desk.states(bookingId)).toEqual(["voided"]);
});

test("a refund that the dashboard overtook is withdrawn: nothing goes back twice, and the booking comes to rest", async () => {
  const { bookingId, guest, pageUrl } = await desk.onPage("stripe", STRICT);
  await payByStripe(pageUrl);
  await desk.becomes(bookingId, "confirmed");
  await balance(desk.ctx, bookingId);
  desk.goesDown("stripe", "/v1/refunds");
  await cancel(guest, { bookingId, expectedFee: 11_000, idempotencyKey: newId() });
  await expect(balance(desk.ctx, bookingId)).rejects.toThrow(OutsideError);
  expect(await desk.refunds(bookingId)).toMatchObject([{ amount: 11_000, state: "requested" }]);
  desk.comesBack("stripe");
  const { paymentRef } = await desk.payment(bookingId);
  await desk.control("stripe", "refund", { payment_intent: paymentRef });
  await vi.waitFor(async () => expect(await desk.refunds(bookingId)).toHaveLength(2));
  await balance(desk.ctx, bookingId);
  expect(await desk.refunds(bookingId)).toMatchObject([
    { amount: 11_000, state: "withdrawn" },
    { amount: 22_000, state: "succeeded" },
  ]);
  // The fee went back as well: that alone is left for a person.
  expect(await desk.incidents(bookingId)).toMatchObject([{ cause: `money-short:${bookingId}`, data: { missing: 11_000 } }]);
  expect(await get(guest, { bookingId })).toMatchObject({ paid: 22_000, refunded: 22_000 });
  expect(await idsOf(unbalanced(desk.ctx, 0, 100))).not.toContain(bookingId);
});

test("what the dashboard left of a refund that waited is given back", async () => {
  const { bookingId, guest } = await taken();
  desk.goesDown("stripe", "/v1/refunds");
  await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() });
  await expect(balance(desk.ctx, bookingId)).rejects.toThrow(OutsideError);
  desk.comesBack("stripe");
  const { paymentRef } = await desk.payment(bookingId);
  await desk.control("stripe", "refund", { payment_intent: paymentRef, amount: 5000 });
  await vi.waitFor(async () => expect(await desk.refunds(bookingId)).toHaveLength(2));
  await balance(desk.ctx, bookingId);
  expect(await desk.refunds(bookingId)).toMatchObject([
    { amount: 22_000, state: "withdrawn" },
    { amount: 5000, state: "succeeded" },
    { amount: 17_000, state: "succeeded" },
  ]);
  expect(await desk.incidents(bookingId)).toEqual([]);
});

test("money that is stuck in one payment keeps no other from moving", async () => {
  const { bookingId, guest, pageUrl } = await desk.onPage("stripe", { ...RUPIAH });
  desk.loseWebhooks();
  await payByStripe(pageUrl, "4000000000000259");
  desk.goesDown("stripe", "/expire");
  const second = await desk.pageOf(guest, bookingId, "midtrans");
  desk.comesBack("stripe");
  const [first] = await desk.payments(bookingId);
  await settle(desk.ctx, first!.id);
  await balance(desk.ctx, bookingId);
  await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() });
  await answer3ds(await playMidtrans(second, { do: "card", card: "4811111111111114" }));
  await settle(desk.ctx, (await desk.payments(bookingId))[1]!.id);
  await balance(desk.ctx, bookingId).catch((error: unknown) => expect(error).toBeInstanceOf(OutsideError));
  expect(await desk.states(bookingId)).toEqual(["captured", "voided"]);
});

test("a payment whose refund is stuck waits as a whole: a later refund of it does not close the incident", async () => {
  const { bookingId, guest, stays } = await refusedByMidtrans(2);
  // The provider would make the second.
  desk.comesBack("midtrans");
  await cancel(guest, { bookingId, roomStayIds: [stays[1]!.id], expectedFee: 0, idempotencyKey: newId() });
  await balance(desk.ctx, bookingId);
  expect((await desk.refunds(bookingId)).map((refund) => refund.state)).toEqual(["requested", "requested"]);
  expect(await desk.incidents(bookingId)).toMatchObject([{ cause: expect.stringContaining("money-stuck") }]);
  await desk.ctx.advance(11 * MINUTE);
  await balance(desk.ctx, bookingId);
  expect((await desk.refunds(bookingId)).map((refund) => refund.state)).toEqual(["succeeded", "succeeded"]);
  expect(await desk.incidents(bookingId)).toEqual([]);
});

test("a dispute is one incident however often it is read, and closes when it is won", async () => {
  const { bookingId } = await taken("4000000000000259");
  const { id } = await desk.payment(bookingId);
  await settle(desk.ctx, id);
  await settle(desk.ctx, id);
  const [dispute] = (await desk.db.select().from(disputes)).filter((row) => row.paymentId === id);
  expect(dispute).toMatchObject({ amount: 22_000, currency: "EUR", state: "open", providerState: "needs_response" });
  expect(await desk.incidents(bookingId)).toMatchObject([{ cause: `dispute:${dispute!.providerRef}`, severity: "critical", count: 1 }]);
  await desk.dashboard("stripe", `/v1/disputes/${dispute!.providerRef}`, "evidence[uncategorized_text]=winning_evidence");
  await vi.waitFor(async () => expect(await desk.incidents(bookingId)).toEqual([]));
  expect((await desk.db.select().from(disputes)).find((row) => row.paymentId === id)).toMatchObject({ state: "won" });
});
