import { sql } from "drizzle-orm";
import { forgetAskers } from "../server/bookings/index.ts";
import type { Context } from "../server/context.ts";

/**
 * How long rows that have done their work are kept. Idempotency keys: 72 h, enough for a client that was
 * offline over a weekend; the personal data in their answers goes with them.
 */
const KEPT: readonly { table: string; column: string; keep: string; where: string; now?: "now()" }[] = [
  { table: "idempotency_keys", column: "created_at", keep: "72 hours", where: "true" },
  { table: "dead_letters", column: "updated_at", keep: "90 days", where: "state in ('done', 'discarded')" },
  { table: "job_runs", column: "done_at", keep: "30 days", where: "true" },
  { table: "provider_events", column: "received_at", keep: "30 days", where: "true" },
  { table: "outbox", column: "published_at", keep: "7 days", where: "published_at is not null" },
  { table: "contact_proofs", column: "created_at", keep: "2 days", where: "true" },
  // Over by the wall clock, by which better-auth judges; a day more, for a process whose clock is behind.
  { table: "sessions", column: "expires_at", keep: "1 day", where: "true", now: "now()" },
  { table: "verifications", column: "expires_at", keep: "1 day", where: "true", now: "now()" },
  { table: "invitations", column: "expires_at", keep: "1 day", where: "true", now: "now()" },
];

/** Short enough for a statement's time limit, and for whoever waits for a row of it. */
const CHUNK = 5000;
/** Of one run and table: more than a busy hour makes, so that nothing outlives its keep by piling up. */
const MOST = 100;

/** Deletes what is past its keep, a chunk after the other. @returns how many rows of each table */
export async function forgetOldRows(ctx: Context): Promise<Record<string, unknown>> {
  const gone: Record<string, unknown> = {};
  for (const { table, column, keep, where, now = "app_now()" } of KEPT) {
    const chunk = sql.raw(`delete from ${table} where ctid = any(array(select ctid from ${table} where ${where} and ${column} < ${now} - interval '${keep}' limit ${CHUNK}))`);
    let rows = 0;
    for (let i = 0; i < MOST; i += 1) {
      const { count } = await ctx.db.execute(chunk);
      rows += count;
      if (count < CHUNK) break;
    }
    gone[table] = rows;
  }
  return { ...gone, askers: await forgetAskers(ctx, CHUNK) };
}
