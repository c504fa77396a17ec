import type { Sql } from "./invariant.ts";

/**
 * Lets this transaction see, under the tables' own names, nights from a date on and the bookings that end after it: what
 * is older was audited when it was that young, and no move reaches it any more. Sums of a night stay whole, since each is
 * of its own date.
 */
export async function lookSince(sql: Sql, since: string): Promise<void> {
  // Copies with their primary keys, which the invariants group by; the other tables are looked at through them.
  const copies = {
    bookings: `check_out >= date '${since}' or hold_expires_at is not null`,
    payments: "booking_id in (select b.id from pg_temp.bookings b)",
  };
  for (const [table, where] of Object.entries(copies)) {
    await sql.unsafe(`create temporary table ${table} (like public.${table} including indexes) on commit drop`);
    await sql.unsafe(`insert into pg_temp.${table} select * from public.${table} where ${where}`);
    await sql.unsafe(`analyze pg_temp.${table}`);
  }
  const ofBookings = "booking_id in (select b.id from pg_temp.bookings b)";
  const ofPayments = "payment_id in (select p.id from pg_temp.payments p)";
  const views = {
    room_stays: ofBookings,
    booking_events: ofBookings,
    booking_changes: ofBookings,
    deliveries: `booking_id is null or ${ofBookings}`,
    refunds: ofPayments,
    disputes: ofPayments,
    booking_nights: `room_stay_id in (select s.id from public.room_stays s where s.${ofBookings})`,
    inventory_nights: `stay_date >= date '${since}'`,
    inventory_events: `stay_date >= date '${since}'`,
    rate_nights: `stay_date >= date '${since}'`,
  };
  for (const [table, where] of Object.entries(views)) {
    await sql.unsafe(`create temporary view ${table} as select * from public.${table} where ${where}`);
  }
}
