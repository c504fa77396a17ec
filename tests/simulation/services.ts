import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../local/ports.ts";
import { startPostgres } from "../../local/postgres.ts";
import { startRedis } from "../../local/redis.ts";
import { makeTemplate } from "../helpers/services.ts";

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
  const postgresOptions = { dataDir: join(folder, "postgres"), port: await freePort(), durable: false };
  const redisOptions = { dataDir: join(folder, "redis"), port: await freePort(), appendOnly: false };
  let [postgres, redis] = await Promise.all([startPostgres(postgresOptions), startRedis(redisOptions)]);
  await makeTemplate(postgres.url);
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
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
