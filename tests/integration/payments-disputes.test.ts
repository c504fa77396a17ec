import { eq } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { bookingEvents, disputes, refunds } from "../../db/schema/index.ts";
import { balance, cancel, cancelQuote, get, giveGoodwill, settle, unbalanced } from "../../server/bookings/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { holdStay, idsOf, stateOf } from "../helpers/booking.ts";
import { expectInOrder, mailsAfter, payByQr } from "../helpers/change-desk.ts";
import { anonymous } from "../helpers/context.ts";
import { payByStripe } from "../helpers/gateway.ts";
import { DAY, MINUTE, paymentDesk, RUPIAH } from "../helpers/payments.ts";
import { createProperty } from "../helpers/world.ts";

// Money that leaves by another door: the guest's bank takes it back.

const desk = paymentDesk();
const DISPUTED = "4000000000000259";

/** Three rooms for one night at EUR 220, paid by a card whose holder disputes all of it. */
async function disputed() {
  const world = await createProperty(desk.db, { rooms: [{ units: 3, prices: [20_000, 20_000] }] });
  const guest = desk.ctx.as(anonymous());
  const { bookingId } = await holdStay(guest, world, { nights: 1, rooms: Array.from({ length: 3 }, () => ({ productId: world.productId })) });
  await payByStripe(await desk.pageOf(guest, bookingId), DISPUTED);
  await vi.waitFor(async () => expect(await stateOf(desk.db, bookingId)).toEqual(["confirmed", "confirmed", "confirmed"]), { timeout: 10_000 });
  await balance(desk.ctx, bookingId);
  await vi.waitFor(async () => expect(await disputesOf(bookingId)).toMatchObject([{ state: "open", amount: 66_000 }]), { timeout: 10_000 });
  const { stays } = await get(guest, { bookingId });
  const cancelRooms = async (...rooms: number[]) => {
    const roomStayIds = rooms.map((room) => stays[room]!.id);
    const { fee, refund } = await cancelQuote(guest, { bookingId, roomStayIds });
    const answer = await cancel(guest, { bookingId, roomStayIds, expectedFee: fee, idempotencyKey: newId() });
    expect(answer.refund).toBe(refund);
    await balance(desk.ctx, bookingId);
    return answer;
  };
  return { bookingId, guest, cancelRooms };
}

async function disputesOf(bookingId: string) {
  const { id } = await desk.payment(bookingId);
  return desk.db.select().from(disputes).where(eq(disputes.paymentId, id));
}

async function endsIn(bookingId: string, verdict: "winning_evidence" | "losing_evidence"): Promise<void> {
  const [dispute] = await disputesOf(bookingId);
  await desk.dashboard("stripe", `/v1/disputes/${dispute!.providerRef}`, `evidence[uncategorized_text]=${verdict}`);
  const state = verdict === "winning_evidence" ? "won" : "lost";
  await vi.waitFor(async () => expect(await disputesOf(bookingId)).toMatchObject([{ state }]), { timeout: 10_000 });
  await balance(desk.ctx, bookingId);
}

/** What Stripe itself has given back. */
async function refundsAtStripe(bookingId: string): Promise<number[]> {
  const { paymentRef } = await desk.payment(bookingId);
  const headers = { authorization: `Bearer ${desk.ctx.config.STRIPE_SECRET_KEY}` };
  const response = await fetch(`${desk.server("stripe").url}/v1/refunds?payment_intent=${paymentRef}`, { headers });
  return ((await response.json()) as { data: { amount: number }[] }).data.map(({ amount }) => amount);
}

async function history(bookingId: string): Promise<string[]> {
  const rows = await desk.db.select({ type: bookingEvents.type }).from(bookingEvents).where(eq(bookingEvents.bookingId, bookingId)).orderBy(bookingEvents.id);
  return rows.map(({ type }) => type);
}

test("while a dispute is open, the booking tells what the guest's bank asks back", async () => {
  const { bookingId, guest } = await disputed();
  expect(await get(guest, { bookingId })).toMatchObject({ paid: 66_000, disputed: 66_000, lost: 0 });
  await endsIn(bookingId, "winning_evidence");
  expect(await get(guest, { bookingId })).toMatchObject({ paid: 66_000, disputed: 0, lost: 0 });
});

