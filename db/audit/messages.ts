import { before, type Invariant, type Sql } from "./invariant.ts";

/** Sending takes seconds; with the vendor away, as long as its outage. */
const SENT_SECONDS = 3600;

/** Which events the guest is told of, by which kind of mail, whose job that is, and with a room in which of these states it must be told. */
export const TOLD = [
  { type: "booking.confirmed", kind: "booking_confirmed", job: "send-confirmation", states: ["confirmed", "checked_in", "checked_out", "no_show"] },
  { type: "booking.modified", kind: "booking_modified", job: "send-change", states: ["confirmed", "checked_in", "checked_out", "no_show"] },
  { type: "booking.cancelled", kind: "booking_cancelled", job: "send-cancellation", states: ["cancelled"] },
  { type: "booking.expired", kind: "hold_expired", job: "send-hold-expired", states: ["expired"] },
  { type: "booking.paid_too_late", kind: "paid_too_late", job: "send-paid-too-late", states: ["expired"] },
  {
    type: "booking.change_late",
    kind: "change_late",
    job: "send-change-late",
    states: ["confirmed", "checked_in", "checked_out", "no_show", "cancelled"],
  },
  { type: "booking.payment_failed", kind: "payment_failed", job: "send-payment-failed", states: ["pending", "expired"] },
] as const;

/** By which events and whose job a guest with a telephone gets a text. */
export const TEXTED = [
  { type: "booking.confirmed", job: "text-confirmation" },
  { type: "booking.cancelled", job: "text-cancellation" },
] as const;

const told = (sql: Sql) => sql`jsonb_to_recordset(${JSON.stringify(TOLD)}::text::jsonb) as t(type text, kind text, job text, states jsonb)`;

export const messageInvariants: readonly Invariant[] = [
  {
    name: "mails-sent",
    // What was overtaken before its job ran (a confirmation behind its cancellation) is better not said.
    says: "Each event that the guest must hear of has its mail: one for each kind and version of the booking.",
    find: (sql, patience) => sql`
      select o.id as event, o.type, o.payload ->> 'bookingId' as booking, d.id as delivery, d.state from outbox o join ${told(sql)} on t.type = o.type
      left join deliveries d on d.booking_id = (o.payload ->> 'bookingId')::uuid and d.kind = t.kind and d.channel = 'email' and d.version = (o.payload ->> 'version')::int
      where o.created_at < ${before(sql, patience.upTo(SENT_SECONDS))} and (d.id is null or d.state in ('queued', 'sending') or (d.state = 'failed' and d.error is distinct from 'overtaken'))
        and not exists (select 1 from dead_letters l where l.outbox_id = o.id and l.job = t.job and l.state <> 'done')
        and (d.id is not null or not exists (select 1 from job_runs r where r.outbox_id = o.id and r.job = t.job)
          or exists (select 1 from room_stays s where s.booking_id = (o.payload ->> 'bookingId')::uuid and t.states ? s.state))`,
  },
  {
    name: "deliveries-once",
    says: "A booking has one message for each kind, channel, version and thing that it is about.",
    find: (sql) => sql`
      select booking_id as booking, kind, channel, version, about, count(*)::int as messages from deliveries where booking_id is not null
      group by 1, 2, 3, 4, 5 having count(*) > 1`,
  },
  {
    name: "deliveries-end",
    says: "No message stays on its way, unless its job has a dead letter.",
    find: (sql, patience) => sql`
      select d.id as delivery, d.booking_id as booking, d.kind, d.channel, d.state from deliveries d
      where d.state in ('queued', 'sending') and d.updated_at < ${before(sql, patience.upTo(SENT_SECONDS))}
        and not exists (select 1 from dead_letters l where l.payload -> 'payload' ->> 'bookingId' = d.booking_id::text and l.state <> 'done')`,
  },
  {
    name: "texts-tried",
    // Whether a text then goes out is the matter of the installation's account and the guest's number, which no table tells.
    says: "The job of each text has run, or has a dead letter.",
    find: (sql, patience) => sql`
      select o.id as event, o.type, o.payload ->> 'bookingId' as booking, t.job from outbox o
      join jsonb_to_recordset(${JSON.stringify(TEXTED)}::text::jsonb) as t(type text, job text) on t.type = o.type
      where o.created_at < ${before(sql, patience.upTo(SENT_SECONDS))}
        and not exists (select 1 from job_runs r where r.outbox_id = o.id and r.job = t.job)
        and not exists (select 1 from dead_letters l where l.outbox_id = o.id and l.job = t.job)`,
  },
];
