import { eq, sql } from "drizzle-orm";
import { tickRuns } from "../db/schema/jobs.ts";
import type { Context } from "../server/context.ts";
import { balance, closeChange, closeHold, overdueChanges, overdueHolds, settle, takenPayments, unbalanced, unsettledPayments } from "../server/bookings/index.ts";
import { keepPartitions, rollHorizon } from "../server/inventory/index.ts";
import { watchAges } from "./ages.ts";
import { replayDue } from "./dead-letters/replay-due.ts";
import { forgetOldRows } from "./housekeeping.ts";
import { republishLost } from "./lost-messages.ts";
import { drain } from "./outbox.ts";
import { isSigned } from "./qstash.ts";

interface Task {
  name: string;
  everySeconds: number;
  /** Bounded work; what it returns is logged and kept. */
  run: (ctx: Context) => Promise<Record<string, unknown>>;
}

/** All that time makes due. Each is a net under the normal path, with a window that doesn't race it. */
export const TASKS: readonly Task[] = [
  { name: "outbox", everySeconds: 30, run: async (ctx) => (await drain(ctx), {}) },
  { name: "lost-messages", everySeconds: 300, run: async (ctx) => ({ published: await republishLost(ctx) }) },
  { name: "holds", everySeconds: 30, run: (ctx) => each(ctx, "holds", overdueHolds(ctx, 30, 200), (id) => closeHold(ctx, id)) },
  { name: "changes", everySeconds: 30, run: (ctx) => each(ctx, "changes", overdueChanges(ctx, 30, 200), (id) => closeChange(ctx, id)) },
  { name: "payments", everySeconds: 60, run: (ctx) => each(ctx, "payments", unsettledPayments(ctx, 120, 100), (id) => settle(ctx, id)) },
  { name: "taken-payments", everySeconds: 300, run: (ctx) => each(ctx, "taken-payments", takenPayments(ctx, 100), (id) => settle(ctx, id)) },
  { name: "money", everySeconds: 300, run: (ctx) => each(ctx, "money", unbalanced(ctx, 600, 100), (id) => balance(ctx, id)) },
  { name: "dead-letters", everySeconds: 60, run: async (ctx) => ({ replayed: await replayDue(ctx) }) },
  { name: "ages", everySeconds: 60, run: watchAges },
  { name: "horizon", everySeconds: 3600, run: rollHorizon },
  { name: "partitions", everySeconds: 86_400, run: keepPartitions },
  { name: "housekeeping", everySeconds: 3600, run: forgetOldRows },
];

/** The schedule's endpoint, each minute: runs what is due, one failure not stopping the rest. */
export async function tick(ctx: Context, request: Request): Promise<Response> {
  const body = await request.text();
  if (!(await isSigned(ctx.config, "/jobs/tick", body, request.headers.get("upstash-signature")))) return new Response("unsigned", { status: 401 });
  return Response.json(await runDue(ctx));
}

const LATE_SECONDS = 180;

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

/** Runs the due tasks; a lease keeps two ticks from running one at the same time. */
export async function runDue(ctx: Context): Promise<Record<string, unknown>> {
  const results: Record<string, unknown> = {};
  for (const task of TASKS) {
    const [mine] = await ctx.db
      .insert(tickRuns)
      .values({ name: task.name, lastStartedAt: sql`app_now()`, leasedUntil: sql`now() + interval '2 minutes'` })
      .onConflictDoUpdate({
        target: tickRuns.name,
        set: { lastStartedAt: sql`app_now()`, leasedUntil: sql`now() + interval '2 minutes'` },
        // A clock moved back makes it due as well: otherwise it would wait for the old future.
        setWhere: sql`(${tickRuns.leasedUntil} is null or ${tickRuns.leasedUntil} < now()) and (abs(extract(epoch from app_now() - ${tickRuns.lastStartedAt})) >= ${task.everySeconds - 5})`,
      })
      .returning({ name: tickRuns.name });
    if (!mine) continue;
    try {
      results[task.name] = await task.run(ctx);
      ctx.metrics.gauge("tick_last_success_seconds", Date.now() / 1000, { task: task.name });
    } catch (error) {
      ctx.log.error("tick task failed", { task: task.name }, error);
      results[task.name] = { failed: true };
    }
    await ctx.db
      .update(tickRuns)
      .set({ leasedUntil: null, lastDoneAt: sql`app_now()`, summary: results[task.name] as Record<string, unknown> })
      .where(eq(tickRuns.name, task.name));
  }
  return results;
}

/** Does `work` for each id; one that fails is logged and left for the next tick. */
async function each(ctx: Context, task: string, ids: Promise<string[]>, work: (id: string) => Promise<unknown>): Promise<Record<string, unknown>> {
  let failed = 0;
  const all = await ids;
  for (const id of all) {
    await work(id).catch((error: unknown) => {
      failed += 1;
      ctx.log.warn("sweep item failed", { task, id }, error);
    });
  }
  return { seen: all.length, failed };
}
