import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { incidents, payments } from "../../db/schema/index.ts";
import { balance, findMoved, settle, takenPayments } from "../../server/bookings/index.ts";
import { bookingOf, idsOf } from "../helpers/booking.ts";
import { payByStripe } from "../helpers/gateway.ts";
import { DAY, MINUTE, paymentDesk } from "../helpers/payments.ts";

// Money that was taken is looked after as long as it can be taken back. The clock goes far here: the longest way is the last.

const desk = paymentDesk();

/** Of the capture no notice comes: one that is late would read what the test does next. */
async function taken() {
  const opened = await desk.onPage();
  await payByStripe(opened.pageUrl);
  await desk.becomes(opened.bookingId, "confirmed");
  await desk.ctx.settled();
  desk.loseWebhooks();
  await balance(desk.ctx, opened.bookingId);
  return opened;
}

test("a payment's posting dates are set once, and not renewed by a reading", async () => {
  const { bookingId } = await taken();
  const before = await desk.payment(bookingId);
  expect(before).toMatchObject({ capturedAt: expect.any(Date), voidedAt: null });
  await desk.ctx.advance(DAY);
  await settle(desk.ctx, before.id);
  const after = await desk.payment(bookingId);
  expect(after.updatedAt.getTime()).toBeGreaterThan(before.updatedAt.getTime());
  expect(after.capturedAt).toEqual(before.capturedAt);
  await desk.control("stripe", "refund", { payment_intent: before.paymentRef, amount: 5000 });
  await settle(desk.ctx, before.id);
  const [refund] = await desk.refunds(bookingId);
  expect(refund!.settledAt!.getTime()).toBeLessThanOrEqual(desk.ctx.clock.now().getTime());
  await desk.ctx.advance(DAY);
  await settle(desk.ctx, before.id);
  expect(await desk.refunds(bookingId)).toMatchObject([{ settledAt: refund!.settledAt, createdAt: refund!.createdAt }]);
});

/** Runs it until it has caught up: what is far behind takes several runs. */
async function found(): Promise<{ read: number; unknown: number }> {
  const sum = { read: 0, unknown: 0 };
  for (let run = 0; run < 20; run++) {
    const { read, unknown } = await findMoved(desk.ctx);
    sum.read += read;
    sum.unknown += unknown;
  }
  return sum;
}

test("a refund at the provider of a payment that nobody here knows is a person's matter, once", async () => {
  await found();
  const { bookingId } = await taken();
  const { id, paymentRef } = await desk.payment(bookingId);
  await desk.control("stripe", "refund", { payment_intent: paymentRef, amount: 700 });
  await desk.db.update(payments).set({ paymentRef: "pi_of_somebody_else" }).where(eq(payments.id, id));
  expect((await findMoved(desk.ctx)).unknown).toBe(1);
  await desk.ctx.advance(10 * MINUTE);
  await findMoved(desk.ctx);
  const open = (await desk.db.select().from(incidents)).filter(({ cause }) => cause.startsWith("provider-unknown:"));
  expect(open).toMatchObject([{ count: 1, data: { kind: "refund", paymentRef } }]);
  await desk.db.update(payments).set({ paymentRef }).where(eq(payments.id, id));
});

test("a refund or dispute of an old payment, of which no notice ever came, is found within a day by the provider's own list", async () => {
  const { bookingId } = await taken();
  const { id, paymentRef } = await desk.payment(bookingId);
  await found();
  await desk.ctx.advance(60 * DAY);
  await desk.control("stripe", "refund", { payment_intent: paymentRef, amount: 5000 });
  await desk.ctx.advance(DAY);
  expect(await found()).toMatchObject({ read: 1 });
  expect(await desk.refunds(bookingId)).toMatchObject([{ amount: 5000, reason: "provider", paymentId: id }]);
  expect(await findMoved(desk.ctx)).toEqual({ read: 0, unknown: 0 });
});

test("taken money is asked for daily for thirty days, then weekly, until 120 days after the stay", async () => {
  const { bookingId } = await taken();
  const { id } = await desk.payment(bookingId);
  const { checkOut } = await bookingOf(desk.db, bookingId);
  const asked: number[] = [];
  const start = desk.ctx.clock.now().getTime();
  await desk.db.update(payments).set({ checkedAt: desk.ctx.clock.now() }).where(eq(payments.id, id));
  const days = Math.ceil((Date.parse(checkOut) - start) / DAY) + 125;
  for (let day = 1; day <= days; day++) {
    await desk.ctx.advance(DAY + 1000);
    if (!(await idsOf(takenPayments(desk.ctx, 1000))).includes(id)) continue;
    asked.push(day);
    await desk.db.update(payments).set({ checkedAt: desk.ctx.clock.now() }).where(eq(payments.id, id));
  }
  const gaps = asked.slice(1).map((day, index) => ({ day, gap: day - asked[index]! }));
  expect(gaps.filter(({ day, gap }) => gap !== (day < 30 ? 1 : 7))).toEqual([]);
  expect(asked[0]).toBeLessThanOrEqual(2);
  const last = asked.at(-1)! - (Date.parse(checkOut) - start) / DAY;
  expect(last).toBeGreaterThan(112);
  expect(last).toBeLessThanOrEqual(120);
});
