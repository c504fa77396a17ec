import { and, eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { bookingChanges, inventoryNights, payments, refunds } from "../../db/schema/index.ts";
import { followers } from "../../jobs/registry.ts";
import { balance, cancel, closeChange, closePages, get, hold, modify, modifyQuote, overdueChanges, settle, startPayment } from "../../server/bookings/index.ts";
import { expireChange } from "../../server/bookings/changes.ts";
import { modifyQuoteInput } from "../../server/bookings/modify-schemas.ts";
import { paymentStatus } from "../../server/bookings/payment-status.ts";
import { newId } from "../../server/platform/ids.ts";
import { OutsideError } from "../../server/platform/outside.ts";
import { quote } from "../../server/rooms/quote.ts";
import { changeOf, changeStay, eventsOf, expectAudited, expectBooked, holdStay, idsOf, ledgerOf, nightOf, refusalOf, stateOf, type Wanted, wish } from "../helpers/booking.ts";
import { anonymous, openRedisGateway, type TestContext } from "../helpers/context.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { payByStripe, startGateway, type Gateway } from "../helpers/gateway.ts";
import { createProperty, type World, type WorldOverrides } from "../helpers/world.ts";

const MINUTE = 60_000;
const DOWN = { error: { type: "api_error", message: "Something went wrong on Stripe's end." } };

let database: TestDatabase;
let gateway: Gateway;
let ctx: TestContext;
beforeAll(async () => {
  database = await createDatabase();
});
beforeEach(async () => {
  // No queue: the test runs the jobs' verbs itself, when it wants to.
  gateway = await startGateway(database, { cloud: { stripe: 0, resend: 0 }, publishing: false });
  ctx = gateway.ctx;
});
afterEach(async () => {
  await ctx.settled();
  await gateway.close();
  await expectAudited(database.db);
  await expectBooked(database.db);
});
afterAll(() => database.drop());

interface Paid {
  world: World;
  guest: TestContext;
  bookingId: string;
}

/** A booking of two nights for 22 000, paid by card and captured. */
async function paidBooking(overrides: WorldOverrides = { rooms: [{ units: 1 }] }, wanted: Wanted = {}): Promise<Paid> {
  const world = await createProperty(database.db, overrides);
  const guest = ctx.as(anonymous());
  const { bookingId } = await holdStay(guest, world, wanted);
  await payByStripe(await pageOf(guest, bookingId));
  await vi.waitFor(async () => expect(new Set(await stateOf(database.db, bookingId))).toEqual(new Set(["confirmed"])), { timeout: 5000 });
  await balance(ctx, bookingId);
  return { world, guest, bookingId };
}

async function pageOf(guest: TestContext, bookingId: string, changeId?: string): Promise<string> {
  const started = await startPayment(guest, { bookingId, changeId, method: "stripe", idempotencyKey: newId() });
  if (started.status !== "redirect") throw new Error("confirmed instead of a page");
  return started.redirectUrl;
}

/** A third night, which costs 11 000 more and waits to be paid. */
async function draftOf({ guest, bookingId }: Paid, wanted: object = { checkOut: "2027-03-04" }): Promise<string> {
  const answer = await changeStay(guest, bookingId, wanted);
  if (answer.status !== "payment_due") throw new Error("applied at once");
  return answer.changeId;
}

async function changeState(changeId: string): Promise<string | undefined> {
  const [row] = await database.db.select({ state: bookingChanges.state }).from(bookingChanges).where(eq(bookingChanges.id, changeId));
  return row?.state;
}

const becomes = (changeId: string, state: string) => vi.waitFor(async () => expect(await changeState(changeId)).toBe(state), { timeout: 5000 });

function paymentsOf(bookingId: string) {
  return database.db.select().from(payments).where(eq(payments.bookingId, bookingId)).orderBy(payments.attempt);
}

/** Captured, and what of it went back. */
async function keptOf(bookingId: string): Promise<number> {
  const all = await paymentsOf(bookingId);
  const given = await database.db
    .select({ amount: refunds.amount, state: refunds.state })
    .from(refunds)
    .innerJoin(payments, eq(payments.id, refunds.paymentId))
    .where(eq(payments.bookingId, bookingId));
  expect(all.map((payment) => payment.state)).not.toContain("authorised");
  return all.reduce((sum, payment) => sum + payment.captured, 0) - given.reduce((sum, refund) => sum + (refund.state === "failed" ? 0 : refund.amount), 0);
}

/** Lets the webhook go astray. */
function loseWebhooks(): void {
  gateway.runtime.services = { ...ctx, config: { ...ctx.config, STRIPE_WEBHOOK_SECRET: "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" } };
}

const counts = async (world: World, date: string) => {
  const { held, sold } = await nightOf(database.db, world.roomTypeId, date);
  return { held, sold };
};

test("a dearer change holds the night it lacks, and is made when its difference is paid", async () => {
  const paid = await paidBooking();
  const { guest, bookingId, world } = paid;
  const quote = await modifyQuote(guest, modifyQuoteInput.parse({ bookingId, checkOut: "2027-03-04" }));
  expect(quote).toMatchObject({ totalBefore: 22_000, total: 33_000, due: 11_000, refund: 0 });
  const changeId = await draftOf(paid);
  expect(await counts(world, "2027-03-03")).toEqual({ held: 1, sold: 0 });
  const waiting = await get(guest, { bookingId });
  expect(waiting).toMatchObject({ checkOut: "2027-03-03", total: 22_000, version: 2, change: { id: changeId, due: 11_000, total: 33_000, checkOut: "2027-03-04" } });

  const pageUrl = await pageOf(guest, bookingId, changeId);
  expect(await paymentStatus(guest, { bookingId, changeId })).toMatchObject({ booking: "confirmed", change: "pending" });
  expect(await payByStripe(pageUrl)).toContain(`changeId=${changeId}`);
  await becomes(changeId, "applied");
  expect(await get(guest, { bookingId })).toMatchObject({ checkOut: "2027-03-04", total: 33_000, dueOnline: 33_000, version: 3, change: null });
  expect(await counts(world, "2027-03-03")).toEqual({ held: 0, sold: 1 });
  await balance(ctx, bookingId);
  expect(await keptOf(bookingId)).toBe(33_000);
  expect(await eventsOf(database.db, bookingId)).toEqual(["booking.held", "booking.confirmed", "booking.change_held", "booking.modified"]);
  expect(followers("booking.change_held").map((job) => job.name)).toEqual(["close-change"]);
});

test("a draft that isn't over can't be expired; once it is, it can, once", async () => {
  const paid = await paidBooking();
  const changeId = await draftOf(paid);
  expect(await expireChange(ctx, changeId)).toBe(false);
  expect(await changeState(changeId)).toBe("pending");
  expect(await counts(paid.world, "2027-03-03")).toEqual({ held: 1, sold: 0 });
  await ctx.advance(16 * MINUTE);
  expect([await expireChange(ctx, changeId), await expireChange(ctx, changeId)]).toEqual([true, false]);
  expect(await counts(paid.world, "2027-03-03")).toEqual({ held: 0, sold: 0 });
});

test("a cheaper change is made at once, and the balance gives the excess back", async () => {
  const { guest, bookingId, world } = await paidBooking();
  expect(await modifyQuote(guest, modifyQuoteInput.parse({ bookingId, checkOut: "2027-03-02" }))).toMatchObject({ total: 11_000, due: 0, refund: 11_000 });
  expect(await changeStay(guest, bookingId, { checkOut: "2027-03-02" })).toMatchObject({ status: "applied" });
  expect(await counts(world, "2027-03-02")).toEqual({ held: 0, sold: 0 });
  await balance(ctx, bookingId);
  await balance(ctx, bookingId);
  expect(await keptOf(bookingId)).toBe(11_000);
});

test("a non-refundable booking made shorter gives no money back", async () => {
  const { guest, bookingId } = await paidBooking({ policies: [{ name: "Strict", rules: [{ daysBefore: 900, time: "00:00", fee: { kind: "percent", value: 100 } }] }] });
  expect(await modifyQuote(guest, modifyQuoteInput.parse({ bookingId, checkOut: "2027-03-02" }))).toMatchObject({ total: 22_000, refund: 0, changeFee: 11_000 });
  await changeStay(guest, bookingId, { checkOut: "2027-03-02" });
  await balance(ctx, bookingId);
  expect(await keptOf(bookingId)).toBe(22_000);
});

test("changed twice, dearer then cheaper: the money follows both", async () => {
  const paid = await paidBooking();
  const { guest, bookingId } = paid;
  const changeId = await draftOf(paid);
  await payByStripe(await pageOf(guest, bookingId, changeId));
  await becomes(changeId, "applied");
  // The difference is only reserved yet.
  await changeStay(guest, bookingId, { checkOut: "2027-03-02" });
  await balance(ctx, bookingId);
  await balance(ctx, bookingId);
  expect(await keptOf(bookingId)).toBe(11_000);
});

test("a draft that nobody pays ends: its page closes, the night it held is for sale, the booking is as it was", async () => {
  const paid = await paidBooking();
  const { guest, bookingId, world } = paid;
  const changeId = await draftOf(paid);
  const pageUrl = await pageOf(guest, bookingId, changeId);
  expect(await closeChange(ctx, changeId)).toBe("not_due");
  await ctx.advance(16 * MINUTE);
  expect(await idsOf(overdueChanges(ctx, 30, 100))).toContain(changeId);
  expect(await refusalOf(startPayment(guest, { bookingId, changeId, method: "stripe", idempotencyKey: newId() }), "HOLD_EXPIRED")).toEqual({ bookingId });
  expect(await closeChange(ctx, changeId)).toBe("expired");
  expect(await closeChange(ctx, changeId)).toBe("not_due");
  expect(await counts(world, "2027-03-03")).toEqual({ held: 0, sold: 0 });
  await payByStripe(pageUrl);
  expect((await paymentsOf(bookingId)).map((payment) => payment.state)).toEqual(["captured", "expired"]);
  expect(await get(guest, { bookingId })).toMatchObject({ checkOut: "2027-03-03", version: 2, change: null });
});

test("an overdue draft refuses nobody, though no job has come by", async () => {
  const paid = await paidBooking();
  await draftOf(paid);
  const { propertyId, productId } = paid.world;
  const quoted = () => quote(ctx.as(anonymous()), { propertyId, checkIn: "2027-03-03", checkOut: "2027-03-04", rooms: [{ productId, adults: 2, childAges: [] }] });
  await refusalOf(quoted(), "SOLD_OUT");
  await refusalOf(holdStay(ctx.as(anonymous()), paid.world, { checkIn: "2027-03-03", nights: 1 }), "SOLD_OUT");
  await ctx.advance(16 * MINUTE);
  expect(await quoted()).toMatchObject({ total: 11_000 });
  await holdStay(ctx.as(anonymous()), paid.world, { checkIn: "2027-03-03", nights: 1 });
});

test("paid in the last second, and the webhook lost: the change is made though its time is over", async () => {
  const paid = await paidBooking();
  const changeId = await draftOf(paid);
  loseWebhooks();
  await payByStripe(await pageOf(paid.guest, paid.bookingId, changeId));
  await ctx.advance(16 * MINUTE);
  expect(await closeChange(ctx, changeId)).toBe("paid");
  expect(await changeState(changeId)).toBe("applied");
});

test.each([
  ["the night is taken again where it is free", false],
  ["the money goes back where it isn't", true],
])("paid after its end: %s", async (_, taken) => {
  const paid = await paidBooking();
  const { world, guest, bookingId } = paid;
  const changeId = await draftOf(paid);
  loseWebhooks();
  await payByStripe(await pageOf(guest, bookingId, changeId));
  gateway.cloud.servers.stripe!.faults.add({ calls: 1000, status: 500, body: DOWN });
  await ctx.advance(16 * MINUTE);
  await expect(closeChange(ctx, changeId)).rejects.toThrow(OutsideError);
  await ctx.advance(5 * MINUTE);
  expect(await closeChange(ctx, changeId)).toBe("expired");
  if (taken) await holdStay(ctx.as(anonymous()), world, { checkIn: "2027-03-03", nights: 1 });
  gateway.cloud.servers.stripe!.faults.clear();
  const [, late] = await paymentsOf(bookingId);
  await settle(ctx, late!.id);
  expect(await changeState(changeId)).toBe(taken ? "expired" : "applied");
  await balance(ctx, bookingId);
  expect(await keptOf(bookingId)).toBe(taken ? 22_000 : 33_000);
  expect((await eventsOf(database.db, bookingId)).includes("booking.change_late")).toBe(taken);
});

test("another change takes the draft's place: one draft holds nights, and the first one's page closes", async () => {
  const paid = await paidBooking();
  const { guest, bookingId, world } = paid;
  const first = await draftOf(paid);
  const pageUrl = await pageOf(guest, bookingId, first);
  const second = await draftOf(paid, { checkOut: "2027-03-05" });
  expect([await changeState(first), await changeState(second)]).toEqual(["abandoned", "pending"]);
  expect((await ledgerOf(database.db, world.roomTypeId)).slice(0, 5).map((night) => [night.sold, night.held])).toEqual([
    [1, 0],
    [1, 0],
    [0, 1],
    [0, 1],
    [0, 0],
  ]);
  expect(followers("booking.change_ended").map((job) => job.name)).toEqual(["close-change-pages"]);
  const secondPage = await pageOf(guest, bookingId, second);
  await closePages(ctx, bookingId, first);
  expect(await refusalOf(startPayment(guest, { bookingId, changeId: first, method: "stripe", idempotencyKey: newId() }), "PRECONDITION")).toMatchObject({ state: "abandoned" });
  await payByStripe(pageUrl);
  await payByStripe(secondPage);
  await becomes(second, "applied");
  await balance(ctx, bookingId);
  expect(await keptOf(bookingId)).toBe(44_000);
});

test("paid for a change that another one has replaced: the money goes back, the other stays", async () => {
  const paid = await paidBooking();
  const { guest, bookingId } = paid;
  const changeId = await draftOf(paid);
  const pageUrl = await pageOf(guest, bookingId, changeId);
  await changeStay(guest, bookingId, { notes: "Quiet room, please" });
  await payByStripe(pageUrl);
  await vi.waitFor(async () => expect((await paymentsOf(bookingId)).map((payment) => payment.state)).toEqual(["captured", "authorised"]), { timeout: 5000 });
  await balance(ctx, bookingId);
  expect(await get(guest, { bookingId })).toMatchObject({ checkOut: "2027-03-03", notes: "Quiet room, please" });
  expect(await keptOf(bookingId)).toBe(22_000);
});

test("cancelling a booking lets its draft go with it", async () => {
  const paid = await paidBooking();
  const { guest, bookingId, world } = paid;
  const changeId = await draftOf(paid);
  await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() });
  expect(await changeState(changeId)).toBe("abandoned");
  expect(await counts(world, "2027-03-03")).toEqual({ held: 0, sold: 0 });
  await balance(ctx, bookingId);
  expect(await keptOf(bookingId)).toBe(0);
});

