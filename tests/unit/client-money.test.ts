import { expect, test } from "vitest";
import { moneyTold } from "../../client/lib/booking-money.ts";
import { priceOf } from "../../client/lib/booking-price.ts";
import type { BookingView } from "../../server/bookings/schemas.ts";
import { bookingView } from "../helpers/booking-view.ts";

type Payment = BookingView["payments"][number];
const payment = (state: string, amount: number): Payment => ({ id: crypto.randomUUID(), provider: "stripe", state, amount, method: "card" });

/** Two rooms of 238.00 each, of which 8.00 are due at the property; `left` of them are cancelled, each for `fee`. */
function twoRooms(left: number, fee: number, change: Partial<BookingView> = {}): BookingView {
  const [room] = bookingView().stays;
  const stays = [0, 1].map((index) => (index < left ? { ...room!, state: "cancelled" as const, fee } : room!));
  const standing = 2 - left;
  const total = standing * 23_800 + left * fee;
  const dueOnline = standing * 23_000 + left * fee;
  const ended = left === 2 ? { state: "cancelled" as const, owedOnline: 2 * fee } : {};
  return bookingView({ stays, total, dueOnline, paid: 46_000, payments: [payment("captured", 46_000)], ...ended, ...change });
}

test("one of two paid rooms cancelled: what goes back is told before anybody has asked for it, and the page looks again soon", () => {
  const told = moneyTold(twoRooms(1, 11_000));
  expect(told).toMatchObject({ paid: 46_000, fee: 11_000, back: [{ amount: 12_000, way: "on_its_way" }], released: 0 });
  expect(told.pollMs).toBeLessThan(5_000);
});

test("a refund is told once, whatever its state, and is looked at while it moves", () => {
  const at = (state: BookingView["refunds"][number]["state"]) => moneyTold(twoRooms(1, 11_000, { refunds: [{ amount: 12_000, state }] }));
  expect((["requested", "pending", "succeeded", "failed", "manual"] as const).map((state) => at(state).back)).toEqual(
    ["on_its_way", "on_its_way", "sent", "by_hand", "by_hand"].map((way) => [{ amount: 12_000, way }]),
  );
  expect((["requested", "pending", "succeeded", "manual"] as const).map((state) => at(state).pollMs !== undefined)).toEqual([true, true, false, false]);
});

test("what was only reserved is let go, not given back", () => {
  const told = moneyTold(twoRooms(1, 11_000, { payments: [payment("authorised", 46_000)] }));
  expect(told).toMatchObject({ back: [], released: 12_000 });
  // Captured in part: the rest was let go with it.
  const captured = moneyTold(twoRooms(1, 11_000, { paid: 34_000 }));
  expect(captured).toMatchObject({ back: [], released: 12_000, pollMs: undefined });
});

test("money that came when the rooms were gone goes back as a whole", () => {
  const late = bookingView({ state: "expired", paid: 23_000 });
  expect(moneyTold(late).back).toEqual([{ amount: 23_000, way: "on_its_way" }]);
});

test.each([
  ["nothing", twoRooms(0, 0)],
  ["one room", twoRooms(1, 11_000)],
  ["both rooms", twoRooms(2, 11_000)],
  ["both rooms for nothing", twoRooms(2, 0)],
])("the lines add up to the total when %s is cancelled", (_, booking) => {
  const { stays, fees, total, ended } = priceOf(booking);
  expect(stays.reduce((sum, stay) => sum + stay.total, 0) + (ended ? 0 : fees)).toBe(total);
});

test("money may still come for a hold that is over only while a page of it is open", () => {
  const ended = (...states: string[]) => bookingView({ state: "expired", paid: 0, payments: states.map((state) => payment(state, 23_000)) });
  expect(moneyTold(ended()).mayCome).toBe(false);
  expect(moneyTold(ended("expired", "failed", "voided")).mayCome).toBe(false);
  expect(moneyTold(ended("expired", "pending")).mayCome).toBe(true);
});
