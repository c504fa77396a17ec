import { before, type Invariant } from "./invariant.ts";

/** Published at the commit, else by the next tick. */
const PUBLISHED_SECONDS = 300;
/** The longest pause between two replays is 32 minutes, and silence is one after an hour. */
const REPLAYED_SECONDS = 2 * 3600;

export const jobInvariants: readonly Invariant[] = [
  {
    name: "outbox-empty",
    says: "Every event has been published.",
    find: (sql, patience) => sql`
      select id as event, type, created_at from outbox where published_at is null and created_at < ${before(sql, patience.upTo(PUBLISHED_SECONDS))}`,
  },
  {
    name: "dead-letters-replayed",
    says: "A dead letter that may pass is replayed until its deadline.",
    find: (sql, patience) => sql`
      select id as dead_letter, job, state, deadline_at from dead_letters
      where state in ('waiting', 'replayed') and (${patience.settled} or coalesce(next_replay_at, updated_at) < ${before(sql, REPLAYED_SECONDS)})`,
  },
  {
    name: "dead-letters-of-persons",
    says: "Only what is permanent, or past its deadline, waits for a person.",
    find: (sql) => sql`
      select id as dead_letter, job, status, kind from dead_letters where state = 'needs_person' and kind <> 'permanent' and deadline_at > updated_at`,
  },
  {
    name: "dead-letters-told",
    says: "Each dead letter that waits for a person has its cause's open incident, and no other cause has one.",
    // One that a person is having replayed keeps its incident until it is done.
    find: (sql) => sql`
      select l.id as dead_letter, l.state, i.id as incident, coalesce(i.cause, l.cause) as cause
      from (
        select *, 'dead-letter:' || job || ':' || coalesce(payload ->> 'failure', '') as cause from dead_letters
        where state in ('waiting', 'replayed', 'needs_person') and (state = 'needs_person' or kind = 'permanent' or deadline_at < app_now())) l
      full join (select * from incidents where cause like 'dead-letter:%' and resolved_at is null) i on i.cause = l.cause
      where (i.id is null and l.state = 'needs_person') or l.id is null
      union all
      select null, null, min(id::text)::uuid, cause from incidents where resolved_at is null group by cause having count(*) > 1`,
  },
];
