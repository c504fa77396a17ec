import { afterEach, expect, test } from "vitest";
import { overwriteGetLocale } from "../../client/lib/i18n/compiled/runtime.js";
import { AMENITIES, BEDS, chargeName, MEALS, ownName } from "../../client/lib/words.ts";
import { buildProperty } from "../../db/seed/property.ts";
import { DEMO_PLACES } from "../../db/seed/places/index.ts";
import { WORDS } from "../../server/notifications/templates/words.ts";

afterEach(() => overwriteGetLocale(() => "en"));

let id = 0;
const built = DEMO_PLACES.flatMap((place) => place.properties.map((seed) => buildProperty(place, seed, { room: () => (id += 1), product: () => (id += 1) })));
const plans = built.flatMap((property) => property.plans);
const rates = [...new Set(plans.map((plan) => plan.name))];
const policies = [...new Set(plans.map((plan) => plan.policy.name))];
const taxes = [...new Set(built.flatMap((property) => property.taxes.map((tax) => tax.name)))];

test("the demo's rates, policies, taxes and fees have names in Indonesian, and their own in English", () => {
  expect(rates.length * policies.length * taxes.length).toBeGreaterThan(100);
  for (const name of [...rates, ...policies]) expect(ownName(name)).toBe(name);
  for (const name of taxes) expect(chargeName({ name })).toBe(name);
  overwriteGetLocale(() => "id");
  for (const name of [...rates, ...policies]) expect(ownName(name), name).not.toBe(name);
  for (const name of taxes) expect(chargeName({ name }), name).not.toBe(name);
});

test("mails know the same names", () => {
  for (const name of [...rates, ...taxes]) expect(WORDS.id.names[name], name).toBeDefined();
});

test("the demo's amenities, beds and meals are all known: none is shown as its code's own words", () => {
  const properties = DEMO_PLACES.flatMap((place) => place.properties);
  const rooms = properties.flatMap((property) => property.rooms);
  const amenities = new Set([...properties, ...rooms].flatMap((one) => one.amenities));
  const beds = new Set(rooms.flatMap((room) => room.beds.map((bed) => bed.kind)));
  const meals = new Set(plans.map((plan) => plan.meal));
  overwriteGetLocale(() => "id");
  expect([...amenities].filter((code) => !AMENITIES[code])).toEqual([]);
  expect([...beds].filter((code) => !BEDS[code])).toEqual([]);
  expect([...meals].filter((code) => !MEALS[code])).toEqual([]);
});

test("how much of a tax it is is said in the reader's language; a name of the property's own stays as it wrote it", () => {
  overwriteGetLocale(() => "id");
  expect(chargeName({ name: "Sales tax", rate: 88_750 })).toBe("Pajak penjualan 8,875%");
  expect(chargeName({ name: "Pool towel fee", rate: 30_000 })).toBe("Pool towel fee 3%");
  expect(ownName("Half board special")).toBe("Half board special");
});