test("a refund behind an open dispute waits without being asked for, and is made when the dispute is won", async () => {
  const { bookingId, cancelRooms } = await disputed();
  expect(await cancelRooms(0)).toMatchObject({ fee: 0, refund: 22_000 });
  expect(await desk.refunds(bookingId)).toMatchObject([{ amount: 22_000, state: "requested", refusals: 0 }]);
  expect(await desk.incidents(bookingId)).toMatchObject([{ title: expect.stringContaining("refunds of it wait"), count: 1 }]);
  await desk.ctx.advance(15 * MINUTE);
  expect(await idsOf(unbalanced(desk.ctx, 600, 100))).not.toContain(bookingId);
  await endsIn(bookingId, "winning_evidence");
  expect(await refundsAtStripe(bookingId)).toEqual([22_000]);
  expect(await desk.refunds(bookingId)).toMatchObject([{ state: "succeeded" }]);
  expect(await desk.incidents(bookingId)).toEqual([]);
  expect(await history(bookingId)).toEqual(expect.arrayContaining(["dispute_open", "refund_requested", "dispute_won", "refund_succeeded"]));
  await expectInOrder(desk);
});

test("a refund behind a dispute that is lost ends with it, and cancelling the rest promises and asks for nothing", async () => {
  const { bookingId, guest, cancelRooms } = await disputed();
  await cancelRooms(0);
  await endsIn(bookingId, "losing_evidence");
  expect(await desk.refunds(bookingId)).toMatchObject([{ amount: 22_000, state: "withdrawn" }]);
  expect(await desk.incidents(bookingId)).toMatchObject([
    { cause: expect.stringContaining("dispute:"), title: expect.stringContaining("give none of it back"), data: { state: "lost", amount: 66_000 } },
    { cause: `money-short:${bookingId}`, title: expect.stringContaining("by a dispute"), data: { missing: 44_000, lost: 66_000 } },
  ]);
  expect(await cancelRooms(1, 2)).toMatchObject({ fee: 0, refund: 0 });
  expect(await get(guest, { bookingId })).toMatchObject({ state: "cancelled", paid: 66_000, lost: 66_000, disputed: 0, refunded: 0 });
  const [mail] = await mailsAfter(desk, bookingId, "booking.cancelled");
  expect(mail!.text).not.toMatch(/[Rr]efund/);
  for (let sweep = 0; sweep < 3; sweep++) {
    await desk.ctx.advance(15 * MINUTE);
    expect(await idsOf(unbalanced(desk.ctx, 600, 100))).not.toContain(bookingId);
    await balance(desk.ctx, bookingId);
  }
  expect(await refundsAtStripe(bookingId)).toEqual([]);
  expect(await desk.refunds(bookingId)).toHaveLength(1);
  expect(await desk.incidents(bookingId)).toMatchObject([{ cause: expect.stringContaining("dispute:") }]);
});

test("a dispute of which no notice came is learned from the refusal of a refund, which then waits for it", async () => {
  const world = await createProperty(desk.db, { rooms: [{ units: 1 }] });
  const guest = desk.ctx.as(anonymous());
  const { bookingId } = await holdStay(guest, world);
  desk.loseWebhooks();
  await payByStripe(await desk.pageOf(guest, bookingId), DISPUTED);
  desk.server("stripe").faults.add({ path: "/v1/disputes", status: 200, body: { object: "list", data: [], has_more: false, url: "/v1/disputes" } });
  await settle(desk.ctx, (await desk.payment(bookingId)).id);
  await balance(desk.ctx, bookingId);
  expect(await disputesOf(bookingId)).toEqual([]);
  await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() });
  await balance(desk.ctx, bookingId);
  expect(await disputesOf(bookingId)).toMatchObject([{ state: "open" }]);
  expect(await desk.refunds(bookingId)).toMatchObject([{ state: "requested" }]);
  expect((await desk.incidents(bookingId)).map(({ cause }) => cause)).toEqual([expect.stringContaining("dispute:")]);
});

