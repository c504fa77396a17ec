import type { Clock } from "./clock.ts";
import { gathered } from "./gather.ts";
import type { Metrics } from "./metrics.ts";
import type { RedisPort } from "./redis.ts";
import { concurrencyLimit } from "./concurrency-limit.ts";

/** Fresh for `ttlMs`; for `staleMs` more it is served stale while one flight of this process refreshes it. */
export interface Life {
  ttlMs: number;
  staleMs?: number;
  /** For so long after that it is still served where this process has others to refresh first: else a crowd would wait for all of them. */
  lateMs?: number;
  /** Its loading keeps Postgres and this process busy: only so many at once. */
  heavy?: boolean;
}

type Defer = (work: Promise<unknown>) => void;

/** A read-through cache. A failure is a miss; an error of `load` is never stored. */
export interface Cache {
  /** The value at `key`, or `load()`'s. Callers share the value: it must not be changed. */
  through<T>(key: string, life: Life, load: () => Promise<T>, defer: Defer): Promise<T>;
  /**
   * The JSON of the value at `key`, as it was stored; undefined where `through` would miss: nothing is loaded
   * for that, and no miss is counted. A stale one is refreshed behind it as by `through`.
   */
  text(key: string, life: Life, load: () => Promise<unknown>, defer: Defer): Promise<string | undefined>;
}

/** A stored value; parsed when it is first asked for as a value. */
interface Entry {
  head: string;
  text: string;
  value?: unknown;
}

/** Entries that one process keeps, the oldest going first; what Redis says about their age always decides. */
const MOST_KNOWN = 1000;
/** Refreshes behind answers go one by one, each followed by a rest of so many times its length: else they would slow the answers that they are for. */
const REST = 3;

/**
 * Heavy loads at a time in one process. A crowd of misses would else hold up the answers of Redis until they
 * count as failures, and without Redis everything is a miss: it would stay so.
 */
const HEAVY_AT_ONCE = 3;

/**
 * An entry is two keys: a short head ("instant:nonce"), read by every hit, and the body, read only by a
 * process that doesn't hold the value of that head yet. So a hit carries some forty bytes, not the page.
 */
export function createCache(redis: RedisPort | undefined, clock: Clock, metrics: Metrics): Cache {
  const flights = new Map<string, Promise<unknown>>();
  const known = new Map<string, Entry>();
  const readHead = redis && gathered((keys: string[]) => redis.mget(keys));
  const inTurn = concurrencyLimit(HEAVY_AT_ONCE);
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

  function remember(key: string, entry: Entry): Entry {
    const [oldest] = known.keys();
    if (oldest !== undefined && known.size >= MOST_KNOWN && !known.has(key)) known.delete(oldest);
    known.set(key, entry);
    return entry;
  }

  /** The body first: a head never stands before what it promises. */
  async function write(key: string, value: unknown, lifeMs: number): Promise<void> {
    if (!redis) return;
    const head = `${clock.now().getTime()}:${crypto.randomUUID().slice(0, 8)}`;
    const text = JSON.stringify(value);
    await redis.set(`${key}:body`, text, lifeMs);
    await redis.set(key, head, lifeMs);
    remember(key, { head, text });
  }

  /** What isn't whole JSON is no entry: it would be sent on as it stands. */
  async function entryOf(key: string, head: string): Promise<Entry | undefined> {
    const mine = known.get(key);
    if (mine?.head === head) return mine;
    const text = await redis?.get(`${key}:body`).catch(() => null);
    if (!text) return undefined;
    try {
      return remember(key, { head, text, value: JSON.parse(text) });
    } catch {
      return undefined;
    }
  }

  function load<T>(key: string, { ttlMs, staleMs = 0, lateMs = 0, heavy = false }: Life, work: () => Promise<T>, defer: Defer): Promise<T> {
    return once(key, async () => {
      const value = await (heavy ? inTurn(work) : work());
      defer(write(key, value, ttlMs + staleMs + lateMs).catch(() => undefined));
      return value;
    });
  }

  function refreshBehind(refresh: () => Promise<unknown>, defer: Defer): void {
    if (behind || performance.now() < restUntil) return;
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

  function count(key: string, result: string): void {
    metrics.count("cache_requests_total", { family: key.slice(0, key.indexOf(":")), result });
  }

  async function find(key: string, life: Life, work: () => Promise<unknown>, defer: Defer): Promise<Entry | undefined> {
    const { ttlMs, staleMs = 0, lateMs = 0 } = life;
    const head = await readHead?.(key).catch(() => null);
    const age = head ? clock.now().getTime() - Number.parseInt(head, 10) : Infinity;
    const entry = head && age >= 0 && age <= ttlMs + staleMs + lateMs ? await entryOf(key, head) : undefined;
    if (!entry) return undefined;
    if (age > ttlMs) refreshBehind(() => load(key, life, work, defer), defer);
    const late = age > ttlMs + staleMs;
    // Who could begin its refresh, or finds it under way, waits for it.
    if (late && flights.has(key)) return undefined;
    count(key, age <= ttlMs ? "hit" : late ? "late" : "stale");
    return entry;
  }

  return {
    async through<T>(key: string, life: Life, work: () => Promise<T>, defer: Defer) {
      const entry = await find(key, life, work, defer);
      if (entry) return (entry.value ??= JSON.parse(entry.text)) as T;
      count(key, "miss");
      return load(key, life, work, defer);
    },
    async text(key, life, work, defer) {
      return (await find(key, life, work, defer))?.text;
    },
  };
}
