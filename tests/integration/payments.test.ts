import { desc, eq, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { incidents, payments, refunds } from "../../db/schema/index.ts";
import { followers } from "../../jobs/registry.ts";
import { balance, cancel, cancelQuote, closeHold, closePages, expire, get, settle, startPayment, unbalanced, unsettledPayments } from "../../server/bookings/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { OutsideError } from "../../server/platform/outside.ts";
import { bookingOf, eventsOf, expectAudited, expectBooked, holdStay, nightOf, refusalOf, stateOf } from "../helpers/booking.ts";
import { anonymous, type TestContext } from "../helpers/context.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { payByStripe, playMidtrans, startGateway, type Gateway } from "../helpers/gateway.ts";
import { createProperty, type World, type WorldOverrides } from "../helpers/world.ts";

const MINUTE = 60_000;
const DOWN = { error: { type: "api_error", message: "Something went wrong on Stripe's end." } };

let database: TestDatabase;
let gateway: Gateway;
let ctx: TestContext;
beforeAll(async () => {
  database = await createDatabase();
});
beforeEach(async () => {
  // No queue: the test runs the jobs' verbs itself, when it wants to.
  gateway = await startGateway(database, { cloud: { stripe: 0, midtrans: 0, resend: 0, twilio: 0 }, publishing: false });
  ctx = gateway.ctx;
});
afterEach(async () => {
  await ctx.settled();
  await gateway.close();
  await expectAudited(database.db);
  await expectBooked(database.db);
});
afterAll(() => database.drop());

const RUPIAH: WorldOverrides = { property: { currency: "IDR", paymentMethods: ["midtrans", "stripe", "property"] }, rooms: [{ units: 1, prices: [100_000_00, 100_000_00] }] };

interface Opened {
  world: World;
  guest: TestContext;
  bookingId: string;
  pageUrl: string;
}

/** A held booking whose guest stands on the provider's page. */
async function onPage(method: "stripe" | "midtrans" = "stripe", overrides: WorldOverrides = method === "midtrans" ? RUPIAH : { rooms: [{ units: 1 }] }): Promise<Opened> {
  const world = await createProperty(database.db, overrides);
  const guest = ctx.as(anonymous());
  const { bookingId } = await holdStay(guest, world);
  return { world, guest, bookingId, pageUrl: await pageOf(guest, bookingId, method) };
}

async function pageOf(guest: TestContext, bookingId: string, method: "stripe" | "midtrans" = "stripe"): Promise<string> {
  const started = await startPayment(guest, { bookingId, method, idempotencyKey: newId() });
  if (started.status !== "redirect") throw new Error(`confirmed instead of ${method}`);
  return started.redirectUrl;
}

function paymentsOf(bookingId: string) {
  return database.db.select().from(payments).where(eq(payments.bookingId, bookingId)).orderBy(payments.attempt);
}

async function refundsOf(bookingId: string) {
  const rows = await database.db.select().from(refunds).innerJoin(payments, eq(payments.id, refunds.paymentId)).where(eq(payments.bookingId, bookingId));
  return rows.map((row) => row.refunds);
}

async function paymentStates(bookingId: string): Promise<string[]> {
  return (await paymentsOf(bookingId)).map((payment) => payment.state);
}

/** Waits for what the provider's webhook brings about. */
function becomes(bookingId: string, state: string): Promise<void> {
  return vi.waitFor(async () => expect(await stateOf(database.db, bookingId)).toEqual([state]), { timeout: 5000 });
}

/** Lets the webhook go astray. */
function loseWebhooks(): void {
  gateway.runtime.services = { ...ctx, config: { ...ctx.config, STRIPE_WEBHOOK_SECRET: "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", MIDTRANS_SERVER_KEY: "another" } };
}

test("paid on the page: the webhook confirms, and the balance takes the money", async () => {
  const { bookingId, pageUrl, world, guest } = await onPage();
  expect(await payByStripe(pageUrl)).toContain(`/pay/return?bookingId=${bookingId}`);
  await becomes(bookingId, "confirmed");
  expect(await nightOf(database.db, world.roomTypeId)).toMatchObject({ held: 0, sold: 1 });
  expect(await paymentStates(bookingId)).toEqual(["authorised"]);
  await balance(ctx, bookingId);
  expect(await paymentsOf(bookingId)).toMatchObject([{ state: "captured", captured: 22_000, method: "card" }]);
  // Running it again takes nothing more.
  await balance(ctx, bookingId);
  expect(await get(guest, { bookingId })).toMatchObject({ paid: 22_000, refunded: 0, payment: "online", canPay: false });
  expect(followers("booking.confirmed").map((job) => job.name)).toContain("balance-money");
});

test("the browser's return proves nothing", async () => {
  const { bookingId, pageUrl } = await onPage();
  loseWebhooks();
  await payByStripe(pageUrl);
  expect(await stateOf(database.db, bookingId)).toEqual(["pending"]);
});

test("a webhook that never comes: the sweep asks the provider, and the booking is confirmed", async () => {
  const { bookingId, pageUrl } = await onPage();
  loseWebhooks();
  await payByStripe(pageUrl);
  const [payment] = await paymentsOf(bookingId);
  expect(await unsettledPayments(ctx, 120, 100)).not.toContain(payment!.id);
  await ctx.advance(3 * MINUTE);
  expect(await unsettledPayments(ctx, 120, 100)).toContain(payment!.id);
  await settle(ctx, payment!.id);
  expect(await stateOf(database.db, bookingId)).toEqual(["confirmed"]);
});

test("a capture that got lost is found, though the sweep keeps asking about its payment", async () => {
  const { bookingId, pageUrl } = await onPage();
  loseWebhooks();
  await payByStripe(pageUrl);
  const [payment] = await paymentsOf(bookingId);
  await settle(ctx, payment!.id);
  await ctx.advance(9 * MINUTE);
  await settle(ctx, payment!.id);
  await ctx.advance(2 * MINUTE);
  expect(await unbalanced(ctx, 600, 100)).toContain(bookingId);
});

test("a webhook twice, and the sweep at once: one confirmation", async () => {
  const { bookingId, pageUrl } = await onPage();
  loseWebhooks();
  await payByStripe(pageUrl);
  const [payment] = await paymentsOf(bookingId);
  await Promise.all(Array.from({ length: 6 }, () => settle(ctx, payment!.id)));
  expect((await eventsOf(database.db, bookingId)).filter((type) => type === "booking.confirmed")).toHaveLength(1);
  expect(await stateOf(database.db, bookingId)).toEqual(["confirmed"]);
});

test("a forged webhook is 401, and reads nothing", async () => {
  const { bookingId } = await onPage();
  const [payment] = await paymentsOf(bookingId);
  const body = JSON.stringify({ id: "evt_forged", type: "checkout.session.completed", data: { object: { object: "checkout.session", id: payment!.pageRef } } });
  const stripe = await gateway.request("/webhooks/stripe", { method: "POST", body, headers: { "stripe-signature": `t=${Math.floor(Date.now() / 1000)},v1=${"0".repeat(64)}` } });
  expect(stripe.status).toBe(401);
  const bare = await gateway.request("/webhooks/stripe", { method: "POST", body });
  expect(bare.status).toBe(401);
  const midtrans = await gateway.request("/webhooks/midtrans", {
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
  expect((await paymentsOf(bookingId))[0]!.checkedAt).toBeNull();
});

test.each(["stripe", "midtrans", "resend", "twilio"])("no body makes the %s webhook fail on our side", async (vendor) => {
  for (const body of ["", "null", "[]", "{}", "\u0000", '{"id":', "a=b&c=d", "\ud800", JSON.stringify({ order_id: "\u0000", signature_key: 5 })]) {
    const { status } = await gateway.request(`/webhooks/${vendor}`, { method: "POST", body });
    expect(status, `${vendor} ${body}`).toBeGreaterThanOrEqual(400);
    expect(status, `${vendor} ${body}`).toBeLessThan(500);
  }
});

test("a declined card releases nothing, and the next card on the same page pays", async () => {
  const { bookingId, pageUrl, world } = await onPage();
  await payByStripe(pageUrl, "4000000000000002");
  await vi.waitFor(async () => expect(await paymentStates(bookingId)).toEqual(["denied"]));
  expect(await nightOf(database.db, world.roomTypeId)).toMatchObject({ held: 1 });
  await payByStripe(pageUrl);
  await becomes(bookingId, "confirmed");
  expect(await eventsOf(database.db, bookingId)).toEqual(expect.arrayContaining(["booking.payment_failed", "booking.confirmed"]));
});

test("starting again gives the page that is open", async () => {
  const { bookingId, pageUrl, guest } = await onPage();
  expect(await pageOf(guest, bookingId)).toBe(pageUrl);
  expect(await paymentsOf(bookingId)).toHaveLength(1);
});

test("a paid booking whose nights are still held is confirmed whatever the clock says", async () => {
  const { bookingId, pageUrl } = await onPage();
  loseWebhooks();
  await payByStripe(pageUrl);
  await ctx.advance(16 * MINUTE);
  expect(await closeHold(ctx, bookingId)).toBe("paid");
  expect(await stateOf(database.db, bookingId)).toEqual(["confirmed"]);
});

test("the hold's end closes the page, gives the nights back, and nobody can pay any more", async () => {
  const { bookingId, pageUrl, world } = await onPage();
  expect(await closeHold(ctx, bookingId)).toBe("not_due");
  await ctx.advance(15 * MINUTE + 1000);
  expect(await closeHold(ctx, bookingId)).toBe("expired");
  expect(await stateOf(database.db, bookingId)).toEqual(["expired"]);
  expect(await nightOf(database.db, world.roomTypeId)).toMatchObject({ held: 0, sold: 0 });
  expect(await paymentStates(bookingId)).toEqual(["expired"]);
  expect(await payByStripe(pageUrl)).toBeNull();
});

test("paid after the hold's end with the nights still free: they are taken again", async () => {
  const { bookingId, pageUrl, world } = await onPage();
  loseWebhooks();
  await payByStripe(pageUrl);
  await ctx.advance(16 * MINUTE);
  await expire(ctx, bookingId);
  const [payment] = await paymentsOf(bookingId);
  await settle(ctx, payment!.id);
  expect(await stateOf(database.db, bookingId)).toEqual(["confirmed"]);
  expect(await nightOf(database.db, world.roomTypeId)).toMatchObject({ sold: 1 });
  await balance(ctx, bookingId);
  expect(await paymentStates(bookingId)).toEqual(["captured"]);
});

test("paid after the hold's end with the nights gone: the money is let go, and the guest is told", async () => {
  const { bookingId, pageUrl, world } = await onPage();
  loseWebhooks();
  await payByStripe(pageUrl);
  await ctx.advance(16 * MINUTE);
  const winner = await holdStay(ctx.as(anonymous()), world);
  const [payment] = await paymentsOf(bookingId);
  await settle(ctx, payment!.id);
  expect(await stateOf(database.db, bookingId)).toEqual(["expired"]);
  expect(await eventsOf(database.db, bookingId)).toEqual(["booking.held", "booking.expired", "booking.payment_failed", "booking.money_changed"]);
  await balance(ctx, bookingId);
  expect(await paymentStates(bookingId)).toEqual(["voided"]);
  expect(await stateOf(database.db, winner.bookingId)).toEqual(["pending"]);
});

test("paid late, with only an overdue hold in the way: the overdue one goes", async () => {
  const { bookingId, pageUrl, world } = await onPage();
  loseWebhooks();
  await payByStripe(pageUrl);
  await ctx.advance(16 * MINUTE);
  const other = await holdStay(ctx.as(anonymous()), world);
  await ctx.advance(16 * MINUTE);
  const [payment] = await paymentsOf(bookingId);
  await settle(ctx, payment!.id);
  expect(await stateOf(database.db, bookingId)).toEqual(["confirmed"]);
  expect(await stateOf(database.db, other.bookingId)).toEqual(["expired"]);
});

test("two payments for one booking: the first pays for the stay, the second goes back", async () => {
  const { bookingId, pageUrl, guest } = await onPage("stripe", { ...RUPIAH, property: { ...RUPIAH.property } });
  loseWebhooks();
  await payByStripe(pageUrl);
  // The other provider's page was opened while the first could not be closed.
  gateway.cloud.servers.stripe!.faults.add({ calls: 20, path: "/expire", status: 500, body: DOWN });
  const second = await pageOf(guest, bookingId, "midtrans");
  gateway.cloud.servers.stripe!.faults.clear();
  await playMidtrans(second, { do: "qris" });
  await playMidtrans(second, { do: "transfer" });
  for (const payment of await paymentsOf(bookingId)) await settle(ctx, payment.id);
  expect(await stateOf(database.db, bookingId)).toEqual(["confirmed"]);
  await balance(ctx, bookingId);
  await balance(ctx, bookingId);
  const rows = await paymentsOf(bookingId);
  expect(rows).toMatchObject([
    { provider: "stripe", state: "captured", captured: 22_000_000 },
    { provider: "midtrans", state: "paid", captured: 22_000_000 },
  ]);
  expect(await refundsOf(bookingId)).toMatchObject([{ paymentId: rows[1]!.id, amount: 22_000_000 }]);
});

test("a page of the other provider that was paid already settles instead of opening a second", async () => {
  const { bookingId, pageUrl, guest } = await onPage("stripe", RUPIAH);
  loseWebhooks();
  await payByStripe(pageUrl);
  expect(await pageOf(guest, bookingId, "midtrans")).toContain("/pay/return");
  expect(await stateOf(database.db, bookingId)).toEqual(["confirmed"]);
});

test("the provider out of reach at the hold's end: later within the grace, released past it, money sorted out after", async () => {
  const { bookingId, pageUrl, world } = await onPage();
  loseWebhooks();
  await payByStripe(pageUrl);
  await ctx.advance(16 * MINUTE);
  gateway.cloud.servers.stripe!.faults.add({ calls: 1000, status: 500, body: DOWN });
  await expect(closeHold(ctx, bookingId)).rejects.toBeInstanceOf(OutsideError);
  expect(await nightOf(database.db, world.roomTypeId)).toMatchObject({ held: 1 });
  await ctx.advance(5 * MINUTE);
  expect(await closeHold(ctx, bookingId)).toBe("expired");
  expect(await nightOf(database.db, world.roomTypeId)).toMatchObject({ held: 0 });
  await holdStay(ctx.as(anonymous()), world);
  gateway.cloud.servers.stripe!.faults.clear();
  // The job that follows the expiry finds the money, which is let go.
  expect(await closePages(ctx, bookingId)).toBe("paid");
  await balance(ctx, bookingId);
  expect(await paymentStates(bookingId)).toEqual(["voided"]);
});

test("cancelling late keeps the fee of what was taken, and refunds the rest once", async () => {
  const { bookingId, pageUrl, guest } = await onPage("stripe", {
    rooms: [{ units: 1 }],
    policies: [{ name: "Strict", rules: [{ daysBefore: 900, time: "00:00", fee: { kind: "nights", value: 1 } }] }],
  });
  await payByStripe(pageUrl);
  await becomes(bookingId, "confirmed");
  await balance(ctx, bookingId);
  expect(await cancelQuote(guest, { bookingId })).toMatchObject({ fee: 10_000, refund: 12_000 });
  await cancel(guest, { bookingId, expectedFee: 10_000, idempotencyKey: newId() });
  await Promise.all([balance(ctx, bookingId), balance(ctx, bookingId)]);
  await balance(ctx, bookingId);
  expect(await refundsOf(bookingId)).toMatchObject([{ amount: 12_000, state: "succeeded" }]);
  expect(await get(guest, { bookingId })).toMatchObject({ paid: 22_000, refunded: 12_000, state: "cancelled" });
});

test("cancelling before the money was taken captures the fee alone", async () => {
  const { bookingId, pageUrl, guest } = await onPage("stripe", {
    rooms: [{ units: 1 }],
    policies: [{ name: "Strict", rules: [{ daysBefore: 900, time: "00:00", fee: { kind: "nights", value: 1 } }] }],
  });
  await payByStripe(pageUrl);
  await becomes(bookingId, "confirmed");
  await cancel(guest, { bookingId, expectedFee: 10_000, idempotencyKey: newId() });
  await balance(ctx, bookingId);
  expect(await paymentsOf(bookingId)).toMatchObject([{ state: "captured", captured: 10_000 }]);
  await balance(ctx, bookingId);
  expect(await refundsOf(bookingId)).toEqual([]);
});

test("a free cancel lets an authorisation go", async () => {
  const { bookingId, pageUrl, guest } = await onPage();
  await payByStripe(pageUrl);
  await becomes(bookingId, "confirmed");
  expect(await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() })).toMatchObject({ refund: 22_000 });
  await balance(ctx, bookingId);
  expect(await paymentStates(bookingId)).toEqual(["voided"]);
});

test("a refund whose answer was lost is made once", async () => {
  const { bookingId, pageUrl, guest } = await onPage();
  await payByStripe(pageUrl);
  await becomes(bookingId, "confirmed");
  await balance(ctx, bookingId);
  await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() });
  gateway.cloud.servers.stripe!.faults.add({ path: "/v1/refunds", calls: 6, drop: "after" });
  await balance(ctx, bookingId).catch((error: unknown) => expect(error).toBeInstanceOf(OutsideError));
  gateway.cloud.servers.stripe!.faults.clear();
  await ctx.advance(11 * MINUTE);
  if ((await refundsOf(bookingId))[0]?.state === "requested") expect(await unbalanced(ctx, 600, 100)).toContain(bookingId);
  await balance(ctx, bookingId);
  const [payment] = await paymentsOf(bookingId);
  const response = await fetch(`${gateway.cloud.servers.stripe!.url}/v1/refunds?payment_intent=${payment!.paymentRef}`, {
    headers: { authorization: `Bearer ${ctx.config.STRIPE_SECRET_KEY}` },
  });
  expect(((await response.json()) as { data: { amount: number }[] }).data).toMatchObject([{ amount: 22_000 }]);
  expect(await refundsOf(bookingId)).toMatchObject([{ amount: 22_000, state: "succeeded" }]);
});

