import { afterAll, beforeAll, expect, test } from "vitest";
import { startApp, type RunningApp } from "../helpers/app.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { journeyAtProperty, journeyByCard } from "../helpers/journey.ts";
import { emptyRedis } from "../helpers/redis.ts";

let database: TestDatabase;
let app: RunningApp;

beforeAll(async () => {
  database = await createDatabase();
  app = await startApp({ databaseUrl: database.url, redisUrl: await emptyRedis(), env: { CLIENT_IP_HEADER: "x-forwarded-for", RATE_LIMIT_LOOKUPS_PER_MINUTE: "10" } });
});

afterAll(async () => {
  await app?.stop();
  await database?.drop();
});

test("on Node a guest books, pays at the property, and cancels without a fee", () => journeyAtProperty({ ...app, database }));

test("on Node a guest pays on the hosted page, is charged, cancels, and is refunded", () => journeyByCard({ ...app, database }));

test.each([
  ["203.0.113.7", "203.0.113.8"],
  ["2001:db8:1:2::", "2001:db8:1:3::"],
])("on Node a caller at %s, as the proxy appends it, is limited whatever he says before; %s isn't", async (own, neighbour) => {
  const lookUp = async (index: number, client: string): Promise<number> => {
    const appended = client.endsWith("::") ? `${client}${index}` : client;
    const headers = { "content-type": "application/json", "x-forwarded-for": `198.51.100.${index}, ${appended}` };
    return (await fetch(`${app.url}/trpc/bookings.lookup`, { method: "POST", body: "{}", headers })).status;
  };
  const statuses = new Set<number>();
  // Twice the allowance and one, since the minute may turn in between.
  for (let index = 0; index < 21; index += 1) statuses.add(await lookUp(index, own));
  expect(statuses).toEqual(new Set([400, 429]));
  expect(await lookUp(0, neighbour)).toBe(400);
});
