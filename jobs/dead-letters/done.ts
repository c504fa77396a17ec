import { sql } from "drizzle-orm";
import type { Context } from "../../server/context.ts";
import { transact } from "../../server/platform/transact.ts";
import { keepIncidents, type Cause } from "./incident.ts";

/** Remembers that the job has done this event, and closes its letter, if it has one, in the same statement. */
export async function markDone(ctx: Context, outboxId: string, job: string): Promise<void> {
  const closed = await ctx.db.execute<Cause & Record<string, unknown>>(sql`
    with run as (insert into job_runs (outbox_id, job) values (${outboxId}, ${job}) on conflict do nothing)
    update dead_letters set state = 'done', next_replay_at = null, updated_at = app_now()
    where outbox_id = ${outboxId} and job = ${job} and state in ('waiting', 'replayed', 'needs_person')
    returning job, coalesce(payload ->> 'failure', '') as failure`);
  if (closed.length > 0) await transact(ctx.db, (tx) => keepIncidents(tx, closed));
}
