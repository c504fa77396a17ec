import { and, eq, isNull, sql } from "drizzle-orm";
import type { Executor } from "../../db/client.ts";
import { incidents } from "../../db/schema/jobs.ts";
import { newId } from "./ids.ts";

/** What tells a condition from others; one open incident each. A closed list, since people and jobs find them by it. */
export type IncidentCause =
  | `payment-contradicted:${string}`
  | `payment-mismatch:${string}`
  | `money-stuck:${string}`
  | `page-refused:${string}`
  | `provider-unknown:${string}`
  | `refund-failed:${string}`
  | `refund-manual:${string}`
  | `dispute:${string}`
  | `money-short:${string}`
  | `money-overdrawn:${string}`
  | `dead-letter:${string}`
  | `tick-failing:${string}`
  | `event-unfollowed:${string}`
  | `unreadable-webhook:${string}`
  | "horizon-stuck"
  | "outbox-stuck";

export interface NewIncident {
  cause: IncidentCause;
  severity: "info" | "warning" | "critical";
  title: string;
  propertyId?: string | undefined;
  bookingId?: string | undefined;
  data?: Record<string, unknown>;
  /** How many cases it has now. Absent: one more than it had. */
  count?: number;
}

/** Opens an incident, or counts on the open one of the same cause. */
export async function raiseIncident(db: Executor, incident: NewIncident): Promise<void> {
  const more = incident.count === undefined ? sql`true` : sql`${incidents.count} < excluded.count`;
  await db
    .insert(incidents)
    .values({ id: newId(), ...incident })
    .onConflictDoUpdate({
      target: incidents.cause,
      targetWhere: sql`${incidents.resolvedAt} is null`,
      set: {
        count: incident.count ?? sql`${incidents.count} + 1`,
        lastAt: sql`case when ${more} then app_now() else ${incidents.lastAt} end`,
        data: incident.data ?? {},
        // The condition may be another by now: a dispute that was open is lost.
        title: incident.title,
        severity: incident.severity,
      },
    });
}

/** Closes the open incident of this cause, if there is one. */
export async function closeIncident(db: Executor, cause: IncidentCause): Promise<void> {
  await db
    .update(incidents)
    .set({ resolvedAt: sql`app_now()` })
    .where(and(eq(incidents.cause, cause), isNull(incidents.resolvedAt)));
}
