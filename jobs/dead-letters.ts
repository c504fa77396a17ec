import { and, asc, eq, inArray, lte, sql } from "drizzle-orm";
import { z } from "zod";
import { deadLetters, outbox } from "../db/schema/jobs.ts";
import type { Context } from "../server/context.ts";
import { raiseIncident } from "../server/platform/incidents.ts";
import { newId } from "../server/platform/ids.ts";
import { isSigned, publish, queueOf } from "./qstash.ts";
import { JOBS } from "./registry.ts";

/** QStash's failure callback; only what we use of it. */
const callbackSchema = z.object({
  status: z.number().int(),
  body: z.string().optional(),
  url: z.string(),
  sourceBody: z.string(),
});
const sourceSchema = z.object({ outboxId: z.uuid(), type: z.string(), v: z.number(), payload: z.record(z.string(), z.unknown()) });

/** One incident a dead letter, however often it is filed; it closes when its job is done. */
export function incidentCause(job: string, outboxId: string): string {
  return `dead-letter:${job}:${outboxId}`;
}

/**
 * Files what the burst of retries did not bring home. A transient failure is replayed by the tick, with
 * growing delay, until the job's deadline; a permanent one, or one past it, waits for a person.
 */
export async function fileDeadLetter(ctx: Context, request: Request): Promise<Response> {
  const body = await request.text();
  if (!(await isSigned(ctx.config, "/jobs/dead-letter", body, request.headers.get("upstash-signature")))) return new Response("unsigned", { status: 401 });
  const callback = callbackSchema.parse(JSON.parse(body));
  const message = sourceSchema.parse(JSON.parse(decode(callback.sourceBody)));
  const name = new URL(callback.url).pathname.replace("/jobs/", "");
  const job = JOBS.find((one) => one.name === name);
  const [event] = await ctx.db.select({ createdAt: outbox.createdAt }).from(outbox).where(eq(outbox.id, message.outboxId));
  const bornAt = event?.createdAt ?? ctx.clock.now();
  const deadlineAt = new Date(bornAt.getTime() + (job?.deadlineMs ?? 0));
  const permanent = !job || callback.status === 489 || (callback.status >= 400 && callback.status < 500 && callback.status !== 408 && callback.status !== 429);
  // Whatever answered in the job's place may have sent bytes that Postgres doesn't store as text.
  const error = decode(callback.body ?? "")
    .replaceAll("\u0000", "")
    .slice(0, 1000);

  const [letter] = await ctx.db
    .insert(deadLetters)
    .values({
      id: newId(),
      outboxId: message.outboxId,
      job: name,
      payload: message,
      state: permanent ? "needs_person" : "waiting",
      kind: permanent ? "permanent" : "transient",
      status: callback.status,
      error,
      nextReplayAt: permanent ? null : sql`app_now() + interval '1 minute'`,
      deadlineAt,
    })
    .onConflictDoUpdate({
      target: [deadLetters.outboxId, deadLetters.job],
      set: {
        status: callback.status,
        error,
        state: sql`case when ${permanent} or app_now() > ${deadlines(deadlineAt)} then 'needs_person' else 'waiting' end`,
        kind: permanent ? "permanent" : "transient",
        // 1, 2, 4 … 32 minutes between replays.
        nextReplayAt: sql`case when ${permanent} or app_now() > ${deadlines(deadlineAt)} then null else app_now() + least(32, power(2, ${deadLetters.replays})) * interval '1 minute' end`,
        updatedAt: sql`app_now()`,
      },
    })
    .returning({ state: deadLetters.state });
  ctx.metrics.count("dead_letters_total", { job: name, kind: permanent ? "permanent" : "transient" });
  if (letter?.state === "needs_person") {
    await raiseIncident(ctx.db, {
      cause: incidentCause(name, message.outboxId),
      severity: name === "balance-money" ? "critical" : "warning",
      title: `The job ${name} needs a person`,
      data: { outboxId: message.outboxId, status: callback.status },
    });
  }
  return new Response("filed");
}

function deadlines(at: Date) {
  return sql`${at.toISOString()}::timestamptz`;
}

/** Publishes the due dead letters again. @returns how many */
export async function replayDue(ctx: Context, limit = 100): Promise<number> {
  const client = queueOf(ctx.config);
  if (!client) return 0;
  // A replay of which nothing was heard, neither done nor failed, is due again.
  await ctx.db
    .update(deadLetters)
    .set({ state: "waiting", nextReplayAt: sql`app_now()`, updatedAt: sql`app_now()` })
    .where(and(eq(deadLetters.state, "replayed"), lte(deadLetters.updatedAt, sql`app_now() - interval '1 hour'`)));
  const due = await ctx.db
    .select()
    .from(deadLetters)
    .where(and(eq(deadLetters.state, "waiting"), lte(deadLetters.nextReplayAt, sql`app_now()`)))
    .orderBy(asc(deadLetters.nextReplayAt))
    .limit(limit);
  for (const letter of due) await replay(ctx, letter.id);
  return due.length;
}

/** Publishes one dead letter again: the tick's, or a person's decision. @returns whether there was one to replay */
export async function replay(ctx: Context, id: string): Promise<boolean> {
  const client = queueOf(ctx.config);
  if (!client) return false;
  const known = inArray(
    deadLetters.job,
    JOBS.map((job) => job.name),
  );
  const [letter] = await ctx.db
    .update(deadLetters)
    .set({ state: "replayed", replays: sql`${deadLetters.replays} + 1`, nextReplayAt: null, updatedAt: sql`app_now()` })
    .where(and(eq(deadLetters.id, id), inArray(deadLetters.state, ["waiting", "needs_person"]), known))
    .returning();
  const job = JOBS.find((one) => one.name === letter?.job);
  if (!letter || !job) return false;
  try {
    await publish(ctx.config, client, [{ job, message: sourceSchema.parse(letter.payload), replay: letter.replays }]);
  } catch (error) {
    // The queue is out of reach: it stays due.
    await ctx.db
      .update(deadLetters)
      .set({ state: "waiting", nextReplayAt: sql`app_now() + interval '1 minute'` })
      .where(eq(deadLetters.id, id));
    throw error;
  }
  return true;
}

function decode(base64: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)));
}
