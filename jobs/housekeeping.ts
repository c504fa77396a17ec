import { sql } from "drizzle-orm";
import type { Context } from "../server/context.ts";

/**
 * How long rows that have done their work are kept. Idempotency keys: 72 h, enough for a client that was
 * offline over a weekend; the personal data in their answers goes with them.
 */
const KEPT = [
  { table: "idempotency_keys", column: "created_at", keep: "72 hours", where: "true" },
  { table: "job_runs", column: "done_at", keep: "30 days", where: "true" },
  { table: "provider_events", column: "received_at", keep: "30 days", where: "true" },
  { table: "outbox", column: "published_at", keep: "7 days", where: "published_at is not null" },
] as const;

const CHUNK = 5000;

/** Deletes what is past its keep, a bounded chunk of each table at a time. */
export async function forgetOldRows(ctx: Context): Promise<Record<string, unknown>> {
  const gone: Record<string, unknown> = {};
  for (const { table, column, keep, where } of KEPT) {
    const result = await ctx.db.execute(
      sql.raw(`delete from ${table} where ctid = any(array(select ctid from ${table} where ${where} and ${column} < app_now() - interval '${keep}' limit ${CHUNK}))`),
    );
    gone[table] = result.count;
  }
  return gone;
}
