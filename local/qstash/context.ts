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
  /** Stores one message, together with others of the same moment. */
  insert: (message: Message) => Promise<Inserted>;
}

/** Answers a call of the management API; `parts` are the decoded path segments after the first one or two. */
export type Route = (context: QueueContext, request: RawRequest, parts: string[]) => Promise<Reply>;
