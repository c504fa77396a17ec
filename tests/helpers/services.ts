import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import type { TestProject } from "vitest/node";
import { migrate } from "../../db/migrate.ts";
import { freePort } from "../../local/ports.ts";
import { startPostgres } from "../../local/postgres.ts";
import { findRedis } from "../../local/redis-install.ts";
import { startRedis } from "../../local/redis.ts";

/** The migrated database that each test file's own is copied from. */
export const TEMPLATE = "nightledger_template";

/**
 * Real Postgres and real Redis for the run, in a folder that goes with it; the tests find them in
 * `TEST_POSTGRES_URL` and `TEST_REDIS_URL`. A server that the environment names is used as it is.
 */
export default async function setup(_project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "nightledger-test-"));
  const stops: (() => Promise<unknown>)[] = [];
  if (!process.env["TEST_POSTGRES_URL"]) {
    const running = await startPostgres({ dataDir: join(folder, "postgres"), port: await freePort(), durable: false });
    stops.push(() => running.stop());
    process.env["TEST_POSTGRES_URL"] = running.url;
  }
  if (!process.env["TEST_REDIS_URL"]) {
    if (!findRedis()) throw new Error("The tests need redis-server or valkey-server on the PATH; it could not be installed.");
    const running = await startRedis({ dataDir: join(folder, "redis"), port: await freePort(), appendOnly: false });
    stops.push(() => running.stop());
    process.env["TEST_REDIS_URL"] = running.url;
  }
  await makeTemplate(process.env["TEST_POSTGRES_URL"]);
  return async () => {
    for (const stop of stops.toReversed()) await stop();
    rmSync(folder, { recursive: true, force: true });
  };
}

/** Makes the template anew on that server. */
export async function makeTemplate(server: string): Promise<void> {
  const admin = postgres(server, { max: 1, fetch_types: false, onnotice: () => {} });
  await admin.unsafe(`drop database if exists ${TEMPLATE}`);
  await admin.unsafe(`create database ${TEMPLATE}`);
  await admin.end();
  await migrate(databaseUrl(server, TEMPLATE), "test");
}

/** The same server, another database. */
export function databaseUrl(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
