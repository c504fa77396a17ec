import { and, eq, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { pgArray, statement } from "../../db/client.ts";
import { properties, propertyContents } from "../../db/schema/index.ts";
import type { Context } from "../context.ts";
import { propertyPicture } from "../hotels/pictures.ts";
import { productsAnywhere, type ProductFacts } from "../rooms/facts.ts";
import { feeAt, freeUntil, priceStay } from "../rooms/price.ts";
import { methodsFor } from "../rooms/quote.ts";
import { cheapestFreeOf, type Ranked } from "./rank.ts";
import type { HotelCard, HotelsInput } from "./schemas.ts";

const english = alias(propertyContents, "english");

const faces = statement((db) =>
  db
    .select({
      propertyId: properties.id,
      slug: properties.slug,
      name: properties.name,
      city: properties.city,
      country: properties.country,
      stars: properties.stars,
      summary: sql<string>`coalesce(${propertyContents.summary}, ${english.summary}, '')`,
      amenities: properties.amenities,
      latitude: properties.latitude,
      longitude: properties.longitude,
      zone: properties.zone,
      version: properties.version,
    })
    .from(properties)
    .leftJoin(propertyContents, and(eq(propertyContents.propertyId, properties.id), eq(propertyContents.locale, sql.placeholder("locale"))))
    .leftJoin(english, and(eq(english.propertyId, properties.id), eq(english.locale, "en")))
    .where(sql`${properties.id} = any(${sql.placeholder("ids")}::uuid[])`)
    .prepare("search_faces"),
);

/**
 * The cards of one page, priced again by the engine from the facts of this moment: a product that can't
 * be sold any more drops its property from the page.
 */
export async function cardsOf(ctx: Context, page: Ranked[], input: HotelsInput, now: Date): Promise<HotelCard[]> {
  if (page.length === 0) return [];
  const frees = new Map(page.map((item) => [item, cheapestFreeOf(ctx.config, item, input, now)]));
  const [faceRows, facts] = await Promise.all([
    faces(ctx.db, { ids: pgArray(page.map((item) => item.entry.propertyId)), locale: input.locale ?? "en" }),
    productsAnywhere(ctx.db, [...new Set(page.flatMap((item) => [...item.productIds, ...(frees.get(item) ?? [])]))]),
  ]);
  const faceOf = new Map(faceRows.map((face) => [face.propertyId, face]));
  const factsOf = new Map(facts.map((product) => [product.productId, product]));
  return page.flatMap((item) => {
    const face = faceOf.get(item.entry.propertyId);
    const way = wayOf(item, item.productIds, factsOf, input, now);
    if (!face || !way) return [];
    const { version, ...shown } = face;
    const { products, ...terms } = way;
    const cheapest = {
      ...terms,
      freeCancellation: way.cancelFee === 0,
      currency: item.entry.currency,
      rooms: products.map(({ productId, roomTypeId, roomName, rateName, meal }) => ({ productId, roomTypeId, roomName, rateName, meal })),
      payAtProperty: methodsFor(ctx.config, products).includes("property"),
      left: item.left,
    };
    const freeIds = way.cancelFee === 0 ? undefined : frees.get(item);
    const free = freeIds && wayOf(item, freeIds, factsOf, input, now);
    return { ...shown, picture: propertyPicture(face.slug, version), cheapest, free: free?.cancelFee === 0 ? { total: free.total, freeUntil: free.freeUntil } : null };
  });
}

interface Way {
  products: ProductFacts[];
  total: number;
  cancelFee: number;
  freeUntil: string | null;
}

/** Prices a product per room of the party; undefined where one of them can't be sold any more. */
function wayOf({ entry, supply }: Ranked, productIds: readonly number[], factsOf: Map<number, ProductFacts>, input: HotelsInput, now: Date): Way | undefined {
  const way: Way = { products: [], total: 0, cancelFee: 0, freeUntil: null };
  for (const [index, party] of input.rooms.entries()) {
    const product = factsOf.get(productIds[index]!);
    const stay = product && priceStay(product, supply.nightsOf(entry, product.baseProductId), input.checkIn, input.checkOut, party, now).stay;
    if (!stay) return undefined;
    const until = freeUntil(stay.policy, now);
    way.products.push(product);
    way.total += stay.total;
    way.cancelFee += feeAt(stay.policy, now);
    if (until !== null && (way.freeUntil === null || until < way.freeUntil)) way.freeUntil = until;
  }
  return way.cancelFee === 0 ? way : { ...way, freeUntil: null };
}
