import { and, eq, isNotNull } from "drizzle-orm";
import { properties, roomTypes } from "../../db/schema/index.ts";
import type { Services } from "../context.ts";
import { renderArt } from "./art/index.ts";

/** The property's poster as SVG; undefined where none was ever published. An archived one's bookings still show it. */
export async function drawProperty(services: Services, slug: string): Promise<string | undefined> {
  const [found] = await services.db
    .select({ art: properties.art, name: properties.name })
    .from(properties)
    .where(and(eq(properties.slug, slug), isNotNull(properties.publishedAt)));
  return found && renderArt({ ...found.art, kind: "property" }, found.name);
}

/** The room type's picture as SVG; undefined when there is none, or its property was never published. */
export async function drawRoom(services: Services, roomTypeId: number): Promise<string | undefined> {
  const [found] = await services.db
    .select({ art: roomTypes.art, name: roomTypes.name })
    .from(roomTypes)
    .innerJoin(properties, eq(properties.id, roomTypes.propertyId))
    .where(and(eq(roomTypes.id, roomTypeId), isNotNull(properties.publishedAt)));
  return found && renderArt({ ...found.art, kind: "room" }, found.name);
}
