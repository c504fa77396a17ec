import { eq } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { bookingEvents } from "../../db/schema/index.ts";
import { balance, closeHold, closePages, expire, settle } from "../../server/bookings/index.ts";
import { gatewayOf } from "../../server/payments/index.ts";
import { OutsideError } from "../../server/platform/outside.ts";
import { bookingOf, eventsOf, holdStay, nightOf, refusalOf, stateOf, whileLocked } from "../helpers/booking.ts";
import { anonymous } from "../helpers/context.ts";
import { payByStripe } from "../helpers/gateway.ts";
import { answer3ds, MINUTE, paymentDesk } from "../helpers/payments.ts";

const desk = paymentDesk();

test("a paid booking whose nights are still held is confirmed whatever the clock says", async () => {
  const { bookingId, pageUrl } = await desk.onPage();
  desk.loseWebhooks();
  await payByStripe(pageUrl);
  await desk.ctx.advance(16 * MINUTE);
  expect(await closeHold(desk.ctx, bookingId)).toBe("paid");
  expect(await stateOf(desk.db, bookingId)).toEqual(["confirmed"]);
});

test("the hold's end closes the page, gives the nights back, and nobody can pay any more", async () => {
  const { bookingId, pageUrl, world } = await desk.onPage();
  expect(await closeHold(desk.ctx, bookingId)).toBe("not_due");
  await desk.ctx.advance(15 * MINUTE + 1000);
  expect(await closeHold(desk.ctx, bookingId)).toBe("expired");
  expect(await stateOf(desk.db, bookingId)).toEqual(["expired"]);
  expect(await nightOf(desk.db, world.roomTypeId)).toMatchObject({ held: 0, sold: 0 });
  expect(await desk.states(bookingId)).toEqual(["expired"]);
  expect(await payByStripe(pageUrl)).toBeNull();
});

test("paid after the hold's end with the nights still free: they are taken again", async () => {
  const { bookingId, pageUrl, world } = await desk.onPage();
  desk.loseWebhooks();
  await payByStripe(pageUrl);
  await desk.ctx.advance(16 * MINUTE);
  await expire(desk.ctx, bookingId);
  const [payment] = await desk.payments(bookingId);
  await settle(desk.ctx, payment!.id);
  expect(await stateOf(desk.db, bookingId)).toEqual(["confirmed"]);
  expect(await nightOf(desk.db, world.roomTypeId)).toMatchObject({ sold: 1 });
  await balance(desk.ctx, bookingId);
  expect(await desk.states(bookingId)).toEqual(["captured"]);
});

test("paid after the hold's end with the nights gone: the money is let go, and the guest is told", async () => {
  const { bookingId, pageUrl, world } = await desk.onPage();
  desk.loseWebhooks();
  await payByStripe(pageUrl);
  await desk.ctx.advance(16 * MINUTE);
  const winner = await holdStay(desk.ctx.as(anonymous()), world);
  const [payment] = await desk.payments(bookingId);
  await settle(desk.ctx, payment!.id);
  expect(await stateOf(desk.db, bookingId)).toEqual(["expired"]);
  expect(await eventsOf(desk.db, bookingId)).toEqual(["booking.held", "booking.expired", "booking.paid_too_late", "booking.money_changed"]);
  // Each version of a booking has its event.
  const told = await desk.db
    .select({ version: bookingEvents.version, type: bookingEvents.type })
    .from(bookingEvents)
    .where(eq(bookingEvents.bookingId, bookingId))
    .orderBy(bookingEvents.id);
  expect(told.at(-1)).toEqual({ version: (await bookingOf(desk.db, bookingId)).version, type: "paid_too_late" });
  await balance(desk.ctx, bookingId);
  expect(await desk.states(bookingId)).toEqual(["voided"]);
  expect(await stateOf(desk.db, winner.bookingId)).toEqual(["pending"]);
});

