import { eq, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { bookingEvents, inventoryNights, roomStays } from "../../db/schema/index.ts";
import { cancel, cancelQuote, get, modifyQuote, startPayment } from "../../server/bookings/index.ts";
import { followers } from "../../jobs/registry.ts";
import { newId } from "../../server/platform/ids.ts";
import { eventsOf, expectAudited, expectBooked, holdStay, nightOf, refusalOf, stateOf, type Wanted } from "../helpers/booking.ts";
import { anonymous, makeContext, type TestContext } from "../helpers/context.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { createProperty, type World } from "../helpers/world.ts";

let database: TestDatabase;
let ctx: TestContext;
beforeAll(async () => {
  database = await createDatabase();
});
beforeEach(() => {
  ctx = makeContext(database);
});
afterEach(async () => {
  await expectAudited(database.db);
  await expectBooked(database.db);
});
afterAll(() => database.drop());

async function confirmed(world: World, wanted: Wanted = {}): Promise<string> {
  const { bookingId } = await holdStay(ctx, world, wanted);
  await startPayment(ctx, { bookingId, method: "property", idempotencyKey: newId() });
  return bookingId;
}

const ask = (bookingId: string, expectedFee: number) => cancel(ctx, { bookingId, expectedFee, idempotencyKey: newId() });

test("cancelling in time is free, and the nights are for sale again at once", async () => {
  const world = await createProperty(database.db, { rooms: [{ units: 1 }] });
  const bookingId = await confirmed(world);
  await refusalOf(holdStay(ctx.as(anonymous()), world), "SOLD_OUT");
  expect(await ask(bookingId, 0)).toEqual({ bookingId, state: "cancelled", fee: 0, refund: 0, ways: [], dueProperty: 0, currency: "EUR" });
  expect(await nightOf(database.db, world.roomTypeId)).toMatchObject({ sold: 0, held: 0 });
  expect(await eventsOf(database.db, bookingId)).toEqual(["booking.held", "booking.confirmed", "booking.cancelled"]);
  await holdStay(ctx.as(anonymous()), world);
});

test("once the first night can't be sold any more, its guest neither cancels nor changes the stay; a moment before, both are possible", async () => {
  const world = await createProperty(database.db);
  const bookingId = await confirmed(world);
  // Sold until 23:00 of its day, in Makassar.
  const close = Date.parse("2027-03-01T15:00:00Z") - ctx.clock.now().getTime();
  const wanted = { bookingId, checkOut: "2027-03-04", rooms: [] };
  try {
    await ctx.advance(close - 60_000);
    expect(await cancelQuote(ctx, { bookingId })).toMatchObject({ fee: expect.any(Number) });
    await modifyQuote(ctx, wanted);
    expect(await get(ctx, { bookingId })).toMatchObject({ canCancel: true, canModify: true });
    await ctx.advance(120_000);
    expect(await get(ctx, { bookingId })).toMatchObject({ canCancel: false, canModify: false });
    const begun = { reason: "the stay has begun" };
    expect(await refusalOf(cancelQuote(ctx, { bookingId }), "PRECONDITION")).toMatchObject(begun);
    expect(await refusalOf(ask(bookingId, 0), "PRECONDITION")).toMatchObject(begun);
    expect(await refusalOf(modifyQuote(ctx, wanted), "PRECONDITION")).toMatchObject(begun);
  } finally {
    await ctx.advance(-close - 60_000);
  }
});

test("two cancels at once: one cancels, the other says the state, and the nights return once", async () => {
  const world = await createProperty(database.db);
  const bookingId = await confirmed(world);
  const other = await confirmed(world);
  const outcomes = await Promise.allSettled([ask(bookingId, 0), ask(bookingId, 0), ask(bookingId, 0)]);
  expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
  for (const outcome of outcomes) if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "PRECONDITION", facts: { state: "cancelled" } });
  expect(await nightOf(database.db, world.roomTypeId)).toMatchObject({ sold: 1 });
  expect(await stateOf(database.db, other)).toEqual(["confirmed"]);
});

test("nights that the ledger doesn't know are a bug, not a cancellation: it names the booking, and nothing is written", async () => {
  const world = await createProperty(database.db);
  const bookingId = await confirmed(world);
  const rows = await database.db.delete(inventoryNights).where(eq(inventoryNights.roomTypeId, world.roomTypeId)).returning();
  await expect(ask(bookingId, 0)).rejects.toThrow(bookingId);
  expect(await stateOf(database.db, bookingId)).toEqual(["confirmed"]);
  await database.db.insert(inventoryNights).values(rows);
});

