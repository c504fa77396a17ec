import { sql } from "drizzle-orm";
import type { Services } from "../context.ts";

/** A dependency that hasn't answered by then counts as down. */
const LIMIT_MS = 700;

/** So long one answer serves all who ask. */
const KEPT_MS = 1000;

const OFF = "off" as const;

export interface Health {
  ok: boolean;
  /** `down` of Redis or the queue is not fatal: bookings go on without them. */
  dependencies: Record<"postgres" | "redis" | "queue", "up" | "down" | "off">;
}

/**
 * Whether we and what we lean on are well, asked at most once a second however many want to know. Only the answer is
 * kept, not its promise: on workerd that belongs to the request that made it.
 */
export function keptHealth(): (services: Services) => Promise<Health> {
  let known: Health | undefined;
  let askedAt = -Infinity;
  return async (services) => {
    const age = performance.now() - askedAt;
    if (known && age < KEPT_MS) return known;
    // Who comes while we ask gets the last answer, if it is fresh enough.
    if (age >= 2 * KEPT_MS) known = undefined;
    askedAt = performance.now();
    return (known = await ask(services));
  };
}

/** Asks each dependency at once; answers under a second even when one hangs. */
async function ask(services: Services): Promise<Health> {
  const { config, redis } = services;
  const queue = config.QSTASH_URL && config.QSTASH_TOKEN;
  const [postgres, cache, jobs] = await Promise.all([
    answers(() => services.db.execute(sql`select 1`)),
    redis ? answers(() => redis.client.ping()) : OFF,
    queue
      ? answers(() =>
          fetch(`${config.QSTASH_URL}/v2/keys`, { headers: { authorization: `Bearer ${config.QSTASH_TOKEN}` }, signal: AbortSignal.timeout(LIMIT_MS) }).then((response) =>
            response.ok ? response.body?.cancel() : Promise.reject(new Error("queue")),
          ),
        )
      : OFF,
  ]);
  return { ok: postgres === "up", dependencies: { postgres, redis: cache, queue: jobs } };
}

async function answers(ask: () => Promise<unknown>): Promise<"up" | "down"> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<"down">((resolve) => {
    timer = setTimeout(() => resolve("down"), LIMIT_MS);
  });
  const asked = Promise.resolve()
    .then(ask)
    .then(
      () => "up" as const,
      () => "down" as const,
    );
  const result = await Promise.race([asked, late]);
  clearTimeout(timer);
  return result;
}