test("a virtual account extends the hold once where the property allows it, and the transfer confirms", async () => {
  const { bookingId, pageUrl } = await onPage("midtrans", { ...RUPIAH, property: { ...RUPIAH.property, extendHolds: true } });
  const before = (await bookingOf(database.db, bookingId)).holdExpiresAt!;
  await playMidtrans(pageUrl, { do: "bank_transfer", bank: "bca" });
  await vi.waitFor(async () => expect(await paymentStates(bookingId)).toEqual(["pending"]));
  const extended = await bookingOf(database.db, bookingId);
  expect(extended.holdExpiresAt!.getTime()).toBeGreaterThan(before.getTime() + 3_600_000);
  expect(extended.holdExtended).toBe(true);
  // The close-hold job is told of the new end.
  expect(await eventsOf(database.db, bookingId)).toEqual(["booking.held", "booking.held"]);
  await ctx.advance(60 * MINUTE);
  expect(await closeHold(ctx, bookingId)).toBe("not_due");
  await playMidtrans(pageUrl, { do: "transfer" });
  await becomes(bookingId, "confirmed");
  // Once: a second notice must not extend again.
  expect((await eventsOf(database.db, bookingId)).filter((type) => type === "booking.held")).toHaveLength(2);
});

test("where the property doesn't allow it, the virtual account ends with the hold", async () => {
  const { bookingId, pageUrl } = await onPage("midtrans");
  const before = (await bookingOf(database.db, bookingId)).holdExpiresAt!;
  await playMidtrans(pageUrl, { do: "bank_transfer", bank: "bca" });
  await vi.waitFor(async () => expect(await paymentStates(bookingId)).toEqual(["pending"]));
  expect(await bookingOf(database.db, bookingId)).toMatchObject({ holdExpiresAt: before, holdExtended: false });
  await ctx.advance(15 * MINUTE + 1000);
  await closeHold(ctx, bookingId);
  expect(await stateOf(database.db, bookingId)).toEqual(["expired"]);
});

