import { and, eq, sql } from "drizzle-orm";
import { auditLog } from "../../db/schema/audit.ts";
import { deadLetters } from "../../db/schema/jobs.ts";
import { actorKey, type Context } from "../../server/context.ts";
import { refuse } from "../../server/errors.ts";
import { transact } from "../../server/platform/transact.ts";
import { authorise } from "./authorise.ts";
import { keepIncidents } from "./incident.ts";
import { failureOf, isOpen, letterOf } from "./letters.ts";

/**
 * Gives a letter up: what it stands for won't be done. Who and why go into the audit; the last one of its cause
 * closes the incident. For good: a failure that is heard of later doesn't open it again.
 * @throws FORBIDDEN, INVALID without a reason, NOT_FOUND, PRECONDITION with the state when it is closed already
 */
export async function discard(ctx: Context, { id, why }: { id: string; why: string }): Promise<void> {
  authorise(ctx, "person");
  const reason = why.trim();
  if (reason === "" || reason.length > 500) throw refuse("INVALID", { field: "why", reason: "say why, in 500 characters at most" });
  const letter = await letterOf(ctx.db, id);
  await transact(ctx.db, async (tx) => {
    const [gone] = await tx
      .update(deadLetters)
      .set({ state: "discarded", nextReplayAt: null, updatedAt: sql`app_now()` })
      .where(and(eq(deadLetters.id, id), isOpen))
      .returning();
    if (!gone) throw refuse("PRECONDITION", { reason: "it is closed already", state: letter.state });
    await tx.insert(auditLog).values({
      actor: actorKey(ctx.actor),
      action: "dead_letter.discarded",
      subject: `dead_letter:${id}`,
      before: { state: letter.state, job: gone.job, outboxId: gone.outboxId, error: gone.error },
      after: { state: "discarded", why: reason },
      requestId: ctx.requestId,
    });
    await keepIncidents(tx, [{ job: gone.job, failure: failureOf(gone) }]);
  });
}
