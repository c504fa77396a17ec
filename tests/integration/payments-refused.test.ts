import { expect, test } from "vitest";
import { balance, cancel, get, hold, modify, modifyQuote, startPayment } from "../../server/bookings/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { quote } from "../../server/rooms/quote.ts";
import { changeOf, changeStay, holdStay, refusalOf, wish } from "../helpers/booking.ts";
import { expectInOrder } from "../helpers/change-desk.ts";
import { anonymous } from "../helpers/context.ts";
import { payByStripe, playMidtrans } from "../helpers/gateway.ts";
import { paymentDesk, RUPIAH } from "../helpers/payments.ts";
import { createProperty, FIRST_NIGHT, type WorldOverrides } from "../helpers/world.ts";

// What a provider won't do is told as that, not as "try again".

const desk = paymentDesk();
const CENTS: WorldOverrides = { rooms: [{ prices: [15, 15] }], taxes: [] };
const start = (guest: Parameters<typeof startPayment>[0], bookingId: string, more: object = {}) =>
  startPayment(guest, { bookingId, method: "stripe", idempotencyKey: newId(), ...more });

test("an amount below every provider's minimum is offered at the property alone, or not at all", async () => {
  const guest = desk.ctx.as(anonymous());
  const world = await createProperty(desk.db, CENTS);
  expect((await quote(guest, await wish(guest, world))).paymentMethods).toEqual(["property"]);
  const { bookingId } = await holdStay(guest, world);
  expect((await get(guest, { bookingId })).paymentMethods).toEqual(["property"]);
  expect(await refusalOf(start(guest, bookingId), "PRECONDITION")).toEqual({
    reason: "amount below the provider's minimum",
    methods: ["property"],
  });
  expect(await desk.payments(bookingId)).toEqual([]);
  await start(guest, bookingId, { method: "property" });
  const online = await createProperty(desk.db, { ...CENTS, property: { paymentMethods: ["stripe"] } });
  await expect(wish(guest, online)).rejects.toMatchObject({ facts: { reason: "no_payment_method" } });
});

test("in a currency that Stripe doesn't take, only the property is offered, and a card is refused before Stripe is asked", async () => {
  const guest = desk.ctx.as(anonymous());
  const world = await createProperty(desk.db, { property: { currency: "IQD" } });
  expect((await quote(guest, await wish(guest, world))).paymentMethods).toEqual(["property"]);
  const { bookingId } = await holdStay(guest, world);
  expect((await get(guest, { bookingId })).paymentMethods).toEqual(["property"]);
  expect(await refusalOf(start(guest, bookingId), "PRECONDITION")).toEqual({ reason: "payment method not offered" });
  expect(await desk.payments(bookingId)).toEqual([]);
  const online = await createProperty(desk.db, { property: { currency: "LYD", paymentMethods: ["stripe"] } });
  await expect(wish(guest, online)).rejects.toMatchObject({ facts: { reason: "no_payment_method" } });
});

/** A third night that costs so much more, each tax within it. */
async function dearerBy(cents: number) {
  const world = await createProperty(desk.db, { taxes: [], rooms: [{ units: 1, nights: { "2027-03-03": { adultPrices: [cents, cents] } } }] });
  const guest = desk.ctx.as(anonymous());
  const { bookingId } = await holdStay(guest, world);
  await payByStripe(await desk.pageOf(guest, bookingId));
  await desk.becomes(bookingId, "confirmed");
  await balance(desk.ctx, bookingId);
  return { guest, bookingId };
}

test("a change that costs less than a provider charges is made at once, and the property collects the difference", async () => {
  const { guest, bookingId } = await dearerBy(30);
  const wanted = { checkOut: "2027-03-04" };
  const shown = await modifyQuote(guest, { bookingId, rooms: [], ...wanted });
  expect(shown).toMatchObject({ totalBefore: 20_000, total: 20_030, due: 0, refund: 0 });
  expect(shown.stays[0]!.charges).toEqual([{ name: "Small difference", amount: 30, inclusive: true, collect: "property" }]);
  expect(await modify(guest, await changeOf(guest, bookingId, wanted))).toMatchObject({ status: "applied" });
  expect(await get(guest, { bookingId })).toMatchObject({ total: 20_030, dueOnline: 20_000, change: null });
  await balance(desk.ctx, bookingId);
  expect(await desk.incidents(bookingId)).toEqual([]);
  await expectInOrder(desk);
  // Back again, nothing of it is left.
  await changeStay(guest, bookingId, { checkOut: "2027-03-03" });
  expect(await get(guest, { bookingId })).toMatchObject({ total: 20_000, dueOnline: 20_000 });
  await expectInOrder(desk);
});

