import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { bookingEvents } from "../../db/schema/index.ts";
import { followers } from "../../jobs/registry.ts";
import { cancel, cancelQuote, get, hold, modify, modifyQuote } from "../../server/bookings/index.ts";
import { modifyQuoteInput } from "../../server/bookings/modify-schemas.ts";
import { newId } from "../../server/platform/ids.ts";
import { bookAtProperty, changeOf, changeStay, eventsOf, expectAudited, expectBooked, holdStay, ledgerOf, nightOf, refusalOf, wish } from "../helpers/booking.ts";
import { anonymous, makeContext, type TestContext } from "../helpers/context.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { createProperty, type WorldOverrides } from "../helpers/world.ts";

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

const NON_REFUNDABLE: WorldOverrides = { policies: [{ name: "Non-refundable", rules: [{ daysBefore: 900, time: "00:00", fee: { kind: "percent", value: 100 } }] }] };
/** Two kinds of room, one dearer. */
const TWO_ROOMS: WorldOverrides = { rooms: [{ units: 1 }, { units: 1, name: "Suite", prices: [15_000, 15_000, 18_000], maxAdults: 3 }] };

/** Units sold on each night from 1 March on. */
async function sold(roomTypeId: number, nights: number): Promise<number[]> {
  return (await ledgerOf(database.db, roomTypeId)).slice(0, nights).map((night) => night.sold);
}

const quoteOf = (bookingId: string, wanted: object) => modifyQuote(ctx, modifyQuoteInput.parse({ bookingId, ...wanted }));

async function roomIdOf(bookingId: string, index = 0): Promise<string> {
  return (await get(ctx, { bookingId })).stays[index]!.id;
}

test("a stay in the last room moves by one night, needing only the night it lacks", async () => {
  const world = await createProperty(database.db, { rooms: [{ units: 1 }] });
  const bookingId = await bookAtProperty(ctx, world, { nights: 3 });
  const before = await nightOf(database.db, world.roomTypeId, "2027-03-02");
  const answer = await changeStay(ctx, bookingId, { checkIn: "2027-03-02", checkOut: "2027-03-05" });
  expect(answer).toEqual({ status: "applied", bookingId, version: 3, refund: 0, ways: [] });
  expect(await sold(world.roomTypeId, 5)).toEqual([0, 1, 1, 1, 0]);
  // A night that the stay keeps isn't touched at all.
  expect(await nightOf(database.db, world.roomTypeId, "2027-03-02")).toEqual(before);
  const view = await get(ctx, { bookingId });
  expect(view).toMatchObject({ checkIn: "2027-03-02", checkOut: "2027-03-05", version: 3, total: 33_000, state: "confirmed", canModify: true, change: null });
  expect(view.stays[0]!.nights.map((night) => night.date)).toEqual(["2027-03-02", "2027-03-03", "2027-03-04"]);
});

test("the quote shows the new total and the difference, and the change is audited with before and after", async () => {
  const world = await createProperty(database.db, { rooms: [{ units: 1, nights: { "2027-03-03": { adultPrices: [25_000, 25_000] } } }] });
  const bookingId = await bookAtProperty(ctx, world);
  const quote = await quoteOf(bookingId, { checkOut: "2027-03-04" });
  expect(quote).toMatchObject({ totalBefore: 22_000, total: 49_500, due: 0, refund: 0, changeFee: 0, cancelFee: 0, currency: "EUR", freeUntil: "2027-02-27T10:00:00.000Z" });
  await modify(ctx, { bookingId, rooms: [], checkOut: "2027-03-04", quoteHash: quote.quoteHash, idempotencyKey: newId() });
  expect(await get(ctx, { bookingId })).toMatchObject({ total: 49_500, dueOnline: 0 });
  const events = await database.db.select().from(bookingEvents).where(eq(bookingEvents.bookingId, bookingId)).orderBy(bookingEvents.id);
  expect(events.at(-1)).toMatchObject({
    type: "modified",
    version: 3,
    data: { before: { checkOut: "2027-03-03", total: 22_000 }, after: { checkOut: "2027-03-04", total: 49_500 }, contact: false },
  });
  expect((await eventsOf(database.db, bookingId)).at(-1)).toBe("booking.modified");
  expect(followers("booking.modified").map((job) => job.name)).toEqual(expect.arrayContaining(["send-change", "balance-money"]));
});

