import { afterAll, beforeAll, test } from "vitest";
import { startApp, type RunningApp } from "../helpers/app.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { journeyAtProperty, journeyByCard } from "../helpers/journey.ts";
import { emptyRedis } from "../helpers/redis.ts";

let database: TestDatabase;
let app: RunningApp;

beforeAll(async () => {
  database = await createDatabase();
  app = await startApp({ databaseUrl: database.url, redisUrl: await emptyRedis() });
});

afterAll(async () => {
  await app?.stop();
  await database?.drop();
});

test("on Node a guest books, pays at the property, and cancels without a fee", () => journeyAtProperty({ ...app, database }));

test("on Node a guest pays on the hosted page, is charged, cancels, and is refunded", () => journeyByCard({ ...app, database }));
