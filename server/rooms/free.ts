import { sql } from "drizzle-orm";
import { statement, type Executor } from "../../db/client.ts";
import { bookingChanges, bookings, roomStays } from "../../db/schema/bookings.ts";
import { inventoryNights } from "../../db/schema/index.ts";
import { payments } from "../../db/schema/payments.ts";

const { placeholder } = sql;

/** Units by night that holds and drafts of changes have beyond their end; not those whose money is being examined. */
const overdueIn = (db: Executor) =>
  db.$with("overdue", { roomTypeId: sql<number>`room_type_id`.as("room_type_id"), date: sql<string>`date`.as("date"), units: sql<number>`units`.as("units") }).as(
    sql`select s.room_type_id, night::date as date, 1 as units
          from ${roomStays} s join ${bookings} b on b.id = s.booking_id
          cross join generate_series(greatest(s.check_in, ${placeholder("from")}::date), least(s.check_out, ${placeholder("to")}::date) - 1, interval '1 day') night
          where b.hold_expires_at < app_now() and s.state = 'pending' and s.room_type_id = any(${placeholder("ids")}::int[])
            and not exists (select 1 from ${payments} p where p.booking_id = b.id and p.state = 'challenged')
        union all
        select h."roomTypeId", h.date, h.units
          from ${bookingChanges} c cross join jsonb_to_recordset(c.held) as h("roomTypeId" int, date date, units int)
          where c.state = 'pending' and c.expires_at < app_now() and h."roomTypeId" = any(${placeholder("ids")}::int[])
            and h.date >= ${placeholder("from")}::date and h.date < ${placeholder("to")}::date
            and not exists (select 1 from ${payments} p where p.booking_id = c.booking_id and p.change_id = c.id and p.state = 'challenged')`,
  );

/**
 * What a take would find of the room types' nights `[from, to)`: the units left, and those of overdue holds and drafts,
 * which refuse nobody. One statement: what ends between two would be in neither.
 */
export const freeOf = statement((db) =>
  db
    .with(overdueIn(db))
    .select({
      roomTypeId: inventoryNights.roomTypeId,
      date: inventoryNights.stayDate,
      available: sql<number>`(${inventoryNights.physical} + ${inventoryNights.allowance} - ${inventoryNights.sold} - ${inventoryNights.held} - ${inventoryNights.blocked}
        + (select coalesce(sum(o.units), 0) from overdue o where o.room_type_id = ${inventoryNights.roomTypeId} and o.date = ${inventoryNights.stayDate}))::int`,
    })
    .from(inventoryNights)
    .where(
      sql`${inventoryNights.roomTypeId} = any(${placeholder("ids")}::int[])
        and ${inventoryNights.stayDate} >= ${placeholder("from")} and ${inventoryNights.stayDate} < ${placeholder("to")}`,
    )
    .prepare("free_of"),
);