test("a bank transfer has no way back: the refund is a person's task", async () => {
  const { bookingId, pageUrl, guest } = await onPage("midtrans");
  await playMidtrans(pageUrl, { do: "bank_transfer", bank: "bca" });
  await playMidtrans(pageUrl, { do: "transfer" });
  await becomes(bookingId, "confirmed");
  await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() });
  await balance(ctx, bookingId);
  expect(await refundsOf(bookingId)).toMatchObject([{ amount: 22_000_000, state: "manual" }]);
  const [incident] = await database.db.select().from(incidents).where(eq(incidents.bookingId, bookingId)).orderBy(desc(incidents.firstAt));
  expect(incident).toMatchObject({ cause: expect.stringContaining("refund-manual"), resolvedAt: null });
});

test("paying at the property confirms at once and closes nothing online", async () => {
  const world = await createProperty(database.db);
  const guest = ctx.as(anonymous());
  const { bookingId } = await holdStay(guest, world);
  expect(await startPayment(guest, { bookingId, method: "property", idempotencyKey: newId() })).toEqual({ status: "confirmed" });
  expect(await bookingOf(database.db, bookingId)).toMatchObject({ payment: "property", dueOnline: 0, holdExpiresAt: null });
  // Asking again, with another key, is no second sale.
  expect(await startPayment(guest, { bookingId, method: "stripe", idempotencyKey: newId() })).toEqual({ status: "confirmed" });
  expect(await nightOf(database.db, world.roomTypeId)).toMatchObject({ sold: 1 });
});

