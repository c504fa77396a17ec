import type { ChargeLine, FrozenPolicy } from "../../db/schema/bookings.ts";
import type { ChildBucket, PolicyRule } from "../../db/schema/properties.ts";
import { addDays, dateIn, earliestCheckIn, instantOf, nightsOf } from "../platform/dates.ts";
import { remembered } from "../platform/memo.ts";
import { percentOf, roundMoney } from "../platform/money.ts";
import type { ErrorFacts } from "../errors.ts";
import type { ProductFacts, RateNight, TaxFacts } from "./facts.ts";
import { horizonOf } from "./facts.ts";
import type { QuotedStay } from "./schemas.ts";

// The one price engine: quote, hold, the property page and search all price through `priceStay`.

export interface Party {
  adults: number;
  /** Ages at check-in. */
  childAges: number[];
}

export type Refusal = ErrorFacts["RESTRICTED"];
export type Priced = { stay: QuotedStay; refusal?: undefined } | { stay?: undefined; refusal: Refusal };

/** What the amount alone depends on: search ranks a thousand properties by it. */
export type AmountFacts = Pick<
  ProductFacts,
  "zone" | "sameDayCutOff" | "horizonDays" | "currency" | "childBuckets" | "maxAdults" | "maxChildren" | "maxOccupancy" | "derivedPercent" | "derivedPerAdult" | "taxes"
>;
/** What one night of a base product says. */
export type NightFacts = Omit<RateNight, "productId" | "date">;

/** The nights of one base product by date. */
export type Nights = Pick<Map<string, NightFacts>, "get">;

export interface Amount {
  nights: { date: string; price: number }[];
  charges: ChargeLine[];
  /** Nights plus exclusive charges. */
  total: number;
}

/**
 * Prices one room of one product for one party, or says why it can't be sold.
 * @param nights the base product's rate nights by date, the check-out date's among them
 * @param now decides "too late for tonight" and the horizon, in the property's zone
 */
export function priceStay(facts: ProductFacts, nights: Nights, checkIn: string, checkOut: string, party: Party, now: Date): Priced {
  const { amount, refusal } = amountOf(facts, nights, checkIn, checkOut, party, now);
  if (!amount) return { refusal };
  return {
    stay: {
      roomTypeId: facts.roomTypeId,
      productId: facts.productId,
      roomName: facts.roomName,
      rateName: facts.rateName,
      meal: facts.meal,
      adults: party.adults,
      childAges: party.childAges,
      ...amount,
      policy: freezePolicy(facts, checkIn, amount),
    },
  };
}

/** The amount of `priceStay` without the names and the policy; the same arguments, the same refusals. */
export function amountOf(
  facts: AmountFacts,
  nights: Nights,
  checkIn: string,
  checkOut: string,
  party: Party,
  now: Date,
): { amount: Amount; refusal?: undefined } | { amount?: undefined; refusal: Refusal } {
  const dates = nightsOf(checkIn, checkOut);
  const refusal = refusalOf(facts, nights, dates, checkOut, now);
  if (refusal) return { refusal };
  const people = lodge(facts, party);
  if (!people) return { refusal: { reason: "party" } };

  const lines: { date: string; price: number }[] = [];
  let net = 0;
  for (const date of dates) {
    const price = nightPrice(facts, nights.get(date), people);
    if (price === undefined) return { refusal: { reason: "party" } };
    lines.push({ date, price });
    net += price;
  }
  const charges = chargesOf(facts.taxes, net, dates.length, party, facts.currency);
  const total = net + charges.reduce((sum, charge) => sum + (charge.inclusive ? 0 : charge.amount), 0);
  return { amount: { nights: lines, charges, total } };
}

// Calendar and zone arithmetic is pure, costs microseconds, and is the same for all products of a search.
const deadlineOf = remembered((checkIn: string, daysBefore: number, time: string, zone: string) => instantOf(addDays(checkIn, -daysBefore), time, zone).toISOString());
// Zones' offsets and cut-offs are whole minutes, so all instants of one minute have the same answer.
const MINUTE_MS = 60_000;
const earliestOf = remembered((zone: string, cutOff: string, minute: number) => earliestCheckIn(zone, cutOff, new Date(minute * MINUTE_MS)));
const lastDateOf = remembered((zone: string, horizonDays: number, minute: number) => horizonOf({ horizonDays }, dateIn(zone, new Date(minute * MINUTE_MS))));

/** Restrictions: each is independent, and only `closed` looks at every night (domain rules 9, 10 and 15). */
function refusalOf(facts: AmountFacts, nights: Nights, dates: string[], checkOut: string, now: Date): Refusal | undefined {
  const checkIn = dates[0]!;
  const minute = Math.floor(now.getTime() / MINUTE_MS);
  if (checkIn < earliestOf(facts.zone, facts.sameDayCutOff, minute)) return { reason: "past" };
  if (checkOut > lastDateOf(facts.zone, facts.horizonDays, minute)) return { reason: "horizon" };
  let through = 1;
  for (const date of dates) {
    const night = nights.get(date);
    if (!night || night.closed) return { reason: "closed" };
    through = Math.max(through, night.minStayThrough);
  }
  const arrival = nights.get(checkIn)!;
  const min = Math.max(through, arrival.minStayArrival);
  if (dates.length < min) return { reason: "min_stay", value: min };
  if (dates.length > arrival.maxStay) return { reason: "max_stay", value: arrival.maxStay };
  if (arrival.closedToArrival) return { reason: "closed_to_arrival" };
  if (nights.get(checkOut)?.closedToDeparture) return { reason: "closed_to_departure" };
  return undefined;
}