/** One room of EUR 220 whose dispute Stripe tells in these words. */
async function told(dispute: Record<string, unknown>) {
  const opened = await desk.onPage();
  await payByStripe(opened.pageUrl, DISPUTED);
  await desk.becomes(opened.bookingId, "confirmed");
  const { id, paymentRef } = await desk.payment(opened.bookingId);
  const facts = { id: `du_${newId()}`, object: "dispute", amount: 22_000, currency: "eur", payment_intent: paymentRef, created: 1_796_000_000, is_charge_refundable: false };
  const say = async (more: Record<string, unknown>) => {
    desk.comesBack("stripe");
    const body = { object: "list", data: [{ ...facts, ...dispute, ...more }], has_more: false, url: "/v1/disputes" };
    desk.server("stripe").faults.add({ path: "/v1/disputes", calls: 1000, status: 200, body });
    await settle(desk.ctx, id);
    await balance(desk.ctx, opened.bookingId);
  };
  desk.loseWebhooks();
  desk.server("stripe").faults.add({ path: "/v1/disputes", calls: 1000, status: 200, body: { object: "list", data: [], has_more: false, url: "/v1/disputes" } });
  await balance(desk.ctx, opened.bookingId);
  await desk.db.delete(disputes).where(eq(disputes.paymentId, id));
  return { ...opened, say, paymentId: id };
}

test.each([
  ["an inquiry that came to nothing", "warning_needs_response", "inquiry", "warning_closed", "closed", 0],
  ["a dispute that was won", "under_review", "open", "won", "won", 0],
  ["a dispute that was lost", "needs_response", "open", "lost", "lost", 22_000],
  ["a dispute that was prevented", "needs_response", "open", "prevented", "lost", 22_000],
  ["a dispute that was lost and then won by an appeal", "lost", "lost", "won", "won", 0],
])("%s", async (_, first, state, last, end, missing) => {
  const { bookingId, say } = await told({ status: first });
  await say({});
  expect(await disputesOf(bookingId)).toMatchObject([{ state, providerState: first, openedAt: new Date(1_796_000_000_000) }]);
  expect((await desk.incidents(bookingId)).filter(({ cause }) => cause.startsWith("dispute:"))).toHaveLength(1);
  await say({ status: last });
  const [dispute] = await disputesOf(bookingId);
  expect(dispute).toMatchObject({ state: end, closedAt: expect.any(Date) });
  const open = await desk.incidents(bookingId);
  expect(open.filter(({ cause }) => cause.startsWith("dispute:"))).toHaveLength(missing > 0 ? 1 : 0);
  expect(open.find(({ cause }) => cause === `money-short:${bookingId}`)?.data["missing"] ?? 0).toBe(missing);
  // Its posting date stays, however often it is read.
  await desk.ctx.advance(DAY);
  await say({ status: last });
  expect(await disputesOf(bookingId)).toMatchObject([{ closedAt: dispute!.closedAt, openedAt: dispute!.openedAt }]);
});

test("a dispute in a status that nobody knows holds the money until somebody has looked", async () => {
  const { bookingId, guest, say } = await told({ status: "in_mediation" });
  await say({});
  await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() });
  await balance(desk.ctx, bookingId);
  expect(await disputesOf(bookingId)).toMatchObject([{ state: "open", providerState: "in_mediation" }]);
  expect(await desk.refunds(bookingId)).toMatchObject([{ state: "requested", refusals: 0 }]);
});

test("a dispute of a part, lost: the rest goes back when the booking is cancelled", async () => {
  const { bookingId, guest, say } = await told({ status: "lost", amount: 5000 });
  await say({});
  expect(await cancelQuote(guest, { bookingId })).toMatchObject({ refund: 17_000 });
  await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() });
  await balance(desk.ctx, bookingId);
  expect(await desk.refunds(bookingId)).toMatchObject([{ amount: 17_000 }]);
});

