import { and, count, desc, eq, isNull, sql } from "drizzle-orm";
import type { Executor } from "../../db/client.ts";
import { incidents } from "../../db/schema/jobs.ts";
import { properties } from "../../db/schema/properties.ts";
import type { Context } from "../../server/context.ts";
import { refuse } from "../../server/errors.ts";
import { namesOf, type BookingNames } from "../names.ts";

export type Incident = typeof incidents.$inferSelect;

/** An incident with what a person knows it by. */
export interface ShownIncident {
  incident: Incident;
  ageSeconds: number;
  booking: BookingNames | undefined;
  hotel: string;
}

/** Incidents are the system's own: an operator sees and moves them. @throws FORBIDDEN */
export function authorise(ctx: Context): void {
  if (ctx.actor.kind !== "operator") throw refuse("FORBIDDEN", { what: "incidents" });
}

/** The open ones, the worst first, of one severity the oldest first; `all`: the closed ones too. @throws FORBIDDEN */
export async function list(ctx: Context, { all = false, limit = 50 }: { all?: boolean; limit?: number } = {}): Promise<{ incidents: ShownIncident[]; total: number }> {
  authorise(ctx);
  const which = all ? undefined : isNull(incidents.resolvedAt);
  const worst = sql`array_position(array['critical','warning','info'], ${incidents.severity})`;
  const rows = await shown(ctx.db)
    .where(which)
    .orderBy(desc(isNull(incidents.resolvedAt)), worst, incidents.firstAt)
    .limit(limit);
  const [counted] = await ctx.db.select({ total: count() }).from(incidents).where(which);
  return { incidents: await named(ctx.db, rows), total: counted?.total ?? 0 };
}

/** @throws FORBIDDEN, NOT_FOUND */
export async function show(ctx: Context, { id }: { id: string }): Promise<ShownIncident> {
  authorise(ctx);
  const [one] = await named(ctx.db, await shown(ctx.db).where(and(eq(incidents.id, id))));
  if (!one) throw refuse("NOT_FOUND", { what: "incident" });
  return one;
}

function shown(db: Executor) {
  return db
    .select({ incident: incidents, hotel: properties.name, age: sql<number>`extract(epoch from app_now() - ${incidents.firstAt})::float` })
    .from(incidents)
    .leftJoin(properties, eq(properties.id, incidents.propertyId));
}

async function named(db: Executor, rows: { incident: Incident; hotel: string | null; age: number }[]): Promise<ShownIncident[]> {
  const names = await namesOf(
    db,
    rows.map(({ incident }) => incident.bookingId),
  );
  return rows.map(({ incident, hotel, age }) => ({ incident, ageSeconds: age, hotel: hotel ?? "", booking: names.get(incident.bookingId ?? "") }));
}
