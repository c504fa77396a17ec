import type { TaxFacts } from "../../server/rooms/facts.ts";
import type { PolicyRule } from "../schema/properties.ts";
import { json, type CopyValue } from "./copy.ts";
import { slugOf } from "./accounts.ts";
import { hashOf, randomOf } from "./random.ts";
import type { SeedPlace, SeedProperty, SeedRoom } from "./types.ts";

export type Rows = CopyValue[][];

/** One product of the demo, with what it takes to price it. */
export interface BuiltProduct {
  id: number;
  baseProductId: number;
  derivedPercent: number;
  derivedPerAdult: number;
  plan: BuiltPlan;
}

export interface BuiltPlan {
  id: string;
  code: "FLEX" | "NONREF" | "BREAKFAST";
  name: string;
  meal: "room_only" | "breakfast";
  payment: "either" | "online";
  policy: { id: string; name: string; rules: PolicyRule[]; noShow: PolicyRule["fee"] };
}

export interface BuiltRoom {
  id: number;
  key: string;
  seed: SeedRoom;
  products: BuiltProduct[];
}

export interface BuiltProperty {
  id: string;
  slug: string;
  place: SeedPlace;
  seed: SeedProperty;
  taxes: TaxFacts[];
  plans: BuiltPlan[];
  rooms: BuiltRoom[];
}

/** Non-refundable sells at 88 % of the flexible price. */
const NON_REFUNDABLE_PERCENT = 8_800;
/** Before any date that is sold, so that it costs from the moment of sale. */
const FROM_SALE_ON: PolicyRule[] = [{ daysBefore: 600, time: "00:00", fee: { kind: "percent", value: 100 } }];

/** Gives a written property its ids, plans and products. `nextId` hands out room type and product ids. */
export function buildProperty(place: SeedPlace, seed: SeedProperty, nextId: { room(): number; product(): number }): BuiltProperty {
  const slug = slugOf(seed.name);
  const random = randomOf(`property/${slug}`);
  const id = random.uuid();
  const noShow = { kind: "percent", value: 100 } as const;
  const flexible = { id: random.uuid(), ...seed.flexible, noShow };
  const strict = { id: random.uuid(), name: "Non-refundable", rules: FROM_SALE_ON, noShow };
  const plans: BuiltPlan[] = [
    {
      id: random.uuid(),
      code: "FLEX",
      name: "Flexible rate",
      meal: "room_only",
      payment: "either",
      policy: flexible,
    },
    {
      id: random.uuid(),
      code: "NONREF",
      name: "Non-refundable rate",
      meal: "room_only",
      payment: "online",
      policy: strict,
    },
  ];
  if (seed.breakfast)
    plans.push({
      id: random.uuid(),
      code: "BREAKFAST",
      name: "Bed and breakfast",
      meal: "breakfast",
      payment: "either",
      policy: flexible,
    });

  const rooms = seed.rooms.map((room): BuiltRoom => {
    const base = nextId.product();
    const products = plans.map((plan): BuiltProduct => ({
      id: plan.code === "FLEX" ? base : nextId.product(),
      baseProductId: base,
      derivedPercent: plan.code === "NONREF" ? NON_REFUNDABLE_PERCENT : 10_000,
      derivedPerAdult: plan.code === "BREAKFAST" ? (seed.breakfast ?? 0) : 0,
      plan,
    }));
    return { id: nextId.room(), key: `${slug}/${slugOf(room.name)}`, seed: room, products };
  });
  const taxes = (seed.taxes ?? place.taxes).map((tax): TaxFacts => ({
    name: tax.name,
    base: tax.base,
    amount: tax.amount,
    inclusive: tax.inclusive,
    taxed: tax.taxed ?? false,
    collect: tax.collect ?? "now",
    exempt_age: tax.exemptAge ?? null,
    max_nights: tax.maxNights ?? null,
  }));
  return { id, slug, place, seed, taxes, plans, rooms };
}

