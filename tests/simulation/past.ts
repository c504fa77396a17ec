import { openDatabase } from "../../db/client.ts";
import { addDays } from "../../server/platform/dates.ts";
import { createProperty } from "../helpers/world.ts";

/** So many stays of the past, so that plans choose between index and scan, and no list is empty for everybody else. */
const BOOKINGS = 4000;
/** All of them ended longer ago than anybody asks a provider for. */
const ENDED_DAYS = 400;

/** Writes other people's past into a database that is empty but for its tables: each second stay was paid by card. */
export async function writePast(databaseUrl: string): Promise<void> {
  const { db, close } = openDatabase(databaseUrl, { max: 1 });
  try {
    const today = new Date().toISOString().slice(0, 10);
    const { propertyId, roomTypeId, productId } = await createProperty(db, { from: addDays(today, 40), days: 1 });
    await db.execute("set statement_timeout = 0");
    await db.execute(`
      create temporary table past as
      select n, gen_random_uuid() as booking, gen_random_uuid() as guest, gen_random_uuid() as stay, n % 2 = 0 as paid,
        '${today}'::date - ${ENDED_DAYS} - n % 700 as check_in, '${today}'::timestamptz - (${ENDED_DAYS} + n % 700) * interval '1 day' as at
      from generate_series(1, ${BOOKINGS}) n`);
    await db.execute(`
      insert into guests (id, property_id, email, name) select guest, '${propertyId}', 'past-' || n || '@sim.test', 'Past ' || n from past`);
    await db.execute(`
      insert into bookings (id, property_id, code, guest_id, user_id, actor, currency, check_in, check_out, total, due_online, payment, created_at)
      select booking, '${propertyId}', 'PAST' || lpad(n::text, 8, '0'), guest, 'past-' || n % 500, 'user:past-' || n % 500, 'EUR', check_in, check_in + 2,
        20000, case when paid then 20000 else 0 end, case when paid then 'online' else 'property' end, at from past`);
    await db.execute(`
      insert into room_stays (property_id, id, booking_id, position, room_type_id, product_id, state, check_in, check_out, adults, room_name, rate_name,
        meal, total, charges, policy, ended_at)
      select '${propertyId}', stay, booking, 1, ${roomTypeId}, ${productId}, 'checked_out', check_in, check_in + 2, 2, 'Double room', 'Flexible',
        'room_only', 20000, '[]', '{"name": "Past", "zone": "UTC", "steps": [], "noShowFee": 0}', at from past`);
    await db.execute(`
      insert into booking_nights (room_stay_id, stay_date, price) select stay, check_in + night, 10000 from past cross join generate_series(0, 1) night`);
    await db.execute(`
      insert into booking_events (property_id, booking_id, type, actor, version, at) select '${propertyId}', booking, 'confirmed', 'user:past-' || n % 500, 1, at from past`);
    await db.execute(`
      insert into payments (id, property_id, booking_id, attempt, provider, state, amount, currency, page_ref, payment_ref, method, captured, created_at, updated_at)
      select gen_random_uuid(), '${propertyId}', booking, 1, 'stripe', 'captured', 20000, 'EUR', 'cs_past_' || n, 'pi_past_' || n, 'card', 20000, at, at
      from past where paid`);
    await db.execute("analyze");
  } finally {
    await close();
  }
}
