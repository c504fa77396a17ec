import { and, eq, sql } from "drizzle-orm";
import { expect, vi } from "vitest";
import { deliveries, payments, refunds } from "../../db/schema/index.ts";
import { balance, cancel, cancelQuote, startPayment } from "../../server/bookings/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { changeStay, holdStay, ledgerOf, stateOf } from "./booking.ts";
import { anonymous, type TestContext } from "./context.ts";
import { payByStripe } from "./gateway.ts";
import { mailsTo } from "./mail.ts";
import { MINUTE, PATIENT, type QueueWorld } from "./queue.ts";
import { createProperty, type World } from "./world.ts";

/** A third night, for 11 000 more. */
const LONGER = { checkOut: "2027-03-04" };

interface Told {
  bookingId: string;
  email: string;
  roomTypeId: number;
}

/** Bookings by what became of their guests. */
export type Story = Record<keyof typeof ENDS, Told>;

/** What each of them must come to, in whatever order and however often the jobs run. Money is in minor units. */
export const ENDS = {
  payAtHotel: { state: "confirmed", night: { held: 0, sold: 1 }, mails: ["booking_confirmed"], texts: ["booking_confirmed"], payments: [], refunds: [] },
  pageThenAtHotel: { state: "confirmed", night: { held: 0, sold: 1 }, mails: ["booking_confirmed"], texts: ["booking_confirmed"], payments: ["expired 0"], refunds: [] },
  payAtHotelCancelled: { state: "cancelled", night: { held: 0, sold: 0 }, mails: ["booking_cancelled"], texts: ["booking_cancelled"], payments: [], refunds: [] },
  letGo: { state: "cancelled", night: { held: 0, sold: 0 }, mails: [], texts: [], payments: [], refunds: [] },
  forgotten: { state: "expired", night: { held: 0, sold: 0 }, mails: ["hold_expired"], texts: [], payments: [], refunds: [] },
  paid: { state: "confirmed", night: { held: 0, sold: 1 }, mails: ["booking_confirmed"], texts: ["booking_confirmed"], payments: ["captured 22000"], refunds: [] },
  paidCancelled: { state: "cancelled", night: { held: 0, sold: 0 }, mails: ["booking_cancelled"], texts: ["booking_cancelled"], payments: ["voided 0"], refunds: [] },
  takenCancelled: {
    state: "cancelled",
    night: { held: 0, sold: 0 },
    mails: ["booking_cancelled"],
    texts: ["booking_cancelled"],
    payments: ["captured 22000"],
    refunds: ["succeeded 22000"],
  },
  declined: { state: "expired", night: { held: 0, sold: 0 }, mails: ["hold_expired", "payment_failed"], texts: [], payments: ["expired 0"], refunds: [] },
  declinedThenPaid: { state: "confirmed", night: { held: 0, sold: 1 }, mails: ["booking_confirmed"], texts: ["booking_confirmed"], payments: ["captured 22000"], refunds: [] },
  lengthenedAtHotel: {
    state: "confirmed",
    night: { held: 0, sold: 1 },
    mails: ["booking_confirmed", "booking_modified"],
    texts: ["booking_confirmed"],
    payments: [],
    refunds: [],
  },
  lengthenedAndPaid: {
    state: "confirmed",
    night: { held: 0, sold: 1 },
    mails: ["booking_confirmed", "booking_modified"],
    texts: ["booking_confirmed"],
    payments: ["captured 22000", "captured 11000"],
    refunds: [],
  },
  lengthenedAndForgotten: {
    state: "confirmed",
    night: { held: 0, sold: 1 },
    mails: ["booking_confirmed"],
    texts: ["booking_confirmed"],
    payments: ["captured 22000", "expired 0"],
    refunds: [],
  },
  changePaidTooLate: {
    state: "confirmed",
    night: { held: 0, sold: 1 },
    mails: ["booking_confirmed", "booking_modified", "change_late"],
    texts: ["booking_confirmed"],
    payments: ["captured 22000", "voided 0"],
    refunds: [],
  },
  paidTooLate: { state: "expired", night: { held: 0, sold: 0 }, mails: ["paid_too_late"], texts: [], payments: ["voided 0"], refunds: [] },
  paidAfterLettingGo: { state: "cancelled", night: { held: 0, sold: 0 }, mails: ["money_paid_beyond"], texts: [], payments: ["voided 0"], refunds: [] },
};

