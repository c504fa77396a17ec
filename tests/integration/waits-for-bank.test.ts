import { eq } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { moneyTold } from "../../client/lib/booking-money.ts";
import { disputes, payments, refunds } from "../../db/schema/index.ts";
import { balance, cancel, cancelQuote, get, modifyQuote, startPayment } from "../../server/bookings/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { raiseIncident } from "../../server/platform/incidents.ts";
import { changeStay, holdStay, stateOf } from "../helpers/booking.ts";
import { anonymous } from "../helpers/context.ts";
import { payByStripe } from "../helpers/gateway.ts";
import { mailsTo } from "../helpers/mail.ts";
import { callJob, eventsOfType, PATIENT, queueWorld } from "../helpers/queue.ts";
import { createProperty } from "../helpers/world.ts";

// Money that would go back, in a payment that the guest's bank examines: it waits, and everybody is told so.

const world = queueWorld({ cloud: { qstash: 0, resend: 0, stripe: 0, twilio: 0 } });
const DISPUTED = "4000000000000259";

/** Two nights at EUR 220 in all, taken, and disputed by the guest's bank. */
async function disputed() {
  const paid = await taken(DISPUTED);
  await vi.waitFor(async () => expect((await get(paid.guest, paid)).disputed).toBe(22_000), PATIENT);
  return paid;
}

async function taken(card?: string) {
  const { ctx, database } = world;
  const guest = ctx.as(anonymous());
  const email = `${newId()}@guest.test`;
  const { bookingId } = await holdStay(guest, await createProperty(database.db, { rooms: [{ units: 1 }] }), { email });
  const started = await startPayment(guest, { bookingId, method: "stripe", idempotencyKey: newId() });
  if (started.status !== "redirect") throw new Error("no page");
  await payByStripe(started.redirectUrl, card);
  await vi.waitFor(async () => expect(await stateOf(database.db, bookingId)).toEqual(["confirmed"]), PATIENT);
  await balance(ctx, bookingId);
  return { bookingId, guest, email };
}

/** Cancelled before the bank's notice came, so that the cancellation's own mail could not tell of the wait. */
async function disputedLate() {
  const { ctx, database } = world;
  const { bookingId, guest, email } = await taken();
  await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() });
  const [payment] = await database.db.select().from(payments).where(eq(payments.bookingId, bookingId));
  const { id: paymentId, propertyId } = payment!;
  const row = { propertyId, paymentId, currency: "EUR", providerState: "told", refundable: false, openedAt: ctx.clock.now() };
  const dispute = async (state: "open" | "lost", amount: number) => {
    const closedAt = state === "open" ? null : ctx.clock.now();
    const providerRef = `du_${newId()}`;
    await raiseIncident(database.db, { cause: `dispute:${providerRef}`, severity: "critical", title: "A guest disputes a payment", propertyId, bookingId });
    await database.db.insert(disputes).values({ ...row, id: newId(), providerRef, state, amount, closedAt });
    await balance(ctx, bookingId);
  };
  await dispute("open", 22_000);
  return { bookingId, email, paymentId, dispute };
}

async function tell(bookingId: string, job: string, type: string): Promise<void> {
  for (const row of await eventsOfType(world, bookingId, type)) {
    const body = JSON.stringify({ outboxId: row.id, type: row.type, v: row.v, payload: row.payload });
    expect((await callJob(world, `/jobs/${job}`, { body })).status).toBe(200);
  }
}

async function refundOf(bookingId: string) {
  const rows = await world.database.db.select().from(refunds).innerJoin(payments, eq(payments.id, refunds.paymentId)).where(eq(payments.bookingId, bookingId));
  return rows.at(-1)!.refunds;
}

test("quote, answer, mail, text and trip of a cancellation say that the refund waits for the bank, once, and promise nothing else", async () => {
  const { ctx, gateway } = world;
  const { bookingId, guest, email } = await disputed();
  const waits = [{ way: "waits", amount: 22_000 }];
  expect(await cancelQuote(guest, { bookingId })).toMatchObject({ refund: 22_000, ways: waits });
  expect(await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() })).toMatchObject({ refund: 22_000, ways: waits });
  expect(moneyTold(await get(guest, { bookingId }))).toMatchObject({ back: [{ amount: 22_000, way: "waits" }] });
  await balance(ctx, bookingId);
  const trip = moneyTold(await get(guest, { bookingId }));
  expect(trip).toMatchObject({ back: [{ amount: 22_000, way: "waits" }], pollMs: undefined });
  await tell(bookingId, "send-cancellation", "booking.cancelled");
  await tell(bookingId, "text-cancellation", "booking.cancelled");
  await tell(bookingId, "tell-money", "booking.money_news");
  const mails = await mailsTo(gateway, email);
  expect(mails).toHaveLength(1);
  expect(mails[0]!.text).toMatch(/€220\.00 waits for your bank/);
  expect(mails[0]!.text).not.toMatch(/goes back the way you paid/);
  const inbox = (await (await fetch(`${gateway.cloud.servers.resend!.url}/inbox/api/messages`)).json()) as { messages: { kind: string; text: string }[] };
  const text = inbox.messages.find(({ kind }) => kind === "sms")!.text;
  expect(text).toContain("Waits for your bank: EUR 220.00.");
  expect(text).not.toContain("Refund");
});

test("a shorter stay's refund waits too, in quote and answer", async () => {
  const { ctx } = world;
  const { bookingId, guest } = await disputed();
  expect(await modifyQuote(guest, { bookingId, checkOut: "2027-03-02", rooms: [] })).toMatchObject({ refund: 11_000, ways: [{ way: "waits", amount: 11_000 }] });
  expect(await changeStay(guest, bookingId, { checkOut: "2027-03-02" })).toMatchObject({ refund: 11_000, ways: [{ way: "waits", amount: 11_000 }] });
  await balance(ctx, bookingId);
  // What the second event does is its own: the first one's wait isn't told again.
  expect(await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() })).toMatchObject({ refund: 11_000, ways: [{ way: "waits", amount: 11_000 }] });
});

test.each([
  ["won", "won", 22_000],
  ["lost", "lost", 22_000],
  ["lost in part", "lost", 5_000],
] as const)("a dispute that was %s before the wait is told: nobody is told of a wait", async (_, state, amount) => {
  const { ctx, database, gateway } = world;
  const { bookingId, email, paymentId } = await disputedLate();
  await database.db.update(disputes).set({ state, amount, closedAt: ctx.clock.now() }).where(eq(disputes.paymentId, paymentId));
  await tell(bookingId, "tell-money", "booking.money_news");
  expect((await mailsTo(gateway, email)).filter(({ subject }) => subject.includes("waits"))).toEqual([]);
});

test("a wait that the cancellation could not know of is told by a mail of its own, with what a lost part leaves of it", async () => {
  const { gateway } = world;
  const { bookingId, email, paymentId, dispute } = await disputedLate();
  await dispute("lost", 5_000);
  expect(await refundOf(bookingId)).toMatchObject({ state: "requested", amount: 17_000, paymentId });
  await tell(bookingId, "tell-money", "booking.money_news");
  const waits = (await mailsTo(gateway, email)).filter(({ subject }) => subject.includes("waits"));
  expect(waits).toHaveLength(1);
  expect(waits[0]!.text).toContain("€170.00");
});
