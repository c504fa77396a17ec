import { and, eq, isNull, sql } from "drizzle-orm";
import { auditLog } from "../../db/schema/audit.ts";
import { incidents } from "../../db/schema/jobs.ts";
import { actorKey, type Context } from "../../server/context.ts";
import { refuse } from "../../server/errors.ts";
import { transact } from "../../server/platform/transact.ts";
import { authorise, show } from "./list.ts";

/**
 * A person says that it is dealt with, and how. Who looks at its condition again and finds it unchanged opens another.
 * @throws FORBIDDEN, NOT_FOUND, INVALID reason, PRECONDITION once it is closed
 */
export async function close(ctx: Context, input: { id: string; reason: string }): Promise<void> {
  authorise(ctx);
  const resolution = input.reason.trim();
  if (resolution.length < 3 || resolution.length > 500) throw refuse("INVALID", { field: "reason", reason: "say why, in 3 to 500 characters" });
  const { incident } = await show(ctx, input);
  const resolvedBy = actorKey(ctx.actor);
  await transact(ctx.db, async (tx) => {
    const [closed] = await tx
      .update(incidents)
      .set({ resolvedAt: sql`app_now()`, resolvedBy, resolution })
      .where(and(eq(incidents.id, input.id), isNull(incidents.resolvedAt)))
      .returning({ id: incidents.id });
    if (!closed) throw refuse("PRECONDITION", { reason: "it is closed already" });
    await tx.insert(auditLog).values({
      propertyId: incident.propertyId,
      actor: resolvedBy,
      action: "incident.closed",
      subject: `incident:${input.id}`,
      before: { cause: incident.cause, owner: incident.owner },
      after: { resolution },
      requestId: ctx.requestId,
    });
  });
}