test("a dispute that is lost after a refund is money that left twice: a person is told", async () => {
  const { bookingId, guest } = await (async () => {
    const opened = await desk.onPage();
    await payByStripe(opened.pageUrl);
    await desk.becomes(opened.bookingId, "confirmed");
    await balance(desk.ctx, opened.bookingId);
    return opened;
  })();
  await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() });
  await balance(desk.ctx, bookingId);
  const payment = await desk.payment(bookingId);
  await desk.db.insert(disputes).values({
    id: newId(),
    propertyId: payment.propertyId,
    paymentId: payment.id,
    providerRef: `du_${newId()}`,
    amount: 22_000,
    currency: "EUR",
    state: "lost",
    providerState: "lost",
    refundable: false,
    openedAt: desk.ctx.clock.now(),
    closedAt: desk.ctx.clock.now(),
  });
  await balance(desk.ctx, bookingId);
  expect(await desk.incidents(bookingId)).toMatchObject([
    { cause: `money-short:${bookingId}`, data: { missing: 22_000 } },
    { cause: `money-overdrawn:${payment.id}`, severity: "critical", data: { amount: 22_000 } },
  ]);
});

test("a second refund of the dashboard's that was meant as a gift ends both incidents of it", async () => {
  const { bookingId, guest, pageUrl } = await desk.onPage();
  await payByStripe(pageUrl);
  await desk.becomes(bookingId, "confirmed");
  await balance(desk.ctx, bookingId);
  await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() });
  await balance(desk.ctx, bookingId);
  const { id: paymentId, propertyId } = await desk.payment(bookingId);
  const made = { state: "succeeded" as const, reason: "provider", providerRef: newId(), settledAt: desk.ctx.clock.now() };
  const id = newId();
  await desk.db.insert(refunds).values({ id, propertyId, paymentId, amount: 5_000, currency: "EUR", ...made });
  await balance(desk.ctx, bookingId);
  const dashboardRefunds = [id];
  expect(await desk.incidents(bookingId)).toMatchObject([{ data: { missing: 5_000, dashboardRefunds } }, { data: { amount: 5_000, dashboardRefunds } }]);
  const gift = { refundId: id, back: 0, reason: "a gift", idempotencyKey: newId() };
  await giveGoodwill(desk.ctx.as({ kind: "operator", name: "maya" }), gift);
  await balance(desk.ctx, bookingId);
  expect(await desk.incidents(bookingId)).toEqual([]);
});

test("a chargeback at Midtrans is money that left, a partial one of unknown amount holds all of it", async () => {
  for (const [status, more, state, amount] of [
    ["chargeback", {}, "lost", 22_000_000],
    ["partial_chargeback", { refund_amount: "70000.00" }, "lost", 7_000_000],
    ["partial_chargeback", {}, "open", 22_000_000],
  ] as const) {
    const { bookingId, pageUrl } = await desk.onPage("midtrans", RUPIAH);
    await payByQr(pageUrl);
    await desk.becomes(bookingId, "confirmed");
    await balance(desk.ctx, bookingId);
    const { id, paymentRef } = await desk.payment(bookingId);
    const body = { status_code: "200", transaction_id: paymentRef, order_id: id, gross_amount: "220000.00", currency: "IDR", payment_type: "qris", transaction_status: status };
    desk.server("midtrans").faults.add({ path: "/status", status: 200, body: { ...body, ...more } });
    await settle(desk.ctx, id);
    expect(await disputesOf(bookingId)).toMatchObject([{ state, amount, providerState: status }]);
    expect(await desk.refunds(bookingId)).toEqual([]);
  }
});

test("the database refuses a refund beyond what its payment took, and stores what a provider has done", async () => {
  const { bookingId, pageUrl } = await desk.onPage();
  await payByStripe(pageUrl);
  await desk.becomes(bookingId, "confirmed");
  await balance(desk.ctx, bookingId);
  const { id: paymentId, propertyId } = await desk.payment(bookingId);
  const row = { propertyId, paymentId, currency: "EUR", reason: "test" };
  const ask = (amount: number) => desk.db.insert(refunds).values({ ...row, id: newId(), amount, state: "requested" });
  await expect(ask(22_001)).rejects.toMatchObject({ cause: { constraint_name: "refunds_within" } });
  await ask(20_000);
  await expect(ask(2001)).rejects.toThrow();
  await desk.db.insert(refunds).values({ ...row, id: newId(), amount: 22_000, state: "succeeded", providerRef: newId() });
  await balance(desk.ctx, bookingId);
  expect(await desk.refunds(bookingId)).toMatchObject([{ state: "withdrawn" }, { state: "succeeded" }]);
});
