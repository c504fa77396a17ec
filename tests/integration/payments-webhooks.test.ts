import { expect, test, vi } from "vitest";
import { providerEvents } from "../../db/schema/index.ts";
import { followers } from "../../jobs/registry.ts";
import { balance, closeHold, get, settle, unsettledPayments } from "../../server/bookings/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { eventsOf, idsOf, nightOf, stateOf } from "../helpers/booking.ts";
import { payByStripe } from "../helpers/gateway.ts";
import { MINUTE, paymentDesk } from "../helpers/payments.ts";

const desk = paymentDesk();

test("paid on the page: the webhook confirms, and the balance takes the money", async () => {
  const { bookingId, pageUrl, world, guest } = await desk.onPage();
  expect(await payByStripe(pageUrl)).toContain(`/pay/return?bookingId=${bookingId}`);
  await desk.becomes(bookingId, "confirmed");
  expect(await nightOf(desk.db, world.roomTypeId)).toMatchObject({ held: 0, sold: 1 });
  expect(await desk.states(bookingId)).toEqual(["authorised"]);
  await balance(desk.ctx, bookingId);
  expect(await desk.payments(bookingId)).toMatchObject([{ state: "captured", captured: 22_000, method: "card" }]);
  // Running it again takes nothing more.
  await balance(desk.ctx, bookingId);
  expect(await get(guest, { bookingId })).toMatchObject({ paid: 22_000, refunded: 0, payment: "online", canPay: false });
  expect(followers("booking.confirmed").map((job) => job.name)).toContain("balance-money");
});

test("the browser's return proves nothing", async () => {
  const { bookingId, pageUrl } = await desk.onPage();
  desk.loseWebhooks();
  await payByStripe(pageUrl);
  expect(await stateOf(desk.db, bookingId)).toEqual(["pending"]);
});

test("a webhook that never comes: the sweep asks the provider, and the booking is confirmed", async () => {
  const { bookingId, pageUrl } = await desk.onPage();
  desk.loseWebhooks();
  await payByStripe(pageUrl);
  const [payment] = await desk.payments(bookingId);
  expect(await idsOf(unsettledPayments(desk.ctx, 120, 100))).not.toContain(payment!.id);
  await desk.ctx.advance(3 * MINUTE);
  expect(await idsOf(unsettledPayments(desk.ctx, 120, 100))).toContain(payment!.id);
  await settle(desk.ctx, payment!.id);
  expect(await stateOf(desk.db, bookingId)).toEqual(["confirmed"]);
});

test("payments whose provider is down don't keep the sweep from those of the other", async () => {
  const [dark, other] = [await desk.onPage("stripe"), await desk.onPage("midtrans")];
  const [darkId, otherId] = [(await desk.payment(dark.bookingId)).id, (await desk.payment(other.bookingId)).id];
  await desk.ctx.advance(3 * MINUTE);
  desk.goesDown("stripe");
  const { version } = await desk.payment(dark.bookingId);
  const due = async () => (await idsOf(unsettledPayments(desk.ctx, 120, 100))).filter((id) => id === darkId || id === otherId);
  expect(await due()).toEqual([darkId, otherId]);
  await expect(settle(desk.ctx, darkId)).rejects.toThrow();
  expect(await due()).toEqual([otherId]);
  await desk.ctx.advance(3 * MINUTE);
  expect(await due()).toEqual([otherId, darkId]);
  // A failed reading is nothing newer: it overtakes no other.
  expect((await desk.payment(dark.bookingId)).version).toBe(version);
});

test("a webhook twice, and the sweep at once: one confirmation", async () => {
  const { bookingId, pageUrl } = await desk.onPage();
  desk.loseWebhooks();
  await payByStripe(pageUrl);
  const [payment] = await desk.payments(bookingId);
  await Promise.all(Array.from({ length: 6 }, () => settle(desk.ctx, payment!.id)));
  expect((await eventsOf(desk.db, bookingId)).filter((type) => type === "booking.confirmed")).toHaveLength(1);
  expect(await stateOf(desk.db, bookingId)).toEqual(["confirmed"]);
});

