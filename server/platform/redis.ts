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
    eval: batchedEval(client, call),
    mget: (keys) => call(() => client.mget<(string | null)[]>(...keys)),
    get: (key) => call(() => client.get<string>(key)),
    set: (key, value, ttlMs) => call(async () => void (await client.set(key, value, { px: ttlMs }))),
    ping: () => call(async () => void (await client.ping())),
  };
}

interface Waiting {
  script: string;
  keys: string[];
  args: (string | number)[];
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
}

/**
 * Scripts asked for within the same moment travel in one request: a booking's lock release and cache writes,
 * and the locks of guests who came together. Each keeps its own result or error.
 */
function batchedEval(client: Redis, call: <T>(work: () => Promise<T>) => Promise<T>): RedisPort["eval"] {
  let waiting: Waiting[] = [];
  const flush = async (): Promise<void> => {
    const batch = waiting;
    waiting = [];
    const [only] = batch;
    try {
      if (batch.length === 1 && only) return only.resolve(await call(() => client.eval(only.script, only.keys, only.args)));
      const pipeline = client.pipeline();
      for (const one of batch) pipeline.eval(one.script, one.keys, one.args);
      const results = await call(() => pipeline.exec<unknown[]>({ keepErrors: true }));
      for (const [index, one] of batch.entries()) {
        const { result, error } = results[index] as { result?: unknown; error?: string };
        if (error) one.reject(new Error(error));
        else one.resolve(result);
      }
    } catch (error) {
      for (const one of batch) one.reject(error);
    }
  };
  return <T>(script: string, keys: string[], args: (string | number)[]) =>
    new Promise<T>((resolve, reject) => {
      waiting.push({ script, keys, args, resolve: resolve as (result: unknown) => void, reject });
      if (waiting.length === 1) setTimeout(() => void flush(), 0);
    });
}
