import type { Actor, Context } from "../../server/context.ts";
import type { RunningCloud } from "../../local/cloud.ts";
import { startUpstash } from "../../local/upstash/index.ts";
import { createCache } from "../../server/platform/cache.ts";
import { readConfig } from "../../server/platform/config.ts";
import { newId } from "../../server/platform/ids.ts";
import { createLogger } from "../../server/platform/log.ts";
import { noMetrics, type Metrics } from "../../server/platform/metrics.ts";
import { openRedis, type RedisPort } from "../../server/platform/redis.ts";
import { alone, type Together } from "../../server/platform/together.ts";
import type { TestDatabase } from "./database.ts";
import { emptyRedis } from "./redis.ts";
import { UNBOUND } from "./unbound.ts";

export interface ContextOptions {
  actor?: Actor;
  /** Over the defaults, and over what the cloud says. */
  env?: Record<string, string>;
  redis?: RedisPort | undefined;
  /** The running stand-ins: their addresses and keys, and their clock moves with ours. */
  cloud?: Pick<RunningCloud, "env" | "clock">;
  metrics?: Metrics;
  /** By default each ask by itself, as on workerd; `inGroups()` as on Node. */
  together?: Together;
  published?: () => void;
  /** The caller's network, as `Context.network` is; by default all guests are in one, whose bounds are raised. */
  network?: string;
}

export interface TestContext extends Context {
  /** The same world, for another caller. */
  as(actor: Actor): TestContext;
  /** Moves the code's, the database's and the stand-ins' clocks together. */
  advance(ms: number): Promise<void>;
  /** Waits for all that was deferred so far. */
  settled(): Promise<void>;
  /** What was logged, line by line. */
  logged: Record<string, unknown>[];
}

/** One offset per database, so that every context of it tells the same time. */
const offsets = new WeakMap<TestDatabase, { ms: number }>();

/** A whole context on the test's own database: by default a new anonymous guest, no Redis, nobody published to. */
export function makeContext(database: TestDatabase, options: ContextOptions = {}): TestContext {
  const { actor = anonymous(), env = {}, redis, cloud, metrics = noMetrics, together = alone, published = () => {} } = options;
  const offset = offsets.get(database) ?? { ms: 0 };
  offsets.set(database, offset);
  const clock = { now: () => new Date(Date.now() + offset.ms), sync: () => Promise.resolve() };
  const logged: Record<string, unknown>[] = [];
  const deferred = new Set<Promise<unknown>>();
  const context: TestContext = {
    config: readConfig({ NODE_ENV: "test", DATABASE_URL: database.url, AUTH_SECRET: "a secret of the tests", LOCK_WAIT_MS: "20000", ...UNBOUND, ...cloud?.env, ...env }),
    db: database.db,
    redis,
    cache: createCache(redis, clock, metrics),
    clock,
    log: createLogger("info", (line) => void logged.push(JSON.parse(line) as Record<string, unknown>)),
    metrics,
    together,
    actor,
    network: options.network,
    requestId: "test",
    defer: (work) => void deferred.add(work),
    published,
    as: (other) => ({ ...context, actor: other }),
    async advance(ms) {
      offset.ms += ms;
      await database.moveClock(ms);
      cloud?.clock.setOffset(offset.ms);
    },
    async settled() {
      while (deferred.size > 0) {
        const all = [...deferred];
        deferred.clear();
        await Promise.all(all);
      }
    },
    logged,
  };
  return context;
}

/** A guest whom nobody has seen before. */
export function anonymous(): Actor {
  return { kind: "guest", anonId: newId() };
}

/** The system's own hand. */
export const SYSTEM: Actor = { kind: "job", name: "test" };

export interface TestRedis {
  redis: RedisPort;
  gateway: Awaited<ReturnType<typeof startUpstash>>;
  close(): Promise<void>;
}

/** The run's real Redis behind a gateway of the test's own, whose fault switch it may turn. */
export async function openRedisGateway(metrics: Metrics = noMetrics): Promise<TestRedis> {
  const gateway = await startUpstash({ redisUrl: await emptyRedis(), token: "test", port: 0 });
  return { redis: redisAt(gateway.url, metrics), gateway, close: () => gateway.close() };
}

/** The server's own Redis client for the REST address, whatever answers there. */
export function redisAt(url: string, metrics: Metrics = noMetrics): RedisPort {
  const config = readConfig({ DATABASE_URL: "unused", AUTH_SECRET: "a secret of the tests", UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: "test" });
  const redis = openRedis(config, metrics);
  if (!redis) throw new Error("the gateway has no address");
  return redis;
}
