import { join } from "node:path";
import { startCloud, type RunningCloud } from "../../local/cloud.ts";
import { DEMO_KEYS } from "../../local/keys.ts";
import { freePort } from "../../local/ports.ts";
import { addDays } from "../../server/platform/dates.ts";
import { appVariables } from "../helpers/app.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { createProperty, type World as Property, type WorldOverrides } from "../helpers/world.ts";
import { openAccount } from "./account.ts";
import { startAppProcess, type AppProcess } from "./app-process.ts";
import { openPostgresGate, type PostgresGate } from "./postgres-gate.ts";
import { makeGuests, type Asked, type Booked, type Guest, type OpenPage, type Sent } from "./guests.ts";
import { randomOf } from "./random.ts";
import { openRedisGate, type RedisGate } from "./redis-gate.ts";
import type { Outsider } from "./refusals/judge.ts";
import type { Services } from "./services.ts";
import { newTally, type Tally } from "./tally.ts";

/** Everything that one seed runs on, and what its guests know. */
export interface World {
  seed: number;
  /** The address that guests and providers know. */
  url: string;
  services: Services;
  database: TestDatabase;
  cloud: RunningCloud;
  /** Where the stand-ins keep their state, a file each. */
  cloudFolder: string;
  redis: RedisGate;
  postgres: PostgresGate;
  /** Each even seed's guests meet two processes, as behind a load balancer. */
  apps: { url: string; process: AppProcess }[];
  properties: Property[];
  firstNight: string;
  guests: Guest[];
  asked: Asked[];
  sent: Sent[];
  /** Which faults were there, and from when to when. */
  faultTimes: { name: string; from: number; to: number }[];
  /** Who from outside kept something locked. */
  outsiders: Outsider[];
  /** When the clock was moved, by the wall clock, and how far it was from then on. */
  offsets: { at: number; ms: number }[];
  booked: Booked[];
  pages: OpenPage[];
  /** What is going wrong with a vendor's webhooks: told how many of its calls are left. */
  webhookFaults: Map<string, (left: number) => void>;
  tally: Tally;
  /** Moves the clock of the database, the app and the stand-ins. */
  advance(ms: number): Promise<void>;
  /** How far it was moved. */
  advancedMs(): number;
  close(): Promise<void>;
}

const GUESTS = 12;
/** Few enough nights and rooms that guests meet. */
export const NIGHTS = 8;
const DAYS_AHEAD = 20;

const POLICIES = [
  { name: "Flexible", rules: [{ daysBefore: 2, time: "18:00", fee: { kind: "nights" as const, value: 1 } }], noShow: { kind: "percent" as const, value: 100 } },
  { name: "Strict", rules: [{ daysBefore: 60, time: "18:00", fee: { kind: "percent" as const, value: 50 } }], noShow: { kind: "percent" as const, value: 100 } },
];
const COMMON: WorldOverrides = {
  policies: POLICIES,
  plans: [{ code: "flex" }, { code: "strict", policy: "Strict" }],
  taxes: [
    { name: "Tax", base: "percent", amount: 100_000, inclusive: false },
    { name: "City", base: "percent", amount: 33_300, inclusive: false, collect: "property" },
  ],
};
const IN_EUROS: WorldOverrides = { ...COMMON, property: { horizonDays: 40 }, rooms: [{ units: 3 }, { units: 1, prices: [12_345, 15_551] }] };
const IN_RUPIAH: WorldOverrides = {
  ...COMMON,
  property: { horizonDays: 40, currency: "IDR", paymentMethods: ["midtrans", "stripe", "property"], extendHolds: true },
  rooms: [{ units: 3, prices: [100_000_00, 123_457_00] }],
};

const IN_YEN: WorldOverrides = { ...COMMON, property: { horizonDays: 40, currency: "JPY" }, rooms: [{ units: 2, prices: [12_000, 15_001] }] };

/** A database, stand-ins and an app of the seed's own, on the run's Postgres and Redis. */
export async function openWorld(services: Services, seed: number): Promise<World> {
  const database = await createDatabase({ server: services.postgresUrl });
  // The run's Postgres forgets nothing at a crash of its own: what was committed is written out.
  await database.db.execute(`alter database ${new URL(database.url).pathname.slice(1)} set synchronous_commit = on`);
  // The connection that has asked for it is older than the setting: a crash would take back how far the clock was moved.
  await database.db.execute("set synchronous_commit = on");
  // Sequences come with values that the template's log has and ours has not: behind a checkpoint they are logged anew.
  await again(() => database.db.execute("checkpoint"));
  const firstNight = addDays(new Date().toISOString().slice(0, 10), DAYS_AHEAD);
  const properties: Property[] = [];
  for (const plan of [IN_EUROS, IN_RUPIAH, IN_YEN]) properties.push(await createProperty(database.db, { ...plan, from: firstNight, days: NIGHTS + 4 }));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const cloudFolder = join(services.folder, `seed-${seed}`);
  const cloud = await startCloud({ publicUrl: url, databaseUrl: database.url, redisUrl: services.redisUrl, dataDir: cloudFolder, mailRate: 100_000 });
  const redis = await openRedisGate(cloud.servers.upstash!.url);
  const postgres = await openPostgresGate(database.url);
  const ports = seed % 2 === 0 ? [port, await freePort()] : [port];
  const apps = await Promise.all(
    ports.map(async (at) => {
      const env = { HOLDS_PER_ACTOR: "6", UPSTASH_REDIS_REST_URL: redis.url, PORT: String(at), NODE_COMPILE_CACHE: join(services.folder, "cache") };
      const process = await startAppProcess(appVariables(url, cloud, { databaseUrl: postgres.url, env }), join(cloudFolder, `app-${at}.log`));
      return { url: `http://127.0.0.1:${at}`, process };
    }),
  );
  const accounts = await Promise.all(["ana", "budi"].map((name) => openAccount(apps[0]!.url, url, database, `${name}-${seed}@sim.test`)));
  let advanced = 0;
  // One after the other: two at once could leave the database with the earlier one's.
  let moving = Promise.resolve();
  const move = async (ms: number): Promise<void> => {
    advanced += ms;
    await again(() => database.db.execute(`update app_clock set offset_ms = ${advanced}`));
    cloud.clock.setOffset(advanced);
    world.offsets.push({ at: Date.now(), ms: advanced });
  };
  const world: World = {
    seed,
    url,
    services,
    database,
    cloud,
    cloudFolder,
    redis,
    postgres,
    apps,
    properties,
    firstNight,
    guests: [...makeGuests(randomOf(seed, -1), GUESTS, DEMO_KEYS.AUTH_SECRET), ...accounts],
    asked: [],
    sent: [],
    outsiders: [],
    faultTimes: [],
    offsets: [],
    booked: [],
    pages: [],
    webhookFaults: new Map(),
    tally: newTally(),
    advance: (ms) => (moving = moving.then(() => move(ms))),
    advancedMs: () => advanced,
    async close() {
      for (const { process } of apps) await process.stop();
      await redis.close();
      await postgres.close();
      await cloud.close();
      await database.drop();
    },
  };
  return world;
}

const TRIES = 50;

/** Postgres may be away for a moment: tries until it answers. */
export async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