test("a webhook twice, and the sweep at once: the change is made once", async () => {
  const paid = await paidBooking();
  const changeId = await draftOf(paid);
  loseWebhooks();
  await payByStripe(await pageOf(paid.guest, paid.bookingId, changeId));
  const [, payment] = await paymentsOf(paid.bookingId);
  await Promise.all(Array.from({ length: 6 }, () => settle(ctx, payment!.id)));
  expect((await eventsOf(database.db, paid.bookingId)).filter((type) => type === "booking.modified")).toHaveLength(1);
});

test("paid and expired at the same instant: either the change is made, or the money goes back; never both, never neither", async () => {
  for (let round = 0; round < 6; round += 1) {
    const paid = await paidBooking();
    const { bookingId, world } = paid;
    const changeId = await draftOf(paid);
    loseWebhooks();
    await payByStripe(await pageOf(paid.guest, bookingId, changeId));
    gateway.runtime.services = ctx;
    await ctx.advance(16 * MINUTE);
    const [, payment] = await paymentsOf(bookingId);
    // Somebody else wants the night, too, and lets the overdue draft go if need be.
    const rival = ctx.as(anonymous());
    const wanted = holdStay(rival, world, { checkIn: "2027-03-03", nights: 1 }).then(
      () => "held",
      (error: { code?: string }) => error.code,
    );
    await Promise.all([settle(ctx, payment!.id), expireChange(ctx, changeId), wanted]);
    await balance(ctx, bookingId);
    const applied = (await changeState(changeId)) === "applied";
    expect(await wanted).toBe(applied ? "SOLD_OUT" : "held");
    expect(await keptOf(bookingId)).toBe(applied ? 33_000 : 22_000);
  }
});

