import type { ChargeLine, FrozenPolicy } from "../../db/schema/bookings.ts";
import type { ChildBucket, PolicyRule } from "../../db/schema/properties.ts";
import { addDays, dateIn, earliestCheckIn, instantOf, nightsOf } from "../platform/dates.ts";
import { remembered } from "../platform/memo.ts";
import { roundMoney, shareOf, WHOLE_RATE } from "../platform/money.ts";
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
      policy: freezePolicy(facts, checkIn, amount, party),
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
  const charges = chargesOf(facts.taxes, net, { nights: dates.length, party, currency: facts.currency });
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
  // Rounded once, at the end: what is added per adult may be finer than the currency takes.
  return roundMoney((base * facts.derivedPercent) / 10_000 + facts.derivedPerAdult * people.adults, facts.currency);
}

/** What the taxes of a room depend on beside its price. */
interface Taxed {
  nights: number;
  party: Party;
  currency: string;
}

/**
 * Taxes and fees of one room by `position`, each line rounded; inclusive ones are shown, not added.
 * A percentage is charged on the price and on what is `taxed` before it; of an inclusive one the price is first freed
 * of all that it includes, fixed amounts too: VAT is not charged on a city tax.
 */
function chargesOf(taxes: TaxFacts[], price: number, of: Taxed): ChargeLine[] {
  const inclusive = taxes.filter((tax) => tax.inclusive);
  const included = new Map(linesOf(inclusive, netOf(inclusive, price, of), of).map((line) => [line.tax, line]));
  const added = new Map(
    linesOf(
      taxes.filter((tax) => !tax.inclusive),
      price,
      of,
    ).map((line) => [line.tax, line]),
  );
  const charges: ChargeLine[] = [];
  for (const tax of taxes) {
    const { amount, base } = (included.get(tax) ?? added.get(tax))!;
    const rounded = roundMoney(amount, of.currency);
    if (rounded <= 0) continue;
    const rate = tax.base === "percent" ? { rate: tax.amount, base: roundMoney(base, of.currency) } : {};
    charges.push({ name: tax.name, amount: rounded, inclusive: tax.inclusive, collect: tax.collect, ...rate });
  }
  return charges;
}

interface TaxLine {
  tax: TaxFacts;
  amount: number;
  /** What a percentage is charged on. */
  base: number;
}

/** The lines on a price without them. What is added to a bill is charged on lines as the bill prints them: rounded. */
function linesOf(taxes: TaxFacts[], net: number, of: Taxed): TaxLine[] {
  let base = net;
  return taxes.map((tax) => {
    const line = { tax, base, amount: tax.base === "percent" ? (base * tax.amount) / WHOLE_RATE : fixedOf(tax, of) };
    if (tax.taxed) base += tax.inclusive ? line.amount : roundMoney(line.amount, of.currency);
    return line;
  });
}

/** The price without the inclusive taxes: price and taxes together are linear in it, so two points of the line tell it. */
function netOf(taxes: TaxFacts[], price: number, of: Taxed): number {
  if (taxes.length === 0) return price;
  const grossOf = (net: number): number => linesOf(taxes, net, of).reduce((sum, line) => sum + line.amount, net);
  const fixed = grossOf(0);
  return Math.max(0, (price - fixed) / (grossOf(1) - fixed));
}

function fixedOf(tax: TaxFacts, { nights, party }: Taxed): number {
  const charged = Math.min(nights, tax.max_nights ?? nights);
  switch (tax.base) {
    case "percent":
      throw new Error("a percentage has no fixed amount");
    case "per_night":
      return tax.amount * charged;
    case "per_person_night": {
      const exemptAge = tax.exempt_age;
      const exempt = exemptAge === null ? 0 : party.childAges.filter((age) => age <= exemptAge).length;
      return tax.amount * charged * (party.adults + party.childAges.length - exempt);
    }
    case "per_stay":
      return tax.amount;
  }
}

/** Whether cancelling costs nothing at `now`, by the policy's rules alone: what a fee would be needs no asking where there is none. */
export function isFreeByRules(rules: readonly PolicyRule[], zone: string, checkIn: string, now: Date): boolean {
  const at = now.toISOString();
  return rules.every((rule) => rule.fee.value === 0 || deadlineOf(checkIn, rule.daysBefore, rule.time, zone) >= at);
}

/** What of a price and its charges we collect, by price and tax, and what the property collects. Minor units. */
function partsOf(price: number, charges: readonly ChargeLine[]): FrozenPolicy["base"] {
  const sum = (of: (charge: ChargeLine) => boolean) => charges.reduce((total, charge) => total + (of(charge) ? charge.amount : 0), 0);
  return {
    price: price - sum((charge) => charge.inclusive && charge.collect === "property"),
    tax: sum((charge) => !charge.inclusive && charge.collect === "now"),
    atProperty: sum((charge) => charge.collect === "property"),
  };
}

/**
 * The policy with its deadlines as instants, read once in the property's zone (domain rule 6).
 * A fee is a part of the price and of the taxes that we collect with it; what the property collects is due for nights
 * that are slept, so no fee holds it. Fees never fall as time passes.
 */
function freezePolicy(facts: ProductFacts, checkIn: string, { nights, charges }: Amount, party: Party): FrozenPolicy {
  const priceOf = (list: Amount["nights"]): number => list.reduce((sum, night) => sum + night.price, 0);
  const base = partsOf(priceOf(nights), charges);
  const whole = base.price + base.tax;
  const feeOf = (fee: PolicyRule["fee"]): number => {
    if (fee.kind === "percent") {
      const rate = (fee.value / 100) * WHOLE_RATE;
      return Math.min(whole, shareOf(base.price, rate, facts.currency) + shareOf(base.tax, rate, facts.currency));
    }
    const first = nights.slice(0, fee.value);
    const price = priceOf(first);
    const parts = partsOf(price, chargesOf(facts.taxes, price, { nights: first.length, party, currency: facts.currency }));
    return Math.min(whole, parts.price + parts.tax);
  };
  const steps = facts.policyRules
    .map((rule) => ({ from: deadlineOf(checkIn, rule.daysBefore, rule.time, facts.zone), fee: feeOf(rule.fee) }))
    .toSorted((a, b) => (a.from < b.from ? -1 : 1));
  let highest = 0;
  for (const step of steps) {
    highest = Math.max(highest, step.fee);
    step.fee = highest;
  }
  return { name: facts.policyName, zone: facts.zone, base, steps, noShowFee: feeOf(facts.noShow) };
}

/** The fee of cancelling at `now`; the boundary instant itself still has the fee before it. */
export function feeAt(policy: Pick<FrozenPolicy, "steps">, now: Date): number {
  const at = now.toISOString();
  return policy.steps.findLast((step) => step.from < at)?.fee ?? 0;
}

/** The instant at which the fee rises next, or null. */
export function feeChangesAt(policy: Pick<FrozenPolicy, "steps">, now: Date): string | null {
  const at = now.toISOString();
  const current = feeAt(policy, now);
  return policy.steps.find((step) => step.from >= at && step.fee > current)?.from ?? null;
}

/** Until when cancelling is free (ISO 8601); null where it costs from the start, or is always free after `now`. */
export function freeUntil(policy: Pick<FrozenPolicy, "steps">, now: Date): string | null {
  const first = policy.steps.find((step) => step.fee > 0);
  if (!first || first.from < now.toISOString()) return null;
  return first.from;
}