test("a forged webhook is 401, and reads nothing", async () => {
  const { bookingId } = await desk.onPage();
  const [payment] = await desk.payments(bookingId);
  const body = JSON.stringify({ id: "evt_forged", type: "checkout.session.completed", data: { object: { object: "checkout.session", id: payment!.pageRef } } });
  const stripe = await desk.gateway.request("/webhooks/stripe", {
    method: "POST",
    body,
    headers: { "stripe-signature": `t=${Math.floor(Date.now() / 1000)},v1=${"0".repeat(64)}` },
  });
  expect(stripe.status).toBe(401);
  const bare = await desk.gateway.request("/webhooks/stripe", { method: "POST", body });
  expect(bare.status).toBe(401);
  const midtrans = await desk.gateway.request("/webhooks/midtrans", {
    method: "POST",
    body: JSON.stringify({
      order_id: payment!.id,
      status_code: "200",
      gross_amount: "220.00",
      transaction_id: newId(),
      transaction_status: "settlement",
      signature_key: "0".repeat(128),
    }),
  });
  expect(midtrans.status).toBe(401);
  expect((await desk.payments(bookingId))[0]!.checkedAt).toBeNull();
});

test.each(["stripe", "midtrans", "resend", "twilio"])("no body makes the %s webhook fail on our side", async (vendor) => {
  for (const body of ["", "null", "[]", "{}", "\u0000", '{"id":', "a=b&c=d", "\ud800", JSON.stringify({ order_id: "\u0000", signature_key: 5 })]) {
    const { status } = await desk.gateway.request(`/webhooks/${vendor}`, { method: "POST", body });
    expect(status, `${vendor} ${body}`).toBeGreaterThanOrEqual(400);
    expect(status, `${vendor} ${body}`).toBeLessThan(500);
  }
});

/** The four events of a card that is authorised on a page. */
const EVENTS = 4;

async function heard(from: number): Promise<void> {
  await vi.waitFor(async () => expect(await desk.db.$count(providerEvents)).toBe(from + EVENTS), { timeout: 5000 });
}

test.each(["duplicate", "reorder"])("webhooks that come by %s: one confirmation", async (mode) => {
  const before = await desk.db.$count(providerEvents);
  const { bookingId, pageUrl } = await desk.onPage();
  await desk.control("stripe", "webhooks", { mode, calls: EVENTS });
  await payByStripe(pageUrl);
  await desk.becomes(bookingId, "confirmed");
  await heard(before);
  expect((await eventsOf(desk.db, bookingId)).filter((type) => type === "booking.confirmed")).toHaveLength(1);
  expect(await desk.states(bookingId)).toEqual(["authorised"]);
});

test("webhooks five minutes late, after the hold's end found the money: nothing happens twice", async () => {
  const before = await desk.db.$count(providerEvents);
  const { bookingId, pageUrl, world } = await desk.onPage();
  await desk.ctx.advance(12 * MINUTE);
  await desk.control("stripe", "webhooks", { mode: "delay", calls: EVENTS, delayMs: 5 * MINUTE });
  await payByStripe(pageUrl);
  await desk.ctx.advance(3 * MINUTE + 1000);
  expect(await stateOf(desk.db, bookingId)).toEqual(["pending"]);
  expect(await closeHold(desk.ctx, bookingId)).toBe("paid");
  expect(await desk.db.$count(providerEvents)).toBe(before);
  await desk.ctx.advance(2 * MINUTE);
  await heard(before);
  expect((await eventsOf(desk.db, bookingId)).filter((type) => type === "booking.confirmed")).toHaveLength(1);
  expect(await nightOf(desk.db, world.roomTypeId)).toMatchObject({ held: 0, sold: 1 });
});
