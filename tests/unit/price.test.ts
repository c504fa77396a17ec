import fc from "fast-check";
import { expect, test } from "vitest";
import type { ProductFacts, RateNight } from "../../server/rooms/facts.ts";
import { feeAt, feeChangesAt, freeUntil, priceStay, type Party } from "../../server/rooms/price.ts";
import { assignRooms } from "../../server/search/assign.ts";

const NOW = new Date("2026-12-01T00:00:00Z");

function facts(overrides: Partial<ProductFacts> = {}): ProductFacts {
  return {
    productId: 7,
    baseProductId: 7,
    derivedPercent: 10_000,
    derivedPerAdult: 0,
    propertyId: "0193a000-0000-7000-8000-000000000001",
    roomTypeId: 3,
    roomName: "Double room",
    maxAdults: 3,
    maxChildren: 2,
    maxOccupancy: 4,
    rateName: "Flexible",
    meal: "room_only",
    payment: "either",
    policyName: "Flexible",
    policyRules: [],
    noShow: { kind: "percent", value: 100 },
    zone: "Europe/Lisbon",
    currency: "EUR",
    childBuckets: [{ maxAge: 3 }, { maxAge: 11 }],
    paymentMethods: ["stripe", "property"],
    holdMinutes: 15,
    horizonDays: 500,
    sameDayCutOff: "23:00",
    taxes: [],
    ...overrides,
  };
}

function tax(overrides: Partial<ProductFacts["taxes"][number]>): ProductFacts["taxes"][number] {
  return { name: "Tax", base: "percent", amount: 0, inclusive: false, taxed: false, collect: "now", exempt_age: null, max_nights: null, ...overrides };
}

/** Nights from 1 to 8 January 2027 at 80, 100 and 130 euro for one, two, three; `changes` by day of the month. */
function nights(changes: Record<number, Partial<RateNight>> = {}): Map<string, RateNight> {
  const all = new Map<string, RateNight>();
  for (let day = 1; day <= 8; day += 1) {
    const date = `2027-01-0${day}`;
    all.set(date, {
      productId: 7,
      date,
      adultPrices: [8_000, 10_000, 13_000],
      childPrices: [0, 2_500],
      closed: false,
      minStayArrival: 1,
      minStayThrough: 1,
      maxStay: 30,
      closedToArrival: false,
      closedToDeparture: false,
      ...changes[day],
    });
  }
  return all;
}

const COUPLE: Party = { adults: 2, childAges: [] };

function price(options: { facts?: Partial<ProductFacts>; nights?: Record<number, Partial<RateNight>>; from?: number; to?: number; party?: Party; now?: Date } = {}) {
  const { from = 2, to = 4, party = COUPLE, now = NOW } = options;
  return priceStay(facts(options.facts), nights(options.nights), `2027-01-0${from}`, `2027-01-0${to}`, party, now);
}

test("each night keeps its own price, and the nights add up to the total", () => {
  const { stay } = price({ nights: { 3: { adultPrices: [9_000, 12_345, 14_000] } } });
  expect(stay?.nights).toEqual([
    { date: "2027-01-02", price: 10_000 },
    { date: "2027-01-03", price: 12_345 },
  ]);
  expect(stay?.total).toBe(22_345);
});

test("the price goes by the number of adults, and more than the largest priced can't be sold", () => {
  expect(price({ party: { adults: 1, childAges: [] } }).stay?.total).toBe(16_000);
  expect(price({ party: { adults: 3, childAges: [] } }).stay?.total).toBe(26_000);
  expect(price({ facts: { maxAdults: 4 }, party: { adults: 4, childAges: [] } }).refusal).toEqual({ reason: "party" });
});

test("children pay by the bucket of their age, its maximum included, and count as adults above the last", () => {
  expect(price({ party: { adults: 2, childAges: [3] } }).stay?.total).toBe(20_000);
  expect(price({ party: { adults: 2, childAges: [4, 11] } }).stay?.total).toBe(30_000);
  expect(price({ party: { adults: 2, childAges: [12] } }).stay?.total).toBe(26_000);
});

test("a party that the room can't hold is refused", () => {
  expect(price({ facts: { maxAdults: 1 } }).refusal).toEqual({ reason: "party" });
  expect(price({ party: { adults: 2, childAges: [1, 2, 3] } }).refusal).toEqual({ reason: "party" });
  expect(price({ facts: { maxOccupancy: 3 }, party: { adults: 2, childAges: [1, 2] } }).refusal).toEqual({ reason: "party" });
});

test("a derived rate is the base's share plus its supplement per adult", () => {
  const { stay } = price({ facts: { derivedPercent: 9_000, derivedPerAdult: 1_500 } });
  expect(stay?.nights[0]?.price).toBe(9_000 + 3_000);
});