test("another room for other guests: one goes back, one is taken, and the rest of the booking stays as sold", async () => {
  const world = await createProperty(database.db, { rooms: [{ units: 2 }, { units: 1, name: "Suite", prices: [15_000, 15_000, 18_000], maxAdults: 3 }] });
  const bookingId = await bookAtProperty(ctx, world, { rooms: [{ productId: world.productId }, { productId: world.productId }] });
  const [first, second] = (await get(ctx, { bookingId })).stays;
  await changeStay(ctx, bookingId, { rooms: [{ roomStayId: second!.id, productId: world.rooms[1]!.products["flex"]!, adults: 3, childAges: [] }] });
  const { stays, total } = await get(ctx, { bookingId });
  expect(stays[0]).toEqual(first);
  expect(stays[1]).toMatchObject({ id: second!.id, roomName: "Suite", adults: 3, total: 39_600 });
  expect(total).toBe(22_000 + 39_600);
  expect(await sold(world.roomTypeId, 3)).toEqual([1, 1, 0]);
  expect(await sold(world.rooms[1]!.roomTypeId, 3)).toEqual([1, 1, 0]);
});

test("two rooms swap their kinds though both are sold out", async () => {
  const world = await createProperty(database.db, TWO_ROOMS);
  const suite = world.rooms[1]!.products["flex"]!;
  const bookingId = await bookAtProperty(ctx, world, { rooms: [{ productId: world.productId }, { productId: suite }] });
  const [one, two] = (await get(ctx, { bookingId })).stays;
  const before = await nightOf(database.db, world.roomTypeId);
  await changeStay(ctx, bookingId, {
    rooms: [
      { roomStayId: one!.id, productId: suite, adults: 2, childAges: [] },
      { roomStayId: two!.id, productId: world.productId, adults: 1, childAges: [] },
    ],
  });
  expect((await get(ctx, { bookingId })).stays.map((stay) => stay.roomName)).toEqual(["Suite", "Double room"]);
  expect(await nightOf(database.db, world.roomTypeId)).toEqual(before);
});

test("the booking says when each of its versions was made", async () => {
  const bookingId = await bookAtProperty(ctx, await createProperty(database.db));
  const booked = await get(ctx, { bookingId });
  await ctx.advance(3_600_000);
  expect(await get(ctx, { bookingId })).toMatchObject({ versionAt: booked.versionAt });
  await changeStay(ctx, bookingId, { notes: "Late arrival" });
  const changed = await get(ctx, { bookingId });
  expect(Date.parse(changed.versionAt) - Date.parse(booked.versionAt)).toBeGreaterThanOrEqual(3_600_000);
  expect(changed.createdAt).toBe(booked.createdAt);
});

test("name, phone and notes change at once; the e-mail that opens the booking stays", async () => {
  const bookingId = await bookAtProperty(ctx, await createProperty(database.db));
  expect(await changeStay(ctx, bookingId, { guest: { name: "Ana Maria Reis", phone: "" }, notes: "Late arrival" })).toMatchObject({ status: "applied", version: 3 });
  expect(await get(ctx, { bookingId })).toMatchObject({ guest: { name: "Ana Maria Reis", phone: "", email: "ana@guest.test" }, notes: "Late arrival", total: 22_000 });
  // The audit says that it changed, not what it is.
  const events = await database.db.select().from(bookingEvents).where(eq(bookingEvents.bookingId, bookingId));
  expect(JSON.stringify(events)).not.toContain("Maria");
  expect(await refusalOf(changeStay(ctx, bookingId, { notes: "Late arrival" }), "PRECONDITION")).toEqual({ reason: "nothing changes" });
});

test("sold out names the nights that are lacking, and the booking stays whole", async () => {
  const world = await createProperty(database.db, { rooms: [{ units: 1 }] });
  const bookingId = await bookAtProperty(ctx, world);
  const input = await changeOf(ctx, bookingId, { checkIn: "2027-03-02", checkOut: "2027-03-05" });
  await holdStay(ctx.as(anonymous()), world, { checkIn: "2027-03-04", nights: 1 });
  const nights = [{ roomTypeId: world.roomTypeId, date: "2027-03-04" }];
  expect(await refusalOf(modify(ctx, input), "SOLD_OUT")).toEqual({ nights });
  expect(await refusalOf(quoteOf(bookingId, { checkIn: "2027-03-02", checkOut: "2027-03-05" }), "SOLD_OUT")).toEqual({ nights });
  expect(await get(ctx, { bookingId })).toMatchObject({ checkIn: "2027-03-01", version: 2 });
  expect(await sold(world.roomTypeId, 4)).toEqual([1, 1, 0, 0]);
});

