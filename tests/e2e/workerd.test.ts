import { afterAll, beforeAll, expect, test } from "vitest";
import { unstable_startWorker } from "wrangler";
import { startCloud } from "../../local/cloud.ts";
import { freePort } from "../../local/ports.ts";
import { appVariables } from "../helpers/app.ts";
import { createDatabase } from "../helpers/database.ts";
import { journeyAtProperty, journeyByCard, type Place } from "../helpers/journey.ts";
import { emptyRedis } from "../helpers/redis.ts";

let place: Place;
const clean: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  // The runtime is all on this machine; without these it would ask the network for a location and count us.
  Object.assign(process.env, { CLOUDFLARE_CF_FETCH_ENABLED: "false", WRANGLER_SEND_METRICS: "false" });
  const database = await createDatabase();
  clean.push(() => database.drop());
  const options = { databaseUrl: database.url, redisUrl: await emptyRedis() };
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const cloud = await startCloud({ publicUrl: url, ...options });
  clean.push(() => cloud.close());
  const variables = Object.entries(appVariables(url, cloud, options));
  const worker = await unstable_startWorker({
    config: "wrangler.jsonc",
    envFiles: [],
    sendMetrics: false,
    bindings: Object.fromEntries(variables.map(([name, value]) => [name, { type: "plain_text", value }])),
    dev: { server: { hostname: "127.0.0.1", port }, inspector: false, watch: false, persist: false, remote: false, logLevel: "debug" },
  });
  clean.push(() => worker.dispose());
  await worker.ready;
  place = { url, cloud, database };
});

afterAll(async () => {
  for (const step of clean.toReversed()) await step();
});

test("on workerd a guest books, pays at the property, and cancels without a fee", () => journeyAtProperty(place));

test("on workerd a guest pays on the hosted page, is charged, cancels, and is refunded", () => journeyByCard(place));
