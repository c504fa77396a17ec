import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import { deadLetters, incidents, jobRuns } from "../db/schema/jobs.ts";
import type { Context } from "../server/context.ts";
import { isDomainError } from "../server/errors.ts";
import { OutsideError } from "../server/platform/outside.ts";
import type { Job } from "./define.ts";
import { isSigned } from "./qstash.ts";
import { incidentCause } from "./dead-letters.ts";

const messageSchema = z.object({
  outboxId: z.uuid(),
  type: z.string().max(100),
  v: z.int().min(1),
  payload: z.record(z.string(), z.unknown()),
});

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
  if (done) return new Response("done before");
  const started = performance.now();
  try {
    await withinLimit(job.handler(ctx, input.data));
  } catch (error) {
    return refusal(ctx, job, outboxId, error);
  } finally {
    ctx.metrics.observe("job_seconds", (performance.now() - started) / 1000, { job: job.name });
  }
  await markDone(ctx, outboxId, job.name);
  return new Response("done");
}

/** Handlers are safe to run twice, so this may commit after their effect: it only saves a run. */
async function markDone(ctx: Context, outboxId: string, job: string): Promise<void> {
  await ctx.db.insert(jobRuns).values({ outboxId, job }).onConflictDoNothing();
  const closed = await ctx.db
    .update(deadLetters)
    .set({ state: "done", updatedAt: sql`app_now()` })
    .where(and(eq(deadLetters.outboxId, outboxId), eq(deadLetters.job, job), inArray(deadLetters.state, ["waiting", "replayed", "needs_person"])))
    .returning({ id: deadLetters.id });
  if (closed.length > 0) {
    await ctx.db
      .update(incidents)
      .set({ resolvedAt: sql`app_now()` })
      .where(and(eq(incidents.cause, incidentCause(job, outboxId)), isNull(incidents.resolvedAt)));
  }
}

function refusal(ctx: Context, job: Job, outboxId: string, error: unknown): Response {
  ctx.metrics.count("job_failures_total", { job: job.name });
  ctx.log.warn("job failed", { job: job.name, outbox_id: outboxId }, error);
  if (error instanceof OutsideError) {
    const hopelessKind = error.kind === "refused" || error.kind === "unreadable";
    if (hopelessKind) return hopeless(error.message);
    return new Response(error.message, {
      status: 503,
      headers: error.retryAfterMs ? { "retry-after": String(Math.ceil(error.retryAfterMs / 1000)) } : {},
    });
  }
  if (isDomainError(error) && error.code !== "UNAVAILABLE" && error.code !== "ROOM_BUSY") return hopeless(error.code);
  return new Response("failed", { status: 500 });
}

function hopeless(reason: string): Response {
  return new Response(reason, { status: 489, headers: { "upstash-nonretryable-error": "true" } });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function withinLimit(work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`ran longer than ${LIMIT_MS} ms`)), LIMIT_MS);
  });
  try {
    await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