test("an overdue hold in the way refuses nobody", async () => {
  const world = await createProperty(database.db, { rooms: [{ units: 1 }] });
  const bookingId = await bookAtProperty(ctx, world);
  const input = await changeOf(ctx, bookingId, { checkOut: "2027-03-04" });
  await holdStay(ctx.as(anonymous()), world, { checkIn: "2027-03-03", nights: 1 });
  await ctx.advance(16 * 60_000);
  expect(await quoteOf(bookingId, { checkOut: "2027-03-04" })).toMatchObject({ quoteHash: input.quoteHash });
  expect(await modify(ctx, input)).toMatchObject({ status: "applied" });
});

test("a price that moved since it was shown is refused with the new one", async () => {
  const world = await createProperty(database.db);
  const bookingId = await bookAtProperty(ctx, world);
  const input = await changeOf(ctx, bookingId, { checkOut: "2027-03-04" });
  const facts = await refusalOf(modify(ctx, { ...input, checkOut: "2027-03-05" }), "PRICE_CHANGED");
  expect(facts).toMatchObject({ total: 44_000, currency: "EUR" });
  expect(await modify(ctx, { ...input, checkOut: "2027-03-05", quoteHash: facts.quoteHash ?? "" })).toMatchObject({ status: "applied" });
  // Any change makes what was shown before another one's.
  await refusalOf(modify(ctx, { ...input, idempotencyKey: newId() }), "PRICE_CHANGED");
});

test.each<[string, object, object]>([
  ["too short", { checkOut: "2027-03-02" }, { reason: "min_stay", value: 2 }],
  ["arriving on a closed day", { checkIn: "2027-03-05", checkOut: "2027-03-08" }, { reason: "closed_to_arrival" }],
  ["in the past", { checkIn: "2026-01-01", checkOut: "2026-01-04" }, { reason: "past" }],
])("restrictions hold for a changed stay: %s", async (_, wanted, facts) => {
  const world = await createProperty(database.db, { rooms: [{ nights: { "2027-03-01": { minStayArrival: 2 }, "2027-03-05": { closedToArrival: true } } }] });
  const bookingId = await bookAtProperty(ctx, world);
  expect(await refusalOf(quoteOf(bookingId, wanted), "RESTRICTED")).toEqual(facts);
});

test("only what stands can be changed, and only by whom it belongs to", async () => {
  const world = await createProperty(database.db, { rooms: [{ units: 5 }] });
  const { bookingId: held } = await holdStay(ctx, world);
  expect(await refusalOf(quoteOf(held, { checkOut: "2027-03-04" }), "PRECONDITION")).toMatchObject({ state: "pending" });
  const bookingId = await bookAtProperty(ctx, world);
  const input = await changeOf(ctx, bookingId, { checkOut: "2027-03-04" });
  await refusalOf(modify(ctx.as(anonymous()), input), "NOT_FOUND");
  await refusalOf(quoteOf(bookingId, { rooms: [{ roomStayId: await roomIdOf(held), productId: world.productId, adults: 1 }] }), "NOT_FOUND");
  const foreign = await createProperty(database.db);
  await refusalOf(quoteOf(bookingId, { rooms: [{ roomStayId: await roomIdOf(bookingId), productId: foreign.productId, adults: 1 }] }), "NOT_FOUND");
  expect(await refusalOf(quoteOf(bookingId, { checkIn: "2027-03-09" }), "INVALID")).toMatchObject({ field: "checkOut" });
  expect(await refusalOf(quoteOf(bookingId, { checkOut: "2027-06-09" }), "INVALID")).toMatchObject({ field: "checkOut" });
  await cancel(ctx, { bookingId, expectedFee: 0, idempotencyKey: newId() });
  expect(await refusalOf(modify(ctx, input), "PRECONDITION")).toMatchObject({ state: "cancelled" });
});

test("the same key once more gets the same answer, whatever became of the booking; another body doesn't", async () => {
  const world = await createProperty(database.db);
  const bookingId = await bookAtProperty(ctx, world);
  const input = await changeOf(ctx, bookingId, { checkOut: "2027-03-04" });
  const answers = await Promise.all([modify(ctx, input), modify(ctx, input), modify(ctx, input)]);
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect((await eventsOf(database.db, bookingId)).filter((type) => type === "booking.modified")).toHaveLength(1);
  await refusalOf(modify(ctx, { ...input, notes: "another" }), "CONFLICT");
  await cancel(ctx, { bookingId, expectedFee: 0, idempotencyKey: newId() });
  expect(await modify(ctx, input)).toEqual(answers[0]);
});

