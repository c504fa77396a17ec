import { eq, sql } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { disputes, outbox } from "../../db/schema/index.ts";
import { followers } from "../../jobs/registry.ts";
import { balance, cancel, settle } from "../../server/bookings/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { payByStripe } from "../helpers/gateway.ts";
import { mailsTo } from "../helpers/mail.ts";
import { paymentDesk, type Opened } from "../helpers/payments.ts";

// What guest and property read of their money is what happened to it.

const desk = paymentDesk();
const DISPUTED = "4000000000000259";
const PATIENT = { timeout: 10_000 };

/** A night held at a property with an address of its own, its guest on the page. */
async function opened(): Promise<Opened & { house: string }> {
  const house = `${newId()}@house.test`;
  return { ...(await desk.onPage("stripe", { property: { email: house, country: "PT" }, rooms: [{ units: 1 }] })), house };
}

async function paid(card?: string): Promise<Opened & { house: string }> {
  const stay = await opened();
  await payByStripe(stay.pageUrl, card);
  await desk.becomes(stay.bookingId, "confirmed");
  await balance(desk.ctx, stay.bookingId);
  return stay;
}

/** Has everybody told of the booking's events of a type. @returns the latest text to the property, and to the guest */
async function tell({ bookingId, house }: { bookingId: string; house: string }, type = "booking.money_news"): Promise<{ house: string; guest: string }> {
  const events = await desk.db
    .select()
    .from(outbox)
    .where(sql`${outbox.type} = ${type} and ${outbox.payload} ->> 'bookingId' = ${bookingId}`)
    .orderBy(outbox.id);
  for (const { payload } of events) {
    for (const job of followers(type, payload)) if (/^(tell|send)-/.test(job.name)) await job.handler(desk.ctx, job.input.parse(payload));
  }
  const latest = async (address: string) => ((await mailsTo(desk.gateway, address))[0]?.text ?? "").replaceAll(/[\u00a0\u202f\n]+/g, " ");
  return { house: await latest(house), guest: await latest("ana@guest.test") };
}

async function win(bookingId: string): Promise<void> {
  const { id } = await desk.payment(bookingId);
  const one = () => desk.db.select().from(disputes).where(eq(disputes.paymentId, id));
  const [dispute] = await one();
  await desk.dashboard("stripe", `/v1/disputes/${dispute!.providerRef}`, "evidence[uncategorized_text]=winning_evidence");
  await vi.waitFor(async () => expect(await one()).toMatchObject([{ state: "won" }]), PATIENT);
}

async function disputed(): Promise<Opened & { house: string }> {
  const stay = await paid(DISPUTED);
  const { id } = await desk.payment(stay.bookingId);
  await vi.waitFor(async () => expect(await desk.db.select().from(disputes).where(eq(disputes.paymentId, id))).toMatchObject([{ state: "open" }]), PATIENT);
  return stay;
}

test("a dispute that is won for a booking that stands: no refund is told of, and the property keeps its money", async () => {
  const stay = await disputed();
  await win(stay.bookingId);
  const told = await tell(stay);
  expect(told.guest).toContain("Your bank has decided that the disputed payment of €220.00");
  expect(told.guest).not.toMatch(/refund/i);
  expect(told.house).toContain("€220.00 stays yours. Nothing is left to do.");
});

test("a dispute that is won for a cancelled booking: both hear of the refund that had waited, before it is made and after", async () => {
  const stay = await disputed();
  await cancel(stay.guest, { bookingId: stay.bookingId, expectedFee: 0, idempotencyKey: newId() });
  await balance(desk.ctx, stay.bookingId);
  await win(stay.bookingId);
  await balance(desk.ctx, stay.bookingId);
  expect(await desk.refunds(stay.bookingId)).toMatchObject([{ state: "succeeded" }]);
  const told = await tell(stay);
  expect(told.guest).toContain("The refund of €220.00 that waited for this is made now.");
  expect(told.house).toContain("A refund of €220.00 had waited for this");
  expect(told.house).not.toContain("stays yours");
});

test("a payment of another amount is told as it came", async () => {
  const stay = await opened();
  desk.loseWebhooks();
  await payByStripe(stay.pageUrl);
  await desk.db.execute(sql`update payments set amount = amount + 100 where booking_id = ${stay.bookingId}`);
  await settle(desk.ctx, (await desk.payment(stay.bookingId)).id);
  const told = await tell(stay);
  for (const text of [told.guest, told.house]) expect(text).toMatch(/A payment of €220\.00 came.*, where €221\.00 was asked for/);
  expect(told.guest).toContain("held on your card is released");
  expect(told.house).not.toContain("Kept of online payments");
  await balance(desk.ctx, stay.bookingId);
});

test("the first payment on a hold that its guest had let go is told as that", async () => {
  const stay = await opened();
  await cancel(stay.guest, { bookingId: stay.bookingId, expectedFee: 0, idempotencyKey: newId() });
  await payByStripe(stay.pageUrl);
  await desk.paymentBecomes(stay.bookingId, "authorised");
  const { guest } = await tell(stay);
  expect(guest).toContain("had already ended when your payment came. €220.00 of it is not due.");
  expect(guest).toContain("it was never charged");
  await balance(desk.ctx, stay.bookingId);
});

/** Has the dashboard give back a part, and waits for it. */
async function givenBack({ bookingId }: Opened, amount: number): Promise<void> {
  const { paymentRef } = await desk.payment(bookingId);
  await desk.control("stripe", "refund", { payment_intent: paymentRef, amount });
  await vi.waitFor(async () => expect(await desk.refunds(bookingId)).toMatchObject([{ amount, state: "succeeded" }]), PATIENT);
  await balance(desk.ctx, bookingId);
}

test("a refund of the dashboard's that leaves a booking short is told to its property, one that was not owed any more isn't", async () => {
  const short = await paid();
  await givenBack(short, 5_000);
  expect(await desk.incidents(short.bookingId)).toMatchObject([{ cause: `money-short:${short.bookingId}` }]);
  const told = await tell(short);
  expect(told.house).toContain("€50.00 was given back to the guest in the payment provider's dashboard.");
  expect(told.house).toContain("€50.00 of what the booking owes is missing: agree with the guest how it is paid");

  const ended = await paid();
  await cancel(ended.guest, { bookingId: ended.bookingId, expectedFee: 0, idempotencyKey: newId() });
  await givenBack(ended, 22_000);
  expect((await tell(ended)).house).toBe("");
});

test("the property's mail of a cancellation names what goes back to the guest", async () => {
  const stay = await paid();
  await cancel(stay.guest, { bookingId: stay.bookingId, expectedFee: 0, idempotencyKey: newId() });
  const { house } = await tell(stay, "booking.cancelled");
  expect(house).toMatch(/Refund +€220\.00 €220\.00 goes back to the guest by itself, the way it was paid\./);
  await balance(desk.ctx, stay.bookingId);
});