test("paid late, with only an overdue hold in the way: the overdue one goes", async () => {
  const { bookingId, pageUrl, world } = await desk.onPage();
  desk.loseWebhooks();
  await payByStripe(pageUrl);
  await desk.ctx.advance(16 * MINUTE);
  const other = await holdStay(desk.ctx.as(anonymous()), world);
  await desk.ctx.advance(16 * MINUTE);
  const [payment] = await desk.payments(bookingId);
  await settle(desk.ctx, payment!.id);
  expect(await stateOf(desk.db, bookingId)).toEqual(["confirmed"]);
  expect(await stateOf(desk.db, other.bookingId)).toEqual(["expired"]);
});

test("paid late, with only an overdue hold in the way that somebody keeps locked: no money goes back, and the next reading confirms", async () => {
  const { bookingId, pageUrl, world } = await desk.onPage();
  desk.loseWebhooks();
  await payByStripe(pageUrl);
  await desk.ctx.advance(16 * MINUTE);
  const other = await holdStay(desk.ctx.as(anonymous()), world);
  await desk.ctx.advance(16 * MINUTE);
  const { id } = await desk.payment(bookingId);
  const hasty = { ...desk.ctx, config: { ...desk.ctx.config, LOCK_WAIT_MS: 300 } };
  await whileLocked(desk.database, other.bookingId, () => refusalOf(settle(hasty, id), "ROOM_BUSY"));
  expect(await desk.refunds(bookingId)).toEqual([]);
  await settle(desk.ctx, id);
  expect(await stateOf(desk.db, bookingId)).toEqual(["confirmed"]);
});

test("the provider out of reach at the hold's end: later within the grace, released past it, money sorted out after", async () => {
  const { bookingId, pageUrl, world } = await desk.onPage();
  desk.loseWebhooks();
  await payByStripe(pageUrl);
  await desk.ctx.advance(16 * MINUTE);
  desk.goesDown("stripe");
  await expect(closeHold(desk.ctx, bookingId)).rejects.toBeInstanceOf(OutsideError);
  expect(await nightOf(desk.db, world.roomTypeId)).toMatchObject({ held: 1 });
  await desk.ctx.advance(5 * MINUTE);
  expect(await closeHold(desk.ctx, bookingId)).toBe("expired");
  expect(await nightOf(desk.db, world.roomTypeId)).toMatchObject({ held: 0 });
  await holdStay(desk.ctx.as(anonymous()), world);
  desk.comesBack("stripe");
  // The job that follows the expiry finds the money, which is let go.
  expect(await closePages(desk.ctx, bookingId)).toBe("paid");
  await balance(desk.ctx, bookingId);
  expect(await desk.states(bookingId)).toEqual(["voided"]);
});

test("a 3-D Secure step that was left ends with the hold: answering it later pays nothing", async () => {
  const { bookingId, pageUrl, world } = await desk.onPage();
  const bank = await payByStripe(pageUrl, "4000002760003184");
  await desk.paymentBecomes(bookingId, "requires_action");
  expect(await nightOf(desk.db, world.roomTypeId)).toMatchObject({ held: 1 });
  await desk.ctx.advance(15 * MINUTE + 1000);
  expect(await closeHold(desk.ctx, bookingId)).toBe("expired");
  await answer3ds(bank);
  await settle(desk.ctx, (await desk.payment(bookingId)).id);
  expect(await desk.states(bookingId)).toEqual(["expired"]);
  expect(await nightOf(desk.db, world.roomTypeId)).toMatchObject({ held: 0, sold: 0 });
  expect(await desk.kept(bookingId)).toBe(0);
});

test("the guest pays while the close of the page is under way: the close finds the money, and it confirms", async () => {
  const { bookingId, pageUrl } = await desk.onPage();
  await desk.ctx.advance(15 * MINUTE + 100);
  await desk.control("stripe", "gate", { open: false });
  const closing = closeHold(desk.ctx, bookingId);
  await expect.poll(async () => ((await (await fetch(`${desk.server("stripe").url}/_test/gate`)).json()) as { waiting: number }).waiting).toBe(1);
  await payByStripe(pageUrl);
  await desk.control("stripe", "gate", { open: true });
  expect(await closing).toBe("paid");
  expect(await stateOf(desk.db, bookingId)).toEqual(["confirmed"]);
  await balance(desk.ctx, bookingId);
  expect(await desk.kept(bookingId)).toBe(22_000);
});