test("money that comes for a booking paid at the property goes back", async () => {
  const { bookingId, pageUrl, guest } = await onPage();
  loseWebhooks();
  await payByStripe(pageUrl);
  await startPayment(guest, { bookingId, method: "property", idempotencyKey: newId() });
  const [payment] = await paymentsOf(bookingId);
  await settle(ctx, payment!.id);
  await balance(ctx, bookingId);
  expect(await paymentStates(bookingId)).toEqual(["voided"]);
});

test("a hold that is over can't be paid any more", async () => {
  const world = await createProperty(database.db);
  const guest = ctx.as(anonymous());
  const { bookingId } = await holdStay(guest, world);
  await ctx.advance(15 * MINUTE + 1000);
  expect(await refusalOf(startPayment(guest, { bookingId, method: "stripe", idempotencyKey: newId() }), "HOLD_EXPIRED")).toEqual({ bookingId });
  await expire(ctx, bookingId);
  expect(await refusalOf(startPayment(guest, { bookingId, method: "property", idempotencyKey: newId() }), "HOLD_EXPIRED")).toEqual({ bookingId });
});

test("a method that isn't offered is refused, also when there is nothing to pay online", async () => {
  const guest = ctx.as(anonymous());
  const world = await createProperty(database.db, { property: { paymentMethods: ["property"] } });
  const { bookingId } = await holdStay(guest, world);
  await refusalOf(startPayment(guest, { bookingId, method: "stripe", idempotencyKey: newId() }), "PRECONDITION");
  const free = await createProperty(database.db, { rooms: [{ prices: [0, 0] }] });
  const gift = await holdStay(guest, free);
  await refusalOf(startPayment(guest, { bookingId: gift.bookingId, method: "stripe", idempotencyKey: newId() }), "PRECONDITION");
});

