import { alone } from "../../server/platform/together.ts";
import type { Database } from "../../db/client.ts";
import { startUpstash } from "../../local/upstash/index.ts";
import type { Context } from "../../server/context.ts";
import { createCache } from "../../server/platform/cache.ts";
import { readConfig } from "../../server/platform/config.ts";
import { createLogger } from "../../server/platform/log.ts";
import { noMetrics } from "../../server/platform/metrics.ts";
import { openRedis, type RedisPort } from "../../server/platform/redis.ts";

export interface ReadingOptions {
  env?: Record<string, string>;
  redis?: RedisPort;
  /** Is given what the verb left to be done after its answer. */
  defer?: (work: Promise<unknown>) => void;
}

/** A guest's context for verbs that only read, its clock standing at `now` (ISO 8601). */
export function contextAt(db: Database, now: string, { env = { STRIPE_SECRET_KEY: "sk_test_reading" }, redis, defer = () => {} }: ReadingOptions = {}): Context {
  const clock = { now: () => new Date(now), sync: () => Promise.resolve() };
  return {
    config: readConfig({ NODE_ENV: "test", DATABASE_URL: "unused", AUTH_SECRET: "a secret of the tests", ...env }),
    db,
    redis,
    cache: createCache(redis, clock, noMetrics),
    clock,
    log: createLogger("silent", () => {}),
    metrics: noMetrics,
    actor: { kind: "guest", anonId: "reader" },
    requestId: "reading",
    defer,
    together: alone,
    published: () => {},
  };
}

export interface TestRedis {
  redis: RedisPort;
  close(): Promise<void>;
}

/** The run's real Redis as the server sees it: over the REST gateway. */
export async function openTestRedis(): Promise<TestRedis> {
  const redisUrl = process.env["TEST_REDIS_URL"];
  if (!redisUrl) throw new Error("TEST_REDIS_URL is not set: run the tests by `npm test`, or with the projects' global set-up.");
  const gateway = await startUpstash({ redisUrl, token: "reading", port: 0 });
  const redis = openRedis(
    readConfig({ DATABASE_URL: "unused", AUTH_SECRET: "a secret of the tests", UPSTASH_REDIS_REST_URL: gateway.url, UPSTASH_REDIS_REST_TOKEN: "reading" }),
    noMetrics,
  );
  if (!redis) throw new Error("the gateway has no address");
  return { redis, close: () => gateway.close() };
}
