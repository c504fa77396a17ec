import { asc, gt, isNull, and, sql } from "drizzle-orm";
import { pgArray } from "../../db/client.ts";
import { properties } from "../../db/schema/properties.ts";
import type { Context } from "../context.ts";
import { closeIncident, raiseIncident } from "../platform/incidents.ts";

/** Properties of one statement. */
const BATCH = 100;
/** Rows of one statement; what is left, the next hour opens. */
const CHUNK = 20_000;
const NO_ID = "00000000-0000-0000-0000-000000000000";

/**
 * Makes the years' partitions of both night tables, three ahead and so beyond any horizon, where they are missing.
 * Then opens the days that have come within each property's horizon, in its own zone: units as the room type
 * has them, prices and restrictions as on the same weekday 52 weeks before. A product without that stays closed.
 * A property whose days can't be opened keeps no other's closed: a person hears of it.
 */
export async function rollHorizon(ctx: Context): Promise<Record<string, unknown>> {
  const [partitions] = await ctx.db.execute<{ made: number }>(
    sql`select ensure_night_partitions(extract(year from app_now())::int, extract(year from app_now())::int + 3) as made`,
  );
  const opened = { nights: 0, rates: 0 };
  const failed: string[] = [];
  const open = async (ids: string[]): Promise<void> => {
    try {
      opened.nights += await openNights(ctx, ids);
      opened.rates += await openRates(ctx, ids);
    } catch (error) {
      if (ids.length > 1) return ids.reduce((before, id) => before.then(() => open([id])), Promise.resolve());
      failed.push(...ids);
      ctx.log.error("a property's horizon can't be rolled", { property_id: ids[0] }, error);
    }
  };
  for (let after = NO_ID; ;) {
    const batch = await ctx.db
      .select({ id: properties.id })
      .from(properties)
      .where(and(gt(properties.id, after), isNull(properties.archivedAt)))
      .orderBy(asc(properties.id))
      .limit(BATCH);
    const last = batch.at(-1);
    if (!last) break;
    await open(batch.map(({ id }) => id));
    after = last.id;
  }
  if (failed.length === 0) await closeIncident(ctx.db, "horizon-stuck");
  else {
    await raiseIncident(ctx.db, {
      cause: "horizon-stuck",
      severity: "critical",
      title: "Days that have come within the horizon can't be opened for sale",
      data: { propertyIds: failed.slice(0, 100) },
      count: failed.length,
    });
  }
  return { partitions: partitions?.made ?? 0, ...opened, failed: failed.length };
}

async function openNights(ctx: Context, ids: string[]): Promise<number> {
  const { count } = await ctx.db.execute(sql`
    insert into inventory_nights (room_type_id, stay_date, physical)
    select r.id, d::date, r.units
    from room_types r
    join properties p on p.id = r.property_id
    cross join lateral (select (app_now() at time zone p.zone)::date as today) t
    cross join lateral (select max(n.stay_date) as last from inventory_nights n where n.room_type_id = r.id and n.stay_date >= t.today) have
    cross join lateral generate_series(coalesce(have.last + 1, t.today), t.today + p.horizon_days, interval '1 day') d
    where p.id = any(${pgArray(ids)}::uuid[]) and r.archived_at is null and p.archived_at is null
    limit ${CHUNK}
    on conflict do nothing`);
  return count;
}

async function openRates(ctx: Context, ids: string[]): Promise<number> {
  const { count } = await ctx.db.execute(sql`
    insert into rate_nights (product_id, stay_date, adult_prices, child_prices, closed, min_stay_arrival, min_stay_through, max_stay, closed_to_arrival, closed_to_departure)
    select f.id, d::date, n.adult_prices, n.child_prices, n.closed, n.min_stay_arrival, n.min_stay_through, n.max_stay, n.closed_to_arrival, n.closed_to_departure
    from products f
    join properties p on p.id = f.property_id
    cross join lateral (select (app_now() at time zone p.zone)::date as today) t
    cross join lateral (select max(o.stay_date) as last from rate_nights o where o.product_id = f.id and o.stay_date >= t.today) have
    cross join lateral generate_series(have.last + 1, t.today + p.horizon_days, interval '1 day') d
    join rate_nights n on n.product_id = f.id and n.stay_date = d::date - 364
    where p.id = any(${pgArray(ids)}::uuid[]) and f.archived_at is null and p.archived_at is null and f.base_product_id is null
    limit ${CHUNK}
    on conflict do nothing`);
  return count;
}