test("a change that costs as much as a provider charges is paid online", async () => {
  const { guest, bookingId } = await dearerBy(50);
  expect(await changeStay(guest, bookingId, { checkOut: "2027-03-04" })).toMatchObject({ status: "payment_due", due: 50 });
});

const refusal = (code: string) => ({ error: { type: "invalid_request_error", code, message: "No." } });

test.each([
  ["amount_too_small", "amount below the provider's minimum"],
  ["account_invalid", "the provider refuses this payment"],
])("a page that the provider refuses for good (%s) names the ways that remain, and is a person's matter until one opens", async (code, reason) => {
  const world = await createProperty(desk.db, RUPIAH);
  const guest = desk.ctx.as(anonymous());
  const { bookingId } = await holdStay(guest, world);
  const idempotencyKey = newId();
  desk.server("stripe").faults.add({ path: "/v1/checkout/sessions", calls: 2, status: 400, body: refusal(code) });
  for (let round = 0; round < 2; round++) {
    const facts = await refusalOf(start(guest, bookingId, { idempotencyKey }), "PRECONDITION");
    expect(facts).toEqual({ reason, methods: ["midtrans", "property"] });
  }
  expect(await desk.states(bookingId)).toEqual(["failed", "failed"]);
  expect(await desk.incidents(bookingId)).toMatchObject([{ cause: `page-refused:${world.propertyId}:stripe`, count: 2, data: { provider: "stripe", code } }]);
  expect(await start(guest, bookingId, { idempotencyKey })).toMatchObject({ status: "redirect" });
  expect(await desk.incidents(bookingId)).toEqual([]);
});

test("a provider that is down is asked again later", async () => {
  const world = await createProperty(desk.db, RUPIAH);
  const guest = desk.ctx.as(anonymous());
  const { bookingId } = await holdStay(guest, world);
  desk.goesDown("stripe");
  await refusalOf(start(guest, bookingId), "UNAVAILABLE");
  expect(await desk.states(bookingId)).toEqual(["created"]);
  expect(await desk.incidents(bookingId)).toEqual([]);
});

test("another page whose closing can't be read keeps no guest from his own", async () => {
  const { bookingId, guest, pageUrl } = await desk.onPage("midtrans");
  await playMidtrans(pageUrl, { do: "bank_transfer", bank: "bca" });
  await desk.paymentBecomes(bookingId, "pending");
  desk.loseWebhooks();
  desk.server("midtrans").faults.add({ path: "/status", calls: 10, status: 500, body: {} });
  expect(await start(guest, bookingId)).toMatchObject({ status: "redirect" });
  expect(desk.ctx.logged.map(({ msg, message }) => msg ?? message)).toContain("another page of the booking could not be closed");
});

test("a repeated cancel or change is answered, and counts and publishes nothing", async () => {
  const counted: string[] = [];
  let published = 0;
  const world = await createProperty(desk.db, { rooms: [{ units: 2 }] });
  const ctx = desk.ctx.as(anonymous());
  const guest = { ...ctx, metrics: { ...ctx.metrics, count: (name: string) => void counted.push(name) }, published: () => void (published += 1) };
  const { bookingId } = await hold(guest, await wish(guest, world));
  await start(guest, bookingId, { method: "property" });
  const change = await changeOf(guest, bookingId, { checkIn: FIRST_NIGHT, checkOut: "2027-03-04" });
  const answers = [await modify(guest, change)];
  const seen = { counted: counted.length, published };
  answers.push(await modify(guest, change));
  expect(answers[1]).toEqual(answers[0]);
  expect({ counted: counted.length, published }).toEqual(seen);
  const input = { bookingId, expectedFee: 0, idempotencyKey: newId() };
  const first = await cancel(guest, input);
  const after = { counted: counted.length, published };
  expect(await cancel(guest, input)).toEqual(first);
  expect({ counted: counted.length, published }).toEqual(after);
  expect(counted).toEqual(expect.arrayContaining(["bookings_modified_total", "bookings_cancelled_total"]));
});