/** A hold that has just ended, its page still open, and all that may happen to it now. */
async function atTheEnd() {
  const { bookingId, pageUrl, world } = await desk.onPage();
  await desk.ctx.advance(15 * MINUTE + 1000);
  const payment = await desk.payment(bookingId);
  const close = () => closeHold(desk.ctx, bookingId);
  const all = [close, () => settle(desk.ctx, payment.id), () => expire(desk.ctx, bookingId), close];
  const expectEnd = async (state: "confirmed" | "expired") => {
    await settle(desk.ctx, payment.id);
    await balance(desk.ctx, bookingId);
    expect(await stateOf(desk.db, bookingId)).toEqual([state]);
    expect(await desk.kept(bookingId)).toBe(state === "confirmed" ? 22_000 : 0);
    expect(await nightOf(desk.db, world.roomTypeId)).toMatchObject({ held: 0, sold: state === "confirmed" ? 1 : 0 });
  };
  return { bookingId, pageUrl, payment, close, all, expectEnd };
}

function turned<T>(list: T[], by: number): T[] {
  return [...list.slice(by % list.length), ...list.slice(0, by % list.length)];
}

test("paid before the page is closed in the very second of the hold's end, in any order of the rest: confirmed, with the money", async () => {
  for (let order = 0; order < 4; order++) {
    const { bookingId, pageUrl, all, expectEnd } = await atTheEnd();
    // Until the money is there, nobody of ours gets on.
    const running: Promise<unknown>[] = [];
    await whileLocked(desk.database, bookingId, async () => {
      expect(await payByStripe(pageUrl)).not.toBeNull();
      for (const work of turned(all, order)) running.push(work());
    });
    await Promise.all(running);
    await expectEnd("confirmed");
  }
});

test("the page closed before the guest pays in the very second of the hold's end, in any order of the rest: released, without money", async () => {
  for (let order = 0; order < 4; order++) {
    const { bookingId, pageUrl, payment, close, all, expectEnd } = await atTheEnd();
    const running: Promise<unknown>[] = [];
    await whileLocked(desk.database, bookingId, async () => {
      running.push(close());
      const atStripe = () => gatewayOf(desk.ctx.config, "stripe").read({ ...payment, paymentId: payment.id });
      await vi.waitFor(async () => expect(await atStripe()).toMatchObject({ state: "expired" }));
      for (const work of turned(all, order)) running.push(work());
      expect(await payByStripe(pageUrl)).toBeNull();
    });
    await Promise.all(running);
    await expectEnd("expired");
  }
});

test("paid and closed at once in the very second of the hold's end: confirmed with the money, or released without", async () => {
  for (let order = 0; order < 5; order++) {
    const { pageUrl, all, expectEnd } = await atTheEnd();
    let back: string | null = null;
    const pay = async () => void (back = await payByStripe(pageUrl));
    await Promise.all(turned([pay, ...all], order).map((work) => work()));
    await expectEnd(back === null ? "expired" : "confirmed");
  }
});

test("released and settled at once, when the page couldn't be closed: sold once, and paid once", async () => {
  for (let race = 0; race < 4; race++) {
    const { bookingId, pageUrl, world } = await desk.onPage();
    desk.loseWebhooks();
    await payByStripe(pageUrl);
    await desk.ctx.advance(21 * MINUTE);
    const { id } = await desk.payment(bookingId);
    await Promise.all([expire(desk.ctx, bookingId), settle(desk.ctx, id), settle(desk.ctx, id)]);
    expect(await stateOf(desk.db, bookingId)).toEqual(["confirmed"]);
    expect(await nightOf(desk.db, world.roomTypeId)).toMatchObject({ held: 0, sold: 1 });
    await Promise.all([balance(desk.ctx, bookingId), balance(desk.ctx, bookingId)]);
    expect(await desk.kept(bookingId)).toBe(22_000);
  }
});