/** Lets all of it happen, up to past the end of every hold, with no job run meanwhile. */
export async function tellStory(world: QueueWorld): Promise<Story> {
  const { ctx, database } = world;
  const story = {} as Story;
  for (const name of Object.keys(ENDS) as (keyof Story)[]) {
    const guest = ctx.as(anonymous());
    const email = `${newId()}@guest.test`;
    const house = await createProperty(database.db, { rooms: [{ units: 1 }] });
    const { bookingId } = await holdStay(guest, house, { email });
    story[name] = { bookingId, email, roomTypeId: house.roomTypeId };
    await happens[name](world, guest, bookingId, house);
  }
  await ctx.advance(16 * MINUTE);
  return story;
}

type Happening = (world: QueueWorld, guest: TestContext, bookingId: string, house: World) => Promise<void>;

const happens: Record<keyof Story, Happening> = {
  payAtHotel: (_, guest, bookingId) => atHotel(guest, bookingId),
  async pageThenAtHotel(_, guest, bookingId) {
    await pageOf(guest, bookingId);
    await atHotel(guest, bookingId);
  },
  async payAtHotelCancelled(_, guest, bookingId) {
    await atHotel(guest, bookingId);
    await cancelled(guest, bookingId);
  },
  letGo: (_, guest, bookingId) => cancelled(guest, bookingId),
  forgotten: () => Promise.resolve(),
  paid: online,
  async paidCancelled(world, guest, bookingId) {
    await online(world, guest, bookingId);
    await cancelled(guest, bookingId);
  },
  async takenCancelled(world, guest, bookingId) {
    await taken(world, guest, bookingId);
    await cancelled(guest, bookingId);
  },
  async declined(world, guest, bookingId) {
    await payByStripe(await pageOf(guest, bookingId), "4000000000000002");
    await paymentBecomes(world, bookingId, "denied");
  },
  async declinedThenPaid(world, guest, bookingId) {
    const page = await pageOf(guest, bookingId);
    await payByStripe(page, "4000000000000002");
    await paymentBecomes(world, bookingId, "denied");
    await payByStripe(page);
    await paymentBecomes(world, bookingId, "authorised");
  },
  async lengthenedAtHotel(_, guest, bookingId) {
    await atHotel(guest, bookingId);
    expect(await changeStay(guest, bookingId, LONGER)).toMatchObject({ status: "applied" });
  },
  async lengthenedAndPaid(world, guest, bookingId) {
    await taken(world, guest, bookingId);
    await payByStripe(await changePageOf(guest, bookingId));
    await paymentBecomes(world, bookingId, "captured", "authorised");
  },
  async lengthenedAndForgotten(world, guest, bookingId) {
    await taken(world, guest, bookingId);
    await changePageOf(guest, bookingId);
  },
  async changePaidTooLate(world, guest, bookingId) {
    await taken(world, guest, bookingId);
    const page = await changePageOf(guest, bookingId);
    await changeStay(guest, bookingId, { notes: "Quiet room, please" });
    await payByStripe(page);
    await paymentBecomes(world, bookingId, "captured", "authorised");
  },
  async paidTooLate(world, guest, bookingId, house) {
    const page = await pageOf(guest, bookingId);
    await world.ctx.advance(16 * MINUTE);
    const rival = world.ctx.as(anonymous());
    const { bookingId: rivals } = await holdStay(rival, house, { email: `${newId()}@guest.test` });
    await payByStripe(page);
    await paymentBecomes(world, bookingId, "authorised");
    await cancelled(rival, rivals);
  },
  async paidAfterLettingGo(world, guest, bookingId) {
    const page = await pageOf(guest, bookingId);
    await cancelled(guest, bookingId);
    await payByStripe(page);
    await paymentBecomes(world, bookingId, "authorised");
  },
};

