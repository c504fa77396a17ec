import { and, asc, eq, inArray, isNotNull, isNull, sql } from "drizzle-orm";
import { statement } from "../../db/client.ts";
import { properties, propertyContents, roomTypeContents, roomTypes } from "../../db/schema/index.ts";
import type { Context } from "../context.ts";
import { refuse } from "../errors.ts";
import type { Locale } from "../platform/fields.ts";
import { methodsFor } from "../rooms/quote.ts";
import { propertyPicture, roomPicture } from "./pictures.ts";
import type { PropertyView } from "./schemas.ts";

/** Keys carry the version, so that an entry never has to be taken back. */
const LIFE = { ttlMs: 10 * 60_000 };

/** No row where no property is published under the slug. */
export const versionOf = statement((db) =>
  db
    .select({ id: properties.id, version: properties.version })
    .from(properties)
    .where(and(eq(properties.slug, sql.placeholder("slug")), isNull(properties.archivedAt), isNotNull(properties.publishedAt)))
    .prepare("property_version"),
);

/**
 * A property's page in a locale, in English where that has no text.
 * @throws NOT_FOUND property, also for one that is not published
 */
export async function bySlug(ctx: Context, input: { slug: string; locale: Locale }): Promise<PropertyView> {
  const [found] = await versionOf(ctx.db, { slug: input.slug });
  if (!found) throw refuse("NOT_FOUND", { what: "property" });
  return ctx.cache.through(`property:${found.id}:${found.version}:${input.locale}`, LIFE, () => read(ctx, found.id, input.locale), ctx.defer);
}

async function read(ctx: Context, id: string, locale: Locale): Promise<PropertyView> {
  const locales = inArray(propertyContents.locale, [locale, "en"]);
  const [houses, contents, rooms, roomContents] = await Promise.all([
    ctx.db.select().from(properties).where(eq(properties.id, id)),
    ctx.db
      .select()
      .from(propertyContents)
      .where(and(eq(propertyContents.propertyId, id), locales)),
    ctx.db
      .select()
      .from(roomTypes)
      .where(and(eq(roomTypes.propertyId, id), isNull(roomTypes.archivedAt)))
      .orderBy(asc(roomTypes.position), asc(roomTypes.id)),
    ctx.db
      .select()
      .from(roomTypeContents)
      .where(and(eq(roomTypeContents.propertyId, id), inArray(roomTypeContents.locale, [locale, "en"]))),
  ]);
  const [house] = houses;
  if (!house) throw refuse("NOT_FOUND", { what: "property" });
  const text = inLocale(contents, locale);
  const { currency } = house;
  return {
    ...pick(house),
    paymentMethods: methodsFor(ctx.config, [{ payment: "either", paymentMethods: house.paymentMethods, currency }]),
    summary: text?.summary ?? "",
    description: text?.description ?? "",
    goodToKnow: text?.goodToKnow ?? "",
    picture: propertyPicture(house.slug, house.version),
    roomTypes: rooms.map(({ id: roomTypeId, code, name, maxAdults, maxChildren, maxOccupancy, beds, sizeSqm, amenities }) => ({
      id: roomTypeId,
      code,
      name,
      maxAdults,
      maxChildren,
      maxOccupancy,
      beds,
      sizeSqm,
      amenities,
      description:
        inLocale(
          roomContents.filter((content) => content.roomTypeId === roomTypeId),
          locale,
        )?.description ?? "",
      picture: roomPicture(roomTypeId, house.version),
    })),
  };
}

function inLocale<T extends { locale: string }>(contents: T[], locale: Locale): T | undefined {
  return contents.find((content) => content.locale === locale) ?? contents.find((content) => content.locale === "en");
}

/** The columns that are shown as they are. */
function pick(house: typeof properties.$inferSelect) {
  const { id, slug, name, destinationId, city, country, address, latitude, longitude, zone, currency, stars, email, phone, checkInFrom, checkOutUntil, amenities, version } = house;
  return { id, slug, name, destinationId, city, country, address, latitude, longitude, zone, currency, stars, email, phone, checkInFrom, checkOutUntil, amenities, version };
}
