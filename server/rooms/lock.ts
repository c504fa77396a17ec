import type { Context } from "../context.ts";
import { refuse, type DomainError } from "../errors.ts";
import { newId } from "../platform/ids.ts";
import { jittered } from "../platform/together.ts";

/** Above every time-out of a transaction (design rule 3), so it needs no renewal. */
const TTL_MS = 5000;
/** How long the next in line keeps its place without asking again; longer than its longest pause. */
const PLACE_MS = 150;

/**
 * For each stay (ARGV from 5 on: how many of KEYS are its own) all keys or none, in one round trip. A key of our
 * own token is ours already. The first who finds a key taken is the next in line for it: or else a process that
 * releases and takes again at once would starve the others. Its place lapses, so two never wait for each other long.
 */
const ACQUIRE = `
local token, ttl, who, place = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
if redis.call('EXISTS', 'lock:revoked:' .. token) == 1 then return {} end
local granted, at = {}, 0
for stay = 5, #ARGV do
  local count = tonumber(ARGV[stay])
  local free = 1
  for i = at + 1, at + count do
    local key = KEYS[i]
    local owner = redis.call('GET', key)
    if owner and owner ~= token then
      redis.call('SET', key .. ':next', who, 'PX', place, 'NX')
      free = 0
      break
    end
    if not owner then
      local nextInLine = redis.call('GET', key .. ':next')
      if nextInLine and nextInLine ~= who then free = 0 break end
    end
  end
  if free == 1 then
    for i = at + 1, at + count do
      redis.call('SET', KEYS[i], token, 'PX', ttl)
      if redis.call('GET', KEYS[i] .. ':next') == who then redis.call('DEL', KEYS[i] .. ':next') end
    end
  end
  granted[#granted + 1] = free
  at = at + count
end
return granted`;

/** Who stands in line: this process. Made at first use, since workerd has no random numbers before a request. */
let claimant: string | undefined;

/** Compare and delete: a lock that has passed to another owner stays. */
const RELEASE = `
for _, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[1] then redis.call('DEL', key) end
end
return 1`;

/** Gives back, and sees to it that a request of the same token that is still under way is granted nothing. */
const REVOKE = `
redis.call('SET', 'lock:revoked:' .. ARGV[1], '1', 'PX', ARGV[2])
${RELEASE}`;
/** Longer than a request may be under way. */
const REVOKED_MS = 60_000;

export interface NightKey {
  roomTypeId: number;
  date: string;
}

export interface StayLocks {
  /** For each stay, whether all of its nights are locked now. */
  granted: boolean[];
  /** Gives them back, after the answer. */
  release(): void;
}

/**
 * Asks for the Redis lock on every night of each stay, in one round trip for all of them; doesn't wait.
 * The lock is a queue, never the proof: with Redis down everything is granted, and the row locks carry on.
 * @throws UNAVAILABLE when Redis is down and `REDIS_DOWN=reject`
 */
export async function lockStays(ctx: Context, stays: readonly NightKey[][]): Promise<StayLocks> {
  const { redis } = ctx;
  if (!redis) return { granted: stays.map(() => true), release() {} };
  const token = newId();
  claimant ??= newId();
  const keys = stays.map((nights) => [...new Set(nights.map((night) => `lock:room:${night.roomTypeId}:${night.date}`))].toSorted());
  const release = () => ctx.defer(redis.eval(RELEASE, [...new Set(keys.flat())], [token]).catch(() => undefined));
  try {
    const counts = keys.map((own) => own.length);
    const granted = await redis.eval<number[]>(ACQUIRE, keys.flat(), [token, TTL_MS, claimant, PLACE_MS, ...counts]);
    if (granted.length !== stays.length) throw new Error("the lock script answered for other stays");
    for (const one of granted) ctx.metrics.count("lock_total", { result: one === 1 ? "granted" : "taken" });
    return { granted: granted.map((one) => one === 1), release };
  } catch (error) {
    // Our time-out does not mean that it was not granted, nor that it never will be.
    ctx.defer(redis.eval(REVOKE, [...new Set(keys.flat())], [token, REVOKED_MS]).catch(() => undefined));
    ctx.metrics.count("lock_total", { result: "redis_down" }, stays.length);
    if (ctx.config.REDIS_DOWN === "reject") throw refuse("UNAVAILABLE", { what: "booking", retryAfterMs: 2000 }, error);
    return { granted: stays.map(() => true), release() {} };
  }
}

/** What a guest is told whose nights somebody else kept locked past `LOCK_WAIT_MS`. */
export function roomBusy(ctx: Context): DomainError {
  ctx.metrics.count("lock_total", { result: "busy" });
  return refuse("ROOM_BUSY", { retryAfterMs: 300 + Math.floor(Math.random() * 700) });
}

/**
 * Runs `work` with the lock on every night; it is released after, without waiting.
 * @throws ROOM_BUSY past the wait; UNAVAILABLE when Redis is down and `REDIS_DOWN=reject`
 */
export async function withNightLocks<T>(ctx: Context, nights: NightKey[], work: () => Promise<T>, deadline = performance.now() + ctx.config.LOCK_WAIT_MS): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    const lock = await lockStays(ctx, [nights]);
    if (lock.granted[0]) {
      try {
        return await work();
      } finally {
        lock.release();
      }
    }
    if (performance.now() >= deadline) throw roomBusy(ctx);
    await jittered(tries);
  }
}
