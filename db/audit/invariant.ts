import type postgres from "postgres";

/** A connection or an open transaction. */
export type Sql = postgres.ISql;

/** How patient the auditor is. */
export interface Patience {
  /** The system is said to be quiet: nothing may be under way any more. */
  settled: boolean;
  /** So many seconds on a live system, where things are under way; 0 on a settled one. */
  upTo(seconds: number): number;
}

/** A row that is wrong: ids, states and counts, no personal data. */
export type Wrong = Record<string, unknown>;

/** Something that must be so, and the query for where it isn't. */
export interface Invariant {
  name: string;
  /** What must be so, as a sentence. */
  says: string;
  find(sql: Sql, patience: Patience): postgres.PendingQuery<postgres.Row[]>;
}

/** A person knows already: an open incident of the booking excuses its money. */
export function knownOf(sql: Sql, bookingId: postgres.Fragment): postgres.Fragment {
  return sql`exists (select 1 from incidents i where i.booking_id = ${bookingId} and i.resolved_at is null)`;
}

/** So many seconds before the system's own now. */
export function before(sql: Sql, seconds: number): postgres.Fragment {
  return sql`app_now() - ${seconds}::int * interval '1 second'`;
}
