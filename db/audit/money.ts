import { before, knownOf, type Invariant } from "./invariant.ts";

/** After a booking's last event, its money should be where it belongs within this. */
const MONEY_SECONDS = 3600;
const DAY_SECONDS = 86_400;
/** A page that is left open is closed, or ends by itself, within this. */
const PAGE_DAYS = 3;

/** Whatever balance.ts calls due online: a booking that stands owes its online part, one that ended its fees up to that. */
export const moneyInvariants: readonly Invariant[] = [
  {
    name: "money-due",
    // A gift lowers neither side; what a person waived is not due, what was written off or lost and accepted may be missing.
    says: "What was captured and neither given back nor lost by a dispute is what is due online; a person knows of any difference.",
    find: (sql, patience) => sql`
      with stays as (
        select booking_id, bool_or(state in ('checked_in', 'confirmed', 'checked_out', 'no_show')) as stands, bool_or(state = 'pending') as pending,
          coalesce(sum(fee) filter (where state = 'cancelled'), 0) as fees
        from room_stays group by 1
      ), money as (
        select p.booking_id, sum(p.captured) as captured, sum(coalesce(r.given, 0)) as given, sum(coalesce(r.gifts, 0)) as gifts, sum(coalesce(d.lost, 0)) as lost
        from payments p
        left join (
          select r.payment_id, sum(r.amount) as given, sum(r.amount) filter (where g.id is not null) as gifts from refunds r
          left join money_decisions g on g.refund_id = r.id and g.kind = 'goodwill' where r.state not in ('failed', 'withdrawn') group by 1) r on r.payment_id = p.id
        left join (select payment_id, sum(amount) as lost from disputes where state = 'lost' group by 1) d on d.payment_id = p.id group by 1
      ), decided as (
        select booking_id, coalesce(sum(amount) filter (where kind = 'waive'), 0) as waived,
          coalesce(sum(amount) filter (where kind in ('write_off', 'chargeback_accepted')), 0) as accepted from money_decisions group by 1
      ), due as (
        select b.id, coalesce(m.captured, 0) as captured, coalesce(m.given, 0) as given, coalesce(m.gifts, 0) as gifts, coalesce(m.lost, 0) as lost,
          coalesce(c.accepted, 0) as accepted,
          greatest(0, case when s.stands then b.due_online else least(s.fees, b.due_online) end - coalesce(c.waived, 0)) as due
        from bookings b join stays s on s.booking_id = b.id left join money m on m.booking_id = b.id left join decided c on c.booking_id = b.id
        where s.stands or not s.pending
      )
      select id as booking, captured::bigint, given::bigint, lost::bigint, due::bigint from due
      where captured - given - lost + gifts not between due - accepted and due + gifts and not ${knownOf(sql, sql`due.id`)}
        and not exists (select 1 from booking_events e where e.booking_id = due.id and e.at > ${before(sql, patience.upTo(MONEY_SECONDS))})`,
  },
  {
    name: "due-online",
    // As `amountsOf` has it; in a booking that is over too.
    says: "What is due online is what the rooms cost without what the property collects, at most the fee of a room that left; nothing where it is paid at the property.",
    find: (sql) => sql`
      select b.id as booking, b.payment, b.due_online, sum(r.due)::bigint as rooms from bookings b join room_stays s on s.booking_id = b.id
      cross join lateral (
        select s.total - coalesce((select sum((c ->> 'amount')::bigint) from jsonb_array_elements(s.charges) c where c ->> 'collect' = 'property'), 0) as online,
          s.state in ('no_show', 'cancelled') as gone) o
      cross join lateral (select case when b.payment = 'property' then 0 when o.gone then least(s.fee, o.online) else o.online end as due) r
      group by b.id having b.due_online <> sum(r.due)`,
  },
  {
    name: "money-reserved",
    says: "No authorisation stays open: it is captured, or let go; a person knows of any that isn't.",
    find: (sql, patience) => sql`
      select p.id as payment, p.booking_id as booking, p.capture_before from payments p
      where p.state = 'authorised' and p.created_at < ${before(sql, patience.upTo(MONEY_SECONDS))} and not ${knownOf(sql, sql`p.booking_id`)}`,
  },
  {
    name: "money-unclaimed",
    says: "Money that came has its booking confirmed or is given back; a person knows of any that isn't.",
    find: (sql) => sql`
      select p.id as payment, p.booking_id as booking, p.state from payments p
      where p.state in ('authorised', 'captured', 'paid') and not ${knownOf(sql, sql`p.booking_id`)}
        and exists (select 1 from room_stays s where s.booking_id = p.booking_id and s.state = 'pending')
        and not exists (select 1 from room_stays s where s.booking_id = p.booking_id and s.state <> 'pending')`,
  },
  {
    name: "refunds-within",
    says: "No payment gives back more than it took, by refunds and lost disputes together; a person knows, or has accepted it, where a provider did.",
    find: (sql) => sql`
      select p.id as payment, p.booking_id as booking, p.captured, g.gone::bigint from payments p
      cross join lateral (
        select coalesce((select sum(r.amount) from refunds r where r.payment_id = p.id and r.state not in ('failed', 'withdrawn')), 0)
          + coalesce((select sum(d.amount) from disputes d where d.payment_id = p.id and d.state = 'lost'), 0) as gone) g
      where g.gone > p.captured
        and not exists (select 1 from incidents i where i.cause = 'money-overdrawn:' || p.id and i.resolved_at is null)
        and g.gone - p.captured > coalesce((
          select sum(c.amount) from money_decisions c where c.payment_id = p.id and c.kind in ('chargeback_accepted', 'goodwill')), 0)`,
  },
  {
    name: "refunds-made",
    says: "A refund that was asked for has been made; a person knows of one that waits, must be paid by hand, or failed.",
    find: (sql, patience) => sql`
      select r.id as refund, p.booking_id as booking, r.state from refunds r join payments p on p.id = r.payment_id
      where not ${knownOf(sql, sql`p.booking_id`)} and (r.state in ('manual', 'failed')
        or (r.state = 'requested' and r.created_at < ${before(sql, patience.upTo(MONEY_SECONDS))})
        or (r.state = 'pending' and r.created_at < ${before(sql, patience.upTo(10 * DAY_SECONDS))}))`,
  },
  {
    name: "disputes-told",
    says: "A person was told of each dispute that isn't won, and of each inquiry that isn't over.",
    find: (sql) => sql`
      select d.id as dispute, d.payment_id as payment, d.state from disputes d
      where d.state in ('inquiry', 'open', 'lost') and not exists (select 1 from incidents i where i.cause = 'dispute:' || d.provider_ref)`,
  },
  {
    name: "pages-closed",
    // Its job closes it at the end, a sweep asks for a week whether it is, and the providers' own pages last a day.
    says: "Days after a booking ended nobody can open a page to pay for it; a person knows of any.",
    find: (sql) => sql`
      select p.id as payment, p.booking_id as booking, p.provider, p.state from payments p
      where p.state in ('created', 'requires_action') and p.page_ref is not null and not ${knownOf(sql, sql`p.booking_id`)}
        and (select bool_and(s.state in ('cancelled', 'expired')) and max(s.ended_at) < ${before(sql, PAGE_DAYS * DAY_SECONDS)} from room_stays s where s.booking_id = p.booking_id)`,
  },
];
