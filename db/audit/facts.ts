import { before, type Invariant } from "./invariant.ts";

/** A bank may take money back so long after the stay. */
const LIABLE_DAYS = 120;
/** Its provider is asked for it at least so often meanwhile. */
const ASKED_DAYS = 31;
const DAY_SECONDS = 86_400;

/** What no row can show by itself, and a verb could get wrong without any sum being so. */
export const factInvariants: readonly Invariant[] = [
  {
    name: "sold-in-time",
    // A cut-off before noon belongs to the night after. Where dates were changed since, the sale's own are not known.
    says: "No stay was sold after the moment until which it can be sold, by the property's zone and cut-off.",
    find: (sql) => sql`
      select b.id as booking, e.type, e.at, s.until from booking_events e
      join bookings b on b.id = e.booking_id join properties p on p.id = b.property_id
      cross join lateral (
        select (b.check_in + (p.same_day_cut_off < '12:00')::int + p.same_day_cut_off::time) at time zone p.zone as until) s
      where e.type in ('confirmed', 'retaken') and e.at > s.until and b.source <> 'channel'
        and not exists (select 1 from booking_events c where c.booking_id = b.id and c.type = 'modified')`,
  },
  {
    name: "money-one-currency",
    says: "A payment is in its booking's currency, and a dispute in its payment's.",
    find: (sql) => sql`
      select p.id as payment, p.booking_id as booking, p.currency, b.currency as of_booking from payments p
      join bookings b on b.id = p.booking_id where p.currency <> b.currency
      union all
      select d.payment_id, p.booking_id, d.currency, p.currency from disputes d
      join payments p on p.id = d.payment_id where d.currency <> p.currency`,
  },
  {
    name: "money-asked-for",
    says: "Money that a bank may still take back was asked for at its provider within the last month.",
    find: (sql) => sql`
      select p.id as payment, p.booking_id as booking, p.checked_at from payments p join bookings b on b.id = p.booking_id
      where p.state in ('captured', 'paid') and b.check_out + ${LIABLE_DAYS}::int > app_now()::date
        and coalesce(p.checked_at, p.created_at) < ${before(sql, ASKED_DAYS * DAY_SECONDS)}`,
  },
  {
    name: "units-once",
    says: "A unit has one guest a night.",
    find: (sql) => sql`
      select a.unit_id as unit, a.id as stay, b.id as other from room_stays a
      join room_stays b on b.unit_id = a.unit_id and b.id > a.id and a.check_in < b.check_out and b.check_in < a.check_out
      where a.state in ('confirmed', 'checked_in', 'checked_out') and b.state in ('confirmed', 'checked_in', 'checked_out')`,
  },
  {
    name: "nights-of-rooms",
    says: "A night is of a room type that exists, and a price of a product.",
    find: (sql) => sql`
      select 'inventory_nights' as of, n.room_type_id as id, count(*)::int as nights from inventory_nights n
      where not exists (select 1 from room_types r where r.id = n.room_type_id) group by 2
      union all
      select 'rate_nights', n.product_id, count(*)::int from rate_nights n
      where not exists (select 1 from products p where p.id = n.product_id) group by 2`,
  },
];
