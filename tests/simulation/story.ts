import type { World } from "./world.ts";

const UUIDS = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const LINES_MOST = 60;

/** What the database tells of the bookings that the violations name, oldest first: a failing seed may not fail the same way again. */
export async function tellStory({ database }: World, violations: readonly string[]): Promise<string[]> {
  const named = [...new Set(violations.flatMap((violation) => violation.match(UUIDS) ?? []))];
  if (named.length === 0) return [];
  const list = named.map((id) => `'${id}'`).join(", ");
  const rows = await database.db.execute<{ at: string; line: string }>(`
    with named as (
      select id from bookings where id in (${list}) union select booking_id from payments where id in (${list})
      union select p.booking_id from refunds r join payments p on p.id = r.payment_id where r.id in (${list})
    ), told as (
      select at, 'event ' || type || ' by ' || actor || ' ' || coalesce(data::text, '') as line from booking_events where booking_id in (select id from named)
      union all select updated_at, 'payment ' || concat_ws(' ', id, provider, method, state, amount, 'captured', captured, 'lapses', capture_before)
        from payments where booking_id in (select id from named)
      union all select r.updated_at, 'refund ' || concat_ws(' ', r.id, r.state, r.amount, r.reason, r.provider_ref)
        from refunds r join payments p on p.id = r.payment_id where p.booking_id in (select id from named)
      union all select last_at, 'incident ' || concat_ws(' ', cause, count, 'times', data::text, case when resolved_at is null then 'open' else 'closed' end)
        from incidents where booking_id in (select id from named)
      union all select o.created_at, 'fact ' || concat_ws(' ', o.type, case when o.published_at is null then 'waits' else 'published' end)
        from outbox o where o.payload->>'bookingId' in (select id::text from named)
    ) select to_char(at, 'MM-DD HH24:MI:SS.MS') as at, line from told order by told.at`);
  return rows.slice(-LINES_MOST).map(({ at, line }) => `${at} ${line}`);
}