test("taxes: percent, per night, per person and night, per stay, each a rounded line of its own", () => {
  const { stay } = price({
    facts: {
      taxes: [
        tax({ name: "VAT", amount: 105_500 }),
        tax({ name: "Night fee", base: "per_night", amount: 150 }),
        tax({ name: "City tax", base: "per_person_night", amount: 200, exempt_age: 12, max_nights: 1, collect: "property" }),
        tax({ name: "Cleaning", base: "per_stay", amount: 3_000 }),
      ],
    },
    party: { adults: 2, childAges: [12] },
  });
  // A twelve-year-old sleeps at an adult's price and is exempt from the city tax.
  expect(stay?.charges).toEqual([
    { name: "VAT", amount: 2_743, inclusive: false, collect: "now", rate: 105_500, base: 26_000 },
    { name: "Night fee", amount: 300, inclusive: false, collect: "now" },
    { name: "City tax", amount: 400, inclusive: false, collect: "property" },
    { name: "Cleaning", amount: 3_000, inclusive: false, collect: "now" },
  ]);
  expect(stay?.total).toBe(26_000 + 2_743 + 300 + 400 + 3_000);
});

test("inclusive taxes are shown and not added", () => {
  const { stay } = price({ facts: { taxes: [tax({ amount: 100_000, inclusive: true }), tax({ name: "Levy", amount: 60_000, inclusive: true })] } });
  expect(stay?.charges.map((charge) => charge.amount)).toEqual([1_724, 1_034]);
  expect(stay?.total).toBe(20_000);
});

test("an inclusive percentage is not charged on the fixed taxes that the price holds too", () => {
  // Three nights of 100, of which 12 are a city tax: 10 % of 288 / 1.1.
  const city = tax({ name: "City tax", base: "per_person_night", amount: 200, inclusive: true });
  const { stay } = price({ from: 2, to: 5, facts: { taxes: [tax({ name: "VAT", amount: 100_000, inclusive: true }), city] } });
  expect(stay?.charges.map(({ name, amount }) => [name, amount])).toEqual([
    ["VAT", 2_618],
    ["City tax", 1_200],
  ]);
  expect(stay?.total).toBe(30_000);
});

test("a percentage is charged on the taxed lines before it: VAT on price and service charge, on a taxed fee, and not on others", () => {
  const taxes = [
    tax({ name: "Service", amount: 100_000, taxed: true }),
    tax({ name: "Linen", base: "per_stay", amount: 1_000, taxed: true }),
    tax({ name: "Levy", base: "per_stay", amount: 500 }),
    tax({ name: "VAT", amount: 70_000 }),
  ];
  const { stay } = price({ facts: { taxes } });
  expect(stay?.charges.map(({ amount }) => amount)).toEqual([2_000, 1_000, 500, 1_610]);
  expect(stay?.charges.at(-1)).toMatchObject({ rate: 70_000, base: 23_000 });
});

test("taxes taken out of a price and put onto what is left give the price again", () => {
  const taxes = fc.array(
    fc.record({ base: fc.constantFrom("percent", "per_night", "per_person_night", "per_stay"), amount: fc.integer({ min: 0, max: 300_000 }), taxed: fc.boolean() }),
    { maxLength: 5 },
  );
  fc.assert(
    fc.property(taxes, (list) => {
      const built = list.map((one) => tax({ ...one, amount: one.base === "percent" ? one.amount : one.amount % 900 }));
      const within = price({ facts: { taxes: built.map((one) => ({ ...one, inclusive: true })) } }).stay!;
      const net = 20_000 - within.charges.reduce((sum, charge) => sum + charge.amount, 0);
      const [first, second] = [Math.floor(net / 2), Math.ceil(net / 2)];
      const onTop = price({ nights: { 2: { adultPrices: [first, first] }, 3: { adultPrices: [second, second] } }, facts: { taxes: built } }).stay!;
      // Each line may be rounded by half a cent, and a line on a line by a little more.
      expect(Math.abs(onTop.total - 20_000)).toBeLessThanOrEqual(2 * (list.length + 1));
    }),
  );
});

test("a derived price is rounded once, at its end", () => {
  const { stay } = price({ facts: { currency: "IDR", derivedPercent: 8_333, derivedPerAdult: 33 } });
  expect(stay?.nights[0]?.price).toBe(8_400);
});

test("a fee holds the price and the taxes that we collect, and nothing that the property collects", () => {
  const taxes = [tax({ name: "VAT", amount: 100_000 }), tax({ name: "City tax", base: "per_person_night", amount: 250, collect: "property" })];
  const policyRules = [
    { daysBefore: 9, time: "12:00", fee: { kind: "nights" as const, value: 1 } },
    { daysBefore: 2, time: "12:00", fee: { kind: "percent" as const, value: 100 } },
  ];
  const { stay } = price({ facts: { taxes, policyRules, noShow: { kind: "percent", value: 50 } } });
  expect(stay?.total).toBe(20_000 + 2_000 + 1_000);
  expect(stay?.policy.base).toEqual({ price: 20_000, tax: 2_000, atProperty: 1_000 });
  expect(stay?.policy.steps.map((step) => step.fee)).toEqual([11_000, 22_000]);
  expect(stay?.policy.noShowFee).toBe(11_000);
});