async function atHotel(guest: TestContext, bookingId: string): Promise<void> {
  await startPayment(guest, { bookingId, method: "property", idempotencyKey: newId() });
}

async function online(world: QueueWorld, guest: TestContext, bookingId: string): Promise<void> {
  await payByStripe(await pageOf(guest, bookingId));
  await paymentBecomes(world, bookingId, "authorised");
}

async function taken(world: QueueWorld, guest: TestContext, bookingId: string): Promise<void> {
  await online(world, guest, bookingId);
  await balance(world.ctx, bookingId);
}

/** The page of a change whose difference is due. */
async function changePageOf(guest: TestContext, bookingId: string): Promise<string> {
  const change = await changeStay(guest, bookingId, LONGER);
  if (change.status !== "payment_due") throw new Error("applied at once");
  return pageOf(guest, bookingId, change.changeId);
}

async function pageOf(guest: TestContext, bookingId: string, changeId?: string): Promise<string> {
  const started = await startPayment(guest, { bookingId, changeId, method: "stripe", idempotencyKey: newId() });
  if (started.status !== "redirect") throw new Error("confirmed instead of a page");
  return started.redirectUrl;
}

async function cancelled(guest: TestContext, bookingId: string): Promise<void> {
  const { fee } = await cancelQuote(guest, { bookingId });
  await cancel(guest, { bookingId, expectedFee: fee, idempotencyKey: newId() });
}

/** Of every attempt, first to last. */
async function paymentBecomes({ database }: QueueWorld, bookingId: string, ...states: string[]): Promise<void> {
  const read = () => database.db.select({ state: payments.state }).from(payments).where(eq(payments.bookingId, bookingId)).orderBy(payments.attempt);
  await vi.waitFor(async () => expect((await read()).map((payment) => payment.state)).toEqual(states), PATIENT);
}

/** What it came to; of messages what the vendors accepted, not what we believe. */
export async function endsOf(world: QueueWorld, story: Story) {
  const { database, gateway } = world;
  const ends: Record<string, unknown> = {};
  for (const [name, { bookingId, email, roomTypeId }] of Object.entries(story)) {
    const money = await database.db.select().from(payments).where(eq(payments.bookingId, bookingId)).orderBy(payments.attempt);
    const back = await database.db
      .select()
      .from(refunds)
      .where(sql`${refunds.paymentId} in (select id from ${payments} where ${payments.bookingId} = ${bookingId})`);
    const rows = await database.db
      .select()
      .from(deliveries)
      .where(and(eq(deliveries.bookingId, bookingId), eq(deliveries.audience, "guest")));
    const [night] = await ledgerOf(database.db, roomTypeId);
    const mails = rows.filter((row) => row.channel === "email").map((row) => row.kind);
    expect(await mailsTo(gateway, email), `mails to ${name}`).toHaveLength(mails.length);
    ends[name] = {
      state: (await stateOf(database.db, bookingId)).join(),
      night: { held: night!.held, sold: night!.sold },
      mails: mails.toSorted(),
      texts: rows.filter((row) => row.channel === "sms").map((row) => row.kind),
      payments: money.map((payment) => `${payment.state} ${payment.captured}`),
      refunds: back.map((refund) => `${refund.state} ${refund.amount}`),
    };
  }
  const inbox = (await (await fetch(`${gateway.cloud.servers.resend!.url}/inbox/api/messages`)).json()) as { messages: { kind: string }[] };
  const texts = Object.values(ENDS).flatMap((end) => end.texts);
  expect(inbox.messages.filter((message) => message.kind === "sms")).toHaveLength(texts.length);
  return ends;
}