test("a draft whose money is being examined keeps its night past its end; once it is not, the next guest gets it", async () => {
  const paid = await paidBooking();
  const changeId = await draftOf(paid);
  await pageOf(paid.guest, paid.bookingId, changeId);
  const becomesState = (state: "challenged" | "denied") => database.db.update(payments).set({ state }).where(eq(payments.changeId, changeId));
  await becomesState("challenged");
  await ctx.advance(16 * MINUTE);
  const rival = ctx.as(anonymous());
  const wanted = await wish(rival, paid.world, { checkIn: "2027-03-03", nights: 1 });
  await refusalOf(quote(rival, wanted), "SOLD_OUT");
  await refusalOf(hold(rival, wanted), "SOLD_OUT");
  expect(await changeState(changeId)).toBe("pending");
  // Examined since the rival's look: the write decides.
  expect(await expireChange(ctx, changeId, { waits: false })).toBe(false);
  await becomesState("denied");
  expect((await quote(rival, wanted)).total).toBe(11_000);
  await hold(rival, wanted);
  expect(await changeState(changeId)).toBe("expired");
});

test("a draft's night that the ledger doesn't know is a bug: its end names the booking, and writes nothing", async () => {
  const paid = await paidBooking();
  const changeId = await draftOf(paid);
  await ctx.advance(16 * MINUTE);
  const [row] = await database.db
    .delete(inventoryNights)
    .where(and(eq(inventoryNights.roomTypeId, paid.world.roomTypeId), eq(inventoryNights.stayDate, "2027-03-03")))
    .returning();
  await expect(expireChange(ctx, changeId)).rejects.toThrow(paid.bookingId);
  expect(await changeState(changeId)).toBe("pending");
  await database.db.insert(inventoryNights).values(row!);
});

