import { and, asc, eq, inArray, lte, sql, type SQL } from "drizzle-orm";
import { isOneOf } from "../../db/conditions.ts";
import { deadLetters } from "../../db/schema/jobs.ts";
import type { Context } from "../../server/context.ts";
import { messageSchema } from "../define.ts";
import { publish, queueOf, type Outgoing } from "../qstash.ts";
import { JOBS } from "../registry.ts";
import { ofKnownJob } from "./letters.ts";

/** One call of the queue. */
const BATCH = 100;

/**
 * Publishes due letters again, a batch at most.
 * @param which narrows them
 * @returns how many
 * @throws Error when the queue is out of reach: they stay due
 */
export async function publishLetters(ctx: Context, which?: SQL): Promise<number> {
  const client = queueOf(ctx.config);
  if (!client) return 0;
  const due = ctx.db
    .select({ id: deadLetters.id })
    .from(deadLetters)
    .where(and(isOneOf(deadLetters.state, ["waiting"]), lte(deadLetters.nextReplayAt, sql`app_now()`), ofKnownJob, which))
    .orderBy(asc(deadLetters.nextReplayAt))
    .limit(BATCH)
    .for("update", { skipLocked: true });
  const letters = await ctx.db
    .update(deadLetters)
    .set({ state: "replayed", replays: sql`${deadLetters.replays} + 1`, nextReplayAt: null, updatedAt: sql`app_now()` })
    .where(sql`${deadLetters.id} = any(array(${due}))`)
    .returning();
  const outgoing = letters.flatMap((letter): Outgoing[] => {
    const job = JOBS.find((one) => one.name === letter.job);
    return job ? [{ job, message: messageSchema.parse(letter.payload), replay: letter.replays }] : [];
  });
  try {
    await publish(ctx.config, client, outgoing);
  } catch (error) {
    // They may have gone out and the answer be lost: under the same number the queue drops the repetition.
    await ctx.db
      .update(deadLetters)
      .set({ state: "waiting", replays: sql`${deadLetters.replays} - 1`, nextReplayAt: sql`app_now() + interval '1 minute'` })
      .where(
        and(
          eq(deadLetters.state, "replayed"),
          inArray(
            deadLetters.id,
            letters.map((letter) => letter.id),
          ),
        ),
      );
    throw error;
  }
  return letters.length;
}
