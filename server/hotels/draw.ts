import { eq } from "drizzle-orm";
import { properties, roomTypes } from "../../db/schema/index.ts";
import type { Services } from "../context.ts";
import { renderArt } from "./art/index.ts";

/** The property's poster as SVG; undefined when there is no such property. */
export async function drawProperty(services: Services, slug: string): Promise<string | undefined> {
  const [found] = await services.db.select({ art: properties.art, name: properties.name }).from(properties).where(eq(properties.slug, slug));
  return found && renderArt({ ...found.art, kind: "property" }, found.name);
}

/** The room type's picture as SVG; undefined when there is no such room type. */
export async function drawRoom(services: Services, roomTypeId: number): Promise<string | undefined> {
  const [found] = await services.db.select({ art: roomTypes.art, name: roomTypes.name }).from(roomTypes).where(eq(roomTypes.id, roomTypeId));
  return found && renderArt({ ...found.art, kind: "room" }, found.name);
}
