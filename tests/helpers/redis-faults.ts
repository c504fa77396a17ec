import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { freePort } from "../../local/ports.ts";
import { startRedis } from "../../local/redis.ts";
import { startUpstash } from "../../local/upstash/index.ts";
import type { Metrics } from "../../server/platform/metrics.ts";
import type { RedisPort } from "../../server/platform/redis.ts";
import { redisAt } from "./context.ts";

/** A Redis of the test's own behind its own gateway, which can fail in every way. */
export interface FragileRedis {
  redis: RedisPort;
  /** The bare server, past gateway and circuit. */
  raw: Redis;
  /** The last value of each gauge, the sum of each counter. */
  measured: Map<string, number>;
  /** Lets it fail; the given function mends it. */
  break(fault: FaultName): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

interface Parts {
  raw: Redis;
  gateway: Awaited<ReturnType<typeof startUpstash>>;
  restartGateway(): Promise<void>;
  restartServer(): Promise<void>;
  lies: { on: boolean };
}

type Fault = (parts: Parts) => Promise<() => Promise<void>>;

/** The same fault on every call until it is mended. */
const onEachCall =
  (fault: object): Fault =>
  async ({ gateway }) => {
    gateway.faults.add({ calls: 1_000_000, ...fault });
    return async () => gateway.faults.clear();
  };

const FAULTS = {
  refused: async ({ gateway, restartGateway }) => {
    await gateway.close();
    return restartGateway;
  },
  hung: onEachCall({ hang: true }),
  "slow by 2 s": onEachCall({ delayMs: 2000 }),
  "out of memory": async ({ raw }) => {
    await raw.config("SET", "maxmemory", "1");
    return async () => void (await raw.config("SET", "maxmemory", "0"));
  },
  "given a wrong password": onEachCall({ status: 401, body: { error: "WRONGPASS invalid or missing auth token" } }),
  "behind a gateway's 500": onEachCall({ status: 500 }),
  "behind a proxy's error page": onEachCall({ status: 502, body: "<html>Bad Gateway</html>" }),
  "behind a proxy that says {} to all": onEachCall({ status: 200, body: {} }),
  "restarted empty": async ({ restartServer }) => {
    await restartServer();
    return async () => {};
  },
  "granting every lock to everybody": async ({ lies }) => {
    lies.on = true;
    return async () => void (lies.on = false);
  },
} satisfies Record<string, Fault>;
export type FaultName = keyof typeof FAULTS;

/** Those in which Redis can't do its work; in the others it answers, wrongly or having forgotten. */
export const DOWN = (Object.keys(FAULTS) as FaultName[]).filter((name) => name !== "restarted empty" && name !== "granting every lock to everybody");
export const EVERY_FAULT = Object.keys(FAULTS) as FaultName[];

export async function openFragileRedis(): Promise<FragileRedis> {
  const folder = mkdtempSync(join(tmpdir(), "nightledger-redis-"));
  const options = { dataDir: join(folder, "redis"), port: await freePort(), appendOnly: false };
  let server = await startRedis(options);
  const raw = new Redis(server.url, { retryStrategy: () => 20, maxRetriesPerRequest: null });
  raw.on("error", () => undefined);
  const open = (port: number) => startUpstash({ redisUrl: server.url, token: "test", port });
  const parts: Parts = {
    raw,
    gateway: await open(0),
    async restartGateway() {
      parts.gateway = await open(parts.gateway.port);
    },
    async restartServer() {
      await server.stop();
      server = await startRedis(options);
    },
    lies: { on: false },
  };
  const measured = new Map<string, number>();
  const metrics: Metrics = {
    count: (name, _, by = 1) => void measured.set(name, (measured.get(name) ?? 0) + by),
    gauge: (name, value) => void measured.set(name, value),
    observe() {},
  };
  const honest = redisAt(parts.gateway.url, metrics);
  const redis: RedisPort = {
    ...honest,
    // It forgets who had these keys before each script, so that it grants them to everybody.
    async eval<T>(script: string, keys: string[], args: (string | number)[]) {
      if (parts.lies.on) await raw.del(keys);
      return honest.eval<T>(script, keys, args);
    },
  };
  return {
    redis,
    raw,
    measured,
    break: (fault) => FAULTS[fault](parts),
    async close() {
      raw.disconnect();
      await parts.gateway.close();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
