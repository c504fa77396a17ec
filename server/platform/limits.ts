import { Ratelimit } from "@upstash/ratelimit";
import type { Config } from "./config.ts";
import type { Metrics } from "./metrics.ts";
import type { RedisPort } from "./redis.ts";

/** What a call counts as; each has its own allowance per minute and client address (`clientAddress`), a guess per account. */
export type Tier = "general" | "booking" | "lookup" | "guess";

export interface Limits {
  /** Milliseconds to wait, or undefined when the call may go on. */
  check(tier: Tier, whom: string): Promise<number | undefined>;
}

/** Rate limits over Redis. They fail open: without Redis everyone may go on, and a metric says so. */
export function createLimits(redis: RedisPort | undefined, config: Config, metrics: Metrics): Limits {
  const perMinute = {
    general: config.RATE_LIMIT_PER_MINUTE,
    booking: config.RATE_LIMIT_BOOKINGS_PER_MINUTE,
    lookup: config.RATE_LIMIT_LOOKUPS_PER_MINUTE,
    guess: config.RATE_LIMIT_GUESSES_PER_MINUTE,
  } satisfies Record<Tier, number>;
  const limiters = new Map<Tier, Ratelimit>();
  if (redis) {
    for (const [tier, limit] of Object.entries(perMinute) as [Tier, number][]) {
      // 0 switches a tier off.
      if (limit > 0) limiters.set(tier, new Ratelimit({ redis: redis.client, limiter: Ratelimit.fixedWindow(limit, "60 s"), prefix: `limit:${tier}`, timeout: 0 }));
    }
  }
  return {
    async check(tier, whom) {
      const limiter = limiters.get(tier);
      if (!limiter || !redis) return undefined;
      try {
        const { success, reset } = await redis.guard(() => limiter.limit(whom));
        return success ? undefined : Math.max(1000, reset - Date.now());
      } catch {
        metrics.count("rate_limit_failures_total", { tier });
        return undefined;
      }
    },
  };
}
