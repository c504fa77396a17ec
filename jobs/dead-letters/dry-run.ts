import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { bookings } from "../../db/schema/bookings.ts";
import { jobRuns } from "../../db/schema/jobs.ts";
import { viewOf } from "../../server/bookings/index.ts";
import type { Context } from "../../server/context.ts";
import { messageSchema, type Job } from "../define.ts";
import { JOBS } from "../registry.ts";
import { authorise } from "./authorise.ts";
import { letterOf } from "./letters.ts";

export interface DryRun {
  /** Whether this release has the job at all. */
  jobExists: boolean;
  /** Why the job can't read the payload; none: it can. */
  payloadIssues: string[];
  /** An earlier run did it after all: a replay would change nothing. */
  doneBefore: boolean;
  /** Where the booking stands now, in lines; undefined where the event tells of none. */
  booking: string[] | undefined;
  /** What the handler would do, in lines: the very message, where it sends one. Empty when it can't run. */
  would: string[];
}

/** Says what a replay would do, and does nothing: it only reads, and calls nobody. @throws FORBIDDEN, NOT_FOUND */
export async function dryRun(ctx: Context, { id }: { id: string }): Promise<DryRun> {
  authorise(ctx);
  const letter = await letterOf(ctx.db, id);
  const job = JOBS.find((one) => one.name === letter.job);
  const message = messageSchema.safeParse(letter.payload);
  const input = job && message.success ? job.input.safeParse(message.data.payload) : undefined;
  const issues = [message.error, input?.error].flatMap((error) => error?.issues ?? []).map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  const [done] = await ctx.db
    .select({ doneAt: jobRuns.doneAt })
    .from(jobRuns)
    .where(and(eq(jobRuns.outboxId, letter.outboxId), eq(jobRuns.job, letter.job)));
  const booking = message.success ? await bookingLines(ctx, message.data.payload) : undefined;
  const would = job && input?.success ? await preview(ctx, job, input.data, booking) : [];
  return { jobExists: job !== undefined, payloadIssues: issues, doneBefore: done !== undefined, booking: booking?.lines, would };
}

interface Standing {
  exists: boolean;
  lines: string[];
}

async function bookingLines(ctx: Context, payload: Record<string, unknown>): Promise<Standing | undefined> {
  const named = z.object({ bookingId: z.uuid(), version: z.int().optional() }).safeParse(payload);
  if (!named.success) return undefined;
  const { bookingId, version } = named.data;
  const [found] = await ctx.db.select({ id: bookings.id }).from(bookings).where(eq(bookings.id, bookingId));
  if (!found) return { exists: false, lines: [`${bookingId} does not exist`] };
  const view = await viewOf(ctx, ctx.db, bookingId);
  const now = `${view.code} is ${view.state}, version ${view.version}${version === undefined ? "" : ` (the event tells of version ${version})`}`;
  const money = `due online ${view.dueOnline}, paid or reserved ${view.paid}, on its way back ${view.refunded} (${view.currency}, minor units)`;
  return { exists: true, lines: [now, money, ...view.payments.map((payment) => `payment by ${payment.provider}: ${payment.state}, ${payment.amount}`)] };
}

async function preview(ctx: Context, job: Job, payload: unknown, booking: Standing | undefined): Promise<string[]> {
  if (booking && !booking.exists) return ["fail: its booking does not exist"];
  return (await job.preview?.(ctx, payload)) ?? [];
}
