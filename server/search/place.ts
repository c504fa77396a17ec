import { eq, sql, type SQL } from "drizzle-orm";
import { statement, type Executor } from "../../db/client.ts";
import { destinations, properties } from "../../db/schema/index.ts";
import { refuse } from "../errors.ts";

const { placeholder } = sql;

/** Kilometres around a place whose properties it shows too: Ubud's are offered to who asks for Denpasar. */
const REACH_KM = 25;
const DEGREE_KM = 111.2;
const REACH = sql.raw(String(REACH_KM / DEGREE_KM));

/** Live properties of a place, or within reach of its point: a box of latitudes first, as the cheap test; then the distance on a plane, true to 1 % at this range. */
export function inReachOf({ destinationId, latitude, longitude }: Record<"destinationId" | "latitude" | "longitude", SQL>): SQL {
  return sql`${properties.archivedAt} is null and ${properties.publishedAt} is not null and (${properties.destinationId} = ${destinationId}
    or (${properties.latitude} between ${latitude} - ${REACH} and ${latitude} + ${REACH}
      and power(${properties.latitude} - ${latitude}, 2) + power((${properties.longitude} - ${longitude}) * cos(radians(${latitude})), 2) <= power(${REACH}, 2)))`;
}

/** Wants a `Place`'s placeholders. */
export const inReach = inReachOf({
  destinationId: sql`${placeholder("destinationId")}`,
  latitude: sql`${placeholder("latitude")}::float8`,
  longitude: sql`${placeholder("longitude")}::float8`,
});

export interface Place extends Record<string, number | string> {
  destinationId: number;
  name: string;
  latitude: number;
  longitude: number;
}

const point = statement((db) =>
  db
    .select({ destinationId: destinations.id, name: destinations.name, latitude: destinations.latitude, longitude: destinations.longitude })
    .from(destinations)
    .where(eq(destinations.id, placeholder("id")))
    .prepare("place_of"),
);

/** @throws NOT_FOUND destination */
export async function placeOf(db: Executor, destinationId: number): Promise<Place> {
  const [place] = await point(db, { id: destinationId });
  if (!place) throw refuse("NOT_FOUND", { what: "destination" });
  return place;
}
