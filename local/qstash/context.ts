import type { LocalClock } from "../kit/clock.ts";
import type { RawRequest, Reply } from "../kit/serve.ts";
import type { Database } from "./database.ts";
import type { Dispatcher } from "./dispatch.ts";
import type { Inserted } from "./insert.ts";
import type { SigningKeys } from "./keys.ts";
import type { Message } from "./model.ts";

/** What every route works on. */
export interface QueueContext {
  sql: Database;
  clock: LocalClock;
  keys: SigningKeys;
  dispatcher: Dispatcher;
  /** Deliveries at the same time. */
  concurrency: number;
  /** Stores one message, together with others of the same moment. */
  insert: (message: Message) => Promise<Inserted>;
}

/** Answers a call of the management API; `id` is the decoded segment that the path leaves open, if any. */
export type Route = (context: QueueContext, request: RawRequest, id: string) => Promise<Reply> | Reply;
