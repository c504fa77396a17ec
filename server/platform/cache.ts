import type { Clock } from "./clock.ts";
import type { Metrics } from "./metrics.ts";
import type { RedisPort } from "./redis.ts";

/** A read-through cache. A failure is a miss; an error of `load` is never stored. */
export interface Cache {
  /**
   * The value at `key`, or `load()`'s. Fresh for `ttlMs`; for `staleMs` more it is served stale while one
   * flight of this process refreshes it.
   */
  through<T>(key: string, times: { ttlMs: number; staleMs?: number }, load: () => Promise<T>, defer: (work: Promise<unknown>) => void): Promise<T>;
}

export function createCache(redis: RedisPort | undefined, clock: Clock, metrics: Metrics): Cache {
  const flights = new Map<string, Promise<unknown>>();

  /** One flight per key in this process, however many ask. */
  function once<T>(key: string, work: () => Promise<T>): Promise<T> {
    const flying = flights.get(key) as Promise<T> | undefined;
    if (flying) return flying;
    const flight = work().finally(() => flights.delete(key));
    flights.set(key, flight);
    return flight;
  }

  return {
    async through(key, { ttlMs, staleMs = 0 }, load, defer) {
      const refresh = () =>
        once(key, async () => {
          const value = await load();
          const entry = JSON.stringify({ at: clock.now().getTime(), value });
          defer(redis ? redis.set(key, entry, ttlMs + staleMs).catch(() => undefined) : Promise.resolve());
          return value;
        });
      const stored = await redis?.get(key).catch(() => null);
      const family = key.slice(0, key.indexOf(":"));
      if (!stored) {
        metrics.count("cache_requests_total", { family, result: "miss" });
        return refresh();
      }
      const entry = JSON.parse(stored) as { at: number; value: Awaited<ReturnType<typeof load>> };
      const age = clock.now().getTime() - entry.at;
      if (age > ttlMs + staleMs || age < 0) {
        metrics.count("cache_requests_total", { family, result: "miss" });
        return refresh();
      }
      metrics.count("cache_requests_total", { family, result: age <= ttlMs ? "hit" : "stale" });
      if (age > ttlMs) defer(refresh().catch(() => undefined));
      return entry.value;
    },
  };
}
