import type { Clock } from "./clock.ts";
import type { Metrics } from "./metrics.ts";
import type { RedisPort } from "./redis.ts";

/** A read-through cache. A failure is a miss; an error of `load` is never stored. */
export interface Cache {
  /**
   * The value at `key`, or `load()`'s. Fresh for `ttlMs`; for `staleMs` more it is served stale while one
   * flight of this process refreshes it, those asked for most before the others. Callers share the value: it must not be changed.
   */
  through<T>(key: string, times: { ttlMs: number; staleMs?: number }, load: () => Promise<T>, defer: (work: Promise<unknown>) => void): Promise<T>;
}

/** Values of which one process keeps the parsed form; what Redis says about their age always decides. */
const MOST_KNOWN = 500;
/** Refreshes behind answers go one by one, each followed by a rest of so many times its length: else they would slow the answers that they are for. */
const REST = 3;

/**
 * An entry is two keys: a short head ("instant:nonce"), read by every hit, and the body, read only by a
 * process that doesn't hold the value of that head yet. So a hit carries some forty bytes, not the page.
 */
export function createCache(redis: RedisPort | undefined, clock: Clock, metrics: Metrics): Cache {
  const flights = new Map<string, Promise<unknown>>();
  const known = new Map<string, { head: string; value: unknown }>();
  const readHead = redis && gathered((keys) => redis.mget(keys));
  let behind = false;
  let restUntil = 0;

  /** One flight per key in this process, however many ask. */
  function once<T>(key: string, work: () => Promise<T>): Promise<T> {
    const flying = flights.get(key) as Promise<T> | undefined;
    if (flying) return flying;
    const flight = work().finally(() => flights.delete(key));
    flights.set(key, flight);
    return flight;
  }

  function remember(key: string, head: string, value: unknown): void {
    if (known.size >= MOST_KNOWN && !known.has(key)) known.clear();
    known.set(key, { head, value });
  }

  /** The body first: a head never stands before what it promises. */
  async function write(key: string, value: unknown, lifeMs: number): Promise<void> {
    if (!redis) return;
    const head = `${clock.now().getTime()}:${crypto.randomUUID().slice(0, 8)}`;
    await redis.set(`${key}:body`, JSON.stringify(value), lifeMs);
    await redis.set(key, head, lifeMs);
    remember(key, head, value);
  }

  async function valueOf(key: string, head: string): Promise<unknown> {
    const mine = known.get(key);
    if (mine?.head === head) return mine.value;
    const body = await redis?.get(`${key}:body`).catch(() => null);
    if (!body) return undefined;
    const value: unknown = JSON.parse(body);
    remember(key, head, value);
    return value;
  }

  return {
    async through<T>(key: string, { ttlMs, staleMs = 0 }: { ttlMs: number; staleMs?: number }, load: () => Promise<T>, defer: (work: Promise<unknown>) => void) {
      const refresh = () =>
        once(key, async () => {
          const value = await load();
          defer(write(key, value, ttlMs + staleMs).catch(() => undefined));
          return value;
        });
      const count = (result: string) => metrics.count("cache_requests_total", { family: key.slice(0, key.indexOf(":")), result });
      const head = await readHead?.(key).catch(() => null);
      const age = head ? clock.now().getTime() - Number.parseInt(head, 10) : Infinity;
      const value = head && age >= 0 && age <= ttlMs + staleMs ? await valueOf(key, head) : undefined;
      if (value === undefined) {
        count("miss");
        return refresh();
      }
      count(age <= ttlMs ? "hit" : "stale");
      if (age > ttlMs && !behind && performance.now() >= restUntil) {
        behind = true;
        const started = performance.now();
        const rest = () => {
          behind = false;
          restUntil = performance.now() + REST * (performance.now() - started);
        };
        defer(
          refresh()
            .catch(() => undefined)
            .finally(rest),
        );
      }
      return value as T;
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
