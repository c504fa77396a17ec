import { before, knownOf, type Invariant } from "./invariant.ts";

/** The sweep looks for holds 30 s over, each minute; with the provider out of reach they go back 5 minutes after their end. */
const HOLD_OVER_SECONDS = 30 + 2 * 60 + 5 * 60;
/** Keys go after 72 hours, by a sweep each hour. */
const KEY_HOURS = 74;

export const bookingInvariants: readonly Invariant[] = [
  {
    name: "holds-end",
    // A payment that its provider still examines keeps the nights.
    says: "No hold outlives its end by more than the sweep and the grace.",
    find: (sql) => sql`
      select b.id as booking, b.hold_expires_at from bookings b where b.hold_expires_at < ${before(sql, HOLD_OVER_SECONDS)}
        and not exists (select 1 from payments p where p.booking_id = b.id and p.state = 'challenged')`,
  },
  {
    name: "changes-end",
    // As with holds; where nobody can end it by itself, a person knows.
    says: "No pending change outlives its end by more than the sweep and the grace.",
    find: (sql) => sql`
      select c.id as change, c.booking_id as booking, c.expires_at from booking_changes c
      where c.state = 'pending' and c.expires_at < ${before(sql, HOLD_OVER_SECONDS)} and not ${knownOf(sql, sql`c.booking_id`)}
        and not exists (select 1 from payments p where p.booking_id = c.booking_id and p.change_id = c.id and p.state = 'challenged')`,
  },
  {
    name: "deadlines-within-sale",
    // As `sellableUntil` has it: a cut-off before noon belongs to the night after.
    says: "No hold and no draft ends after the moment until which its stay can be sold, by the property's zone and cut-off.",
    find: (sql) => sql`
      select b.id as booking, c.id as change, coalesce(c.expires_at, b.hold_expires_at) as ends, s.until from bookings b
      join properties p on p.id = b.property_id left join booking_changes c on c.booking_id = b.id and c.state = 'pending'
      cross join lateral (
        select (least(b.check_in, c.check_in) + (p.same_day_cut_off < '12:00')::int + p.same_day_cut_off::time) at time zone p.zone as until) s
      where b.hold_expires_at > s.until or c.expires_at > s.until`,
  },
  {
    name: "holds-pending",
    says: "A booking has a hold's end if, and only if, one of its room stays is pending.",
    find: (sql) => sql`
      select b.id as booking, b.hold_expires_at, array_agg(s.state) as states from bookings b left join room_stays s on s.booking_id = b.id
      group by b.id having (b.hold_expires_at is not null) <> coalesce(bool_or(s.state = 'pending'), false)`,
  },
  {
    name: "bookings-stays",
    // A room that was cancelled keeps its dates, when those that stand move.
    says: "A booking has room stays within its dates, and each has a price for each of its nights and no other.",
    find: (sql) => sql`
      select b.id as booking, s.id as stay from bookings b left join room_stays s on s.booking_id = b.id
      where s.id is null or (s.state <> 'cancelled' and (s.check_in < b.check_in or s.check_out > b.check_out))
        or (select array_agg(n.stay_date order by n.stay_date) from booking_nights n where n.room_stay_id = s.id)
          is distinct from (select array_agg(d::date order by d) from generate_series(s.check_in, s.check_out - 1, interval '1 day') d)`,
  },
  {
    name: "bookings-total",
    // A cancelled room costs its fee, in a booking that is over too.
    says: "Nightly prices and charges add up to the room stay's total, and those to the booking's.",
    find: (sql) => sql`
      select b.id as booking, b.total, sum(s.total)::bigint as stays, sum(l.lines)::bigint as lines from bookings b join room_stays s on s.booking_id = b.id
      cross join lateral (
        select coalesce((select sum(n.price) from booking_nights n where n.room_stay_id = s.id), 0)
          + coalesce((select sum((c ->> 'amount')::bigint) from jsonb_array_elements(s.charges) c where not (c ->> 'inclusive')::bool), 0) as lines) l
      group by b.id having bool_or(s.total <> l.lines)
        or b.total <> sum(case when s.state = 'cancelled' then s.fee else s.total end)`,
  },
  {
    name: "cancel-fees",
    // As `feeAt` has it. The policy of a room that left is changed no more; a booking that was never confirmed was a hold.
    says: "A cancelled room's fee is what its frozen policy said at its end, the step's own instant not yet in it; a hold's is nothing.",
    find: (sql) => sql`
      select s.id as stay, s.booking_id as booking, s.ended_at, s.fee, p.fee as of_policy from room_stays s
      cross join lateral (
        select case when exists (select 1 from booking_events e where e.booking_id = s.booking_id and e.type in ('confirmed', 'retaken')) then coalesce((
          select (step ->> 'fee')::bigint from jsonb_array_elements(s.policy -> 'steps') with ordinality as steps(step, n)
          where (step ->> 'from')::timestamptz < s.ended_at order by n desc limit 1), 0) else 0 end as fee) p
      where s.state = 'cancelled' and (s.ended_at is null or s.fee <> p.fee)`,
  },
  {
    name: "bookings-versions",
    says: "Each version of a booking has its event.",
    find: (sql) => sql`
      select b.id as booking, b.version, count(distinct e.version)::int as told from bookings b left join booking_events e on e.booking_id = b.id
      group by b.id having b.version <> coalesce(max(e.version), 0) or b.version <> count(distinct e.version)`,
  },
  {
    name: "answers-kept",
    says: "A stored answer is whole, and is forgotten after 72 hours.",
    find: (sql) => sql`
      select verb, actor, created_at from idempotency_keys where response is null or created_at < ${before(sql, KEY_HOURS * 3600)}`,
  },
];
