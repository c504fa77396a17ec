import { and, eq, isNull, sql } from "drizzle-orm";
import { auditLog } from "../../db/schema/audit.ts";
import { incidents } from "../../db/schema/jobs.ts";
import { actorKey, type Context } from "../../server/context.ts";
import { refuse } from "../../server/errors.ts";
import { transact } from "../../server/platform/transact.ts";
import { authorise, show } from "./list.ts";

/** The author looks after it from now on; it may have been another's. @throws FORBIDDEN, NOT_FOUND, PRECONDITION once it is closed */
export async function take(ctx: Context, { id }: { id: string }): Promise<void> {
  authorise(ctx);
  const { incident } = await show(ctx, { id });
  const owner = actorKey(ctx.actor);
  await transact(ctx.db, async (tx) => {
    const [taken] = await tx
      .update(incidents)
      .set({ owner, takenAt: sql`app_now()` })
      .where(and(eq(incidents.id, id), isNull(incidents.resolvedAt)))
      .returning({ id: incidents.id });
    if (!taken) throw refuse("PRECONDITION", { reason: "it is closed already" });
    await tx.insert(auditLog).values({
      propertyId: incident.propertyId,
      actor: owner,
      action: "incident.taken",
      subject: `incident:${id}`,
      before: { owner: incident.owner },
      after: { owner },
      requestId: ctx.requestId,
    });
  });
}
