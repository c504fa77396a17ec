import { sql } from "drizzle-orm";
import { jobRuns } from "../db/schema/jobs.ts";
import type { Context } from "../server/context.ts";
import type { Message } from "./define.ts";
import { publish, queueOf, type Outgoing } from "./qstash.ts";
import { followers, JOBS } from "./registry.ts";

/** Longer than the burst of retries; after it a dead letter speaks for the job. */
const SILENT_MINUTES = 10;
/** Far above the replays of dead letters, so that the queue never takes one for a repetition of the other. */
const FIRST_REPLAY = 1000;
const AT_ONCE = 500;

/** Jobs that are put off have sweeps of their own. */
export const FOLLOWERS = JOBS.filter((job) => !job.at).flatMap((job) => job.on.map((type) => ({ type, job: job.name, deadline: job.deadlineMs / 1000 })));

/** Their deadlines, in seconds: bounds that the index by `published_at` can use. */
export const SHORTEST = Math.min(...FOLLOWERS.map(({ deadline }) => deadline));
export const LONGEST = Math.max(...FOLLOWERS.map(({ deadline }) => deadline));

/** A message and its job, with how often its silence has doubled. */
type Silent = Message & { job: string; doublings: number } & Record<string, unknown>;

/**
 * Publishes again what the queue took and then was never heard of: neither done nor failed, within its job's deadline.
 * Again after 10, 20, 40 … minutes of silence; a message that was only late finds its work done.
 * @returns how many
 */
export async function republishLost(ctx: Context): Promise<number> {
  const client = queueOf(ctx.config);
  if (!client) return 0;
  // `offset 0`: looked up for each message, where a join would read every letter that there was.
  const silent = await ctx.db.execute<Silent>(sql`
    select o.id as "outboxId", o.type, o.v, o.payload, f.job, floor(log(2, extract(epoch from app_now() - o.published_at)::numeric / ${SILENT_MINUTES * 60}))::int as doublings
    from outbox o join jsonb_to_recordset(${JSON.stringify(FOLLOWERS)}::jsonb) as f(type text, job text, deadline int) on f.type = o.type
    where o.published_at < app_now() - ${SILENT_MINUTES}::int * interval '1 minute' and o.published_at > app_now() - f.deadline * interval '1 second'
      and o.published_at > app_now() - ${LONGEST}::int * interval '1 second'
      and not exists (select 1 from job_runs r where r.outbox_id = o.id and r.job = f.job)
      and not exists (select 1 from dead_letters l where l.outbox_id = o.id and l.job = f.job offset 0)
    order by o.id limit ${AT_ONCE}`);
  const asked = silent.map(({ job, doublings, outboxId, type, v, payload }) => ({
    name: job,
    outboxId,
    // Undefined where the job never was sent this event: it doesn't concern it.
    job: followers(type, payload).find(({ name }) => name === job),
    message: { outboxId, type, v, payload },
    replay: FIRST_REPLAY + doublings,
  }));
  const outgoing = asked.flatMap(({ job, message, replay }): Outgoing[] => (job ? [{ job, message, replay }] : []));
  await publish(ctx.config, client, outgoing);
  const unconcerned = asked.filter(({ job }) => !job).map(({ name, outboxId }) => ({ job: name, outboxId }));
  // Marked as done, so that the next look sees what lies behind them.
  if (unconcerned.length > 0) await ctx.db.insert(jobRuns).values(unconcerned).onConflictDoNothing();
  ctx.metrics.count("lost_messages_total", {}, outgoing.length);
  return outgoing.length;
}
