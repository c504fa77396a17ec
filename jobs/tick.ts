import { and, eq, sql } from "drizzle-orm";
import { tickRuns } from "../db/schema/jobs.ts";
import type { Context } from "../server/context.ts";
import { balance, closeChange, closeHold, findMoved, overdueChanges, overdueHolds, settle, takenPayments, unbalanced, unsettledPayments } from "../server/bookings/index.ts";
import { rollHorizon } from "../server/inventory/index.ts";
import { closeIncident, raiseIncident, type IncidentCause } from "../server/platform/incidents.ts";
import { watchAges } from "./ages.ts";
import { replayDue } from "./dead-letters/replay-due.ts";
import { forgetOldRows } from "./housekeeping.ts";
import { fileForgotten } from "./dead-letters/forgotten.ts";
import { republishLost } from "./lost-messages.ts";
import { drain } from "./outbox.ts";
import { sweepDue, type Sweep } from "./sweep.ts";
import { sendHeldBack } from "./send-messages.ts";
import { isSigned } from "./qstash.ts";

interface Task {
  name: string;
  everySeconds: number;
  /** Bounded work, in rows or in time; what it returns is kept with the run. */
  run: (ctx: Context) => Promise<object>;
}

const sweep = (what: Sweep) => (ctx: Context) => sweepDue(ctx, what);

/** All that time makes due. Each is a net under the normal path, with a window that doesn't race it. */
export const TASKS: readonly Task[] = [
  { name: "outbox", everySeconds: 30, run: async (ctx) => (await drain(ctx), {}) },
  { name: "lost-messages", everySeconds: 300, run: async (ctx) => ({ published: await republishLost(ctx), forgotten: await fileForgotten(ctx) }) },
  { name: "holds", everySeconds: 30, run: sweep({ name: "holds", find: (ctx, without) => overdueHolds(ctx, 30, 200, without), work: closeHold }) },
  { name: "changes", everySeconds: 30, run: sweep({ name: "changes", find: (ctx, without) => overdueChanges(ctx, 30, 200, without), work: closeChange }) },
  { name: "payments", everySeconds: 60, run: sweep({ name: "payments", find: (ctx, without) => unsettledPayments(ctx, 120, 100, without), work: settle }) },
  { name: "taken-payments", everySeconds: 300, run: sweep({ name: "taken-payments", find: (ctx, without) => takenPayments(ctx, 100, without), work: settle }) },
  { name: "moved-money", everySeconds: 86_400, run: findMoved },
  { name: "money", everySeconds: 300, run: sweep({ name: "money", find: (ctx, without) => unbalanced(ctx, 600, 100, without), work: balance }) },
  { name: "held-back", everySeconds: 60, run: (ctx) => sendHeldBack(ctx, 100) },
  { name: "dead-letters", everySeconds: 60, run: async (ctx) => ({ replayed: await replayDue(ctx) }) },
  { name: "ages", everySeconds: 60, run: watchAges },
  { name: "horizon", everySeconds: 3600, run: rollHorizon },
  { name: "housekeeping", everySeconds: 3600, run: forgetOldRows },
];

/** The schedule's endpoint, each minute: runs what is due, one failure not stopping the rest. */
export async function tick(ctx: Context, request: Request): Promise<Response> {
  const body = await request.text();
  if (!(await isSigned(ctx.config, "/jobs/tick", body, request.headers.get("upstash-signature")))) return new Response("unsigned", { status: 401 });
  return Response.json(await runDue(ctx));
}

const LATE_SECONDS = 180;
const lease = sql`now() + interval '3 minutes'`;

/**
 * Runs what is due if no tick came for three minutes: the queue that calls it may itself be what is down. For a
 * process that lives long enough to look again and again. @returns whether it had to
 */
export async function tickIfLate(ctx: Context): Promise<boolean> {
  await ctx.clock.sync();
  // A clock that was moved back makes it late as well.
  const [last] = await ctx.db.select({ late: sql<boolean | null>`abs(extract(epoch from app_now() - max(${tickRuns.lastStartedAt}))) > ${LATE_SECONDS}` }).from(tickRuns);
  if (last?.late === false) return false;
  ctx.log.warn("no tick came from the queue; running what is due");
  await runDue(ctx);
  return true;
}

/** Runs the due tasks, one after another; a task's lease keeps other ticks from it as long as it lasts. */
export async function runDue(ctx: Context): Promise<Record<string, unknown>> {
  const results: Record<string, unknown> = {};
  for (const task of TASKS) {
    const [mine] = await ctx.db
      .insert(tickRuns)
      .values({ name: task.name, lastStartedAt: sql`app_now()`, leasedUntil: lease })
      .onConflictDoUpdate({
        target: tickRuns.name,
        set: { lastStartedAt: sql`app_now()`, leasedUntil: lease },
        // A clock moved back makes it due as well: otherwise it would wait for the old future.
        setWhere: sql`(${tickRuns.leasedUntil} is null or ${tickRuns.leasedUntil} < now()) and (abs(extract(epoch from app_now() - ${tickRuns.lastStartedAt})) >= ${task.everySeconds - 5})`,
      })
      .returning({ leasedUntil: tickRuns.leasedUntil, before: tickRuns.summary });
    if (!mine) continue;
    const failedBefore = mine.before?.["failed"] === true;
    let summary: Record<string, unknown>;
    try {
      summary = { ...(await task.run(ctx)) };
      if (failedBefore) await closeIncident(ctx.db, failingOf(task));
      ctx.metrics.gauge("tick_last_success_seconds", Date.now() / 1000, { task: task.name });
    } catch (error) {
      ctx.log.error("tick task failed", { task: task.name }, error);
      summary = { failed: true };
      // Once may be a moment's fault, and the next run mends it.
      if (failedBefore)
        await raiseIncident(ctx.db, { cause: failingOf(task), severity: "critical", title: `The tick's task ${task.name} keeps failing`, data: { task: task.name } });
    }
    results[task.name] = summary;
    // Ours alone: a run that outlived its lease must not end that of the next.
    await ctx.db
      .update(tickRuns)
      .set({ leasedUntil: null, lastDoneAt: sql`app_now()`, summary })
      .where(and(eq(tickRuns.name, task.name), eq(tickRuns.leasedUntil, mine.leasedUntil!)));
  }
  return results;
}

function failingOf(task: Task): IncidentCause {
  return `tick-failing:${task.name}`;
}
