import type { Clock } from "./clock.ts";
import type { Metrics } from "./metrics.ts";
import type { RedisPort } from "./redis.ts";

/** A read-through cache. A failure is a miss; an error of `load` is never stored. */
export interface Cache {
  /**
   * The value at `key`, or `load()`'s. Fresh for `ttlMs`; for `staleMs` more it is served stale while one
   * flight of this process refreshes it. Callers share the value: it must not be changed.
   */
  through<T>(key: string, times: { ttlMs: number; staleMs?: number }, load: () => Promise<T>, defer: (work: Promise<unknown>) => void): Promise<T>;
}

interface Entry {
  at: number;
  value: unknown;
}

export function createCache(redis: RedisPort | undefined, clock: Clock, metrics: Metrics): Cache {
  const flights = new Map<string, Promise<unknown>>();
  const read = redis && gathered((keys) => redis.mget(keys));
  const parse = parsedOnce();

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
          const entry = JSON.stringify({ at: clock.now().getTime(), value } satisfies Entry);
          defer(redis ? redis.set(key, entry, ttlMs + staleMs).catch(() => undefined) : Promise.resolve());
          return value;
        });
      const stored = await read?.(key).catch(() => null);
      const family = key.slice(0, key.indexOf(":"));
      if (!stored) {
        metrics.count("cache_requests_total", { family, result: "miss" });
        return refresh();
      }
      const entry = parse(key, stored);
      const age = clock.now().getTime() - entry.at;
      if (age > ttlMs + staleMs || age < 0) {
        metrics.count("cache_requests_total", { family, result: "miss" });
        return refresh();
      }
      metrics.count("cache_requests_total", { family, result: age <= ttlMs ? "hit" : "stale" });
      if (age > ttlMs) defer(refresh().catch(() => undefined));
      return entry.value as Awaited<ReturnType<typeof load>>;
    },
  };
}

/**
 * One MGET under way at a time; what is asked meanwhile goes with the next. A lone caller waits for
 * nothing, and a crowd costs a round trip a crowd, not one each.
 */
function gathered(mget: (keys: string[]) => Promise<(string | null)[]>): (key: string) => Promise<string | null> {
  let waiting = new Map<string, PromiseWithResolvers<string | null>>();
  let busy = false;

  async function send(): Promise<void> {
    busy = true;
    while (waiting.size > 0) {
      const batch = waiting;
      waiting = new Map();
      try {
        const values = await mget([...batch.keys()]);
        for (const [index, one] of [...batch.values()].entries()) one.resolve(values[index] ?? null);
      } catch (error) {
        for (const one of batch.values()) one.reject(error);
      }
    }
    busy = false;
  }

  return (key) => {
    const known = waiting.get(key);
    if (known) return known.promise;
    const mine = Promise.withResolvers<string | null>();
    waiting.set(key, mine);
    if (!busy) void send();
    return mine.promise;
  };
}

/** Texts of which one process keeps the parsed form. */
const MOST = 500;

/** The same text under a key is parsed once. Redis is still asked each time: nothing is kept for longer than there. */
function parsedOnce(): (key: string, text: string) => Entry {
  const known = new Map<string, { text: string; entry: Entry }>();
  return (key, text) => {
    const before = known.get(key);
    if (before?.text === text) return before.entry;
    const entry = JSON.parse(text) as Entry;
    if (known.size >= MOST) known.clear();
    known.set(key, { text, entry });
    return entry;
  };
}
