import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";

/** What code asks for the time; SQL asks `app_now()`. Both move together. */
export interface Clock {
  now(): Date;
  /** Reads the database's offset again, if that may have moved. */
  sync(): Promise<void>;
}

export const systemClock: Clock = { now: () => new Date(), sync: () => Promise.resolve() };

/** How long an offset is believed before it is read again. */
const SYNC_EVERY_MS = 200;

/**
 * The clock of a database that is not production: wall time plus the offset that a test set there.
 * Production uses `systemClock`; its database refuses an offset.
 */
export function databaseClock(db: Database): Clock {
  let offset = 0;
  let readAt = 0;
  return {
    now: () => new Date(Date.now() + offset),
    async sync() {
      if (Date.now() - readAt < SYNC_EVERY_MS) return;
      readAt = Date.now();
      // With the database away the last offset stays: what then asks it for more has a typed refusal, this has none.
      const rows = await db.execute<{ offset_ms: string }>(sql`select offset_ms from app_clock`).catch(() => undefined);
      if (rows) offset = Number(rows[0]?.offset_ms ?? 0);
    },
  };
}
