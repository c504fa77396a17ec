import { join } from "node:path";
import { Redis } from "@upstash/redis";
import postgres from "postgres";
import { seedMass } from "../../db/seed/mass.ts";
import { takeDataFolder } from "../../local/data-folder.ts";
import { appEnv, chooseKeys } from "../../local/env.ts";
import { startApp } from "../../local/parts.ts";
import { freePort } from "../../local/ports.ts";
import { ROOT } from "../../local/root.ts";
import { readSettings } from "../../local/settings.ts";
import { keepGuard, startAll } from "../../local/start.ts";
import { createSupervisor } from "../../local/supervise.ts";
import { loadSecrets } from "../../local/secrets.ts";
import { VENDORS } from "../../local/vendors.ts";
import { UNBOUND } from "../helpers/unbound.ts";
import { freePorts } from "./parts.ts";

const PROPERTIES = 10_000;
/** Nights that the seeded data must still have before them; older data is made anew. */
const HORIZON_DAYS = 300;
const DATA_DIR = join(ROOT, ".data", "bench");

/** The limits that a crowd of guests from one address would meet, raised by configuration. */
export const RAISED = {
  RATE_LIMIT_PER_MINUTE: "0",
  RATE_LIMIT_BOOKINGS_PER_MINUTE: "0",
  RATE_LIMIT_LOOKUPS_PER_MINUTE: "0",
  RATE_LIMIT_GUESSES_PER_MINUTE: "0",
  HOLDS_PER_ACTOR: "1000",
  ...UNBOUND,
  CLIENT_IP_HEADER: "x-forwarded-for",
};

/** The whole system as `npm start` runs it, each part a process of its own, with 10,000 properties in it. */
export interface World {
  url: string;
  /** As the queue addresses it. */
  publicUrl: string;
  databaseUrl: string;
  queue: Queue;
  /** Jakarta: a tenth of the properties. */
  destinationId: number;
  stop(): Promise<void>;
}

export interface Queue {
  url: string;
  token: string;
  pause(): Promise<void>;
  resume(): Promise<void>;
}

type Say = (line: string) => void;

/** The running processes, with the demo data in their database; deliveries are paused. */
export interface System extends Omit<World, "destinationId"> {
  /** The Redis gateway. */
  redis: { url: string; token: string };
  /** Another app process on the same services; resolves with its address. */
  startAnother(): Promise<string>;
}

/** Starts the system under `.data/bench`, where the seeded database stays for the next run. */
export async function openWorld(say: Say): Promise<World> {
  const system = await openSystem(DATA_DIR, say);
  try {
    // Pages that an earlier run left would be found.
    await new Redis({ ...system.redis, enableTelemetry: false }).flushdb();
    return { ...system, destinationId: await prepare(system.databaseUrl, say) };
  } catch (error) {
    await system.stop();
    throw error;
  }
}

export async function openSystem(dataDir: string, say: Say): Promise<System> {
  useOwnStandIns();
  const settings = readSettings({ ...process.env, ...(await freePorts()), DATA_DIR: dataDir, LOCAL_MAIL_RATE: "100000" });
  const release = await takeDataFolder(dataDir);
  let watched = (_pids: readonly number[]): void => {};
  const supervisor = createSupervisor({ say, changed: (living) => watched(living.map(({ pid }) => pid)) });
  const stop = async (): Promise<void> => {
    await supervisor.stop();
    release();
  };
  try {
    watched = await keepGuard(supervisor);
    const env = await startAll(settings, supervisor, say);
    const secrets = loadSecrets(dataDir);
    const { postgresPassword } = secrets;
    const databaseUrl = `postgres://postgres:${postgresPassword}@127.0.0.1:${settings.ports.postgres}/nightledger`;
    const queue = queueAt(env["QSTASH_URL"]!, env["QSTASH_TOKEN"]!);
    await queue.pause();
    const startAnother = async (): Promise<string> => {
      const port = await freePort();
      const keys = chooseKeys(settings, secrets);
      const own = { ...appEnv(process.env, settings, keys, { ...env, DATABASE_URL: databaseUrl }), PORT: String(port) };
      await supervisor.keep("Another app", (onSpawn) => startApp(settings, own, onSpawn));
      return `http://127.0.0.1:${port}`;
    };
    const redis = { url: env["UPSTASH_REDIS_REST_URL"]!, token: env["UPSTASH_REDIS_REST_TOKEN"]! };
    return { url: `http://127.0.0.1:${settings.ports.app}`, publicUrl: settings.publicUrl, databaseUrl, queue, redis, startAnother, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A developer's real vendors are none of the bench's business. */
function useOwnStandIns(): void {
  for (const { signs, needs } of Object.values(VENDORS)) for (const name of [...signs, ...needs]) delete process.env[name];
  Object.assign(process.env, RAISED, { NODE_ENV: "development" });
}

function queueAt(url: string, token: string): Queue {
  const control = async (verb: string): Promise<void> => {
    const answer = await fetch(`${url}/_control/${verb}`, { method: "POST" });
    if (!answer.ok) throw new Error(`the queue answered ${answer.status} to ${verb}`);
  };
  return { url, token, pause: () => control("pause"), resume: () => control("resume") };
}

/** Seeds where needed, and forgets what an earlier run left to be delivered. */
async function prepare(databaseUrl: string, say: Say): Promise<number> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    const [state] = await sql<{ crowd: number; days: number | null; durable: string }[]>`
      select (select count(*)::int from properties where slug like '%-sample-%') as crowd,
        (select max(stay_date) - current_date from inventory_nights where room_type_id = (select max(id) from room_types)) as days,
        concat_ws(' ', 'fsync', current_setting('fsync'), 'synchronous_commit', current_setting('synchronous_commit'), 'full_page_writes', current_setting('full_page_writes')) as durable`;
    const { crowd, days, durable } = state!;
    say(`Postgres: ${durable}`);
    if (crowd === 0) await seedMass(databaseUrl, PROPERTIES, say);
    else if (crowd !== PROPERTIES || (days ?? 0) < HORIZON_DAYS) throw new Error(`${DATA_DIR} holds ${crowd} properties with ${days} nights ahead: remove it, and it is made anew`);
    await sql`truncate local_qstash.messages, local_qstash.log`;
    await sql`delete from outbox`;
    const [city] = await sql<{ id: number; count: number }[]>`
      select destination_id as id, count(*)::int as count from properties where slug like '%-sample-%' group by 1 order by 2 desc limit 1`;
    say(`Data: ${PROPERTIES} properties, ${city!.count} of them in the city asked for`);
    return city!.id;
  } finally {
    await sql.end();
  }
}
