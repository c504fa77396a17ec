import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgresClient from "postgres";
import { startGuard } from "../../local/guard.ts";
import { freePort } from "../../local/ports.ts";
import { startPostgres } from "../../local/postgres.ts";
import { startRedis } from "../../local/redis.ts";
import type { Running } from "../../local/running.ts";
import { databaseUrl, makeTemplate, TEMPLATE } from "../helpers/services.ts";
import { writePast } from "./past.ts";

/** Real Postgres and real Redis for many seeds, one after the other; both can be felled and come up again at the same address. */
export interface Services {
  folder: string;
  postgresUrl: string;
  redisUrl: string;
  /** Ends Postgres at once, as a crash would (SIGQUIT), and starts it. */
  crashPostgres(): Promise<void>;
  /** Redis comes back with nothing in it. */
  emptyRedis(): Promise<void>;
  stop(): Promise<void>;
}

export async function startServices(): Promise<Services> {
  const folder = mkdtempSync(join(tmpdir(), "nightledger-sim-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  // However this process ends, neither server outlives it.
  const guard = await startGuard(() => {});
  const pids = new Map<string, number>();
  const watched = (name: string) => (running: Running) => {
    pids.set(name, running.pid);
    guard.watch([...pids.values()]);
  };
  const postgresOptions = {
    dataDir: join(folder, "postgres"),
    port: await freePort(),
    durable: false,
    onSpawn: watched("postgres"),
  };
  const redisOptions = {
    dataDir: join(folder, "redis"),
    port: await freePort(),
    appendOnly: false,
    onSpawn: watched("redis"),
  };
  let [postgres, redis] = await Promise.all([startPostgres(postgresOptions), startRedis(redisOptions)]);
  // When each move was committed is what refusals are judged by; it takes a restart.
  const admin = postgresClient(postgres.url, { max: 1, fetch_types: false, onnotice: () => {} });
  await admin`alter system set track_commit_timestamp = on`;
  await admin.end();
  await postgres.stop();
  postgres = await startPostgres(postgresOptions);
  await makeTemplate(postgres.url);
  await writePast(databaseUrl(postgres.url, TEMPLATE));
  return {
    folder,
    postgresUrl: postgres.url,
    redisUrl: redis.url,
    async crashPostgres() {
      process.kill(postgres.pid, "SIGQUIT");
      await postgres.exited;
      postgres = await startPostgres(postgresOptions);
    },
    async emptyRedis() {
      await redis.stop();
      redis = await startRedis(redisOptions);
    },
    async stop() {
      await Promise.all([postgres.stop(), redis.stop()]);
      guard.watch([]);
      await guard.stop();
      process.off("exit", remove);
      remove();
    },
  };
}
