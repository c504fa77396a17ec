import { and, eq, sql } from "drizzle-orm";
import { pgArray, statement } from "../../db/client.ts";
import { properties, propertyContents } from "../../db/schema/index.ts";
import type { Context } from "../context.ts";
import { propertyPicture } from "../hotels/pictures.ts";
import { productsAnywhere, type ProductFacts } from "../rooms/facts.ts";
import { feeAt, priceStay } from "../rooms/price.ts";
import { methodsFor } from "../rooms/quote.ts";
import type { Ranked } from "./rank.ts";
import type { HotelCard, HotelsInput } from "./schemas.ts";

const faces = statement((db) =>
  db
    .select({
      propertyId: properties.id,
      slug: properties.slug,
      name: properties.name,
      city: properties.city,
      country: properties.country,
      stars: properties.stars,
      summary: sql<string>`coalesce(${propertyContents.summary}, '')`,
      amenities: properties.amenities,
      latitude: properties.latitude,
      longitude: properties.longitude,
      version: properties.version,
    })
    .from(properties)
    .leftJoin(propertyContents, and(eq(propertyContents.propertyId, properties.id), eq(propertyContents.locale, "en")))
    .where(sql`${properties.id} = any(${sql.placeholder("ids")}::uuid[])`)
    .prepare("search_faces"),
);

/**
 * The cards of one page, priced again by the engine from the facts of this moment: a product that can't
 * be sold any more drops its property from the page.
 */
export async function cardsOf(ctx: Context, page: Ranked[], input: HotelsInput, now: Date): Promise<HotelCard[]> {
  if (page.length === 0) return [];
  const [faceRows, facts] = await Promise.all([
    faces(ctx.db, { ids: pgArray(page.map((item) => item.entry.propertyId)) }),
    productsAnywhere(ctx.db, [...new Set(page.flatMap((item) => item.productIds))]),
  ]);
  const faceOf = new Map(faceRows.map((face) => [face.propertyId, face]));
  const factsOf = new Map(facts.map((product) => [product.productId, product]));
  return page.flatMap((item) => {
    const face = faceOf.get(item.entry.propertyId);
    const cheapest = cheapestOf(ctx, item, factsOf, input, now);
    if (!face || !cheapest) return [];
    const { version, ...shown } = face;
    return { ...shown, picture: propertyPicture(face.slug, version), cheapest };
  });
}

function cheapestOf(ctx: Context, item: Ranked, factsOf: Map<number, ProductFacts>, input: HotelsInput, now: Date): HotelCard["cheapest"] | undefined {
  const rooms: { product: ProductFacts; total: number; free: boolean }[] = [];
  for (const [index, party] of input.rooms.entries()) {
    const product = factsOf.get(item.productIds[index]!);
    const stay = product && priceStay(product, item.supply.nightsOf(item.entry, product.baseProductId), input.checkIn, input.checkOut, party, now).stay;
    if (!stay) return undefined;
    rooms.push({ product, total: stay.total, free: feeAt(stay.policy, now) === 0 });
  }
  const products = rooms.map((room) => room.product);
  return {
    total: rooms.reduce((sum, room) => sum + room.total, 0),
    currency: item.entry.currency,
    rooms: products.map(({ productId, roomTypeId, roomName, rateName, meal }) => ({ productId, roomTypeId, roomName, rateName, meal })),
    freeCancellation: rooms.every((room) => room.free),
    payAtProperty: methodsFor(ctx.config, products).includes("property"),
    left: item.left,
  };
}
