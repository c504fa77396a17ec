import { eq } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { payments, refunds } from "../../db/schema/index.ts";
import { balance, cancel, payRefundByHand, startPayment } from "../../server/bookings/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { holdStay, stateOf } from "../helpers/booking.ts";
import { anonymous } from "../helpers/context.ts";
import { payByStripe, playMidtrans } from "../helpers/gateway.ts";
import { mailsTo } from "../helpers/mail.ts";
import { callJob, eventsOfType, PATIENT, queueWorld } from "../helpers/queue.ts";
import { createProperty } from "../helpers/world.ts";

const world = queueWorld({ cloud: { qstash: 0, resend: 0, stripe: 0, midtrans: 0 } });

/** Has both jobs told of all the news of a booking's money, twice. @returns the news, in order */
async function tellAll(bookingId: string): Promise<unknown[]> {
  const rows = await eventsOfType(world, bookingId, "booking.money_news");
  for (const row of [...rows, ...rows]) {
    const body = JSON.stringify({ outboxId: row.id, type: row.type, v: row.v, payload: row.payload });
    for (const job of ["tell-money", "tell-property-money"]) expect((await callJob(world, `/jobs/${job}`, { body })).status).toBe(200);
  }
  return rows.map(({ payload }) => payload["news"]);
}

test("a transfer is told from its account to the refund that a person has paid, to guest and property, each once", async () => {
  const { ctx, database, gateway } = world;
  const guest = ctx.as(anonymous());
  const [email, desk] = [`${newId()}@guest.test`, `${newId()}@house.test`];
  const house = await createProperty(database.db, {
    property: { currency: "IDR", country: "PT", email: desk, extendHolds: true, paymentMethods: ["midtrans"] },
    rooms: [{ units: 1, prices: [100_000_00, 100_000_00] }],
  });
  const { bookingId } = await holdStay(guest, house, { email });
  const started = await startPayment(guest, { bookingId, method: "midtrans", idempotencyKey: newId() });
  if (started.status !== "redirect") throw new Error("no page");
  await playMidtrans(started.redirectUrl, { do: "bank_transfer", bank: "bca" });
  await vi.waitFor(async () => expect(await eventsOfType(world, bookingId, "booking.money_news")).toHaveLength(1), PATIENT);
  expect(await tellAll(bookingId)).toEqual(["transfer_waiting"]);
  const [payment] = await database.db.select().from(payments).where(eq(payments.bookingId, bookingId));
  const [waiting] = await mailsTo(gateway, email);
  for (const words of [payment!.instructions!.number, "BCA", "It must arrive by", "Your rooms are kept for you until"]) expect(waiting!.text).toContain(words);

  await playMidtrans(started.redirectUrl, { do: "transfer" });
  await vi.waitFor(async () => expect(await stateOf(database.db, bookingId)).toEqual(["confirmed"]), PATIENT);
  await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() });
  await balance(ctx, bookingId);
  expect(await tellAll(bookingId)).toEqual(["transfer_waiting", "refund_manual"]);
  expect((await mailsTo(gateway, desk))[0]!.text).toMatch(/Send IDR.220,000 back to the guest by bank transfer/);

  const [refund] = await database.db.select().from(refunds).where(eq(refunds.paymentId, payment!.id));
  const paid = { refundId: refund!.id, reference: "BCA 77", reason: "sent from the bank", idempotencyKey: newId() };
  await payRefundByHand({ ...ctx, actor: { kind: "operator", name: "maya" } }, paid);
  expect(await tellAll(bookingId)).toEqual(["transfer_waiting", "refund_manual", "refund_by_hand"]);
  const mails = await mailsTo(gateway, email);
  expect(mails.map(({ subject }) => subject)).toEqual(["House of Tests has sent your refund", "How to pay for House of Tests"]);
  expect(mails[0]!.text).toContain("BCA 77");
  expect(await mailsTo(gateway, desk)).toHaveLength(1);
});

test("a card that was paid with after paying at the property is let go, and the guest is told how much", async () => {
  const { ctx, database, gateway } = world;
  const guest = ctx.as(anonymous());
  const email = `${newId()}@guest.test`;
  const { bookingId } = await holdStay(guest, await createProperty(database.db, { rooms: [{ units: 1 }] }), { email });
  const started = await startPayment(guest, { bookingId, method: "stripe", idempotencyKey: newId() });
  if (started.status !== "redirect") throw new Error("no page");
  await startPayment(guest, { bookingId, method: "property", idempotencyKey: newId() });
  await payByStripe(started.redirectUrl);
  await vi.waitFor(async () => expect(await eventsOfType(world, bookingId, "booking.money_news")).toHaveLength(1), PATIENT);
  expect(await tellAll(bookingId)).toEqual(["paid_beyond"]);
  const [mail, ...others] = await mailsTo(gateway, email);
  expect(others).toEqual([]);
  expect(mail!.text).toMatch(/€220\.00 of it is not due/);
  expect(mail!.text).toContain("held on your card is released: it was never charged");
  await balance(ctx, bookingId);
});
