import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { audit } from "../../db/audit.ts";
import { bookingEvents, incidents, payments, refunds } from "../../db/schema/index.ts";
import { balance, cancel, cancelQuote, get, startPayment } from "../../server/bookings/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { bookAtProperty, changeStay, eventsOf, expectAudited, expectBooked, holdStay, nightOf, refusalOf, stateOf } from "../helpers/booking.ts";
import { anonymous, type TestContext } from "../helpers/context.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { payByStripe, startGateway, type Gateway } from "../helpers/gateway.ts";
import { createProperty, type World, type WorldOverrides } from "../helpers/world.ts";

const HALF: WorldOverrides["policies"] = [{ name: "Half", rules: [{ daysBefore: 900, time: "00:00", fee: { kind: "percent", value: 50 } }] }];

const OF_AMOUNTS = ["bookings-total", "cancel-fees", "due-online"];

let database: TestDatabase;
let gateway: Gateway;
let ctx: TestContext;
beforeAll(async () => {
  database = await createDatabase();
});
beforeEach(async () => {
  gateway = await startGateway(database, { cloud: { stripe: 0, resend: 0 }, publishing: false });
  ctx = gateway.ctx.as(anonymous());
});
afterEach(async () => {
  await ctx.settled();
  await gateway.close();
  await expectAudited(database.db);
  await expectBooked(database.db);
  const findings = await audit(database.url, { settled: true });
  expect(findings.filter(({ invariant, wrong }) => OF_AMOUNTS.includes(invariant.name) && wrong.length > 0)).toEqual([]);
});
afterAll(() => database.drop());

const world3 = (policies = HALF) => createProperty(database.db, { rooms: [{ units: 3 }], policies });
const rooms = (world: World, count: number) => Array.from({ length: count }, () => ({ productId: world.productId }));

test("a fee holds nothing that the property collects: a city tax of nights that nobody sleeps is owed to nobody", async () => {
  const tax = { name: "City tax", base: "per_night", amount: 500, inclusive: false, collect: "property" } as const;
  const policies: WorldOverrides["policies"] = [{ name: "Strict", rules: [{ daysBefore: 900, time: "00:00", fee: { kind: "percent", value: 100 } }] }];
  const bookingId = await paid(await createProperty(database.db, { rooms: [{ units: 3 }], taxes: [tax], policies }), 2);
  await balance(ctx, bookingId);
  const before = await get(ctx, { bookingId });
  const [first] = await idsOf(bookingId);
  await drop(bookingId, [first!], 20_000);
  await balance(ctx, bookingId);
  expect(await get(ctx, { bookingId })).toMatchObject({ total: before.total - 1_000, paid: 40_000, dueOnline: 40_000, refunded: 0 });
  expect(await database.db.select().from(incidents).where(eq(incidents.bookingId, bookingId))).toEqual([]);
});

function drop(bookingId: string, roomStayIds: string[] | undefined, expectedFee: number, idempotencyKey = newId()) {
  return cancel(ctx, { bookingId, roomStayIds, expectedFee, idempotencyKey });
}

async function idsOf(bookingId: string): Promise<string[]> {
  return (await get(ctx, { bookingId })).stays.map((stay) => stay.id);
}

/** A paid booking whose money is reserved, not taken yet. */
async function paid(world: World, count: number): Promise<string> {
  const { bookingId } = await holdStay(ctx, world, { rooms: rooms(world, count) });
  const started = await startPayment(ctx, { bookingId, method: "stripe", idempotencyKey: newId() });
  if (started.status !== "redirect") throw new Error("no page");
  await payByStripe(started.redirectUrl);
  await vi.waitFor(async () => expect(await stateOf(database.db, bookingId)).toEqual(Array.from({ length: count }, () => "confirmed")), { timeout: 5000 });
  return bookingId;
}

/** What was captured, and what went back. */
async function moneyOf(bookingId: string) {
  const all = await database.db.select().from(payments).where(eq(payments.bookingId, bookingId));
  const given = await database.db.select({ amount: refunds.amount }).from(refunds).innerJoin(payments, eq(payments.id, refunds.paymentId)).where(eq(payments.bookingId, bookingId));
  const sum = (amounts: number[]) => amounts.reduce((total, amount) => total + amount, 0);
  const captured = sum(all.map((payment) => payment.captured));
  const refunded = sum(given.map((refund) => refund.amount));
  return { states: all.map((payment) => payment.state), captured, refunded, kept: captured - refunded };
}

