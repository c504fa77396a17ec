import { sql } from "drizzle-orm";
import type { Executor } from "../../db/client.ts";
import { incidents } from "../../db/schema/jobs.ts";
import { newId } from "./ids.ts";

export interface NewIncident {
  /** What tells this condition from others ("payment-mismatch:<payment id>"); one open incident each. */
  cause: string;
  severity: "info" | "warning" | "critical";
  title: string;
  propertyId?: string | undefined;
  bookingId?: string | undefined;
  data?: Record<string, unknown>;
}

/** Opens an incident, or counts one more on the open one of the same cause. */
export async function raiseIncident(db: Executor, incident: NewIncident): Promise<void> {
  await db
    .insert(incidents)
    .values({ id: newId(), ...incident })
    .onConflictDoUpdate({
      target: incidents.cause,
      targetWhere: sql`${incidents.resolvedAt} is null`,
      set: { count: sql`${incidents.count} + 1`, lastAt: sql`app_now()`, data: incident.data ?? {} },
    });
}
