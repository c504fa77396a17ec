import { UNTIL_THE_DAY_BEFORE, UNTIL_TWO_DAYS_BEFORE } from "./customs.ts";
import { PLACE, places, type Place } from "./gazetteer.ts";
import { randomOf, type Random } from "./random.ts";
import type { SeedPlace, SeedProperty, SeedRoom } from "./types.ts";

/** Where the crowd is spread: countries (or the part of one) of a single zone. */
const COUNTRIES: Record<string, { zone: string; currency: string; price: number }> = {
  ID: { zone: "Asia/Jakarta", currency: "IDR", price: 70_000_000 },
  JP: { zone: "Asia/Tokyo", currency: "JPY", price: 16_000 },
  TH: { zone: "Asia/Bangkok", currency: "THB", price: 180_000 },
  SG: { zone: "Asia/Singapore", currency: "SGD", price: 20_000 },
  MY: { zone: "Asia/Kuala_Lumpur", currency: "MYR", price: 26_000 },
  PH: { zone: "Asia/Manila", currency: "PHP", price: 350_000 },
  IN: { zone: "Asia/Kolkata", currency: "INR", price: 420_000 },
  KR: { zone: "Asia/Seoul", currency: "KRW", price: 110_000 },
  TR: { zone: "Europe/Istanbul", currency: "TRY", price: 260_000 },
  KE: { zone: "Africa/Nairobi", currency: "KES", price: 900_000 },
  ZA: { zone: "Africa/Johannesburg", currency: "ZAR", price: 140_000 },
  GB: { zone: "Europe/London", currency: "GBP", price: 11_000 },
  FR: { zone: "Europe/Paris", currency: "EUR", price: 12_000 },
  DE: { zone: "Europe/Berlin", currency: "EUR", price: 11_000 },
  IT: { zone: "Europe/Rome", currency: "EUR", price: 12_500 },
  NL: { zone: "Europe/Amsterdam", currency: "EUR", price: 14_000 },
  PL: { zone: "Europe/Warsaw", currency: "PLN", price: 32_000 },
  PE: { zone: "America/Lima", currency: "PEN", price: 22_000 },
  CO: { zone: "America/Bogota", currency: "COP", price: 21_000_000 },
};
/** East of it Indonesia keeps another time. */
const WEST_INDONESIA = 114;

const FIRST = [
  "Amber",
  "Blue",
  "Cedar",
  "Copper",
  "Coral",
  "Garden",
  "Golden",
  "Harbour",
  "Indigo",
  "Jasmine",
  "Juniper",
  "Lantern",
  "Linden",
  "Marigold",
  "Olive",
  "Orchid",
  "Quiet",
  "River",
  "Saffron",
  "Willow",
];
const LAST = ["Court", "House", "Inn", "Lodge", "Residence", "Rooms", "Stay", "Suites", "Terrace", "Yard"];
const AMENITIES = ["wifi", "pool", "gym", "restaurant", "bar", "parking", "spa", "breakfast", "accessible", "pet_friendly"];
const SCENES = ["monument-skyline", "canal-gables", "river-bridge", "park-terraces", "skyscrapers", "tram-hill", "zinc-rooftops", "beach-palms", "tea-hills", "joglo"];
const PALETTES = ["dawn", "noon", "sunset", "coral", "dusk", "night", "mist", "jade", "amber", "blossom"];
const TYPES = [
  { name: "Double Room", share: 1, adults: 2, children: 1, sizeSqm: 20 },
  { name: "Family Room", share: 1.5, adults: 4, children: 2, sizeSqm: 34 },
  { name: "Suite", share: 2.3, adults: 3, children: 1, sizeSqm: 48 },
];

/** A made-up property of the crowd, in its place. */
export interface Member {
  place: SeedPlace;
  property: SeedProperty;
}

/**
 * Properties for load: three room types, a flexible and a non-refundable rate. A tenth stands in
 * Jakarta, the rest in other cities by population. The same numbers always give the same crowd.
 */
export function* crowd(from: number, count: number): Generator<Member> {
  const cities = places().filter((city) => COUNTRIES[city.country] && (city.country !== "ID" || city.longitude < WEST_INDONESIA));
  const jakarta = cities.find((city) => city.id === PLACE.jakarta)!;
  const others = cities.filter((city) => city !== jakarta);
  const sums: number[] = [];
  for (const city of others) sums.push((sums.at(-1) ?? 0) + city.population);
  for (let number = from; number < from + count; number++) {
    const random = randomOf(`crowd/${number}`);
    const city = number % 10 === 0 ? jakarta : others[firstAbove(sums, random.next() * sums.at(-1)!)]!;
    yield member(number, city, random);
  }
}

function member(number: number, city: Place, random: Random): Member {
  const { zone, currency, price } = COUNTRIES[city.country]!;
  const name = `${random.pick(FIRST)} ${random.pick(LAST)} Sample ${number}`;
  const level = random.int(1, 5);
  const base = price * (0.45 + level * 0.24) * (0.8 + random.next() * 0.5);
  const rooms = TYPES.map((type): SeedRoom => ({
    name: type.name,
    units: random.int(3, 30),
    adults: type.adults,
    children: type.children,
    beds: [{ kind: type.adults > 2 ? "king" : "queen", count: 1 }],
    sizeSqm: type.sizeSqm,
    amenities: ["aircon"],
    price: Math.round(base * type.share),
    text: { en: `${type.name} of ${name}.`, id: `${type.name} di ${name}.` },
  }));
  return {
    place: {
      city: city.name,
      country: city.country,
      zone,
      currency,
      taxes: [{ name: "VAT", base: "percent", amount: 100_000, inclusive: number % 3 > 0 }],
      paymentMethods: currency === "IDR" ? ["midtrans", "property"] : ["stripe", "property"],
      childBuckets: [{ maxAge: 3 }, { maxAge: 11 }],
      months: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
      weekend: 1,
      properties: [],
    },
    property: {
      name,
      organization: "Sample Stays",
      destinationId: city.id,
      address: `${random.int(1, 200)} Sample Street, ${city.name}`,
      latitude: city.latitude + random.next() * 0.1 - 0.05,
      longitude: city.longitude + random.next() * 0.1 - 0.05,
      stars: level,
      phone: "+10000000000",
      amenities: AMENITIES.filter(() => random.chance(0.45)),
      scene: random.pick(SCENES),
      palette: random.pick(PALETTES),
      flexible: random.chance(0.5) ? UNTIL_THE_DAY_BEFORE : UNTIL_TWO_DAYS_BEFORE,
      summary: { en: `A sample property in ${city.name}, made for load tests.`, id: `Properti contoh di ${city.name}, untuk uji beban.` },
      description: { en: `${name} exists to be searched and booked by machines.`, id: `${name} ada untuk dicari dan dipesan oleh mesin.` },
      goodToKnow: { en: "", id: "" },
      rooms,
    },
  };
}

function firstAbove(sums: number[], value: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
