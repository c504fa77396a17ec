import { eq } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { bookingEvents, disputes, moneyDecisions } from "../../db/schema/index.ts";
import type { Actor } from "../../server/context.ts";
import {
  acceptChargeback,
  acceptChargebackInput,
  balance,
  cancel,
  get,
  giveGoodwill,
  goodwillInput,
  payByHandInput,
  payRefundByHand,
  settle,
  waiveDue,
  waiveInput,
  writeOffInput,
  writeOffMissing,
} from "../../server/bookings/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { refusalOf } from "../helpers/booking.ts";
import { expectInOrder, payByQr } from "../helpers/change-desk.ts";
import { payByStripe, playMidtrans } from "../helpers/gateway.ts";
import { DAY, MINUTE, paymentDesk, STRICT } from "../helpers/payments.ts";
import type { WorldOverrides } from "../helpers/world.ts";

// What a person decides about money has an author and a reason, and ends the incident that asked for it.

const desk = paymentDesk();
const OPERATOR: Actor = { kind: "operator", name: "maya" };
const decision = <T extends object>(more: T) => ({ idempotencyKey: newId(), reason: "agreed by telephone", ...more });
const person = () => desk.ctx.as(OPERATOR);

async function taken(card?: string, overrides: WorldOverrides = { rooms: [{ units: 1 }] }) {
  const opened = await desk.onPage("stripe", overrides);
  await payByStripe(opened.pageUrl, card);
  await desk.becomes(opened.bookingId, "confirmed");
  await balance(desk.ctx, opened.bookingId);
  return opened;
}

/** A cancelled booking that was paid by bank transfer: its refund is a person's task. */
async function manual() {
  const opened = await desk.onPage("midtrans");
  await playMidtrans(opened.pageUrl, { do: "bank_transfer", bank: "bca" });
  await playMidtrans(opened.pageUrl, { do: "transfer" });
  await desk.becomes(opened.bookingId, "confirmed");
  await cancel(opened.guest, { bookingId: opened.bookingId, expectedFee: 0, idempotencyKey: newId() });
  await balance(desk.ctx, opened.bookingId);
  const [refund] = await desk.refunds(opened.bookingId);
  expect(refund).toMatchObject({ state: "manual" });
  return { ...opened, refundId: refund!.id };
}

async function decisions(bookingId: string) {
  return desk.db.select().from(moneyDecisions).where(eq(moneyDecisions.bookingId, bookingId)).orderBy(moneyDecisions.at);
}

async function comesToRest(bookingId: string): Promise<void> {
  await balance(desk.ctx, bookingId);
  expect(await desk.incidents(bookingId)).toEqual([]);
  await expectInOrder(desk);
}

test("a refund that was paid by hand is made: its incident closes, and who paid it, why and how is kept", async () => {
  const { bookingId, refundId } = await manual();
  const input = payByHandInput.parse(decision({ refundId, reference: "BCA 20270301-77" }));
  const answer = await payRefundByHand(person(), input);
  expect(answer).toMatchObject({ amount: 22_000_000, currency: "IDR" });
  const [refund] = await desk.refunds(bookingId);
  expect(refund).toMatchObject({ state: "succeeded", byHand: true, settledAt: expect.any(Date) });
  expect(await decisions(bookingId)).toMatchObject([
    { kind: "paid_by_hand", author: "operator:maya", reason: "agreed by telephone", reference: "BCA 20270301-77", refundId, amount: 22_000_000 },
  ]);
  const told = await desk.db.select().from(bookingEvents).where(eq(bookingEvents.bookingId, bookingId)).orderBy(bookingEvents.id);
  expect(told.slice(-2)).toMatchObject([
    { type: "refund_succeeded", actor: "operator:maya" },
    { type: "money_paid_by_hand", actor: "operator:maya", data: { amount: 22_000_000, refundId } },
  ]);
  // What names the transfer stays with the decision.
  expect(JSON.stringify(told)).not.toContain("BCA 20270301-77");
  expect(await payRefundByHand(person(), input)).toEqual(answer);
  expect(await refusalOf(payRefundByHand(person(), { ...input, idempotencyKey: newId() }), "PRECONDITION")).toMatchObject({ reason: expect.stringContaining("operator:maya") });
  await comesToRest(bookingId);
  expect(await decisions(bookingId)).toHaveLength(1);
});

test("two people who pay the same refund at once: one of them has", async () => {
  const { bookingId, refundId } = await manual();
  const pay = () => payRefundByHand(person(), payByHandInput.parse(decision({ refundId, reference: "cash" })));
  const outcomes = await Promise.allSettled([pay(), pay()]);
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  expect(await decisions(bookingId)).toHaveLength(1);
  await comesToRest(bookingId);
});

