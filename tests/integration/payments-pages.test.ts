import { asc, eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { outbox, payments } from "../../db/schema/index.ts";
import type { Job } from "../../jobs/define.ts";
import { followers } from "../../jobs/registry.ts";
import { balance, closeHold, settle, startPayment } from "../../server/bookings/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { changeStay, holdStay, refusalOf, stateOf } from "../helpers/booking.ts";
import { anonymous, type TestContext } from "../helpers/context.ts";
import { payByStripe, playMidtrans } from "../helpers/gateway.ts";
import { MINUTE, paymentDesk, RUPIAH } from "../helpers/payments.ts";
import { createProperty } from "../helpers/world.ts";

// Which pages may be paid on: each that a guest was given can be settled, and none stays open that nobody should pay on.

const desk = paymentDesk();

type Provider = "stripe" | "midtrans";

/** A guest before the choice of a method. */
async function held() {
  const guest = desk.ctx.as(anonymous());
  const { bookingId } = await holdStay(guest, await createProperty(desk.db, RUPIAH));
  return { guest, bookingId };
}

/** One intent of the guest's: the same key, however often it is tried. */
function starting(guest: TestContext, bookingId: string, method: Provider): () => Promise<string> {
  const input = { bookingId, method, idempotencyKey: newId() };
  return async () => {
    const started = await startPayment(guest, input);
    return started.status === "redirect" ? started.redirectUrl : started.status;
  };
}

/** Snap says so of the next pages. */
function orderTaken(calls: number): void {
  desk.server("midtrans").faults.add({ calls, path: "/snap/", status: 400, body: { error_messages: ["transaction_details.order_id has already been taken"] } });
}

/** Keeps the provider's answer back while `meanwhile` happens. */
async function whileOpening<T>(provider: Provider, open: () => Promise<T>, meanwhile: () => Promise<unknown>): Promise<T> {
  await desk.control(provider, "gate", { open: false });
  const opening = open();
  await expect.poll(async () => ((await (await fetch(`${desk.server(provider).url}/_test/gate`)).json()) as { waiting: number }).waiting).toBe(1);
  await meanwhile();
  await desk.control(provider, "gate", { open: true });
  return opening;
}

async function openSessions(): Promise<unknown[]> {
  const headers = { authorization: `Bearer ${desk.ctx.config.STRIPE_SECRET_KEY}` };
  const answer = await fetch(`${desk.server("stripe").url}/v1/checkout/sessions?status=open`, { headers });
  return ((await answer.json()) as { data: unknown[] }).data;
}

/** Runs the jobs that follow the booking's events and are about pages, as often as asked. */
async function closeByJob(bookingId: string, times = 1): Promise<string[]> {
  const events = await desk.db
    .select()
    .from(outbox)
    .where(sql`${outbox.payload} ->> 'bookingId' = ${bookingId}`)
    .orderBy(asc(outbox.id));
  const work = events.flatMap(({ type, payload }) =>
    followers(type, payload)
      .filter((job: Job) => job.name.includes("pages"))
      .map((job) => ({ job, payload: job.input.parse(payload) })),
  );
  for (let i = 0; i < times; i += 1) for (const { job, payload } of work) await job.handler(desk.ctx, payload);
  return work.map(({ job }) => job.name);
}

test("an order whose page is lost: the same key makes another, once, and what is paid on it confirms", async () => {
  const { guest, bookingId } = await held();
  const start = starting(guest, bookingId, "midtrans");
  orderTaken(2);
  for (let i = 0; i < 2; i += 1) await refusalOf(start(), "UNAVAILABLE");
  const pageUrl = await start();
  expect(await start()).toBe(pageUrl);
  expect(await desk.states(bookingId)).toEqual(["failed", "failed", "created"]);
  await playMidtrans(pageUrl, { do: "qris" });
  await playMidtrans(pageUrl, { do: "transfer" });
  await desk.becomes(bookingId, "confirmed");
  expect(await start()).toContain("/pay/return");
});

test("twins that repeat a key whose page is lost make one new attempt between them", async () => {
  const { guest, bookingId } = await held();
  const start = starting(guest, bookingId, "midtrans");
  orderTaken(1);
  await refusalOf(start(), "UNAVAILABLE");
  const answers = await Promise.allSettled([1, 2, 3].map(start));
  const pages = new Set([...answers.flatMap((one) => (one.status === "fulfilled" ? [one.value] : [])), await start()]);
  expect([...pages]).toEqual([expect.stringContaining("http")]);
  expect(await desk.states(bookingId)).toEqual(["failed", "created"]);
});

test("an attempt that fails while its page is opened: the page is closed and given to nobody", async () => {
  const { guest, bookingId } = await held();
  const start = starting(guest, bookingId, "stripe");
  const fails = () => desk.db.update(payments).set({ state: "failed" }).where(eq(payments.bookingId, bookingId));
  await refusalOf(whileOpening("stripe", start, fails), "UNAVAILABLE");
  expect(await openSessions()).toEqual([]);
  expect(await start()).toContain("/c/pay/");
  expect(await openSessions()).toHaveLength(1);
});

test.each<[Provider, string]>([
  ["stripe", "expired"],
  // It can't be closed there before a method is chosen.
  ["midtrans", "created"],
])("confirmed at the property while a page of %s is opened: it is given to nobody", async (provider, state) => {
  const { guest, bookingId } = await held();
  const start = starting(guest, bookingId, provider);
  const atProperty = () => startPayment(guest, { bookingId, method: "property", idempotencyKey: newId() });
  await refusalOf(whileOpening(provider, start, atProperty), "UNAVAILABLE");
  expect(await openSessions()).toEqual([]);
  expect(await desk.states(bookingId)).toEqual([state]);
  expect(await start()).toContain("/pay/return");
});

test.each<[Provider, (pageUrl: string) => Promise<unknown>]>([
  ["stripe", (pageUrl) => payByStripe(pageUrl)],
  ["midtrans", (pageUrl) => playMidtrans(pageUrl, { do: "qris" }).then(() => playMidtrans(pageUrl, { do: "transfer" }))],
])("paid on a page of %s that we have forgotten: its notice tells us where, and it confirms", async (provider, pay) => {
  const { bookingId, pageUrl } = await desk.onPage(provider, RUPIAH);
  const { pageRef } = await desk.payment(bookingId);
  await desk.db.update(payments).set({ state: "failed", pageRef: null, pageUrl: null, expiresAt: null }).where(eq(payments.bookingId, bookingId));
  await pay(pageUrl);
  await desk.becomes(bookingId, "confirmed");
  expect(await desk.payment(bookingId)).toMatchObject({ pageRef });
});

test("a virtual account on a page that we have forgotten is no way for the next try: it gets a page of its own", async () => {
  const { guest, bookingId, pageUrl } = await desk.onPage("midtrans");
  await desk.db.update(payments).set({ state: "failed", pageRef: null, pageUrl: null }).where(eq(payments.bookingId, bookingId));
  await playMidtrans(pageUrl, { do: "bank_transfer", bank: "bca" });
  await desk.paymentBecomes(bookingId, "pending");
  expect(await desk.pageOf(guest, bookingId, "midtrans")).not.toBe(pageUrl);
  expect(await desk.states(bookingId)).toEqual(["expired", "created"]);
});

test("a key is told of its page for good: where nothing is to be paid any more, of the way back", async () => {
  const { guest, bookingId } = await held();
  const start = starting(guest, bookingId, "stripe");
  await start();
  await desk.ctx.advance(16 * MINUTE);
  await closeHold(desk.ctx, bookingId);
  expect(await start()).toContain("/pay/return");
  expect(await desk.states(bookingId)).toEqual(["expired"]);
});

test("to the other provider and back: the closed page isn't given again, whatever the key", async () => {
  const { guest, bookingId } = await held();
  const byCard = starting(guest, bookingId, "stripe");
  const first = await byCard();
  await desk.pageOf(guest, bookingId, "midtrans");
  expect(await desk.states(bookingId)).toEqual(["expired", "created"]);
  const second = await byCard();
  expect(second).not.toBe(first);
  expect(await desk.pageOf(guest, bookingId, "stripe")).toBe(second);
  expect(await payByStripe(first)).toBeNull();
  expect(await payByStripe(second)).toContain("/pay/return");
  await desk.becomes(bookingId, "confirmed");
});

test("a page opened before the guest chose to pay at the property is closed when that confirms", async () => {
  const { guest, bookingId, pageUrl } = await desk.onPage();
  await startPayment(guest, { bookingId, method: "property", idempotencyKey: newId() });
  expect(await closeByJob(bookingId, 2)).toEqual(["close-left-pages"]);
  expect(await payByStripe(pageUrl)).toBeNull();
  expect(await desk.states(bookingId)).toEqual(["expired"]);
});

test("paid at one provider while the other couldn't be asked: its account is closed after, the money stays", async () => {
  const { guest, bookingId, pageUrl } = await desk.onPage("midtrans");
  await playMidtrans(pageUrl, { do: "bank_transfer", bank: "bca" });
  await desk.paymentBecomes(bookingId, "pending");
  desk.goesDown("midtrans");
  const card = await desk.pageOf(guest, bookingId, "stripe");
  desk.comesBack("midtrans");
  await payByStripe(card);
  await desk.becomes(bookingId, "confirmed");
  expect(await closeByJob(bookingId, 2)).toEqual(["close-left-pages"]);
  expect(await desk.states(bookingId)).toEqual(["expired", "authorised"]);
  await playMidtrans(pageUrl, { do: "transfer" });
  await balance(desk.ctx, bookingId);
  expect(await desk.kept(bookingId)).toBe(22_000_000);
});

test("a page that was paid before the job came is settled by it, and the money goes back", async () => {
  const { guest, bookingId, pageUrl } = await desk.onPage();
  desk.loseWebhooks();
  await startPayment(guest, { bookingId, method: "property", idempotencyKey: newId() });
  await payByStripe(pageUrl);
  await closeByJob(bookingId);
  expect(await desk.states(bookingId)).toEqual(["authorised"]);
  await balance(desk.ctx, bookingId);
  expect(await desk.states(bookingId)).toEqual(["voided"]);
  expect(await stateOf(desk.db, bookingId)).toEqual(["confirmed"]);
});

test("a job that comes late leaves the page of a change alone", async () => {
  // Without a method there is nothing to close at Midtrans.
  const { guest, bookingId } = await desk.onPage("midtrans");
  await payByStripe(await desk.pageOf(guest, bookingId, "stripe"));
  await desk.becomes(bookingId, "confirmed");
  await balance(desk.ctx, bookingId);
  const change = await changeStay(guest, bookingId, { checkOut: "2027-03-04" });
  if (change.status !== "payment_due") throw new Error("applied at once");
  const started = await startPayment(guest, { bookingId, changeId: change.changeId, method: "stripe", idempotencyKey: newId() });
  await closeByJob(bookingId);
  await payByStripe(started.status === "redirect" ? started.redirectUrl : "");
  const [, , difference] = await desk.payments(bookingId);
  await settle(desk.ctx, difference!.id);
  await balance(desk.ctx, bookingId);
  expect(await desk.states(bookingId)).toEqual(["created", "captured", "captured"]);
});
