import { afterAll, beforeAll, expect, test } from "vitest";
import { unstable_startWorker as startWorker } from "wrangler";
import { startCloud } from "../../local/cloud.ts";
import { freePort } from "../../local/ports.ts";
import { appVariables } from "../helpers/app.ts";
import { ensureClient } from "../helpers/client.ts";
import { createDatabase } from "../helpers/database.ts";
import { journeyAtProperty, journeyByCard, mailTo, type Place } from "../helpers/journey.ts";
import { emptyRedis } from "../helpers/redis.ts";

let place: Place;
const clean: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  await ensureClient();
  const database = await createDatabase();
  clean.push(() => database.drop());
  const options = { databaseUrl: database.url, redisUrl: await emptyRedis() };
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const cloud = await startCloud({ publicUrl: url, mailRate: 100_000, ...options });
  clean.push(() => cloud.close());
  await startWorkerd(port, appVariables(url, cloud, options));
  place = { url, cloud, database };
});

afterAll(async () => {
  for (const step of clean.toReversed()) await step();
});

/** Bundles by `wrangler.jsonc` as a deployment would, and runs it in workerd on this machine. */
async function startWorkerd(port: number, variables: Record<string, string>): Promise<void> {
  // Without this the runtime asks the network where it is.
  process.env["CLOUDFLARE_CF_FETCH_ENABLED"] = "false";
  // The runtime reports each kept connection that its peer hangs up, so it is silent here; `npx wrangler dev` tells why it fails.
  const worker = await startWorker({
    config: "wrangler.jsonc",
    envFiles: [],
    sendMetrics: false,
    build: { nodejsCompatMode: "v2" },
    bindings: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, { type: "plain_text", value }])),
    dev: { server: { hostname: "127.0.0.1", port }, inspector: false, watch: false, persist: false, remote: false, logLevel: "none" },
  });
  clean.push(() => worker.dispose());
  // "Ready" is said before the bundle runs: an answer is the proof, and a failure comes as an event.
  await new Promise<void>((resolve, reject) => {
    worker.raw.once("error", (event: unknown) => reject(new Error("workerd did not start", { cause: event })));
    worker.ready.then(() => fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(60_000) })).then(() => resolve(), reject);
  });
}

test("on workerd a guest books, pays at the property, and cancels without a fee", () => journeyAtProperty(place));

test("on workerd a guest pays on the hosted page, is charged, cancels, and is refunded", () => journeyByCard(place));

test("on workerd every path of the SPA is its page and files carry the gateway's headers", async () => {
  const page = await fetch(`${place.url}/trips`);
  const html = await page.text();
  expect([page.status, page.headers.get("content-type"), page.headers.get("cache-control")]).toEqual([200, "text/html; charset=utf-8", "no-cache"]);
  expect(page.headers.get("content-security-policy")).toContain("default-src 'self'");
  expect(await (await fetch(place.url)).text()).toBe(html);
  const nowhere = await fetch(`${place.url}/hotels/no-such-house`);
  expect([nowhere.status, await nowhere.text()]).toEqual([404, html]);

  const script = /src="(\/assets\/[^"]+\.js)"/.exec(html)?.[1];
  const file = await fetch(`${place.url}${script}`);
  expect([file.status, file.headers.get("cache-control"), file.headers.get("x-content-type-options")]).toEqual([200, "public, max-age=31536000, immutable", "nosniff"]);
  expect((await fetch(`${place.url}/assets/gone-1234.js`)).status).toBe(404);
});

test("on workerd an account is made, its mail sent by a job, its address verified, and its session known", async () => {
  const email = `host-${crypto.randomUUID()}@example.test`;
  const post = (path: string, body: object, cookie = "") =>
    fetch(`${place.url}/auth/${path}`, { method: "POST", headers: { "content-type": "application/json", origin: place.url, cookie }, body: JSON.stringify(body) });
  const cookieOf = (answer: Response) => answer.headers.get("set-cookie")?.split(";")[0] ?? "";
  const asked = await post("sign-up/email", { name: "Made", email, password: "a password of ten" });
  expect(asked.status).toBe(200);
  const mail = await mailTo(place, email, /confirm|verify/i);
  const link = mail.text.match(/https?:\/\/\S+/g)!.find((url) => url.startsWith(`${place.url}/verify?token=`));
  const token = new URL(link!).searchParams.get("token");
  expect((await post("verify-email", { token }, cookieOf(asked))).status).toBe(200);
  expect((await post("sign-in/email", { email, password: "another password" })).status).toBe(401);
  const signedIn = await post("sign-in/email", { email, password: "a password of ten" });
  const session = await fetch(`${place.url}/auth/get-session`, { headers: { cookie: cookieOf(signedIn) } });
  expect(await session.json()).toMatchObject({ user: { email, emailVerified: true } });
});

test("on workerd health names each dependency, and there is no metrics page", async () => {
  const health = await fetch(`${place.url}/health`);
  expect(await health.json()).toEqual({ ok: true, dependencies: { postgres: "up", redis: "up", queue: "up" } });
  expect((await fetch(`${place.url}/metrics`)).status).toBe(404);
});
