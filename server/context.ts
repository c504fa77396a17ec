import type { Database } from "../db/client.ts";
import type { Cache } from "./platform/cache.ts";
import type { Clock } from "./platform/clock.ts";
import type { Config } from "./platform/config.ts";
import type { Logger } from "./platform/log.ts";
import type { Metrics } from "./platform/metrics.ts";
import type { RedisPort } from "./platform/redis.ts";
import type { Together } from "./platform/together.ts";

/** Who acts. Every verb is given one and authorises it in its first line. */
export type Actor =
  /** `isNew`: came without cookie and account; its cookie is in this very answer, which may be lost. */
  | { kind: "guest"; anonId: string; isNew?: boolean; userId?: string; email?: string; emailVerified?: boolean }
  | { kind: "job"; name: string }
  /** A person at the machine's own command line. */
  | { kind: "operator"; name: string }
  | { kind: "webhook"; provider: string }
  | { kind: "channel"; connectionId: string };

/** The text that audits and idempotency keys carry: an id, never a name. */
export function actorKey(actor: Actor): string {
  switch (actor.kind) {
    case "guest":
      return actor.userId ? `user:${actor.userId}` : `anon:${actor.anonId}`;
    case "job":
      return `job:${actor.name}`;
    case "operator":
      return `operator:${actor.name}`;
    case "webhook":
      return `webhook:${actor.provider}`;
    case "channel":
      return `channel:${actor.connectionId}`;
  }
}

/** What lives as long as the process (Node) or the request (workerd). */
export interface Services {
  config: Config;
  db: Database;
  /** Absent when no Redis is configured. */
  redis: RedisPort | undefined;
  cache: Cache;
  clock: Clock;
  log: Logger;
  metrics: Metrics;
  /** How asks of one kind that wait at the same moment share a transaction. */
  together: Together;
}

/** What a verb is given. */
export interface Context extends Services {
  actor: Actor;
  /** A keyed hash of the caller's network (`networkOf`); absent where nobody calls from outside. */
  network?: string | undefined;
  requestId: string;
  /** Lets work outlive the answer: `waitUntil` on workerd, an awaited set at shutdown on Node. */
  defer: (work: Promise<unknown>) => void;
  /** Called after a commit that wrote to the outbox: publishes it without waiting for the sweep. */
  published: () => void;
}
