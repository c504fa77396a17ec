import { and, count, eq, isNull, like, sql } from "drizzle-orm";
import type { Transaction } from "../../db/client.ts";
import { deadLetters, incidents } from "../../db/schema/jobs.ts";
import type { Context } from "../../server/context.ts";
import { closeIncident, raiseIncident, type IncidentCause } from "../../server/platform/incidents.ts";
import { transact } from "../../server/platform/transact.ts";
import { JOBS } from "../registry.ts";
import { calledPerson, failureColumn } from "./letters.ts";

export interface Cause {
  job: string;
  /** "resend 422", "twilio unavailable", "unreadable payload". */
  failure: string;
}

const PREFIX = "dead-letter:";

/** One incident per cause, however many letters it has. */
export function causeKey({ job, failure }: Cause): IncidentCause {
  return `${PREFIX}${job}:${failure}`;
}

/**
 * Makes the causes' incidents say what is: open with the number of letters that a person was called for, or
 * closed. In the transaction that changed a letter, after that change.
 */
export async function keepIncidents(tx: Transaction, causes: readonly Cause[]): Promise<void> {
  const byKey = new Map(causes.map((cause) => [causeKey(cause), cause]));
  // In one order, since each is locked: two at once would each miss the other's letter otherwise.
  for (const [key, { job, failure }] of [...byKey].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`);
    const [letters] = await tx
      .select({ waiting: count() })
      .from(deadLetters)
      .where(and(eq(deadLetters.job, job), eq(failureColumn, failure), calledPerson));
    const waiting = letters?.waiting ?? 0;
    if (waiting === 0) await closeIncident(tx, key);
    else {
      await raiseIncident(tx, {
        cause: key,
        severity: JOBS.find((one) => one.name === job)?.severity ?? "warning",
        title: `The job ${job} needs a person: ${failure}`,
        data: { job, failure },
        count: waiting,
      });
    }
  }
}

/** Looks at every open incident of dead letters anew: a run that died between its two writes left one open. */
export async function sweepIncidents(ctx: Context): Promise<void> {
  const open = await ctx.db
    .select({ data: incidents.data })
    .from(incidents)
    .where(and(like(incidents.cause, `${PREFIX}%`), isNull(incidents.resolvedAt)))
    .limit(100);
  for (const { data } of open) {
    const cause = { job: String(data["job"]), failure: String(data["failure"]) };
    await transact(ctx.db, (tx) => keepIncidents(tx, [cause]));
  }
}
