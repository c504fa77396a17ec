import { sql } from "drizzle-orm";
import { SEVERITIES } from "../db/schema/jobs.ts";
import type { Context, Services } from "../server/context.ts";
import { closeIncident, raiseIncident } from "../server/platform/incidents.ts";

/** What waits, and how long the oldest has: nothing may fail silently (design rule 14). */
const WAITING = {
  outbox: sql`select count(*)::int as n, extract(epoch from app_now() - min(created_at))::float as age from outbox where published_at is null`,
  overdue_holds: sql`select count(*)::int as n, extract(epoch from app_now() - min(hold_expires_at))::float as age from bookings where hold_expires_at < app_now()`,
  overdue_changes: sql`select count(*)::int as n, extract(epoch from app_now() - min(expires_at))::float as age from booking_changes where state = 'pending' and expires_at < app_now()`,
  unsettled_payments: sql`select count(*)::int as n, extract(epoch from app_now() - min(created_at))::float as age from payments where state in ('pending', 'challenged', 'authorised')`,
  requested_refunds: sql`select count(*)::int as n, extract(epoch from app_now() - min(created_at))::float as age from refunds where state = 'requested'`,
  dead_letters: sql`select count(*)::int as n, extract(epoch from app_now() - min(created_at))::float as age from dead_letters where state in ('waiting', 'replayed', 'needs_person')`,
  held_back_mails: sql`select count(*)::int as n, extract(epoch from app_now() - min(created_at))::float as age from deliveries where state = 'held_back' and channel = 'email'`,
  incidents: sql`select count(*)::int as n, extract(epoch from app_now() - min(first_at))::float as age from incidents where resolved_at is null`,
};

type Kind = keyof typeof WAITING;
type Waiting = Record<Kind, { n: number; age: number }>;

/** An event older than that has missed the relay after its commit and some twenty sweeps: the queue is out of reach. */
const OUTBOX_LIMIT_SECONDS = 600;

/** Sets `waiting_count` and `waiting_oldest_seconds` of each kind, and `incidents_open` by severity, to alert on. */
export async function measureAges({ db, metrics }: Pick<Services, "db" | "metrics">): Promise<Waiting> {
  const found = {} as Waiting;
  for (const kind of Object.keys(WAITING) as Kind[]) {
    const [row] = await db.execute<{ n: number; age: number | null }>(WAITING[kind]);
    found[kind] = { n: row?.n ?? 0, age: row?.age ?? 0 };
    metrics.gauge("waiting_count", found[kind].n, { kind });
    metrics.gauge("waiting_oldest_seconds", found[kind].age, { kind });
  }
  const open = await db.execute<{ severity: string; n: number }>(sql`select severity, count(*)::int as n from incidents where resolved_at is null group by severity`);
  for (const severity of SEVERITIES) metrics.gauge("incidents_open", open.find((row) => row.severity === severity)?.n ?? 0, { severity });
  return found;
}

/** Measures, and calls a person when events wait for the queue; the incident closes once they are gone. @returns the counts */
export async function watchAges(ctx: Context): Promise<Record<Kind, number>> {
  const found = await measureAges(ctx);
  const { n, age } = found.outbox;
  if (age <= OUTBOX_LIMIT_SECONDS) await closeIncident(ctx.db, "outbox-stuck");
  else {
    await raiseIncident(ctx.db, {
      cause: "outbox-stuck",
      severity: "critical",
      title: "Events can't be published: no mail goes out and no money moves until the queue is back",
      data: { oldestSeconds: Math.round(age) },
      count: n,
    });
  }
  return Object.fromEntries(Object.entries(found).map(([kind, { n: count }]) => [kind, count])) as Record<Kind, number>;
}
