import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { properties } from "../../db/schema/index.ts";
import { productsNow } from "../../server/rooms/index.ts";
import { entriesOf } from "../../server/search/book.ts";
import { placeOf } from "../../server/search/place.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { meddled } from "../helpers/meddle.ts";
import { createDestination, createProperty } from "../helpers/world.ts";

// What one process remembers of properties, while others change it.

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase({ max: 4 });
});
afterAll(() => database.drop());

/** More properties than a process remembers, none with a room. */
async function hugePlace(): Promise<{ destinationId: number; count: number }> {
  const { propertyId, destinationId } = await createProperty(database.db);
  const others = await database.db.transaction(async (tx) => {
    await tx.execute(sql`set local statement_timeout = 0`);
    return tx.execute(sql`
      insert into properties select (jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid(), 'slug', p.slug || '-' || n))).*
      from properties p, generate_series(1, 5100) n where p.id = ${propertyId} returning id`);
  });
  return { destinationId, count: others.length + 1 };
}

test("a product that is known stays known to whoever asks, though another guest's question refreshes it meanwhile", async () => {
  const [known, other] = [await createProperty(database.db), await createProperty(database.db)];
  await productsNow(database.db, database.db, [known.propertyId], [known.productId]);
  let refreshed = false;
  const slow = meddled(database.db, (text) => {
    if (refreshed || !text.includes('"products"')) return undefined;
    refreshed = true;
    return database.db
      .update(properties)
      .set({ version: 2 })
      .where(eq(properties.id, known.propertyId))
      .then(() => productsNow(database.db, database.db, [known.propertyId], [known.productId]));
  });
  const found = await productsNow(database.db, slow, [known.propertyId, other.propertyId], [known.productId, other.productId]);
  expect(refreshed).toBe(true);
  expect([...found.keys()].toSorted()).toEqual([known.productId, other.productId].toSorted());
});

test("a product of a property that nobody asked for is not among those found, read or remembered", async () => {
  const [mine, theirs] = [await createProperty(database.db), await createProperty(database.db)];
  const ask = () => productsNow(database.db, database.db, [mine.propertyId], [mine.productId, theirs.productId]);
  for (const found of [await ask(), await ask()]) expect([...found.keys()]).toEqual([mine.productId]);
  const both = await productsNow(database.db, database.db, [mine.propertyId, theirs.propertyId], [mine.productId, theirs.productId]);
  expect(both.size).toBe(2);
});

test("a place of more properties than are remembered is read once, and shows all of them", { timeout: 60_000 }, async () => {
  const { destinationId, count } = await hugePlace();
  const reads: number[] = [];
  const db = meddled(database.db, (text, params) => {
    if (text.includes("json_agg")) reads.push(String(params[0]).split(",").length);
    return undefined;
  });
  const place = await placeOf(db, destinationId);
  for (let search = 0; search < 3; search += 1) {
    const { entries, inReach } = await entriesOf(db, place, {});
    expect([entries.length, inReach]).toEqual([count, count]);
  }
  expect(reads).toEqual([count]);
});

test("a search shows what it knew, though another search's place fills the book meanwhile", { timeout: 60_000 }, async () => {
  const destinationId = await createDestination(database.db);
  const first = await createProperty(database.db, { property: { destinationId } });
  const huge = await hugePlace();
  let place = await placeOf(database.db, huge.destinationId);
  let filled = false;
  const db = meddled(database.db, (text) => {
    if (filled || second === undefined || !text.includes("json_agg")) return undefined;
    filled = true;
    return entriesOf(db, place, {});
  });
  let second: string | undefined;
  const small = await placeOf(db, destinationId);
  expect((await entriesOf(db, small, {})).entries.map((entry) => entry.propertyId)).toEqual([first.propertyId]);
  second = (await createProperty(database.db, { property: { destinationId } })).propertyId;
  place = await placeOf(db, huge.destinationId);
  const { entries } = await entriesOf(db, small, {});
  expect(filled).toBe(true);
  expect(entries.map((entry) => entry.propertyId).toSorted()).toEqual([first.propertyId, second].toSorted());
});