test("one room of three goes: its nights return, its fee stays, the rest of the booking stands", async () => {
  const world = await world3();
  const bookingId = await bookAtProperty(ctx, world, { rooms: rooms(world, 3) });
  const [first] = await idsOf(bookingId);
  expect(await cancelQuote(ctx, { bookingId, roomStayIds: [first!] })).toMatchObject({ fee: 11_000, refund: 0 });
  expect(await drop(bookingId, [first!], 11_000)).toEqual({ bookingId, state: "confirmed", fee: 11_000, refund: 0, ways: [], dueProperty: 55_000, currency: "EUR" });
  const view = await get(ctx, { bookingId });
  expect(view).toMatchObject({ state: "confirmed", version: 3, total: 55_000, dueOnline: 0, canCancel: true, canModify: true });
  expect(view.stays.map((stay) => [stay.state, stay.fee])).toEqual([
    ["cancelled", 11_000],
    ["confirmed", 0],
    ["confirmed", 0],
  ]);
  expect(await nightOf(database.db, world.roomTypeId)).toMatchObject({ sold: 2 });
  expect(await eventsOf(database.db, bookingId)).toEqual(["booking.held", "booking.confirmed", "booking.modified"]);
  const events = await database.db.select().from(bookingEvents).where(eq(bookingEvents.bookingId, bookingId)).orderBy(bookingEvents.id);
  expect(events.at(-1)).toMatchObject({ type: "room_cancelled", version: 3, data: { settlement: { fee: 11_000, duePropertyAfter: 55_000 }, roomStayIds: [first] } });
});

test("the last room's cancellation is the booking's", async () => {
  const world = await world3();
  const bookingId = await bookAtProperty(ctx, world, { rooms: rooms(world, 2) });
  const [first, second] = await idsOf(bookingId);
  await drop(bookingId, [first!], 11_000);
  expect(await drop(bookingId, [second!], 11_000)).toMatchObject({ state: "cancelled", fee: 11_000 });
  expect((await eventsOf(database.db, bookingId)).slice(-2)).toEqual(["booking.modified", "booking.cancelled"]);
  expect(await refusalOf(drop(bookingId, [second!], 0), "PRECONDITION")).toMatchObject({ state: "cancelled" });
});

test("money that is only reserved: the rooms that stand and the fee are taken, the rest is let go", async () => {
  const bookingId = await paid(await world3(), 2);
  const [first] = await idsOf(bookingId);
  expect(await cancelQuote(ctx, { bookingId, roomStayIds: [first!] })).toMatchObject({ fee: 11_000, refund: 11_000 });
  await drop(bookingId, [first!], 11_000);
  await balance(ctx, bookingId);
  expect(await moneyOf(bookingId)).toEqual({ states: ["captured"], captured: 33_000, refunded: 0, kept: 33_000 });
});

test("money that was taken: what is beyond the rooms that stand and the fees goes back, room by room", async () => {
  const bookingId = await paid(await world3(), 2);
  await balance(ctx, bookingId);
  const [first, second] = await idsOf(bookingId);
  await drop(bookingId, [first!], 11_000);
  await balance(ctx, bookingId);
  expect(await moneyOf(bookingId)).toEqual({ states: ["captured"], captured: 44_000, refunded: 11_000, kept: 33_000 });
  expect(await cancelQuote(ctx, { bookingId })).toMatchObject({ fee: 11_000, refund: 11_000 });
  await drop(bookingId, [second!], 11_000);
  await balance(ctx, bookingId);
  expect(await moneyOf(bookingId)).toEqual({ states: ["captured"], captured: 44_000, refunded: 22_000, kept: 22_000 });
});

test("a room that isn't the booking's, or went before, can't be cancelled; nor can single rooms of a hold", async () => {
  const world = await world3();
  const bookingId = await bookAtProperty(ctx, world, { rooms: rooms(world, 2) });
  const [first] = await idsOf(bookingId);
  await refusalOf(drop(bookingId, [newId()], 0), "NOT_FOUND");
  await drop(bookingId, [first!], 11_000);
  expect(await refusalOf(drop(bookingId, [first!], 11_000), "PRECONDITION")).toMatchObject({ state: "cancelled" });
  const free = await world3();
  const hold = await holdStay(ctx, free, { rooms: rooms(free, 2) });
  const [room] = await idsOf(hold.bookingId);
  expect(await refusalOf(drop(hold.bookingId, [room!], 0), "PRECONDITION")).toMatchObject({ state: "pending" });
  expect(await drop(hold.bookingId, undefined, 0)).toMatchObject({ state: "cancelled" });
});