test("a non-refundable stay made shorter costs what it did, in lines that add up", async () => {
  const world = await createProperty(database.db, NON_REFUNDABLE);
  const bookingId = await bookAtProperty(ctx, world, { nights: 3 });
  const quote = await quoteOf(bookingId, { checkOut: "2027-03-02" });
  expect(quote).toMatchObject({ totalBefore: 33_000, total: 33_000, changeFee: 22_000, cancelFee: 33_000, freeUntil: null });
  await changeStay(ctx, bookingId, { checkOut: "2027-03-02" });
  const { stays, total } = await get(ctx, { bookingId });
  expect(total).toBe(33_000);
  expect(stays[0]!.charges).toContainEqual({ name: "Change fee", amount: 22_000, inclusive: false, collect: "now" });
  expect(stays[0]!.nights.reduce((sum, night) => sum + night.price, 0) + stays[0]!.charges.reduce((sum, charge) => sum + charge.amount, 0)).toBe(33_000);
  // Longer again: what was kept counts towards it.
  expect(await quoteOf(bookingId, { checkOut: "2027-03-03" })).toMatchObject({ total: 33_000, changeFee: 11_000 });
  expect(await quoteOf(bookingId, { checkOut: "2027-03-05" })).toMatchObject({ total: 44_000, changeFee: 0 });
});

test("moving a stay far away doesn't buy back a free cancellation", async () => {
  const world = await createProperty(database.db, {
    policies: [{ name: "Late", rules: [{ daysBefore: 60, time: "18:00", fee: { kind: "nights", value: 1 } }] }],
    days: 200,
  });
  const bookingId = await bookAtProperty(ctx, world);
  const far = { checkIn: "2027-09-01", checkOut: "2027-09-03" };
  expect(await quoteOf(bookingId, far)).toMatchObject({ cancelFee: 0 });
  // Past the deadline of the stay in March, long before the other's.
  await ctx.advance(new Date("2027-01-10T00:00:00Z").getTime() - ctx.clock.now().getTime());
  expect(await quoteOf(bookingId, far)).toMatchObject({ cancelFee: 11_000, freeUntil: null, changeFee: 0 });
  await changeStay(ctx, bookingId, far);
  expect(await cancelQuote(ctx, { bookingId })).toMatchObject({ fee: 11_000 });
});

test("a room kept at the dates keeps its price and its conditions, whatever rates do since", async () => {
  const world = await createProperty(database.db, { rooms: [{ units: 3 }] });
  const bookingId = await bookAtProperty(ctx, world, { rooms: [{ productId: world.productId }, { productId: world.productId }] });
  const [first, second] = (await get(ctx, { bookingId })).stays;
  await database.db.execute(`update rate_nights set adult_prices = '{20000,20000}' where product_id = ${world.productId}`);
  await changeStay(ctx, bookingId, { rooms: [{ roomStayId: second!.id, productId: world.productId, adults: 1, childAges: [] }] });
  const after = (await get(ctx, { bookingId })).stays;
  expect(after[0]).toEqual(first);
  expect(after[1]).toMatchObject({ adults: 1, total: 44_000 });
});

test("a rate that must be paid online can't take the place of one that is paid at the property", async () => {
  const world = await createProperty(database.db, { plans: [{ code: "flex" }, { code: "prepaid", payment: "online" }] });
  ctx = makeContext(database, { env: { STRIPE_SECRET_KEY: "sk_test_modify" } });
  const bookingId = await bookAtProperty(ctx, world);
  const rooms = [{ roomStayId: await roomIdOf(bookingId), productId: world.rooms[0]!.products["prepaid"]!, adults: 2, childAges: [] }];
  expect(await refusalOf(quoteOf(bookingId, { rooms }), "PRECONDITION")).toEqual({ reason: "payment method not offered" });
});

test("what a change frees is for sale at once", async () => {
  const world = await createProperty(database.db, { rooms: [{ units: 1 }] });
  const bookingId = await bookAtProperty(ctx, world, { nights: 2 });
  const other = ctx.as(anonymous());
  await changeStay(ctx, bookingId, { checkIn: "2027-03-10", checkOut: "2027-03-12" });
  await hold(other, await wish(other, world));
});
