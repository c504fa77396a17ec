import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import type { ExtractTablesWithRelations } from "drizzle-orm";
import type { PgTransaction } from "drizzle-orm/pg-core";
import type { PostgresJsQueryResultHKT } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { beginOn } from "./begin.ts";
import * as schema from "./schema/index.ts";

// With begin.ts, the only file that knows the driver.

export type Database = PostgresJsDatabase<typeof schema>;
export type Transaction = PgTransaction<PostgresJsQueryResultHKT, typeof schema, ExtractTablesWithRelations<typeof schema>>;
/** A database or an open transaction: what a read verb takes. */
export type Executor = Database | Transaction;

export interface DatabaseClient {
  db: Database;
  close(): Promise<void>;
}

/**
 * Opens a pool. Time-outs by design rule 3: all stay below the Redis lock's TTL of 5 s, so that no
 * transaction outlives its lock. On workerd open one per request with `max: 3` and close it after.
 */
export function openDatabase(url: string, options: { max?: number; onNotice?: (message: string) => void } = {}): DatabaseClient {
  const client = postgres(url, {
    max: options.max ?? 10,
    idle_timeout: 60,
    connect_timeout: 3,
    // Seconds between tries. The driver's own grow to 20: so long would a request wait to hear that Postgres is away, or is back.
    backoff: () => 0.1 + Math.random() / 5,
    max_lifetime: 60 * 30,
    fetch_types: false,
    onnotice: (notice) => options.onNotice?.(notice["message"] ?? ""),
    connection: {
      application_name: "nightledger",
      lock_timeout: 2000,
      statement_timeout: 3000,
      idle_in_transaction_session_timeout: 3000,
      // Night tables are partitioned: planned anew for each value, a statement costs more to plan than to run.
      plan_cache_mode: "force_generic_plan",
    },
  });
  client.begin = beginOn(client) as typeof client.begin;
  return { db: drizzle(client, { schema }), close: () => client.end({ timeout: 5 }) };
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
