import { and, eq, sql } from "drizzle-orm";
import { statement, type Executor } from "../../db/client.ts";
import { destinations, properties } from "../../db/schema/index.ts";
import { refuse } from "../errors.ts";

const { placeholder } = sql;

/** Kilometres around a place whose properties it shows too: Ubud's are offered to who asks for Denpasar. */
const REACH_KM = 25;
const DEGREE_KM = 111.2;
const REACH = sql.raw(String(REACH_KM / DEGREE_KM));

/** A box of latitudes first, as the cheap test; then the distance on a plane, true to 1 % at this range. */
const nearby = sql`${properties.latitude} between ${placeholder("latitude")}::float8 - ${REACH} and ${placeholder("latitude")}::float8 + ${REACH}
  and power(${properties.latitude} - ${placeholder("latitude")}::float8, 2)
    + power((${properties.longitude} - ${placeholder("longitude")}::float8) * cos(radians(${placeholder("latitude")}::float8)), 2) <= power(${REACH}, 2)`;

/** Live properties of the place, or within reach of its point. Wants a `Place`'s placeholders. */
export const inReach = and(
  sql`${properties.archivedAt} is null and ${properties.publishedAt} is not null`,
  sql`(${properties.destinationId} = ${placeholder("destinationId")} or (${nearby}))`,
);

export interface Place extends Record<string, number> {
  destinationId: number;
  latitude: number;
  longitude: number;
}

const point = statement((db) =>
  db
    .select({ destinationId: destinations.id, latitude: destinations.latitude, longitude: destinations.longitude })
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
