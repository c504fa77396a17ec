import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import type { ExtractTablesWithRelations } from "drizzle-orm";
import type { PgTransaction } from "drizzle-orm/pg-core";
import type { PostgresJsQueryResultHKT } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { beginOn } from "./begin.ts";
import * as schema from "./schema/index.ts";
import { createWaitingPool, LONGEST_MS, type WaitingPool } from "./waiting.ts";

// With begin.ts, the only file that knows the driver.

export type Database = PostgresJsDatabase<typeof schema> & {
  /** Where a transaction that met a locked row waits for it. */
  waiting: WaitingPool;
};
export type Transaction = PgTransaction<PostgresJsQueryResultHKT, typeof schema, ExtractTablesWithRelations<typeof schema>>;
/** A database or an open transaction: what a read verb takes. */
export type Executor = Database | Transaction;

export interface DatabaseClient {
  db: Database;
  close(): Promise<void>;
}

/** How long a statement waits for a locked row before its transaction gives the connection up, and waits on one kept for that (decision 027). */
const BRIEFLY_MS = 100;

/**
 * Opens a pool, and a second one for those who wait for a locked row: whatever is locked, the first is free again
 * within `BRIEFLY_MS`. Connections are made when they are needed. On workerd open one per request and close it after.
 */
export function openDatabase(url: string, options: { max?: number; maxWaiting?: number } = {}): DatabaseClient {
  const { max = 10, maxWaiting = 6 } = options;
  const [client, waiting] = [openPool(url, max, "nightledger", BRIEFLY_MS), openPool(url, maxWaiting, "nightledger-waiting", LONGEST_MS)];
  const db = Object.assign(drizzle(client, { schema }), { waiting: createWaitingPool(drizzle(waiting, { schema }), maxWaiting) });
  const close = async (): Promise<void> => void (await Promise.all([client.end({ timeout: 5 }), waiting.end({ timeout: 5 })]));
  return { db, close };
}

/** Time-outs by design rule 3: all stay below the Redis lock's TTL of 5 s, so that no transaction outlives its lock. */
function openPool(url: string, max: number, name: string, lockTimeoutMs: number): postgres.Sql {
  const client = postgres(url, {
    max,
    idle_timeout: 60,
    connect_timeout: 3,
    // Seconds between tries. The driver's own grow to 20: so long would a request wait to hear that Postgres is away, or is back.
    backoff: () => 0.1 + Math.random() / 5,
    max_lifetime: 60 * 30,
    fetch_types: false,
    onnotice: () => {},
    connection: {
      application_name: name,
      lock_timeout: lockTimeoutMs,
      statement_timeout: 3000,
      idle_in_transaction_session_timeout: 3000,
      // Night tables are partitioned: planned anew for each value, a statement costs more to plan than to run.
      plan_cache_mode: "force_generic_plan",
      // Starting workers takes longer than any statement of ours.
      max_parallel_workers_per_gather: 0,
    },
  });
  client.begin = beginOn(client) as typeof client.begin;
  return client;
}

/** What a socket says whose other end has gone. */
const GONE = new Set(["ECONNRESET", "EPIPE", "ECONNABORTED", "CONNECTION_CLOSED", "CONNECTION_ENDED", "CONNECTION_DESTROYED"]);

/** Whether an error that nobody caught only says that a peer has gone. */
export function isLostConnection(error: unknown): boolean {
  return GONE.has(sqlState(error) ?? "");
}

/** The SQLSTATE behind an error, however deep Drizzle or the driver wrapped it. */
export function sqlState(error: unknown): string | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ("code" in at && typeof at.code === "string") return at.code;
  }
  return undefined;
}

/** Which row a time-out waited for, in Postgres' own words (`while locking tuple (0,1) in relation "bookings"`); empty where it doesn't say. */
export function lockedRow(error: unknown): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ("where" in at && typeof at.where === "string") return at.where;
  }
  return "";
}

/** The name of the violated constraint, if that is what failed. */
export function violatedConstraint(error: unknown): string | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ("constraint_name" in at && typeof at.constraint_name === "string") return at.constraint_name;
  }
  return undefined;
}

/** A statement that Drizzle prepared: what `.prepare(name)` returns. */
interface Prepared<R> {
  execute(values?: Record<string, unknown>): Promise<R>;
}

/**
 * A hot statement: built by Drizzle once, then prepared by name on each connection that runs it.
 * Drizzle ties a prepared statement to one session, and rebuilding it for every transaction costs more
 * than running it; so the built object is kept, and only its `client` is swapped for the executor's.
 */
export function statement<R>(build: (db: Executor) => Prepared<R>): (executor: Executor, values: Record<string, unknown>) => Promise<R> {
  let built: Prepared<R> | undefined;
  return (executor, values) => {
    built ??= build(executor);
    const { client } = (executor as unknown as { session: { client: unknown } }).session;
    const bound: Prepared<R> = Object.create(built, { client: { value: client } });
    return bound.execute(values);
  };
}

/** An array parameter as Postgres' own text form: the driver can't guess the type of a JS array. */
export function pgArray(values: readonly (number | string | null)[]): string {
  return `{${values.map((value) => (value === null ? "NULL" : typeof value === "number" ? value : `"${value.replaceAll(/["\\]/g, "\\$&")}"`)).join(",")}}`;
}
