import { and, asc, eq } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { moneyTold } from "../../client/lib/booking-money.ts";
import { bookingEvents, deliveries, type Settlement } from "../../db/schema/index.ts";
import { balance, cancel, cancelQuote, get, giveGoodwill, startPayment } from "../../server/bookings/index.ts";
import { codedMoney } from "../../server/notifications/format.ts";
import { newId } from "../../server/platform/ids.ts";
import { changeStay, holdStay, stateOf } from "../helpers/booking.ts";
import { anonymous, type TestContext } from "../helpers/context.ts";
import { payByStripe, playMidtrans } from "../helpers/gateway.ts";
import { mailsTo } from "../helpers/mail.ts";
import { callJob, eventsOfType, PATIENT, queueWorld } from "../helpers/queue.ts";
import { createProperty, type WorldOverrides } from "../helpers/world.ts";

// One event's money is told everywhere by the same numbers: quote, answer, history, mail and text.

const world = queueWorld({ cloud: { qstash: 0, resend: 0, stripe: 0, midtrans: 0, twilio: 0 } });

const HALF: WorldOverrides["policies"] = [{ name: "Half", rules: [{ daysBefore: 900, time: "00:00", fee: { kind: "percent", value: 50 } }] }];
const FREE: WorldOverrides["policies"] = [{ name: "Free", rules: [] }];
const EURO: WorldOverrides = { rooms: [{ units: 3 }] };
const RUPIAH: WorldOverrides = {
  property: { currency: "IDR", paymentMethods: ["midtrans", "property"] },
  rooms: [{ units: 3, prices: [100_000_00, 100_000_00] }],
};

interface Story {
  house: WorldOverrides;
  pays: "stripe" | "transfer" | "property";
  /** What happens between payment and the cancellations. */
  before: ("balance" | "goodwill" | "shorter")[];
  way: Settlement["ways"][number]["way"] | undefined;
}

async function begin(guest: TestContext, { house, pays, before }: Story): Promise<{ bookingId: string; email: string }> {
  const { ctx, database } = world;
  const email = `${newId()}@guest.test`;
  const made = await createProperty(database.db, house);
  const { bookingId } = await holdStay(guest, made, { email, rooms: [{ productId: made.productId }, { productId: made.productId }] });
  const method = pays === "transfer" ? "midtrans" : pays;
  const started = await startPayment(guest, { bookingId, method, idempotencyKey: newId() });
  if (started.status === "redirect") {
    if (pays === "stripe") await payByStripe(started.redirectUrl);
    else {
      await playMidtrans(started.redirectUrl, { do: "bank_transfer", bank: "bca" });
      await playMidtrans(started.redirectUrl, { do: "transfer" });
    }
  }
  await vi.waitFor(async () => expect(await stateOf(database.db, bookingId)).toEqual(["confirmed", "confirmed"]), PATIENT);
  for (const step of before) {
    if (step === "balance") await balance(ctx, bookingId);
    if (step === "goodwill") {
      const given = { bookingId, amount: 2_000, reason: "noise at night", idempotencyKey: newId() };
      await giveGoodwill({ ...ctx, actor: { kind: "operator", name: "maya" } }, given);
    }
    if (step === "shorter") await changeStay(guest, bookingId, { checkOut: "2027-03-02" });
  }
  return { bookingId, email };
}

async function settlementsOf(bookingId: string): Promise<Settlement[]> {
  const rows = await world.database.db.select().from(bookingEvents).where(eq(bookingEvents.bookingId, bookingId)).orderBy(asc(bookingEvents.id));
  return rows.flatMap(({ data }) => (data.settlement ? [data.settlement] : []));
}

/** The body that the queue brings of the booking's last event of a type. */
async function lastEvent(bookingId: string, type: string): Promise<string> {
  const row = (await eventsOfType(world, bookingId, type)).at(-1)!;
  return JSON.stringify({ outboxId: row.id, type: row.type, v: row.v, payload: row.payload });
}

