import { and, eq, inArray, isNull, or, sql } from "drizzle-orm";
import { deliveries } from "../../db/schema/notifications.ts";
import type { Context } from "../context.ts";
import { statesBelow } from "./states.ts";
import type { DeliveryNotice } from "./webhooks.ts";

/**
 * Applies a vendor's notice, already verified. Older news never overwrite newer ones; false when there was
 * nothing to change (old news, or no message of ours). Found by our own id, since a notice may overtake the vendor's answer.
 */
export async function recordStatus(ctx: Pick<Context, "db" | "metrics">, notice: DeliveryNotice): Promise<boolean> {
  if (!notice.state) return false;
  const own = notice.deliveryId
    ? and(eq(deliveries.id, notice.deliveryId), or(isNull(deliveries.providerId), eq(deliveries.providerId, notice.providerId)))
    : eq(deliveries.providerId, notice.providerId);
  const changed = await ctx.db
    .update(deliveries)
    .set({ state: notice.state, providerId: notice.providerId, error: notice.error?.slice(0, 200) ?? null, updatedAt: sql`app_now()` })
    .where(and(own, inArray(deliveries.state, statesBelow(notice.state))))
    .returning({ id: deliveries.id });
  if (changed.length === 0) return false;
  ctx.metrics.count("deliveries_total", { state: notice.state });
  return true;
}
