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
    says: "What was captured and not given back is what is due online; a person knows of any difference.",
    find: (sql, patience) => sql`
      with stays as (
        select booking_id, bool_or(state in ('checked_in', 'confirmed', 'checked_out', 'no_show')) as stands, bool_or(state = 'pending') as pending,
          coalesce(sum(fee) filter (where state = 'cancelled'), 0) as fees
        from room_stays group by 1
      ), money as (
        select p.booking_id, sum(p.captured) as captured, sum(coalesce(r.given, 0)) as given from payments p
        left join (select payment_id, sum(amount) as given from refunds where state not in ('failed', 'withdrawn') group by 1) r on r.payment_id = p.id group by 1
      ), due as (
        select b.id, coalesce(m.captured, 0) as captured, coalesce(m.given, 0) as given,
          case when s.stands then b.due_online else least(s.fees, b.due_online) end as due
        from bookings b join stays s on s.booking_id = b.id left join money m on m.booking_id = b.id where s.stands or not s.pending
      )
      select id as booking, captured::bigint, given::bigint, due::bigint from due where captured - given <> due and not ${knownOf(sql, sql`due.id`)}
        and not exists (select 1 from booking_events e where e.booking_id = due.id and e.at > ${before(sql, patience.upTo(MONEY_SECONDS))})`,
  },
  {
    name: "due-online",
    // As `amountsOf` has it. A booking that ended keeps what was due of the rooms that ended with it (decision 013),
    // rooms that left before them had become their fees.
    says: "What is due online is what the rooms cost without what the property collects, at most the fee of a room that left earlier; nothing where it is paid at the property.",
    find: (sql) => sql`
      select b.id as booking, b.payment, b.due_online, sum(r.due)::bigint as rooms from bookings b join room_stays s on s.booking_id = b.id
      cross join lateral (
        select s.total - coalesce((select sum((c ->> 'amount')::bigint) from jsonb_array_elements(s.charges) c where c ->> 'collect' = 'property'), 0) as online,
          s.state = 'no_show' or (s.state = 'cancelled' and exists (
            select 1 from booking_events e where e.booking_id = b.id and e.type = 'room_cancelled' and e.data -> 'roomStayIds' ? s.id::text)) as left_earlier) o
      cross join lateral (select case when b.payment = 'property' then 0 when o.left_earlier then least(s.fee, o.online) else o.online end as due) r
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
    says: "No payment gives back more than it took.",
    find: (sql) => sql`
      select p.id as payment, p.booking_id as booking, p.captured, sum(r.amount)::bigint as refunds from payments p join refunds r on r.payment_id = p.id
      where r.state not in ('failed', 'withdrawn') group by p.id having sum(r.amount) > p.captured`,
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
    says: "A person was told of each dispute that isn't won.",
    find: (sql) => sql`
      select d.id as dispute, d.payment_id as payment, d.state from disputes d
      where d.state <> 'won' and not exists (select 1 from incidents i where i.cause = 'dispute:' || d.provider_ref)`,
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
