import type { Context } from "../context.ts";
import { refuse } from "../errors.ts";
import { newId } from "../platform/ids.ts";

/** Above every time-out of a transaction (design rule 3), so it needs no renewal. */
const TTL_MS = 5000;

/** All keys or none, in one round trip. A key of our own token is ours already. */
const ACQUIRE = `
for _, key in ipairs(KEYS) do
  local owner = redis.call('GET', key)
  if owner and owner ~= ARGV[1] then return 0 end
end
for _, key in ipairs(KEYS) do redis.call('SET', key, ARGV[1], 'PX', ARGV[2]) end
return 1`;

/** Compare and delete: a lock that has passed to another owner stays. */
const RELEASE = `
for _, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[1] then redis.call('DEL', key) end
end
return 1`;

export interface NightKey {
  roomTypeId: number;
  date: string;
}

/**
 * Runs `work` with the Redis lock on every night of the stay, in one round trip; it is released after,
 * without waiting. Contended, it waits with jitter up to `LOCK_WAIT_MS`.
 * The lock is a queue, never the proof: with Redis down the row locks carry on (`REDIS_DOWN=fallback`).
 * @throws ROOM_BUSY past the wait; UNAVAILABLE when Redis is down and `REDIS_DOWN=reject`
 */
export async function withNightLocks<T>(ctx: Context, nights: NightKey[], work: () => Promise<T>): Promise<T> {
  if (!ctx.redis) return work();
  const { redis } = ctx;
  const keys = [...new Set(nights.map((night) => `lock:room:${night.roomTypeId}:${night.date}`))].toSorted();
  const token = newId();
  const release = () => redis.eval(RELEASE, keys, [token]).catch(() => undefined);
  const deadline = performance.now() + ctx.config.LOCK_WAIT_MS;
  const started = performance.now();
  for (let tries = 0; ; tries += 1) {
    let got: number;
    try {
      got = await redis.eval<number>(ACQUIRE, keys, [token, TTL_MS]);
    } catch (error) {
      // Our time-out does not mean that it was not granted: give it back in case.
      ctx.defer(release());
      ctx.metrics.count("lock_total", { result: "redis_down" });
      if (ctx.config.REDIS_DOWN === "reject") throw refuse("UNAVAILABLE", { what: "booking", retryAfterMs: 2000 }, error);
      return work();
    }
    if (got === 1) break;
    if (performance.now() >= deadline) {
      ctx.metrics.count("lock_total", { result: "busy" });
      throw refuse("ROOM_BUSY", { retryAfterMs: 300 + Math.floor(Math.random() * 700) });
    }
    await pause(Math.min(5 * 2 ** Math.min(tries, 4), 60) * (0.5 + Math.random()));
  }
  ctx.metrics.count("lock_total", { result: "granted" });
  ctx.metrics.observe("lock_wait_seconds", (performance.now() - started) / 1000);
  try {
    return await work();
  } finally {
    ctx.defer(release());
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