test("the boundary instant itself is still free, the next millisecond costs the policy's fee", async () => {
  const bookingId = await confirmed(await createProperty(database.db));
  const { changesAt } = await cancelQuote(ctx, { bookingId });
  // 18:00 two days before, in Makassar.
  expect(changesAt).toBe("2027-02-27T10:00:00.000Z");
  const freeze = (at: string) => database.db.execute(sql.raw(`create or replace function app_now() returns timestamptz language sql stable as $$ select '${at}'::timestamptz $$`));
  const [definition] = await database.db.execute<{ text: string }>(sql`select pg_get_functiondef('app_now'::regproc) as text`);
  try {
    await freeze("2027-02-27T10:00:00.000Z");
    expect(await cancelQuote(ctx, { bookingId })).toMatchObject({ fee: 0, changesAt: "2027-02-27T10:00:00.000Z" });
    await freeze("2027-02-27T10:00:00.001Z");
    expect(await cancelQuote(ctx, { bookingId })).toMatchObject({ fee: 11_000, changesAt: null });
    expect(await refusalOf(ask(bookingId, 0), "PRICE_CHANGED")).toEqual({ fee: 11_000, total: 11_000, currency: "EUR" });
    expect(await ask(bookingId, 11_000)).toMatchObject({ state: "cancelled", fee: 11_000, refund: 0 });
  } finally {
    await database.db.execute(sql.raw(definition!.text));
  }
  const [stay] = await database.db.select().from(roomStays).where(eq(roomStays.bookingId, bookingId));
  expect(stay).toMatchObject({ fee: 11_000, state: "cancelled" });
});

test("a later change of the policy doesn't touch what was sold", async () => {
  const world = await createProperty(database.db);
  const bookingId = await confirmed(world);
  await database.db.execute(
    sql`update policies set rules = '[{"daysBefore": 900, "time": "00:00", "fee": {"kind": "percent", "value": 100}}]' where property_id = ${world.propertyId}`,
  );
  expect(await cancelQuote(ctx, { bookingId })).toMatchObject({ fee: 0 });
});

test("the fees of several rooms add up", async () => {
  const world = await createProperty(database.db, { policies: [{ name: "Strict", rules: [{ daysBefore: 900, time: "00:00", fee: { kind: "percent", value: 50 } }] }] });
  const bookingId = await confirmed(world, { rooms: [{ productId: world.productId }, { productId: world.productId }] });
  expect(await cancelQuote(ctx, { bookingId })).toMatchObject({ fee: 22_000, refund: 0 });
  expect(await ask(bookingId, 22_000)).toMatchObject({ fee: 22_000 });
  expect((await get(ctx, { bookingId })).stays.map((stay) => stay.fee)).toEqual([11_000, 11_000]);
});

test("letting a hold go frees its nights without a fee, and no mail follows", async () => {
  const world = await createProperty(database.db, {
    rooms: [{ units: 1 }],
    policies: [{ name: "Strict", rules: [{ daysBefore: 900, time: "00:00", fee: { kind: "percent", value: 100 } }] }],
  });
  const { bookingId } = await holdStay(ctx, world);
  expect(await ask(bookingId, 0)).toMatchObject({ fee: 0, refund: 0 });
  expect(await nightOf(database.db, world.roomTypeId)).toMatchObject({ held: 0, sold: 0 });
  const types = await eventsOf(database.db, bookingId);
  expect(types).toEqual(["booking.held", "booking.released"]);
  expect(followers("booking.released").map((job) => job.name)).not.toContainEqual(expect.stringMatching(/send|text/));
});

test("an expired hold can't be cancelled, nor can somebody else's booking", async () => {
  const world = await createProperty(database.db);
  const bookingId = await confirmed(world);
  await refusalOf(cancel(ctx.as(anonymous()), { bookingId, expectedFee: 0, idempotencyKey: newId() }), "NOT_FOUND");
  await refusalOf(cancelQuote(ctx.as(anonymous()), { bookingId }), "NOT_FOUND");
  await refusalOf(ask("0199a000-0000-7000-8000-00000000dead", 0), "NOT_FOUND");
});

test("the holder of the link may cancel without an account, and the audit says who it was", async () => {
  const { bookingId, token } = await holdStay(ctx, await createProperty(database.db));
  const stranger = ctx.as({ kind: "guest", anonId: "by-link" });
  expect(await cancel(stranger, { bookingId, token, expectedFee: 0, idempotencyKey: newId() })).toMatchObject({ state: "cancelled" });
  const events = await database.db.select().from(bookingEvents).where(eq(bookingEvents.bookingId, bookingId)).orderBy(bookingEvents.id);
  expect(events.at(-1)).toMatchObject({ type: "cancelled", actor: "anon:by-link", version: 2, data: { settlement: { fee: 0, back: 0 } } });
});
