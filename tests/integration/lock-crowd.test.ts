import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startApp, type RunningApp } from "../helpers/app.ts";
import { expectAudited, expectBooked, holdStay, nightOf, wish } from "../helpers/booking.ts";
import { makeContext } from "../helpers/context.ts";
import { askToHold, tally } from "../helpers/crowd.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { emptyRedis } from "../helpers/redis.ts";
import { createProperty } from "../helpers/world.ts";

const GUESTS = 200;

let database: TestDatabase;
let apps: RunningApp[];
beforeAll(async () => {
  database = await createDatabase();
  const common = { databaseUrl: database.url, redisUrl: await emptyRedis(), ports: { upstash: 0 } };
  apps = await Promise.all([startApp(common), startApp(common)]);
});
afterEach(async () => {
  await expectAudited(database.db);
  await expectBooked(database.db);
  const [stats] = await database.db.execute<{ deadlocks: number }>(sql`select deadlocks::int from pg_stat_database where datname = current_database()`);
  expect(stats).toEqual({ deadlocks: 0 });
  for (const app of apps) expect(app.log()).not.toMatch(/40P01|a group of holds failed|unexpected error/);
});
afterAll(async () => {
  await Promise.all(apps.map((app) => app.stop()));
  await database.drop();
});

test.each([
  [1, 1],
  [5, 1],
  [50, 1],
  [1, 2],
  [5, 2],
  [50, 2],
])("%i units, 200 guests at once at %i processes: each unit is held, every other guest is told SOLD_OUT with other dates", { timeout: 60_000 }, async (units, processes) => {
  const world = await createProperty(database.db, { rooms: [{ units }] });
  const input = await wish(makeContext(database), world);
  const answers = await Promise.all(Array.from({ length: GUESTS }, (_, guest) => askToHold(apps[guest % processes]!.url, input)));
  expect(tally(answers.map((answer) => answer.outcome))).toEqual({ held: units, SOLD_OUT: GUESTS - units });
  for (const { facts } of answers.filter((answer) => answer.outcome === "SOLD_OUT")) expect(facts["nearest"]).not.toHaveLength(0);
  expect(await nightOf(database.db, world.roomTypeId)).toMatchObject({ held: units, oversold: 0 });
});

test.each([1, 2])("overdue holds refuse none of 200 guests at %i processes", { timeout: 60_000 }, async (processes) => {
  const world = await createProperty(database.db, { rooms: [{ units: 6 }] });
  const context = makeContext(database);
  const three = [1, 2, 3].map(() => ({ productId: world.productId }));
  for (let i = 0; i < 2; i += 1) await holdStay(context.as({ kind: "guest", anonId: crypto.randomUUID() }), world, { rooms: three });
  await context.advance(16 * 60_000);
  const input = await wish(context, world);
  const answers = await Promise.all(Array.from({ length: GUESTS }, (_, guest) => askToHold(apps[guest % processes]!.url, input)));
  expect(tally(answers.map((answer) => answer.outcome))).toEqual({ held: 6, SOLD_OUT: GUESTS - 6 });
});