test("a refund that failed and was paid by hand stays paid, whatever the provider still says of it", async () => {
  const { bookingId, guest } = await taken("4000000000005126");
  await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() });
  await balance(desk.ctx, bookingId);
  await desk.ctx.advance(2 * MINUTE);
  await vi.waitFor(async () => expect(await desk.refunds(bookingId)).toMatchObject([{ state: "failed" }]), { timeout: 5000 });
  const [refund] = await desk.refunds(bookingId);
  await payRefundByHand(person(), payByHandInput.parse(decision({ refundId: refund!.id, reference: "cash" })));
  await settle(desk.ctx, (await desk.payment(bookingId)).id);
  expect(await desk.refunds(bookingId)).toMatchObject([{ state: "succeeded", byHand: true, amount: 22_000 }]);
  await comesToRest(bookingId);
});

test("of a refund that the dashboard has made in part, the person pays the rest", async () => {
  const { bookingId, guest } = await taken("4000000000005126");
  await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() });
  await balance(desk.ctx, bookingId);
  await desk.ctx.advance(2 * MINUTE);
  await vi.waitFor(async () => expect(await desk.refunds(bookingId)).toMatchObject([{ state: "failed" }]), { timeout: 5000 });
  const { id, paymentRef } = await desk.payment(bookingId);
  await desk.control("stripe", "refund", { payment_intent: paymentRef, amount: 5000 });
  await vi.waitFor(async () => expect(await desk.refunds(bookingId)).toHaveLength(2), { timeout: 5000 });
  const failed = (await desk.refunds(bookingId)).find(({ state }) => state === "failed");
  expect(await payRefundByHand(person(), payByHandInput.parse(decision({ refundId: failed!.id, reference: "cash" })))).toMatchObject({ amount: 17_000 });
  await settle(desk.ctx, id);
  expect((await desk.refunds(bookingId)).map(({ amount }) => amount).toSorted((a, b) => a - b)).toEqual([5000, 17_000]);
});

test("a refund of the dashboard's that is goodwill is not missing, and is not taken from the guest again", async () => {
  const { bookingId, guest } = await taken(undefined, STRICT);
  const { paymentRef } = await desk.payment(bookingId);
  await desk.control("stripe", "refund", { payment_intent: paymentRef, amount: 5000 });
  await vi.waitFor(async () => expect(await desk.refunds(bookingId)).toMatchObject([{ amount: 5000 }]), { timeout: 5000 });
  await balance(desk.ctx, bookingId);
  expect(await desk.incidents(bookingId)).toMatchObject([{ cause: `money-short:${bookingId}` }]);
  const [refund] = await desk.refunds(bookingId);
  await giveGoodwill(person(), goodwillInput.parse(decision({ refundId: refund!.id })));
  await refusalOf(giveGoodwill(person(), goodwillInput.parse(decision({ refundId: refund!.id }))), "PRECONDITION");
  await comesToRest(bookingId);
  expect(await cancel(guest, { bookingId, expectedFee: 11_000, idempotencyKey: newId() })).toMatchObject({ refund: 11_000 });
  await comesToRest(bookingId);
  expect((await desk.refunds(bookingId)).map(({ amount, state }) => ({ amount, state }))).toEqual([
    { amount: 5000, state: "succeeded" },
    { amount: 11_000, state: "succeeded" },
  ]);
  expect(await desk.kept(bookingId)).toBe(6000);
});

test("goodwill that is asked for goes back by the way it came, and never more than a payment has left", async () => {
  const { bookingId } = await taken();
  await giveGoodwill(person(), goodwillInput.parse(decision({ bookingId, amount: 4000 })));
  await comesToRest(bookingId);
  expect(await desk.refunds(bookingId)).toMatchObject([{ amount: 4000, reason: "goodwill", state: "succeeded" }]);
  await refusalOf(giveGoodwill(person(), goodwillInput.parse(decision({ bookingId, amount: 18_001 }))), "PRECONDITION");
  expect(await desk.kept(bookingId)).toBe(18_000);
});

test("a fee that is waived goes back, and no more than was due can be waived", async () => {
  const { bookingId, guest } = await taken(undefined, STRICT);
  await cancel(guest, { bookingId, expectedFee: 11_000, idempotencyKey: newId() });
  await balance(desk.ctx, bookingId);
  expect(await desk.kept(bookingId)).toBe(11_000);
  await waiveDue(person(), waiveInput.parse(decision({ bookingId, amount: 6000, back: 6000 })));
  expect(await get(guest, { bookingId })).toMatchObject({ owedOnline: 5000 });
  await comesToRest(bookingId);
  expect(await desk.kept(bookingId)).toBe(5000);
  await refusalOf(waiveDue(person(), waiveInput.parse(decision({ bookingId, amount: 5001 }))), "PRECONDITION");
});

