import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";

const CHUNK = 20_000;

/**
 * Makes the years' partitions of both night tables, three ahead and so beyond any horizon, where they are missing.
 * Then opens the days that have come within each property's horizon, in its own zone: units as the room type
 * has them, prices and restrictions as on the same weekday 52 weeks before. A product without that stays closed.
 */
export async function rollHorizon(ctx: Context): Promise<Record<string, unknown>> {
  const [partitions] = await ctx.db.execute<{ made: number }>(
    sql`select ensure_night_partitions(extract(year from app_now())::int, extract(year from app_now())::int + 3) as made`,
  );
  const nights = await ctx.db.execute(sql`
    insert into inventory_nights (room_type_id, stay_date, physical)
    select r.id, d::date, r.units
    from room_types r
    join properties p on p.id = r.property_id
    cross join lateral (select (app_now() at time zone p.zone)::date as today) t
    cross join lateral (select max(n.stay_date) as last from inventory_nights n where n.room_type_id = r.id and n.stay_date >= t.today) have
    cross join lateral generate_series(coalesce(have.last + 1, t.today), t.today + p.horizon_days, interval '1 day') d
    where r.archived_at is null and p.archived_at is null
    limit ${CHUNK}
    on conflict do nothing`);
  const rates = await ctx.db.execute(sql`
    insert into rate_nights (product_id, stay_date, adult_prices, child_prices, closed, min_stay_arrival, min_stay_through, max_stay, closed_to_arrival, closed_to_departure)
    select f.id, d::date, n.adult_prices, n.child_prices, n.closed, n.min_stay_arrival, n.min_stay_through, n.max_stay, n.closed_to_arrival, n.closed_to_departure
    from products f
    join properties p on p.id = f.property_id
    cross join lateral (select (app_now() at time zone p.zone)::date as today) t
    cross join lateral (select max(o.stay_date) as last from rate_nights o where o.product_id = f.id and o.stay_date >= t.today) have
    cross join lateral generate_series(have.last + 1, t.today + p.horizon_days, interval '1 day') d
    join rate_nights n on n.product_id = f.id and n.stay_date = d::date - 364
    where f.archived_at is null and p.archived_at is null and f.base_product_id is null
    limit ${CHUNK}
    on conflict do nothing`);
  return { partitions: partitions?.made ?? 0, nights: nights.count, rates: rates.count };
}
