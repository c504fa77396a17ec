import { and, eq, inArray, sql } from "drizzle-orm";
import { auditLog } from "../../db/schema/audit.ts";
import { deadLetters } from "../../db/schema/jobs.ts";
import { actorKey, type Context } from "../../server/context.ts";
import { refuse } from "../../server/errors.ts";
import { transact } from "../../server/platform/transact.ts";
import { queueOf } from "../qstash.ts";
import { JOBS } from "../registry.ts";
import { authorise } from "./authorise.ts";
import { letterOf } from "./letters.ts";
import { publishLetters } from "./publish-letters.ts";

/**
 * Has one letter done again, whatever its deadline: a person's decision, and so in the audit.
 * @returns `published`, or `due` where the queue is out of reach from here: the next tick publishes it
 * @throws FORBIDDEN, NOT_FOUND, PRECONDITION with the state when it isn't waiting, or its job is gone
 */
export async function replay(ctx: Context, { id }: { id: string }): Promise<"published" | "due"> {
  authorise(ctx);
  const letter = await letterOf(ctx.db, id);
  if (!JOBS.some((job) => job.name === letter.job)) throw refuse("PRECONDITION", { reason: `there is no job ${letter.job} any more` });
  await transact(ctx.db, async (tx) => {
    const [due] = await tx
      .update(deadLetters)
      .set({ state: "waiting", nextReplayAt: sql`app_now()`, updatedAt: sql`app_now()` })
      .where(and(eq(deadLetters.id, id), inArray(deadLetters.state, ["waiting", "needs_person"])))
      .returning({ id: deadLetters.id });
    if (!due) throw refuse("PRECONDITION", { reason: "it isn't waiting", state: letter.state });
    await tx.insert(auditLog).values({
      actor: actorKey(ctx.actor),
      action: "dead_letter.replayed",
      subject: `dead_letter:${id}`,
      before: { state: letter.state, job: letter.job, error: letter.error },
      requestId: ctx.requestId,
    });
  });
  if (!queueOf(ctx.config)) return "due";
  try {
    return (await publishLetters(ctx, eq(deadLetters.id, id))) > 0 ? "published" : "due";
  } catch (error) {
    ctx.log.warn("the queue could not be reached; the next tick replays the letter", { dead_letter: id }, error);
    return "due";
  }
}