test("every line in rupiah is whole rupiah, and yen has no fraction", () => {
  const rupiah = price({ facts: { currency: "IDR", derivedPercent: 8_333, taxes: [tax({ amount: 111_100 })] } }).stay;
  expect(rupiah?.nights.map((night) => night.price)).toEqual([8_300, 8_300]);
  expect(rupiah?.charges[0]?.amount).toBe(1_800);
  expect(price({ facts: { currency: "JPY", derivedPercent: 8_333 } }).stay?.nights[0]?.price).toBe(8_333);
});

test("one closed or missing night refuses the whole stay", () => {
  expect(price({ nights: { 3: { closed: true } } }).refusal).toEqual({ reason: "closed" });
  expect(price({ from: 8, to: 9 }).stay?.total).toBe(10_000);
  expect(priceStay(facts(), nights(), "2027-01-08", "2027-01-10", COUPLE, NOW).refusal).toEqual({ reason: "closed" });
});

test("closed to arrival looks at the first night only, closed to departure at the check-out date only", () => {
  expect(price({ nights: { 2: { closedToArrival: true } } }).refusal).toEqual({ reason: "closed_to_arrival" });
  expect(price({ nights: { 3: { closedToArrival: true } } }).stay).toBeDefined();
  expect(price({ nights: { 4: { closedToDeparture: true } } }).refusal).toEqual({ reason: "closed_to_departure" });
  expect(price({ nights: { 3: { closedToDeparture: true } } }).stay).toBeDefined();
});

test("the minimum by arrival counts on the first night, the minimum through on every night", () => {
  expect(price({ nights: { 2: { minStayArrival: 3 } } }).refusal).toEqual({ reason: "min_stay", value: 3 });
  expect(price({ nights: { 3: { minStayArrival: 3 } } }).stay).toBeDefined();
  expect(price({ nights: { 3: { minStayThrough: 4 } } }).refusal).toEqual({ reason: "min_stay", value: 4 });
  expect(price({ nights: { 4: { minStayThrough: 4 } } }).stay).toBeDefined();
  expect(price({ nights: { 2: { maxStay: 1 } } }).refusal).toEqual({ reason: "max_stay", value: 1 });
});

test("past dates and dates beyond the horizon are refused in the property's zone", () => {
  expect(price({ now: new Date("2027-01-02T22:59:00Z") }).stay).toBeDefined();
  expect(price({ now: new Date("2027-01-02T23:00:00Z") }).refusal).toEqual({ reason: "past" });
  expect(price({ facts: { horizonDays: 34 } }).stay).toBeDefined();
  expect(price({ facts: { horizonDays: 33 } }).refusal).toEqual({ reason: "horizon" });
});

test("the policy is frozen as instants of the property's zone, with fees that never fall or exceed the total", () => {
  const { stay } = price({
    facts: {
      zone: "Asia/Makassar",
      policyRules: [
        { daysBefore: 0, time: "12:00", fee: { kind: "percent", value: 10 } },
        { daysBefore: 2, time: "18:00", fee: { kind: "nights", value: 1 } },
        { daysBefore: 7, time: "18:00", fee: { kind: "percent", value: 25 } },
      ],
      noShow: { kind: "nights", value: 9 },
    },
  });
  expect(stay?.policy.steps).toEqual([
    { from: "2026-12-26T10:00:00.000Z", fee: 5_000 },
    { from: "2026-12-31T10:00:00.000Z", fee: 10_000 },
    { from: "2027-01-02T04:00:00.000Z", fee: 10_000 },
  ]);
  expect(stay?.policy.noShowFee).toBe(20_000);
});

test("the boundary instant itself is still free", () => {
  const policy = { name: "Flexible", zone: "Asia/Makassar", steps: [{ from: "2026-12-31T10:00:00.000Z", fee: 10_000 }], noShowFee: 20_000 };
  expect(feeAt(policy, new Date("2026-12-31T10:00:00.000Z"))).toBe(0);
  expect(feeAt(policy, new Date("2026-12-31T10:00:00.001Z"))).toBe(10_000);
  expect(freeUntil(policy, new Date("2026-12-31T10:00:00.000Z"))).toBe("2026-12-31T10:00:00.000Z");
  expect(freeUntil(policy, new Date("2026-12-31T10:00:00.001Z"))).toBeNull();
  expect(feeChangesAt(policy, new Date("2026-12-30T00:00:00Z"))).toBe("2026-12-31T10:00:00.000Z");
});

test("rooms get the cheapest types that have units for all of them", () => {
  const cheap = [100, 100, 100];
  const dear = [150, 160, 120];
  expect(assignRooms([cheap, dear], [3, 3])).toEqual([0, 0, 0]);
  // One unit of the dear type is needed: the room that loses least goes there.
  expect(assignRooms([cheap, dear], [2, 3])).toEqual([0, 0, 1]);
  expect(assignRooms([cheap, dear], [1, 1])).toBeUndefined();
  // The family fits the dear type alone, so that the couple must leave it.
  expect(
    assignRooms(
      [
        [130, undefined],
        [100, 200],
      ],
      [1, 1],
    ),
  ).toEqual([0, 1]);
});
