import { Redis } from "@upstash/redis/cloudflare";
import { createBreaker, OpenCircuitError } from "./breaker.ts";
import type { Config } from "./config.ts";
import type { Metrics } from "./metrics.ts";

/** Longest wait for one call; past it Redis counts as down. */
const CALL_BUDGET_MS = 150;

/** The few calls that we make of Redis. Each throws when Redis is down or the circuit is open. */
export interface RedisPort {
  eval<T>(script: string, keys: string[], args: (string | number)[]): Promise<T>;
  mget(keys: string[]): Promise<(string | null)[]>;
  get(key: string): Promise<string | null>;
  set(key: string, value: string, ttlMs: number): Promise<void>;
  ping(): Promise<void>;
  /** Whether the circuit is open: Redis counts as down, and callers of `client` should not try it. */
  isOpen(): boolean;
  /** The bare client, for libraries that want one (rate limits). */
  client: Redis;
}

/**
 * Opens Redis over REST, behind a circuit breaker: five failures in a row open it for 2 s, then one probe
 * decides. The SDK's own retries are off: they are blind, and a second SET NX would refuse our own lock.
 */
export function openRedis(config: Config, metrics: Metrics): RedisPort | undefined {
  if (!config.UPSTASH_REDIS_REST_URL || !config.UPSTASH_REDIS_REST_TOKEN) return undefined;
  const client = new Redis({
    url: config.UPSTASH_REDIS_REST_URL,
    token: config.UPSTASH_REDIS_REST_TOKEN,
    enableAutoPipelining: false,
    enableTelemetry: false,
    automaticDeserialization: false,
    readYourWrites: false,
    responseEncoding: false,
    retry: { retries: 0 },
    signal: () => AbortSignal.timeout(CALL_BUDGET_MS),
  });
  const breaker = createBreaker({ failures: 5, restMs: 2000, onChange: (open) => metrics.gauge("redis_circuit_open", open ? 1 : 0) });
  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await breaker.run(work);
    } catch (error) {
      metrics.count("redis_failures_total", { kind: error instanceof OpenCircuitError ? "open" : "call" });
      throw error;
    }
  };
  return {
    client,
    isOpen: breaker.isOpen,
    eval: <T>(script: string, keys: string[], args: (string | number)[]) => call(() => client.eval<(string | number)[], T>(script, keys, args)),
    mget: (keys) => call(() => client.mget<(string | null)[]>(...keys)),
    get: (key) => call(() => client.get<string>(key)),
    set: (key, value, ttlMs) => call(async () => void (await client.set(key, value, { px: ttlMs }))),
    ping: () => call(async () => void (await client.ping())),
  };
}