/** Without the spaces that formats put between digits and signs. */
function digits(text: string): string {
  return text.replaceAll(/[\u00A0\u202F]/g, " ");
}

test.each<[string, Story]>([
  ["reserved only", { house: { ...EURO, policies: HALF }, pays: "stripe", before: [], way: "void" }],
  ["taken", { house: { ...EURO, policies: HALF }, pays: "stripe", before: ["balance"], way: "refund" }],
  ["taken, free of charge", { house: { ...EURO, policies: FREE }, pays: "stripe", before: ["balance"], way: "refund" }],
  ["taken, goodwill before", { house: { ...EURO, policies: HALF }, pays: "stripe", before: ["balance", "goodwill", "balance"], way: "refund" }],
  ["taken, a change before", { house: { ...EURO, policies: FREE }, pays: "stripe", before: ["balance", "shorter", "balance"], way: "refund" }],
  ["by a method without a way back", { house: { ...RUPIAH, policies: HALF }, pays: "transfer", before: ["balance"], way: "hand" }],
  ["at the property", { house: { ...EURO, policies: HALF }, pays: "property", before: [], way: undefined }],
])("rooms cancelled one by one, paid %s: quote, answer, history, mail and text tell the same, and no event tells another's", async (_, story) => {
  const { ctx, gateway } = world;
  const guest = ctx.as(anonymous());
  const { bookingId, email } = await begin(guest, story);
  const { stays, total } = await get(guest, { bookingId });
  for (const [index, stay] of stays.entries()) {
    const asked = { bookingId, roomStayIds: [stay.id] };
    const { changesAt: _changes, ...quoted } = await cancelQuote(guest, asked);
    const { bookingId: _id, state, ...answer } = await cancel(guest, { ...asked, expectedFee: quoted.fee, idempotencyKey: newId() });
    expect(answer).toEqual(quoted);
    const settlement = (await settlementsOf(bookingId)).at(-1)!;
    expect(settlement).toMatchObject({ fee: answer.fee, back: answer.refund, ways: answer.ways, duePropertyAfter: answer.dueProperty });
    expect(settlement.owedOnlineBefore - settlement.owedOnlineAfter).toBe(story.pays === "property" ? 0 : settlement.back);
    expect(settlement.ways.map(({ way }) => way)).toEqual(story.way ? [story.way] : []);
    expect(settlement.feeBase).toEqual({ price: stay.policy.base.price, tax: stay.policy.base.tax, atProperty: stay.policy.base.atProperty });

    const isLast = index === stays.length - 1;
    expect(state).toBe(isLast ? "cancelled" : "confirmed");
    const body = await lastEvent(bookingId, isLast ? "booking.cancelled" : "booking.modified");
    expect((await callJob(world, `/jobs/${isLast ? "send-cancellation" : "send-change"}`, { body })).status).toBe(200);
    const text = digits((await mailsTo(gateway, email))[0]!.text);
    const amount = (minor: number) => codedMoney(minor, settlement.currency, "en").replace("EUR ", "€");
    if (settlement.fee > 0) expect(text).toMatch(new RegExp(`Cancellation fee +${amount(settlement.fee)}`));
    if (settlement.back > 0) expect(text).toMatch(new RegExp(`Refund +${amount(settlement.back)}`));
    else expect(text).not.toMatch(/Refund/);
    if (isLast) {
      expect((await callJob(world, "/jobs/text-cancellation", { body })).status).toBe(200);
      const inbox = (await (await fetch(`${gateway.cloud.servers.resend!.url}/inbox/api/messages`)).json()) as { messages: { kind: string; text: string }[] };
      const sms = inbox.messages.find((message) => message.kind === "sms")!;
      if (settlement.fee > 0) expect(sms.text).toContain(`Fee ${codedMoney(settlement.fee, settlement.currency, "en")}.`);
      if (settlement.back > 0) expect(sms.text).toContain(`Refund ${codedMoney(settlement.back, settlement.currency, "en")}.`);
      if (settlement.duePropertyAfter > 0) expect(text).toContain("which will contact you about it");
    }
    // What the trip's page shows as kept or going back is the sum of what the events told.
    const view = await get(guest, { bookingId });
    const told = (await settlementsOf(bookingId)).reduce((sum, { back }) => sum + back, 0) - (story.before.includes("goodwill") ? 2_000 : 0);
    if (story.pays !== "property") expect(view.paid - view.kept).toBe(told);
    const trip = moneyTold(view);
    const gift = story.before.includes("goodwill") ? 2_000 : 0;
    expect(trip.back.reduce((sum, one) => sum + one.amount, 0) + trip.released).toBe(told + gift);
    if (story.way !== "void") await balance(ctx, bookingId);
  }
  // The booking's total is what it costs in the end: the fees.
  const end = await get(guest, { bookingId });
  expect(end.total).toBe(end.stays.reduce((sum, stay) => sum + stay.fee, 0));
  const all = await settlementsOf(bookingId);
  expect(all.at(-2)!.totalAfter).toBe(all.at(-1)!.totalBefore);
  expect(all.at(-2)!.totalBefore).toBe(total);
});

