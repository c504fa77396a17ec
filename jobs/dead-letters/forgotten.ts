import { sql } from "drizzle-orm";
import { deadLetters, jobRuns } from "../../db/schema/jobs.ts";
import type { Context } from "../../server/context.ts";
import { newId } from "../../server/platform/ids.ts";
import { transact } from "../../server/platform/transact.ts";
import type { Message } from "../define.ts";
import { FOLLOWERS, LONGEST, SHORTEST } from "../lost-messages.ts";
import { followers } from "../registry.ts";
import { keepIncidents } from "./incident.ts";

/** Longer than anything of ours stands still; older events are not looked at. */
const LOOKED_AT_DAYS = 7;
const AT_ONCE = 500;
const FAILURE = "never heard of";

type Forgotten = Message & { job: string; deadlineAt: Date } & Record<string, unknown>;

/**
 * Files what the queue took and was never heard of until its job's deadline, as when nothing ran meanwhile: it is too late
 * to do by itself, so a person hears of it.
 * @returns how many
 */
export async function fileForgotten(ctx: Context): Promise<number> {
  return transact(ctx.db, async (tx) => {
    const silent = await tx.execute<Forgotten>(sql`
      select o.id as "outboxId", o.type, o.v, o.payload, f.job, o.created_at + f.deadline * interval '1 second' as "deadlineAt"
      from outbox o join jsonb_to_recordset(${JSON.stringify(FOLLOWERS)}::jsonb) as f(type text, job text, deadline int) on f.type = o.type
      where o.published_at <= app_now() - f.deadline * interval '1 second'
        and o.published_at > app_now() - (f.deadline + ${LOOKED_AT_DAYS * 86_400}) * interval '1 second'
        and o.published_at <= app_now() - ${SHORTEST}::int * interval '1 second'
        and o.published_at > app_now() - ${LONGEST + LOOKED_AT_DAYS * 86_400}::int * interval '1 second'
        and not exists (select 1 from job_runs r where r.outbox_id = o.id and r.job = f.job offset 0)
        and not exists (select 1 from dead_letters l where l.outbox_id = o.id and l.job = f.job offset 0)
      order by o.id limit ${AT_ONCE}`);
    // The job never was sent the others: they don't concern it.
    const [concerned, other] = split(silent, ({ type, payload, job }) => followers(type, payload).some(({ name }) => name === job));
    if (other.length > 0)
      await tx
        .insert(jobRuns)
        .values(other.map(({ job, outboxId }) => ({ job, outboxId })))
        .onConflictDoNothing();
    if (concerned.length === 0) return 0;
    await tx
      .insert(deadLetters)
      .values(
        concerned.map(({ outboxId, type, v, payload, job, deadlineAt }) => ({
          id: newId(),
          outboxId,
          job,
          payload: { outboxId, type, v, payload, failure: FAILURE },
          state: "needs_person" as const,
          kind: "transient" as const,
          status: 0,
          error: "",
          deadlineAt: new Date(deadlineAt),
        })),
      )
      .onConflictDoNothing();
    await keepIncidents(
      tx,
      concerned.map(({ job }) => ({ job, failure: FAILURE })),
    );
    return concerned.length;
  });
}

function split<T>(list: readonly T[], test: (one: T) => boolean): [T[], T[]] {
  return [list.filter((one) => test(one)), list.filter((one) => !test(one))];
}