/** Every configuration row of the properties, by table, in an order that satisfies the foreign keys. */
export function propertyRows(all: BuiltProperty[], organizationIds: Map<string, string>, now: Date): { table: string; columns: string[]; rows: Rows }[] {
  return [
    {
      table: "properties",
      columns: ["id", "organization_id", "slug", "name", "destination_id", "country", "city", "address", "latitude", "longitude", "zone", "currency", "stars", "email", "phone", "check_in_from", "check_out_until", "same_day_cut_off", "amenities", "payment_methods", "child_buckets", "extend_holds", "art", "published_at", "created_at"],
      rows: all.map(({ id, slug, place, seed }) => [
        id, organizationIds.get(seed.organization), slug, seed.name, seed.destinationId, place.country, place.city, seed.address, seed.latitude, seed.longitude, place.zone, place.currency, seed.stars, `stay@${slug}.test`, seed.phone, seed.checkInFrom ?? "14:00", seed.checkOutUntil ?? "11:00", seed.sameDayCutOff ?? "23:00", seed.amenities, paymentMethodsOf(place, seed), json(place.childBuckets), place.currency === "IDR", json({ scene: seed.scene, palette: seed.palette, seed: hashOf(slug) }), now, now,
      ]),
    },
    {
      table: "property_contents",
      columns: ["property_id", "locale", "summary", "description", "good_to_know"],
      rows: all.flatMap(({ id, seed }) => (["en", "id"] as const).map((locale) => [id, locale, seed.summary[locale], seed.description[locale], seed.goodToKnow[locale]])),
    },
    {
      table: "taxes",
      columns: ["property_id", "id", "position", "name", "base", "amount", "inclusive", "taxed", "collect", "exempt_age", "max_nights"],
      rows: all.flatMap(({ id, slug, taxes }) => {
        const random = randomOf(`taxes/${slug}`);
        return taxes.map((tax, position) => [id, random.uuid(), position, tax.name, tax.base, tax.amount, tax.inclusive, tax.taxed, tax.collect, tax.exempt_age, tax.max_nights]);
      }),
    },
    {
      table: "policies",
      columns: ["property_id", "id", "name", "rules", "no_show"],
      rows: all.flatMap(({ id, plans }) => [...new Set(plans.map((plan) => plan.policy))].map((policy) => [id, policy.id, policy.name, json(policy.rules), json(policy.noShow)])),
    },
    {
      table: "rate_plans",
      columns: ["property_id", "id", "code", "name", "meal", "policy_id", "payment", "position"],
      rows: all.flatMap(({ id, plans }) => plans.map((plan, position) => [id, plan.id, plan.code, plan.name, plan.meal, plan.policy.id, plan.payment, position])),
    },
    {
      table: "room_types",
      columns: ["id", "property_id", "code", "name", "units", "max_adults", "max_children", "max_occupancy", "beds", "size_sqm", "amenities", "art", "position"],
      rows: all.flatMap(({ id, seed: { scene, palette }, rooms }) =>
        rooms.map(({ id: roomTypeId, key, seed }, position) => [
          roomTypeId, id, slugOf(seed.name), seed.name, seed.units, seed.adults, seed.children, seed.adults + seed.children, json(seed.beds), seed.sizeSqm, seed.amenities, json({ scene, palette, seed: hashOf(key) }), position,
        ]),
      ),
    },
    {
      table: "room_type_contents",
      columns: ["property_id", "room_type_id", "locale", "description"],
      rows: all.flatMap(({ id, rooms }) => rooms.flatMap((room) => (["en", "id"] as const).map((locale) => [id, room.id, locale, room.seed.text[locale]]))),
    },
    {
      table: "products",
      columns: ["id", "property_id", "room_type_id", "rate_plan_id", "base_product_id", "derived_percent", "derived_per_adult"],
      rows: all.flatMap(({ id, rooms }) =>
        rooms.flatMap((room) =>
          room.products.map((product) => [product.id, id, room.id, product.plan.id, product.baseProductId === product.id ? null : product.baseProductId, product.derivedPercent, product.derivedPerAdult]),
        ),
      ),
    },
  ]; // prettier-ignore
}

export function paymentMethodsOf(place: SeedPlace, seed: SeedProperty) {
  return seed.paymentMethods ?? place.paymentMethods;
}