test("money that is missing and written off is no incident any more", async () => {
  const { bookingId, pageUrl } = await desk.onPage();
  await payByStripe(pageUrl);
  await desk.becomes(bookingId, "confirmed");
  await desk.ctx.advance(7 * DAY + MINUTE);
  await desk.paymentBecomes(bookingId, "expired");
  await balance(desk.ctx, bookingId);
  expect(await desk.incidents(bookingId)).toMatchObject([{ cause: `money-short:${bookingId}`, data: { missing: 22_000 } }]);
  await refusalOf(writeOffMissing(person(), writeOffInput.parse(decision({ bookingId, amount: 22_001 }))), "PRECONDITION");
  await writeOffMissing(person(), writeOffInput.parse(decision({ bookingId, amount: 2000 })));
  await balance(desk.ctx, bookingId);
  expect(await desk.incidents(bookingId)).toMatchObject([{ data: { missing: 20_000 } }]);
  await writeOffMissing(person(), writeOffInput.parse(decision({ bookingId, amount: 20_000 })));
  await comesToRest(bookingId);
});

test("a lost dispute that is accepted ends both of its incidents, and one that is open can't be", async () => {
  const { bookingId } = await taken("4000000000000259");
  const { id } = await desk.payment(bookingId);
  await settle(desk.ctx, id);
  const [dispute] = await desk.db.select().from(disputes).where(eq(disputes.paymentId, id));
  await refusalOf(acceptChargeback(person(), acceptChargebackInput.parse(decision({ disputeId: dispute!.id }))), "PRECONDITION");
  await desk.dashboard("stripe", `/v1/disputes/${dispute!.providerRef}/close`);
  await settle(desk.ctx, id);
  await balance(desk.ctx, bookingId);
  expect(await desk.incidents(bookingId)).toHaveLength(2);
  await acceptChargeback(person(), acceptChargebackInput.parse(decision({ disputeId: dispute!.id })));
  await comesToRest(bookingId);
  // Read again, it is as it was.
  await settle(desk.ctx, id);
  await comesToRest(bookingId);
});

test("nobody but a person of the house decides about money, and nothing of another booking", async () => {
  const { bookingId, refundId, guest } = await manual();
  for (const ctx of [guest, desk.ctx]) {
    await refusalOf(payRefundByHand(ctx, payByHandInput.parse(decision({ refundId, reference: "x" }))), "FORBIDDEN");
    await refusalOf(giveGoodwill(ctx, goodwillInput.parse(decision({ bookingId, amount: 1 }))), "FORBIDDEN");
    await refusalOf(waiveDue(ctx, waiveInput.parse(decision({ bookingId, amount: 1 }))), "FORBIDDEN");
    await refusalOf(writeOffMissing(ctx, writeOffInput.parse(decision({ bookingId, amount: 1 }))), "FORBIDDEN");
    await refusalOf(acceptChargeback(ctx, acceptChargebackInput.parse(decision({ disputeId: newId() }))), "FORBIDDEN");
  }
  await refusalOf(payRefundByHand(person(), payByHandInput.parse(decision({ refundId: newId(), reference: "x" }))), "NOT_FOUND");
  await refusalOf(acceptChargeback(person(), acceptChargebackInput.parse(decision({ disputeId: newId() }))), "NOT_FOUND");
  expect(await decisions(bookingId)).toEqual([]);
});

test("a refund that the provider refuses for good is paid by hand: its incident names refund and command, and nothing goes out twice", async () => {
  const { bookingId, guest, pageUrl } = await desk.onPage("midtrans");
  await payByQr(pageUrl);
  await desk.becomes(bookingId, "confirmed");
  await balance(desk.ctx, bookingId);
  const body = { status_code: "414", status_message: "Refund rejected due to insufficient funds." };
  desk.server("midtrans").faults.add({ path: "/refund/online/direct", calls: 1000, status: 200, body });
  await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() });
  await balance(desk.ctx, bookingId);
  const [refund] = await desk.refunds(bookingId);
  expect(refund).toMatchObject({ state: "requested", refusals: 1 });
  const pay = () => payRefundByHand(person(), payByHandInput.parse(decision({ refundId: refund!.id, reference: "BCA 9" })));
  const [stuck] = await desk.incidents(bookingId);
  expect(stuck).toMatchObject({ cause: expect.stringContaining("money-stuck:"), data: { refundId: refund!.id, amount: 22_000_000, currency: "IDR" } });
  // While it may be asked for at this moment, a person's transfer would be a second one.
  await desk.ctx.advance(11 * MINUTE);
  expect(await refusalOf(pay(), "PRECONDITION")).toMatchObject({ reason: expect.stringContaining("asked for again") });
  await balance(desk.ctx, bookingId);
  expect(await pay()).toMatchObject({ amount: 22_000_000 });
  await comesToRest(bookingId);
  await desk.ctx.advance(30 * MINUTE);
  desk.comesBack("midtrans");
  await comesToRest(bookingId);
  expect(await desk.refunds(bookingId)).toMatchObject([{ state: "succeeded", byHand: true }]);
  expect(await desk.kept(bookingId)).toBe(22_000_000);
});
