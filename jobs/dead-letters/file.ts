import { and, eq, notInArray, sql } from "drizzle-orm";
import { z } from "zod";
import { deadLetters, jobRuns, outbox } from "../../db/schema/jobs.ts";
import type { Context } from "../../server/context.ts";
import { newId } from "../../server/platform/ids.ts";
import { retryAfter } from "../../server/platform/outside.ts";
import { transact } from "../../server/platform/transact.ts";
import { FAILURE_HEADER, hopeless } from "../answer.ts";
import { messageSchema } from "../define.ts";
import { isSigned } from "../qstash.ts";
import { JOBS } from "../registry.ts";
import { keepIncidents } from "./incident.ts";
import { failureOf, type Letter } from "./letters.ts";

/** QStash's failure callback; only what we use of it. */
const callbackSchema = z.object({
  status: z.int().min(0).max(999),
  header: z.record(z.string(), z.array(z.string())).nullish(),
  body: z.string().nullish(),
  url: z.string(),
  sourceBody: z.string(),
});
type Callback = z.infer<typeof callbackSchema>;

/**
 * Files what the burst of retries did not bring home. A transient failure is replayed by the tick, with
 * growing delay, until the job's deadline; a permanent one, or one past it, waits for a person.
 * One that was done or discarded meanwhile stays so.
 */
export async function fileDeadLetter(ctx: Context, request: Request): Promise<Response> {
  const body = await request.text();
  if (!(await isSigned(ctx.config, "/jobs/dead-letter", body, request.headers.get("upstash-signature")))) return new Response("unsigned", { status: 401 });
  const read = readCallback(body);
  if (!read) {
    ctx.log.error("a failure callback could not be read");
    return hopeless("unreadable callback");
  }
  const { name, outboxId } = read;
  const state = await transact(ctx.db, async (tx) => {
    const mine = and(eq(deadLetters.outboxId, outboxId), eq(deadLetters.job, name));
    const [before] = await tx.select().from(deadLetters).where(mine).for("no key update");
    const [done] = await tx
      .select({ job: jobRuns.job })
      .from(jobRuns)
      .where(and(eq(jobRuns.outboxId, outboxId), eq(jobRuns.job, name)));
    if (done) return "done";
    const [event] = await tx.select({ createdAt: outbox.createdAt }).from(outbox).where(eq(outbox.id, outboxId));
    const [letter] = await tx
      .insert(deadLetters)
      .values({ id: newId(), ...valuesOf(read, event?.createdAt ?? ctx.clock.now(), ctx.clock.now()) })
      .onConflictDoUpdate({
        target: [deadLetters.outboxId, deadLetters.job],
        set: updateOf(read),
        setWhere: notInArray(deadLetters.state, ["done", "discarded"]),
      })
      .returning();
    const filed = [before, letter].filter((one) => one !== undefined);
    await keepIncidents(
      tx,
      filed.map((one) => ({ job: name, failure: failureOf(one) })),
    );
    return letter?.state ?? before?.state;
  });
  ctx.metrics.count("dead_letters_total", { job: name, kind: read.permanent ? "permanent" : "transient" });
  return new Response(state ?? "filed");
}

interface Failed {
  name: string;
  outboxId: string;
  /** The message, and beside it what failed. */
  payload: Letter["payload"];
  status: number;
  error: string;
  permanent: boolean;
  /** A vendor's wish outlives the burst. */
  waitSeconds: number;
  deadlineMs: number;
}

function readCallback(body: string): Failed | undefined {
  try {
    const callback = callbackSchema.parse(JSON.parse(body));
    const message = messageSchema.parse(JSON.parse(decode(callback.sourceBody)));
    // No text or JSON of Postgres holds it.
    if (JSON.stringify(message).includes("\\u0000")) return undefined;
    const headers = new Headers(Object.entries(callback.header ?? {}).flatMap(([key, values]) => values.map((value): [string, string] => [key, value])));
    const name = new URL(callback.url).pathname.replace("/jobs/", "");
    const job = JOBS.find((one) => one.name === name);
    return {
      name,
      outboxId: message.outboxId,
      payload: { ...message, failure: job ? failureIn(headers, callback) : "no such job" },
      status: callback.status,
      // Whatever answered in the job's place may have sent bytes that Postgres doesn't store as text.
      error: decode(callback.body ?? "")
        .replaceAll("\u0000", "")
        .slice(0, 1000),
      permanent: !job || isPermanent(callback.status),
      waitSeconds: Math.ceil((retryAfter(headers) ?? 0) / 1000),
      deadlineMs: job?.deadlineMs ?? 0,
    };
  } catch {
    return undefined;
  }
}

/** Our endpoint names the cause; a proxy's answer in its place, or none at all, is told by its status. */
function failureIn(headers: Headers, { status }: Callback): string {
  return headers.get(FAILURE_HEADER)?.slice(0, 100) ?? (status === 0 ? "no answer" : `answer ${status}`);
}

function isPermanent(status: number): boolean {
  return status === 489 || (status >= 400 && status < 500 && status !== 408 && status !== 429);
}

function valuesOf(failed: Failed, bornAt: Date, now: Date) {
  const { name: job, outboxId, payload, status, error, permanent, waitSeconds, deadlineMs } = failed;
  const deadlineAt = new Date(bornAt.getTime() + deadlineMs);
  const over = permanent || now > deadlineAt;
  return {
    outboxId,
    job,
    payload,
    status,
    error,
    state: over ? ("needs_person" as const) : ("waiting" as const),
    kind: permanent ? ("permanent" as const) : ("transient" as const),
    nextReplayAt: over ? null : sql`app_now() + ${Math.max(60, waitSeconds)}::int * interval '1 second'`,
    deadlineAt,
  };
}

/** A letter that came back: 1, 2, 4 … 32 minutes between its replays, then a person. */
function updateOf({ payload, status, error, permanent, waitSeconds }: Failed) {
  const over = sql`(${permanent} or app_now() > ${deadLetters.deadlineAt})`;
  return {
    payload,
    status,
    error,
    state: sql`case when ${over} then 'needs_person' else 'waiting' end`,
    kind: permanent ? ("permanent" as const) : ("transient" as const),
    nextReplayAt: sql`case when ${over} then null else app_now() + greatest(least(32, power(2, ${deadLetters.replays})) * 60, ${waitSeconds}::int) * interval '1 second' end`,
    updatedAt: sql`app_now()`,
  };
}

function decode(base64: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)));
}