test("a draft and a hold want the last unit: exactly one holds it", async () => {
  for (let round = 0; round < 6; round += 1) {
    const paid = await paidBooking();
    const change = await changeOf(paid.guest, paid.bookingId, { checkOut: "2027-03-04" });
    const results = await Promise.allSettled([modify(paid.guest, change), holdStay(ctx.as(anonymous()), paid.world, { checkIn: "2027-03-03", nights: 1 })]);
    expect(results.map((result) => result.status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(await counts(paid.world, "2027-03-03")).toEqual({ held: 1, sold: 0 });
  }
});

test("a declined card leaves the draft as it is, and the next one pays", async () => {
  const paid = await paidBooking();
  const changeId = await draftOf(paid);
  const pageUrl = await pageOf(paid.guest, paid.bookingId, changeId);
  await payByStripe(pageUrl, "4000000000000002");
  await vi.waitFor(async () => expect((await paymentsOf(paid.bookingId))[1]!.state).toBe("denied"), { timeout: 5000 });
  expect(await pageOf(paid.guest, paid.bookingId, changeId)).toBe(pageUrl);
  await payByStripe(pageUrl);
  await becomes(changeId, "applied");
});

test("a difference is never paid at the property, nor by a foreign change's id", async () => {
  const paid = await paidBooking();
  const changeId = await draftOf(paid);
  const other = await paidBooking();
  const start = (method: "stripe" | "property", bookingId: string) => startPayment(paid.guest, { bookingId, changeId, method, idempotencyKey: newId() });
  await refusalOf(start("property", paid.bookingId), "PRECONDITION");
  await refusalOf(startPayment(other.guest, { bookingId: other.bookingId, changeId, method: "stripe", idempotencyKey: newId() }), "NOT_FOUND");
});

test("the name changes at once though the dates wait for their payment", async () => {
  const paid = await paidBooking();
  const { guest, bookingId } = paid;
  const answer = await modify(guest, await changeOf(guest, bookingId, { checkOut: "2027-03-04", guest: { name: "Rui Reis" } }));
  if (answer.status !== "payment_due") throw new Error("applied at once");
  expect(await get(guest, { bookingId })).toMatchObject({ guest: { name: "Rui Reis" }, checkOut: "2027-03-03", version: 3 });
  await payByStripe(await pageOf(guest, bookingId, answer.changeId));
  await becomes(answer.changeId, "applied");
});

test("a repetition needs no lock: it gets its answer while somebody keeps the night that is not paid yet", async () => {
  const { world, guest, bookingId } = await paidBooking();
  const redis = await openRedisGateway();
  const hasty = { ...guest, redis: redis.redis, config: { ...guest.config, LOCK_WAIT_MS: 0 } };
  const input = await changeOf(guest, bookingId, { checkOut: "2027-03-04" });
  const answer = await modify(hasty, input);
  await ctx.settled();
  await redis.redis.set(`lock:room:${world.roomTypeId}:2027-03-03`, "somebody else", 60_000);
  expect(await modify(hasty, input)).toEqual(answer);
  expect(await refusalOf(modify(hasty, { ...input, idempotencyKey: newId() }), "ROOM_BUSY")).toMatchObject({ retryAfterMs: expect.any(Number) });
  await ctx.settled();
  await redis.close();
});
