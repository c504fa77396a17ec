import { and, eq } from "drizzle-orm";
import { jobRuns } from "../db/schema/jobs.ts";
import type { Context } from "../server/context.ts";
import { hopeless, refusal } from "./answer.ts";
import { markDone } from "./dead-letters/done.ts";
import { messageSchema, type Job } from "./define.ts";
import { withinLimit } from "./limit.ts";
import { isSigned } from "./qstash.ts";

/** A handler that runs longer than this is tried again. Below the queue's own 30 s. */
const LIMIT_MS = 25_000;

/**
 * A job's endpoint, answered honestly: 2xx done, 5xx try again (after `Retry-After`), 489 hopeless,
 * 401 not signed by the queue.
 */
export async function receive(ctx: Context, job: Job, request: Request): Promise<Response> {
  const body = await request.text();
  if (!(await isSigned(ctx.config, `/jobs/${job.name}`, body, request.headers.get("upstash-signature")))) return new Response("unsigned", { status: 401 });
  const message = messageSchema.safeParse(parseJson(body));
  if (!message.success) return hopeless("unreadable message");
  const { outboxId, payload } = message.data;
  const input = job.input.safeParse(payload);
  if (!input.success) return hopeless("unreadable payload");

  const [done] = await ctx.db
    .select({ job: jobRuns.job })
    .from(jobRuns)
    .where(and(eq(jobRuns.outboxId, outboxId), eq(jobRuns.job, job.name)));
  if (!done) {
    const started = performance.now();
    try {
      await withinLimit(job.handler(ctx, input.data), LIMIT_MS);
    } catch (error) {
      ctx.metrics.count("job_failures_total", { job: job.name });
      ctx.log.warn("job failed", { job: job.name, outbox_id: outboxId }, error);
      return refusal(error);
    } finally {
      ctx.metrics.observe("job_seconds", (performance.now() - started) / 1000, { job: job.name });
    }
  }
  // Behind the effect, not in its transaction: every effect is guarded by rows of its own (a state that the UPDATE
  // repeats, a delivery, a refund), so this only saves a run. Also when done before: a letter of it may still be open.
  await markDone(ctx, outboxId, job.name);
  return new Response(done ? "done before" : "done");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
