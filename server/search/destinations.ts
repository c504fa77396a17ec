import { desc, sql } from "drizzle-orm";
import { statement, type Database } from "../../db/client.ts";
import { destinations as places } from "../../db/schema/index.ts";
import type { Context } from "../context.ts";
import { normalise } from "./normalise.ts";
import type { Destination } from "./schemas.ts";

const MOST = 8;
/** Fewer literal matches than this, and misspellings are looked for too. */
const ENOUGH = 3;
/** How much of its trigrams a misspelling must share with a word: "sidney" and "sydney" share 0.43. */
const LIKENESS = "0.4";

const { placeholder } = sql;
const columns = {
  id: places.id,
  name: places.name,
  country: places.country,
  latitude: places.latitude,
  longitude: places.longitude,
  propertyCount: places.propertyCount,
};

/** A word begins with the text. Whole words first, then places with properties, then the larger. */
const beginning = statement((db) =>
  db
    .select(columns)
    .from(places)
    .where(sql`${places.searchText} like ${placeholder("start")} or ${places.searchText} like ${placeholder("within")}`)
    .orderBy(
      sql`(' ' || ${places.searchText} || ' ') like ${placeholder("whole")} desc`,
      desc(places.propertyCount),
      sql`${places.searchText} = ${placeholder("text")} desc`,
      desc(places.population),
      places.id,
    )
    .limit(MOST)
    .prepare("destinations_beginning"),
);

/**
 * A stretch of words is like the text (pg_trgm's word similarity, by its GIN index). Properties count as a
 * fifth of likeness, and a large place a tenth more than a small one: "bankok" means Bangkok.
 */
const resembling = statement((db) =>
  db
    .select(columns)
    .from(places)
    .where(sql`${placeholder("text")} <% ${places.searchText}`)
    .orderBy(sql`round(word_similarity(${placeholder("text")}, ${places.searchText})::numeric, 1) desc`, desc(places.propertyCount), desc(places.population), places.id)
    .limit(MOST)
    .prepare("destinations_resembling"),
);

/** Places for what a person has typed so far: accents and slips forgiven; at most 8, none under 2 characters. */
export async function destinations(ctx: Context, input: { text: string }): Promise<Destination[]> {
  const text = normalise(input.text);
  if (text.length < 2) return [];
  return ctx.cache.through(`destinations:${text}`, { ttlMs: 60_000 }, () => findDestinations(ctx.db, text), ctx.defer);
}

async function findDestinations(db: Database, text: string): Promise<Destination[]> {
  const literal = await beginning(db, { text, start: `${text}%`, within: `% ${text}%`, whole: `% ${text} %` });
  if (literal.length >= ENOUGH || text.length < 4) return literal;
  const similar = await db.transaction(async (tx) => {
    await tx.execute(sql`select set_config('pg_trgm.word_similarity_threshold', ${LIKENESS}, true)`);
    return resembling(tx, { text });
  });
  const seen = new Set(literal.map((place) => place.id));
  return [...literal, ...similar.filter((place) => !seen.has(place.id))].slice(0, MOST);
}