test("a change of the name has no settlement, and its mail repeats no refund", async () => {
  const { ctx, gateway } = world;
  const guest = ctx.as(anonymous());
  const { bookingId, email } = await begin(guest, { house: { ...EURO, policies: FREE }, pays: "stripe", before: ["balance", "shorter", "balance"], way: "refund" });
  const before = await settlementsOf(bookingId);
  expect(before).toHaveLength(1);
  await changeStay(guest, bookingId, { guest: { name: "Ana Maria Reis" } });
  expect(await settlementsOf(bookingId)).toEqual(before);
  const body = await lastEvent(bookingId, "booking.modified");
  expect((await callJob(world, "/jobs/send-change", { body })).status).toBe(200);
  const [mail] = await mailsTo(gateway, email);
  expect(mail!.text).not.toMatch(/Refund|goes back/);
});

test("the property is told of a booking, its change and its end at its own address, each once", async () => {
  const { ctx, database, gateway } = world;
  const guest = ctx.as(anonymous());
  const desk = `${newId()}@house.test`;
  const house: WorldOverrides = { ...EURO, policies: HALF, property: { email: desk, country: "PT" } };
  const { bookingId } = await begin(guest, { house, pays: "property", before: [], way: undefined });
  const [first] = (await get(guest, { bookingId })).stays;
  const jobs = [
    ["booking.confirmed", "tell-property-booked", /To collect from the guest at the property +€440\.00/],
    ["booking.modified", "tell-property-changed", /To collect from the guest at the property +€330\.00/],
    ["booking.cancelled", "tell-property-cancelled", /Cancellation fee to collect from the guest yourself +€220\.00/],
  ] as const;
  for (const [event, job, said] of jobs) {
    if (event === "booking.modified") await cancel(guest, { bookingId, roomStayIds: [first!.id], expectedFee: 11_000, idempotencyKey: newId() });
    if (event === "booking.cancelled") await cancel(guest, { bookingId, expectedFee: 11_000, idempotencyKey: newId() });
    const body = await lastEvent(bookingId, event);
    for (let twice = 0; twice < 2; twice += 1) expect((await callJob(world, `/jobs/${job}`, { body })).status).toBe(200);
    const [mail] = await mailsTo(gateway, desk);
    expect(digits(mail!.text)).toMatch(said);
    expect(mail!.text).toContain("Ana Reis");
  }
  expect(await mailsTo(gateway, desk)).toHaveLength(3);
  const sent = await database.db
    .select({ kind: deliveries.kind })
    .from(deliveries)
    .where(and(eq(deliveries.bookingId, bookingId), eq(deliveries.audience, "property")));
  expect(sent.map(({ kind }) => kind).toSorted()).toEqual(["property_booked", "property_cancelled", "property_changed"]);
});
