import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { openDatabase, type Database } from "../../db/client.ts";
import { seedDemo } from "../../db/seed/demo.ts";
import { databaseUrl, TEMPLATE } from "./services.ts";

export interface TestDatabase {
  url: string;
  db: Database;
  /** Moves `app_now()` of this database. */
  moveClock(ms: number): Promise<void>;
  drop(): Promise<void>;
}

/** Made by the first file that asks for it: the template with the demo's data. */
const DEMO = "nightledger_demo";

/** A database of this file's own, copied from the migrated template, or from one with the demo's data; on the run's server, or on the named one. */
export async function createDatabase(options: { max?: number; server?: string; demo?: boolean } = {}): Promise<TestDatabase> {
  const server = options.server ?? process.env["TEST_POSTGRES_URL"];
  if (!server) throw new Error("TEST_POSTGRES_URL is not set: run the tests by `npm test`, or with the projects' global set-up.");
  const name = `test_${randomBytes(6).toString("hex")}`;
  const admin = postgres(server, { max: 1, fetch_types: false, onnotice: () => {} });
  // Two files may copy at once, and a copy wants the template to itself.
  await admin`select pg_advisory_lock(77)`;
  if (options.demo && (await admin`select from pg_database where datname = ${DEMO}`).length === 0) {
    await admin.unsafe(`create database ${DEMO} template ${TEMPLATE}`);
    await seedDemo(databaseUrl(server, DEMO));
  }
  await admin.unsafe(`create database ${name} template ${options.demo ? DEMO : TEMPLATE}`);
  await admin.end();
  const url = databaseUrl(server, name);
  const { db, close } = openDatabase(url, { max: options.max ?? 10 });
  const raw = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} });
  return {
    url,
    db,
    moveClock: async (ms) => void (await raw`update app_clock set offset_ms = offset_ms + ${ms}`),
    async drop() {
      await Promise.all([close(), raw.end()]);
      const last = postgres(server, { max: 1, fetch_types: false, onnotice: () => {} });
      await last.unsafe(`drop database if exists ${name} with (force)`);
      await last.end();
    },
  };
}
