import type { Database } from "../db/client.ts";
import type { Services } from "./context.ts";
import { createCache } from "./platform/cache.ts";
import { databaseClock, systemClock } from "./platform/clock.ts";
import type { Config } from "./platform/config.ts";
import type { Logger } from "./platform/log.ts";
import type { Metrics } from "./platform/metrics.ts";
import { openRedis } from "./platform/redis.ts";
import type { Together } from "./platform/together.ts";

/** Puts the real clients together; both entries do it this way. */
export function createServices(config: Config, db: Database, log: Logger, metrics: Metrics, together: Together): Services {
  const redis = openRedis(config, metrics);
  const clock = config.NODE_ENV === "production" ? systemClock : databaseClock(db);
  return { config, db, redis, clock, log, metrics, cache: createCache(redis, clock, metrics), together };
}