test("the provider out of reach when the page is opened: UNAVAILABLE, and the next try opens it", async () => {
  const guest = ctx.as(anonymous());
  const { bookingId } = await holdStay(guest, await createProperty(database.db));
  gateway.cloud.servers.stripe!.faults.add({ calls: 1000, status: 503, body: DOWN });
  expect(await refusalOf(startPayment(guest, { bookingId, method: "stripe", idempotencyKey: newId() }), "UNAVAILABLE")).toMatchObject({ what: "payment" });
  gateway.cloud.servers.stripe!.faults.clear();
  expect(await pageOf(guest, bookingId)).toContain("/c/pay/");
  expect(await paymentsOf(bookingId)).toHaveLength(1);
});

test("an amount that isn't the booking's confirms nothing, and raises an incident", async () => {
  const { bookingId, pageUrl } = await onPage();
  loseWebhooks();
  await payByStripe(pageUrl);
  await database.db.execute(sql`update payments set amount = amount + 100 where booking_id = ${bookingId}`);
  const [payment] = await paymentsOf(bookingId);
  await settle(ctx, payment!.id);
  expect(await stateOf(database.db, bookingId)).toEqual(["pending"]);
  const [incident] = await database.db
    .select()
    .from(incidents)
    .where(eq(incidents.cause, `payment-mismatch:${payment!.id}`));
  expect(incident).toMatchObject({ severity: "critical", count: 1 });
  // The hold still ends in its time: the nights must not be lost with it.
  await ctx.advance(16 * MINUTE);
  await closeHold(ctx, bookingId);
  expect(await stateOf(database.db, bookingId)).toEqual(["expired"]);
});
