import type { Invariant, Sql } from "./invariant.ts";

/** Each night's moves, summed. */
const moves = (sql: Sql) => sql`
  select room_type_id, stay_date, sum(sold)::int as sold, sum(held)::int as held, sum(blocked)::int as blocked, sum(physical)::int as physical,
    sum(allowance)::int as allowance, sum(oversold)::int as oversold, count(*)::int as moves, max(version) as last
  from inventory_events group by 1, 2`;

/** Each night's living room stays. A stay that was used keeps its nights; those of a no-show may have gone back. */
const stays = (sql: Sql) => sql`
  select s.room_type_id, d::date as stay_date, count(*) filter (where s.state = 'pending')::int as held,
    count(*) filter (where s.state in ('confirmed', 'checked_in', 'checked_out'))::int as sold, count(*) filter (where s.state = 'no_show')::int as no_shows
  from room_stays s cross join generate_series(s.check_in, s.check_out - 1, interval '1 day') d
  where s.state in ('pending', 'confirmed', 'checked_in', 'checked_out', 'no_show') group by 1, 2`;

/** What pending changes hold beyond their bookings. */
const drafts = (sql: Sql) => sql`
  select h."roomTypeId" as room_type_id, h.date as stay_date, sum(h.units)::int as units from booking_changes c
  cross join lateral jsonb_to_recordset(c.held) as h("roomTypeId" int, date date, units int) where c.state = 'pending' group by 1, 2`;

/** Nights before the oldest one have been archived, and what is left of them says nothing. */
const kept = (sql: Sql) => sql`stay_date >= (select min(stay_date) from inventory_nights)`;

export const nightInvariants: readonly Invariant[] = [
  {
    name: "nights-check",
    says: "No count of a night is negative, and sold + held + blocked are within physical + allowance + oversold.",
    find: (sql) => sql`
      select room_type_id, stay_date::text as night, physical, sold, held, blocked, allowance, oversold from inventory_nights
      where least(physical, sold, held, blocked, allowance, oversold) < 0 or sold + held + blocked > physical + allowance + oversold`,
  },
  {
    name: "nights-moves",
    // A loaded night begins with nothing sold, held or blocked; its physical and allowance are what the load brought.
    says: "A night's counts are the sums of its moves since it was loaded.",
    find: (sql) => sql`
      select room_type_id, stay_date::text as night, array[n.sold, n.held, n.blocked, n.oversold] as has, array[m.sold, m.held, m.blocked, m.oversold] as moved,
        n.physical - m.physical as physical_at_load, n.allowance - m.allowance as allowance_at_load
      from inventory_nights n full join (${moves(sql)}) m using (room_type_id, stay_date)
      where ${kept(sql)} and (n.room_type_id is null or n.sold <> coalesce(m.sold, 0) or n.held <> coalesce(m.held, 0) or n.blocked <> coalesce(m.blocked, 0)
        or n.oversold <> coalesce(m.oversold, 0) or n.physical < coalesce(m.physical, 0) or n.allowance < coalesce(m.allowance, 0))`,
  },
  {
    name: "nights-versions",
    says: "Each move of a night raised its version by one.",
    find: (sql) => sql`
      select room_type_id, stay_date::text as night, n.version, m.moves, m.last from inventory_nights n left join (${moves(sql)}) m using (room_type_id, stay_date)
      where n.version <> coalesce(m.moves, 0) + 1 or n.version <> coalesce(m.last, 1)`,
  },
  {
    name: "nights-held",
    says: "A night has as many rooms held as there are pending room stays, and units that draft changes hold.",
    find: (sql) => sql`
      select room_type_id, stay_date::text as night, n.held, s.held as stays, d.units as drafts from inventory_nights n full join (${stays(sql)}) s using (room_type_id, stay_date)
      full join (${drafts(sql)}) d using (room_type_id, stay_date)
      where ${kept(sql)} and coalesce(n.held, -1) <> coalesce(s.held, 0) + coalesce(d.units, 0)`,
  },
  {
    name: "nights-sold",
    says: "A night has as many rooms sold as there are room stays that were sold.",
    find: (sql) => sql`
      select room_type_id, stay_date::text as night, n.sold, s.sold as stays, s.no_shows from inventory_nights n full join (${stays(sql)}) s using (room_type_id, stay_date)
      where ${kept(sql)} and coalesce(n.sold, -1) not between coalesce(s.sold, 0) and coalesce(s.sold + s.no_shows, 0)`,
  },
  {
    name: "nights-oversold",
    says: "A night is oversold by what it lacks, no more.",
    find: (sql) => sql`
      select room_type_id, stay_date::text as night, oversold, sold + held + blocked - physical - allowance as lacks from inventory_nights
      where oversold > greatest(0, sold + held + blocked - physical - allowance)`,
  },
  {
    name: "nights-oversold-by",
    says: "Only a channel's booking or a confirmed change by staff oversells.",
    find: (sql) => sql`
      select id as move, room_type_id, stay_date::text as night, reason, oversold, booking_id as booking from inventory_events
      where oversold > 0 and reason not in ('channel', 'adjust', 'block')`,
  },
];
