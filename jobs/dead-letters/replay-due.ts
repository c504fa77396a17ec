import { and, eq, lte, not, or, sql } from "drizzle-orm";
import { isOneOf } from "../../db/conditions.ts";
import { deadLetters } from "../../db/schema/jobs.ts";
import type { Context } from "../../server/context.ts";
import { transact } from "../../server/platform/transact.ts";
import { authorise } from "./authorise.ts";
import { keepIncidents, sweepIncidents } from "./incident.ts";
import { failureOf, ofKnownJob } from "./letters.ts";
import { publishLetters } from "./publish-letters.ts";

/** The tick's part: publishes the letters whose time has come, and looks after those that nothing was heard of. @returns how many */
export async function replayDue(ctx: Context, limit = 1000): Promise<number> {
  authorise(ctx);
  await recover(ctx);
  await sweepIncidents(ctx);
  let published = 0;
  while (published < limit) {
    const batch = await publishLetters(ctx);
    if (batch === 0) break;
    published += batch;
  }
  return published;
}

/**
 * A replay that was neither done nor failed for an hour is due again, or a person's when it was one before or its
 * deadline is over; so is one whose job no release has any more.
 */
async function recover(ctx: Context): Promise<void> {
  const silent = and(isOneOf(deadLetters.state, ["replayed"]), lte(deadLetters.updatedAt, sql`app_now() - interval '1 hour'`));
  const orphaned = and(isOneOf(deadLetters.state, ["waiting", "replayed"]), not(ofKnownJob));
  const hopeless = or(orphaned, eq(deadLetters.kind, "permanent"), lte(deadLetters.deadlineAt, sql`app_now()`));
  await transact(ctx.db, async (tx) => {
    const found = await tx
      .update(deadLetters)
      .set({
        state: sql`case when ${hopeless} then 'needs_person' else 'waiting' end`,
        kind: sql`case when ${orphaned} then 'permanent' else ${deadLetters.kind} end`,
        nextReplayAt: sql`case when ${hopeless} then null else app_now() end`,
        updatedAt: sql`app_now()`,
      })
      .where(or(silent, orphaned))
      .returning();
    const persons = found.filter((letter) => letter.state === "needs_person");
    await keepIncidents(
      tx,
      persons.map((letter) => ({ job: letter.job, failure: failureOf(letter) })),
    );
  });
}
