import { desc, like, or, sql } from "drizzle-orm";
import { pgArray, statement, type Database } from "../../db/client.ts";
import { destinations as places, properties } from "../../db/schema/index.ts";
import type { Context } from "../context.ts";
import { pipelined } from "../platform/pipelined.ts";
import { normalise } from "./normalise.ts";
import { inReachOf } from "./place.ts";
import type { Destination } from "./schemas.ts";

const MOST = 8;
/** Of them places without a property, where there are others. */
const MOST_EMPTY = 2;
/** Fewer literal matches with properties than this, and misspellings are looked for too. */
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

/** A word begins with the text. Places with properties first, then whole words, then the larger. */
const beginning = statement((db) =>
  db
    .select(columns)
    .from(places)
    .where(or(like(places.searchText, placeholder("start")), like(places.searchText, placeholder("within"))))
    .orderBy(
      sql`${places.propertyCount} > 0 desc`,
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

/** Two letters swapped ("ubdu"): short words share too few trigrams for likeness to see it. */
const swapped = statement((db) =>
  db
    .select(columns)
    .from(places)
    .where(sql`${places.searchText} like any(${placeholder("variants")}::text[])`)
    .orderBy(desc(places.propertyCount), desc(places.population), places.id)
    .limit(MOST)
    .prepare("destinations_swapped"),
);

function swaps(text: string): string[] {
  const variants: string[] = [];
  for (let i = 0; i + 1 < Math.min(text.length, 24); i += 1) {
    if (text[i] !== text[i + 1]) variants.push(`${text.slice(0, i)}${text[i + 1]}${text[i]}${text.slice(i + 2)}%`);
  }
  return variants;
}

/** Places for what a person has typed so far: accents and slips forgiven; at most 8, none under 2 characters. */
export async function destinations(ctx: Context, input: { text: string }): Promise<Destination[]> {
  const text = normalise(input.text);
  if (text.length < 2) return [];
  return ctx.cache.through(`destinations:${text}`, { ttlMs: 60_000 }, () => findDestinations(ctx.db, text), ctx.defer);
}

/** How many properties a search of each place shows, as those around it count too. */
const supplies = statement((db) =>
  db
    .select({
      id: places.id,
      properties: sql<number>`(select count(*)::int from ${properties}
        where ${inReachOf({ destinationId: sql`${places.id}`, latitude: sql`${places.latitude}`, longitude: sql`${places.longitude}` })})`,
    })
    .from(places)
    .where(sql`${places.id} = any(${placeholder("ids")}::int[])`)
    .prepare("destinations_supplies"),
);

async function findDestinations(db: Database, text: string): Promise<Destination[]> {
  const found = await matching(db, text);
  const supplied = new Map((await supplies(db, { ids: pgArray(found.map((place) => place.id)) })).map((row) => [row.id, row.properties]));
  const all = found.map((place) => ({ ...place, propertyCount: supplied.get(place.id) ?? 0 }));
  // A place that leads to nothing never comes before one that doesn't; among equals, what is written decides.
  const [some, none] = [all.filter((place) => place.propertyCount > 0), all.filter((place) => place.propertyCount === 0)];
  return [...some.slice(0, MOST), ...none.slice(0, some.length > 0 ? MOST_EMPTY : MOST)].slice(0, MOST);
}

/** What is written so first, then what may be a slip. */
async function matching(db: Database, text: string): Promise<Destination[]> {
  const literal = await beginning(db, { text, start: `${text}%`, within: `% ${text}%`, whole: `% ${text} %` });
  if (text.length < 4 || literal.filter((place) => place.propertyCount > 0).length >= ENOUGH) return literal;
  const [slips, similar] = await pipelined([
    swapped(db, { variants: pgArray(swaps(text)) }),
    db.transaction(async (tx) => {
      await tx.execute(sql`select set_config('pg_trgm.word_similarity_threshold', ${LIKENESS}, true)`);
      return resembling(tx, { text });
    }),
  ]);
  return [...new Map([...literal, ...slips, ...similar].map((place) => [place.id, place])).values()];
}