test("one room cancelled twice at once goes once; with the same key both get the one answer", async () => {
  const world = await world3();
  const bookingId = await bookAtProperty(ctx, world, { rooms: rooms(world, 3) });
  const [first, second] = await idsOf(bookingId);
  const twins = await Promise.allSettled([drop(bookingId, [first!], 11_000), drop(bookingId, [first!], 11_000)]);
  expect(twins.map((twin) => twin.status).toSorted()).toEqual(["fulfilled", "rejected"]);
  for (const twin of twins) if (twin.status === "rejected") expect(twin.reason).toMatchObject({ code: "PRECONDITION", facts: { state: "cancelled" } });
  const key = newId();
  const same = await Promise.all([drop(bookingId, [second!], 11_000, key), drop(bookingId, [second!], 11_000, key)]);
  expect(same[1]).toEqual(same[0]);
  expect(await nightOf(database.db, world.roomTypeId)).toMatchObject({ sold: 1 });
  expect((await eventsOf(database.db, bookingId)).filter((type) => type === "booking.modified")).toHaveLength(2);
});

test("all rooms cancelled one by one at once: each goes, and one of them is the last", async () => {
  const world = await world3();
  const bookingId = await bookAtProperty(ctx, world, { rooms: rooms(world, 3) });
  const answers = await Promise.all((await idsOf(bookingId)).map((id) => drop(bookingId, [id], 11_000)));
  expect(answers.map((answer) => answer.state).toSorted()).toEqual(["cancelled", "confirmed", "confirmed"]);
  expect(await nightOf(database.db, world.roomTypeId)).toMatchObject({ sold: 0 });
});

// Before: the capture that the cancellation asks for overtakes it. After: its answer is lost.
test.each(["before", "after"] as const)("cancelled while its capture is under way (stopped %s it is made): in the end the property has the fee, and no more", async (when) => {
  const bookingId = await paid(await world3(), 2);
  const finish = await captureUnderWay(bookingId, when);
  expect(await drop(bookingId, undefined, 22_000)).toMatchObject({ state: "cancelled", fee: 22_000, refund: 22_000 });
  await finish();
  expect(await moneyOf(bookingId)).toMatchObject({ states: ["captured"], kept: 22_000 });
});

test.each(["before", "after"] as const)("a change made cheaper while the capture is under way (stopped %s it is made) leaves what it costs", async (when) => {
  const bookingId = await paid(await createProperty(database.db), 1);
  const finish = await captureUnderWay(bookingId, when);
  await changeStay(ctx, bookingId, { checkOut: "2027-03-02" });
  await finish();
  expect(await moneyOf(bookingId)).toMatchObject({ states: ["captured"], kept: 11_000 });
});

/**
 * Starts the capture and stops it at the provider. What is returned lets it go on together with the balance that
 * the next event asks for, as its queue would: a run that throws is repeated.
 */
async function captureUnderWay(bookingId: string, when: "before" | "after"): Promise<() => Promise<void>> {
  const { faults } = gateway.cloud.servers.stripe!;
  faults.add({ path: "/capture", calls: 1, ...(when === "before" ? { delayMs: 400 } : { drop: "after" as const, delayMs: 100 }) });
  const capturing = balance(gateway.ctx, bookingId);
  await vi.waitFor(() => expect(faults.list()).toEqual([]));
  return async () => {
    await Promise.all([balance(gateway.ctx, bookingId), capturing]);
    await balance(gateway.ctx, bookingId);
    const settled = await moneyOf(bookingId);
    await balance(gateway.ctx, bookingId);
    expect(await moneyOf(bookingId)).toEqual(settled);
  };
}

test("a room that left keeps its dates; the booking's follow those that stand", async () => {
  const world = await world3([{ name: "Free", rules: [] }]);
  const bookingId = await bookAtProperty(ctx, world, { rooms: rooms(world, 2) });
  const [first] = await idsOf(bookingId);
  await drop(bookingId, [first!], 0);
  await changeStay(ctx, bookingId, { checkIn: "2027-03-10", checkOut: "2027-03-13" });
  const view = await get(ctx, { bookingId });
  expect(view).toMatchObject({ checkIn: "2027-03-10", checkOut: "2027-03-13", total: 33_000 });
  expect(view.stays.map((stay) => stay.nights[0]!.date)).toEqual(["2027-03-01", "2027-03-10"]);
  expect(await nightOf(database.db, world.roomTypeId)).toMatchObject({ sold: 0 });
});
