import { Redis } from "@upstash/redis/cloudflare";
import { createBreaker, OpenCircuitError } from "./breaker.ts";
import type { Config } from "./config.ts";
import type { Metrics } from "./metrics.ts";

/** Longest wait for one call; past it Redis counts as down. */
const CALL_BUDGET_MS = 150;
const FAILURES = 5;
const REST_MS = 2000;

/** The few calls that we make of Redis. Each throws when Redis is down or the circuit is open. */
export interface RedisPort {
  eval<T>(script: string, keys: string[], args: (string | number)[]): Promise<T>;
  mget(keys: string[]): Promise<(string | null)[]>;
  get(key: string): Promise<string | null>;
  set(key: string, value: string, ttlMs: number): Promise<void>;
  /** Any other call of `client`, behind the same circuit. @throws OpenCircuitError without trying, else what the work throws */
  guard<T>(work: () => Promise<T>): Promise<T>;
  /** The bare client, for libraries that want one (rate limits): to be called within `guard`. */
  client: Redis;
}

/**
 * Opens Redis over REST, behind a circuit breaker: five failures in a row open it, then a probe every 2 s
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
  const breaker = createBreaker({
    failures: FAILURES,
    restMs: REST_MS,
    // A write: a Redis that is full or read-only still answers PING.
    probe: async () => {
      const up = await client.set("circuit:probe", "1", { px: REST_MS }).then(
        () => true,
        (error: unknown) => !isOutage(error),
      );
      metrics.count("redis_probes_total", { result: up ? "up" : "down" });
      if (!up) throw new Error("Redis is still down");
    },
    isOutage,
    onChange(open) {
      metrics.gauge("redis_circuit_open", open ? 1 : 0);
      if (open) metrics.count("redis_circuit_breaks_total");
    },
  });
  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await breaker.run(work);
    } catch (error) {
      metrics.count("redis_failures_total", { kind: error instanceof OpenCircuitError ? "open" : isOutage(error) ? "call" : "command" });
      throw error;
    }
  };
  return {
    client,
    guard: call,
    eval: batchedEval(client, call),
    mget: (keys) =>
      call(async () => {
        const values = await client.mget<(string | null)[]>(...keys);
        // A proxy in between that says `{}` to everything is not a Redis without our keys.
        if (!Array.isArray(values) || values.length !== keys.length) throw new Error("not an answer of Redis");
        return values;
      }),
    get: (key) => call(() => client.get<string>(key)),
    set: (key, value, ttlMs) => call(async () => void (await client.set(key, value, { px: ttlMs }))),
  };
}

/** What Redis says of a command that is wrong in itself: it would say so in its best health. */
const OWN_FAULT = /^(?:WRONGTYPE|NOSCRIPT|CROSSSLOT)\b|^ERR (?:syntax|unknown|wrong number|value is|invalid|Error (?:running|compiling))|^ERR .*\buser_script\b/;

/** Out of memory, a wrong password and a gateway's 500 are outages like silence is. */
function isOutage(error: unknown): boolean {
  return !(error instanceof Error && OWN_FAULT.test(error.message));
}

/** After what is ready now: on Node at the end of this turn, as its shortest timer takes a millisecond. */
const soon: (work: () => void) => unknown = typeof setImmediate === "function" ? setImmediate : (work) => setTimeout(work, 0);

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
  async function send(batch: Waiting[]): Promise<void> {
    const [only] = batch;
    if (batch.length === 1 && only) return only.resolve(await client.eval(only.script, only.keys, only.args));
    const pipeline = client.pipeline();
    for (const one of batch) pipeline.eval(one.script, one.keys, one.args);
    const results = await pipeline.exec<unknown[]>({ keepErrors: true });
    const errors: Error[] = [];
    for (const [index, one] of batch.entries()) {
      const { result, error } = results[index] as { result?: unknown; error?: string };
      if (error === undefined) {
        one.resolve(result);
        continue;
      }
      errors.push(new Error(error));
      one.reject(errors.at(-1));
    }
    // The circuit hears of the worst.
    const heard = errors.find(isOutage) ?? errors[0];
    if (heard) throw heard;
  }
  const flush = (): void => {
    const batch = waiting;
    waiting = [];
    call(() => send(batch)).catch((error: unknown) => {
      for (const one of batch) one.reject(error);
    });
  };
  return <T>(script: string, keys: string[], args: (string | number)[]) =>
    new Promise<T>((resolve, reject) => {
      waiting.push({ script, keys, args, resolve: resolve as (result: unknown) => void, reject });
      if (waiting.length === 1) soon(flush);
    });
}
