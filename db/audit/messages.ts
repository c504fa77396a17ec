import { before, type Invariant, type Sql } from "./invariant.ts";

/** Sending takes seconds; with the vendor away, as long as its outage. */
const SENT_SECONDS = 3600;

/** Which events the guest is told of, by which kind of mail, and whose job that is. */
export const TOLD = [
  { type: "booking.confirmed", kind: "booking_confirmed", job: "send-confirmation" },
  { type: "booking.cancelled", kind: "booking_cancelled", job: "send-cancellation" },
  { type: "booking.expired", kind: "hold_expired", job: "send-hold-expired" },
  { type: "booking.payment_failed", kind: "payment_failed", job: "send-payment-failed" },
] as const;

const told = (sql: Sql) => sql`jsonb_to_recordset(${JSON.stringify(TOLD)}::text::jsonb) as t(type text, kind text, job text)`;

export const messageInvariants: readonly Invariant[] = [
  {
    name: "mails-sent",
    says: "Each event that the guest must hear of has its mail: one for each kind and version of the booking.",
    find: (sql, patience) => sql`
      select o.id as event, o.type, o.payload ->> 'bookingId' as booking, d.id as delivery, d.state from outbox o join ${told(sql)} on t.type = o.type
      left join deliveries d on d.booking_id = (o.payload ->> 'bookingId')::uuid and d.kind = t.kind and d.channel = 'email' and d.version = (o.payload ->> 'version')::int
      where o.created_at < ${before(sql, patience.upTo(SENT_SECONDS))} and (d.id is null or d.state in ('queued', 'sending', 'failed'))
        and not exists (select 1 from dead_letters l where l.outbox_id = o.id and l.job = t.job and l.state <> 'done')`,
  },
  {
    name: "deliveries-once",
    says: "A booking has one message for each kind, channel and version.",
    find: (sql) => sql`
      select booking_id as booking, kind, channel, version, count(*)::int as messages from deliveries where booking_id is not null
      group by 1, 2, 3, 4 having count(*) > 1`,
  },
  {
    name: "deliveries-end",
    says: "No message stays on its way, unless its job has a dead letter.",
    find: (sql, patience) => sql`
      select d.id as delivery, d.booking_id as booking, d.kind, d.channel, d.state from deliveries d
      where d.state in ('queued', 'sending') and d.updated_at < ${before(sql, patience.upTo(SENT_SECONDS))}
        and not exists (select 1 from dead_letters l where l.payload -> 'payload' ->> 'bookingId' = d.booking_id::text and l.state <> 'done')`,
  },
];
