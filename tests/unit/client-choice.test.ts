import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { checkoutShows, paymentOutcome } from "../../client/lib/booking-can.ts";
import { leftFor, nextRoom, picksOf, readProducts, writeProducts, type Offer } from "../../client/lib/choice.ts";
import { intentDone, intentKey } from "../../client/lib/intent.ts";
import { BOOKING_STATES } from "../../server/bookings/schemas.ts";

const offer = (productId: number, more: Partial<Offer> = {}): Offer => ({
  productId,
  rateName: "Flexible",
  meal: "breakfast",
  payment: "either",
  freeUntil: null,
  policyName: "Flexible",
  totals: [100, 200],
  refusal: null,
  ...more,
});
const AVAILABILITY = {
  currency: "EUR",
  roomTypes: [
    { roomTypeId: 1, left: 1, offers: [offer(11), offer(12, { refusal: { reason: "min_stay" as const, value: 3 } })] },
    { roomTypeId: 2, left: 5, offers: [offer(21, { totals: [300, null] })] },
  ],
};

test("choices are read for each room of the party and written back", () => {
  expect(readProducts("12.0", 3)).toEqual([12, 0, 0]);
  expect(readProducts(undefined, 2)).toEqual([0, 0]);
  expect(writeProducts([12, 0])).toBe("12.0");
  expect(nextRoom([12, 0])).toBe(1);
  expect(nextRoom([12, 14])).toBeUndefined();
});

test("a chosen offer has the total of its own room", () => {
  expect(picksOf([11, 0], AVAILABILITY)[0]).toMatchObject({ roomTypeId: 1, total: 100 });
});

test("the last unit can't be chosen for two rooms", () => {
  const picks = picksOf([11, 11], AVAILABILITY);
  expect(picks[0]?.total).toBe(100);
  expect(picks[1]).toBeUndefined();
  const [type] = AVAILABILITY.roomTypes;
  if (!type) throw new Error("no type");
  expect(leftFor(type, 1, picks)).toBe(0);
  expect(leftFor(type, 0, picks)).toBe(1);
});

test("a choice that is refused by now, or too small, does not stand", () => {
  expect(picksOf([12, 21], AVAILABILITY)).toEqual([undefined, undefined]);
});

test("each state of a booking has its place after checkout", () => {
  expect(Object.fromEntries(BOOKING_STATES.map((state) => [state, checkoutShows(state)]))).toEqual({
    pending: "pay",
    confirmed: "confirmed",
    checked_in: "confirmed",
    checked_out: "confirmed",
    expired: "over",
    no_show: "trip",
    cancelled: "trip",
  });
});

test("a declined payment is told as failed, an unknown state as waiting", () => {
  expect(["denied", "failed", "expired", "voided"].map(paymentOutcome)).toEqual(Array(4).fill("failed"));
  expect(["authorised", "captured", "paid"].map(paymentOutcome)).toEqual(Array(3).fill("received"));
  expect([null, "created", "requires_action", "pending"].map(paymentOutcome)).toEqual(Array(4).fill("waiting"));
});

beforeEach(() => {
  const slots = new Map<string, string>();
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => slots.get(key) ?? null,
    setItem: (key: string, value: string) => slots.set(key, value),
    removeItem: (key: string) => slots.delete(key),
  });
});
afterEach(() => vi.unstubAllGlobals());

test("the same request keeps its key until it is done; another request gets another", () => {
  const first = intentKey("hold", { name: "Ayu" });
  expect(intentKey("hold", { name: "Ayu" })).toBe(first);
  expect(intentKey("pay", { name: "Ayu" })).not.toBe(first);
  expect(intentKey("hold", { name: "Jun" })).not.toBe(first);
  const again = intentKey("hold", { name: "Ayu" });
  intentDone("hold");
  expect(intentKey("hold", { name: "Ayu" })).not.toBe(again);
});

test("a damaged store of keys only makes a new key", () => {
  sessionStorage.setItem("intent:hold", "{");
  expect(intentKey("hold", {})).toMatch(/^[\w-]{36}$/);
});
