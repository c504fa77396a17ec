import { sql } from "drizzle-orm";
import type { Context } from "../server/context.ts";

/** What waits, and how long the oldest has: nothing may fail silently (design rule 14). */
const WAITING = {
  outbox: sql`select count(*)::int as n, extract(epoch from app_now() - min(created_at))::float as age from outbox where published_at is null`,
  overdue_holds: sql`select count(*)::int as n, extract(epoch from app_now() - min(hold_expires_at))::float as age from bookings where hold_expires_at < app_now()`,
  unsettled_payments: sql`select count(*)::int as n, extract(epoch from app_now() - min(created_at))::float as age from payments where state in ('pending', 'challenged', 'authorised')`,
  requested_refunds: sql`select count(*)::int as n, extract(epoch from app_now() - min(created_at))::float as age from refunds where state = 'requested'`,
  dead_letters: sql`select count(*)::int as n, extract(epoch from app_now() - min(created_at))::float as age from dead_letters where state in ('waiting', 'replayed', 'needs_person')`,
  incidents: sql`select count(*)::int as n, extract(epoch from app_now() - min(first_at))::float as age from incidents where resolved_at is null`,
};

/** Sets `waiting_count` and `waiting_oldest_seconds` of each kind. */
export async function measureAges(ctx: Context): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const [kind, query] of Object.entries(WAITING)) {
    const [row] = await ctx.db.execute<{ n: number; age: number | null }>(query);
    ctx.metrics.gauge("waiting_count", row?.n ?? 0, { kind });
    ctx.metrics.gauge("waiting_oldest_seconds", row?.age ?? 0, { kind });
    found[kind] = row?.n ?? 0;
  }
  return found;
}
