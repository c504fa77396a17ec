import { count, eq, isNull, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { incidents, inventoryNights, properties } from "../../db/schema/index.ts";
import { rollHorizon } from "../../server/inventory/index.ts";
import { dateIn } from "../../server/platform/dates.ts";
import { makeContext, SYSTEM, type TestContext } from "../helpers/context.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { createProperty } from "../helpers/world.ts";

let database: TestDatabase;
let ctx: TestContext;
beforeAll(async () => {
  database = await createDatabase({ max: 2 });
  ctx = makeContext(database, { actor: SYSTEM });
});
afterAll(() => database.drop());

const ZONE = "Asia/Makassar";

test.each([0, 1001])("a horizon of %i days is refused: one property's could stop everybody's", async (horizonDays) => {
  await expect(createProperty(database.db, { property: { horizonDays } })).rejects.toMatchObject({ cause: { constraint_name: "properties_horizon_days" } });
});

test.each([
  ["adult_prices", "{null,10000}"],
  ["child_prices", "{0,null}"],
])("a night whose %s lack one is refused: its total would be no number", async (column, prices) => {
  const { productId } = await createProperty(database.db);
  const broken = database.db.execute(sql`update rate_nights set ${sql.raw(column)} = ${prices}::bigint[] where product_id = ${productId}`);
  await expect(broken).rejects.toMatchObject({ cause: { constraint_name: "rate_nights_no_nulls" } });
});

test("the longest horizon opens all its days, also in years that have no partition yet", async () => {
  const today = dateIn(ZONE, ctx.clock.now());
  const { roomTypeId } = await createProperty(database.db, { property: { zone: ZONE, horizonDays: 1000 }, from: today, days: 3 });
  for (const table of ["inventory_nights", "rate_nights"]) {
    for (const ahead of [1, 2, 3]) await database.db.execute(sql.raw(`drop table if exists ${table}_${Number(today.slice(0, 4)) + ahead}`));
  }
  expect(await rollHorizon(ctx)).toMatchObject({ partitions: 6 });
  expect(await database.db.select({ nights: count() }).from(inventoryNights).where(eq(inventoryNights.roomTypeId, roomTypeId))).toEqual([{ nights: 1001 }]);
});

test("a property whose zone nobody knows keeps no other's days closed, and a person hears of it until it is mended", async () => {
  const today = dateIn(ZONE, ctx.clock.now());
  const [lost, other] = [
    await createProperty(database.db, { from: today, days: 3 }),
    await createProperty(database.db, { property: { zone: ZONE, horizonDays: 500 }, from: today, days: 3 }),
  ];
  const open = () => database.db.select({ cause: incidents.cause, data: incidents.data }).from(incidents).where(isNull(incidents.resolvedAt));
  // As a Postgres with older zones would have it.
  await database.db.execute(sql`alter table properties drop constraint properties_zone`);
  await database.db.update(properties).set({ zone: "Mars/Phobos" }).where(eq(properties.id, lost.propertyId));
  expect(await rollHorizon(ctx)).toMatchObject({ failed: 1 });
  expect(await database.db.select({ nights: count() }).from(inventoryNights).where(eq(inventoryNights.roomTypeId, other.roomTypeId))).toEqual([{ nights: 501 }]);
  expect(await open()).toEqual([{ cause: "horizon-stuck", data: { propertyIds: [lost.propertyId] } }]);
  await database.db.update(properties).set({ zone: ZONE }).where(eq(properties.id, lost.propertyId));
  await database.db.execute(sql`alter table properties add constraint properties_zone check (is_zone(zone))`);
  expect(await rollHorizon(ctx)).toMatchObject({ failed: 0 });
  expect(await open()).toEqual([]);
});