interface Lodged {
  adults: number;
  /** How many children of each bucket. */
  buckets: number[];
}

/** Sorts the party into priced adults and child buckets; undefined where they don't fit the room. */
function lodge(facts: Pick<ProductFacts, "childBuckets" | "maxAdults" | "maxChildren" | "maxOccupancy">, party: Party): Lodged | undefined {
  const buckets = facts.childBuckets.map(() => 0);
  let adults = party.adults;
  for (const age of party.childAges) {
    const bucket = bucketOf(facts.childBuckets, age);
    if (bucket === -1) adults += 1;
    else buckets[bucket]! += 1;
  }
  const children = party.adults + party.childAges.length - adults;
  if (adults > facts.maxAdults || children > facts.maxChildren || adults + children > facts.maxOccupancy) return undefined;
  return { adults, buckets };
}

/** The first bucket whose inclusive maximum holds the age; -1: an adult (domain rule 43). */
function bucketOf(buckets: ChildBucket[], age: number): number {
  return buckets.findIndex((bucket) => age <= bucket.maxAge);
}

/** More adults than the largest price row, or children without a price, can't be sold (domain rule 44). */
function nightPrice(facts: AmountFacts, night: NightFacts | undefined, people: Lodged): number | undefined {
  let base = night?.adultPrices[people.adults - 1];
  if (base === undefined || !night) return undefined;
  for (const [bucket, count] of people.buckets.entries()) {
    if (count === 0) continue;
    const price = night.childPrices[bucket];
    if (price === undefined) return undefined;
    base += price * count;
  }
  return roundMoney((base * facts.derivedPercent) / 10_000, facts.currency) + facts.derivedPerAdult * people.adults;
}

/** Taxes and fees of one room, each line rounded; inclusive ones are shown, not added. */
function chargesOf(taxes: TaxFacts[], net: number, nights: number, party: Party, currency: string): ChargeLine[] {
  const inclusiveBps = taxes.reduce((sum, tax) => sum + (tax.inclusive && tax.base === "percent" ? tax.amount : 0), 0);
  const charges: ChargeLine[] = [];
  for (const tax of taxes) {
    const amount = chargeOf(tax, net, nights, party, currency, inclusiveBps);
    if (amount > 0) charges.push({ name: tax.name, amount, inclusive: tax.inclusive, collect: tax.collect });
  }
  return charges;
}

function chargeOf(tax: TaxFacts, net: number, nights: number, party: Party, currency: string, inclusiveBps: number): number {
  const charged = Math.min(nights, tax.max_nights ?? nights);
  switch (tax.base) {
    case "percent": {
      const base = tax.inclusive ? (net * 10_000) / (10_000 + inclusiveBps) : net;
      return percentOf(base, tax.amount, currency);
    }
    case "per_night":
      return roundMoney(tax.amount * charged, currency);
    case "per_person_night": {
      const exemptAge = tax.exempt_age;
      const exempt = exemptAge === null ? 0 : party.childAges.filter((age) => age <= exemptAge).length;
      return roundMoney(tax.amount * charged * (party.adults + party.childAges.length - exempt), currency);
    }
    case "per_stay":
      return roundMoney(tax.amount, currency);
  }
}

/** Whether cancelling costs nothing at `now`, by the policy's rules alone: what a fee would be needs no asking where there is none. */
export function isFreeByRules(rules: readonly PolicyRule[], zone: string, checkIn: string, now: Date): boolean {
  const at = now.toISOString();
  return rules.every((rule) => rule.fee.value === 0 || deadlineOf(checkIn, rule.daysBefore, rule.time, zone) >= at);
}

/**
 * The policy with its deadlines as instants, read once in the property's zone (domain rule 6).
 * Fees never fall as time passes, and never exceed the total.
 */
function freezePolicy(facts: ProductFacts, checkIn: string, { nights, total }: Amount): FrozenPolicy {
  const feeOf = (fee: PolicyRule["fee"]): number => {
    const amount = fee.kind === "percent" ? percentOf(total, fee.value * 100, facts.currency) : nights.slice(0, fee.value).reduce((sum, night) => sum + night.price, 0);
    return Math.min(amount, total);
  };
  const steps = facts.policyRules
    .map((rule) => ({ from: deadlineOf(checkIn, rule.daysBefore, rule.time, facts.zone), fee: feeOf(rule.fee) }))
    .toSorted((a, b) => (a.from < b.from ? -1 : 1));
  let highest = 0;
  for (const step of steps) {
    highest = Math.max(highest, step.fee);
    step.fee = highest;
  }
  return { name: facts.policyName, zone: facts.zone, steps, noShowFee: feeOf(facts.noShow) };
}

/** The fee of cancelling at `now`; the boundary instant itself still has the fee before it. */
export function feeAt(policy: FrozenPolicy, now: Date): number {
  const at = now.toISOString();
  return policy.steps.findLast((step) => step.from < at)?.fee ?? 0;
}

/** The instant at which the fee rises next, or null. */
export function feeChangesAt(policy: FrozenPolicy, now: Date): string | null {
  const at = now.toISOString();
  const current = feeAt(policy, now);
  return policy.steps.find((step) => step.from >= at && step.fee > current)?.from ?? null;
}

/** Until when cancelling is free (ISO 8601); null where it costs from the start, or is always free after `now`. */
export function freeUntil(policy: FrozenPolicy, now: Date): string | null {
  const first = policy.steps.find((step) => step.fee > 0);
  if (!first || first.from < now.toISOString()) return null;
  return first.from;
}
