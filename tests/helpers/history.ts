import postgres from "postgres";
import { JOBS } from "../../jobs/registry.ts";

/** How much has happened; everything else follows from these. */
export interface History {
  bookings: number;
  /** Of as many of the bookings. */
  payments: number;
}

/** Rows a statement: what one may hold of them in memory. */
const CHUNK = 25_000;

/**
 * Fills a database with what years of bookings leave behind, at the products that it has; every twentieth booking is at the
 * first product's property. All of it is over: no night of today's is touched. Keys and triggers sleep meanwhile
 * (`session_replication_role`), so it wants a superuser; the checks don't. Analyses the tables at the end.
 */
export async function addHistory(databaseUrl: string, { bookings, payments }: History): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, fetch_types: false, onnotice: () => {} });
  try {
    await sql`set session_replication_role = replica`;
    await sql`set synchronous_commit = off`;
    await sql`
      create temp table sold as
      select row_number() over (order by p.id) - 1 as k, p.property_id, p.room_type_id, p.id as product_id, h.currency
      from products p join properties h on h.id = p.property_id where p.base_product_id is null and p.archived_at is null`;
    await sql`create unique index on sold (k)`;
    await sql`analyze sold`;
    for (let first = 1; first <= bookings; first += CHUNK) {
      const last = Math.min(bookings, first + CHUNK - 1);
      await sql.unsafe(PAST, [first, last]);
      for (const rows of OF_BOOKINGS) await sql.unsafe(rows);
      await sql.unsafe(PAYMENTS, [payments]);
      for (const rows of OF_PAYMENTS) await sql.unsafe(rows);
      await sql`drop table past, paid`;
    }
    for (const rows of BESIDE) await sql.unsafe(rows, [Math.ceil(bookings / 5)]);
    await sql`vacuum analyze`;
  } finally {
    await sql.end();
  }
}

/**
 * What a busy week leaves, however long the history is: the housekeeping keeps it for hours or days. Wants what `addHistory` wants.
 * @param rows of each
 */
export async function addWeek(databaseUrl: string, rows: number): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, fetch_types: false, onnotice: () => {} });
  try {
    await sql`set session_replication_role = replica`;
    for (const kept of OF_A_WEEK) await sql.unsafe(kept, [rows]);
    await sql`vacuum analyze`;
  } finally {
    await sql.end();
  }
}

const PAST = `
  create temp table past as
  select n, gen_random_uuid() as id, gen_random_uuid() as guest_id, gen_random_uuid() as stay_id, s.*, day as check_in, day + 1 + n % 3 as check_out,
    day - (3 + n % 40) + interval '10 hours' as made_at,
    case when n % 10 < 7 then 'checked_out' when n % 10 < 9 then 'cancelled' when n % 20 = 9 then 'expired' else 'no_show' end as state
  from (select n, current_date - 5 - n % 1400 as day from generate_series($1::int, $2::int) n) days
  join sold s on s.k = case when n % 20 = 0 then 0 else n % (select count(*) from sold) end`;

const OF_BOOKINGS = [
  `insert into guests (id, property_id, email, name, phone, created_at) select guest_id, property_id, 'past' || n || '@guest.test', 'Past guest', '+62812' || n, made_at from past`,
  `insert into bookings (id, property_id, code, guest_id, actor, currency, check_in, check_out, total, due_online, payment, version, created_at)
   select id, property_id, 'PAST' || lpad(n::text, 8, '0'), guest_id, 'anon:past' || n, currency, check_in, check_out, 100000, 100000, 'online', 3, made_at from past`,
  `insert into room_stays (property_id, id, booking_id, position, room_type_id, product_id, state, check_in, check_out, adults, room_name, rate_name, meal, total, charges, policy, ended_at, version)
   select property_id, stay_id, id, 0, room_type_id, product_id, state, check_in, check_out, 2, 'Room', 'Flexible', 'room_only', 100000, '[]',
     '{"name":"Flexible","zone":"UTC","base":{"price":100000,"tax":0,"atProperty":0},"steps":[],"noShowFee":0}', check_out, 3 from past`,
  `insert into booking_nights (room_stay_id, stay_date, price) select stay_id, d::date, 100000 / (check_out - check_in) from past, generate_series(check_in, check_out - 1, interval '1 day') d`,
  `insert into booking_events (property_id, booking_id, type, actor, version, at)
   select property_id, id, type, 'anon:past' || n, version, made_at from past, (values ('held', 1), ('confirmed', 2), ('ended', 3)) as e(type, version)`,
  `insert into inventory_events (room_type_id, stay_date, reason, actor, booking_id, sold, version, at)
   select room_type_id, d::date, 'sell', 'guest', id, 1, 1, made_at from past, generate_series(check_in, check_out - 1, interval '1 day') d`,
  `insert into deliveries (id, property_id, booking_id, kind, channel, version, state, provider_id, created_at, updated_at)
   select gen_random_uuid(), property_id, id, 'booking_confirmed', 'email', 2, 'delivered', 'past-' || id, made_at, made_at from past`,
  `insert into room_stay_versions (property_id, room_stay_id, version, room_type_id, product_id, check_in, check_out, adults, child_ages, room_name, rate_name, meal, nights, charges, policy, total, replaced_at)
   select property_id, stay_id, 1, room_type_id, product_id, check_in, check_in + 1, 2, '{}', 'Room', 'Flexible', 'room_only', jsonb_build_array(jsonb_build_object('date', check_in, 'price', 100000)), '[]',
     '{"name":"Flexible","zone":"UTC","base":{"price":100000,"tax":0,"atProperty":0},"steps":[],"noShowFee":0}', 100000, made_at from past where n % 5 = 0`,
  `insert into booking_changes (id, property_id, booking_id, state, base_version, check_in, check_out, stays, held, total, due_online, due, currency, expires_at, created_at, ended_at)
   select gen_random_uuid(), property_id, id, case when n % 2 = 0 then 'applied' else 'expired' end, 1, check_in, check_out, '[]', '[]', 100000, 100000, 1000, currency, made_at + interval '15 minutes', made_at, made_at
   from past where n % 5 = 0`,
];

/** A card that was denied ends with its page, within the week: such rows are `expired`. */
const PAYMENTS = `
  create temp table paid as
  select p.*, gen_random_uuid() as payment_id,
    case when n % 40 = 1 or n % 10 = 3 then 'expired' when n % 10 = 5 then 'voided' when n % 20 = 7 then 'failed' else 'captured' end as money
  from past p where n <= $1`;

const OF_PAYMENTS = [
  `insert into payments (id, property_id, booking_id, attempt, provider, state, amount, currency, page_ref, payment_ref, method, captured, expires_at, checked_at, at_rest, captured_at, created_at, updated_at)
   select payment_id, property_id, id, 1, case when n % 3 = 0 then 'midtrans' else 'stripe' end, money, 100000, currency, 'page-' || payment_id, 'money-' || payment_id,
     case when n % 3 = 0 then 'credit_card' else 'card' end, case when money = 'captured' then 100000 else 0 end, made_at + interval '1 day',
     case when money <> 'captured' or check_out <= current_date - 120 then least(now(), made_at + interval '20 days')
       when made_at > now() - interval '30 days' then now() - n % 23 * interval '1 hour' else now() - n % 160 * interval '1 hour' end,
     money = 'captured' and check_out <= current_date - 120,
     case when money = 'captured' then made_at end, made_at, made_at from paid`,
  `insert into refunds (id, property_id, payment_id, amount, currency, reason, state, provider_ref, created_at, settled_at, updated_at)
   select gen_random_uuid(), property_id, payment_id, 50000, currency, 'cancelled', 'succeeded', 'refund-' || payment_id, made_at, made_at, made_at from paid where money = 'captured' and n % 5 = 2`,
  `insert into disputes (id, property_id, payment_id, provider_ref, amount, currency, state, provider_state, refundable, opened_at, closed_at, created_at)
   select gen_random_uuid(), property_id, payment_id, 'dispute-' || payment_id, 50000, currency, 'won', 'won', false, made_at, made_at + interval '9 days', made_at from paid where money = 'captured' and n % 10 = 4`,
  `insert into money_decisions (id, property_id, booking_id, kind, author, reason, amount, currency, at)
   select gen_random_uuid(), property_id, id, 'waive', 'user:past', 'long ago', 1000, currency, made_at from paid where n % 10 = 0`,
];

const FOLLOWERS = JOBS.filter((job) => job.on.includes("booking.confirmed")).map((job) => job.name);

/** What grows beside the bookings. A fifth of their number of each. */
const BESIDE = [
  `insert into users (id, name, email, email_verified, created_at, updated_at) select 'past' || n, 'Past guest', 'past' || n || '@account.test', true, now(), now() from generate_series(1, $1::int) n`,
  `insert into accounts (id, account_id, provider_id, user_id, created_at, updated_at) select 'past' || n, 'past' || n, 'credential', 'past' || n, now(), now() from generate_series(1, $1::int) n`,
  `insert into audit_log (actor, action, subject, at) select 'user:past', 'changed', 'past' || n, now() - n * interval '1 hour' from generate_series(1, $1::int) n`,
  `insert into incidents (id, cause, severity, title, first_at, last_at, resolved_at)
   select gen_random_uuid(), 'money-stuck:past' || n, 'warning', 'Long ago', now() - interval '1 year', now() - interval '1 year', now() - interval '1 year' from generate_series(1, $1::int) n`,
  `insert into dead_letters (id, outbox_id, job, payload, state, kind, status, error, deadline_at, created_at, updated_at)
   select gen_random_uuid(), gen_random_uuid(), 'send-confirmation', '{}', case when n % 2 = 0 then 'done' else 'discarded' end, 'transient', 503, 'resend unavailable', at, at, at
   from (select n, now() - random() * interval '80 days' as at from generate_series(1, $1::int) n) as times`,
  `insert into inventory_nights (room_type_id, stay_date, physical)
   select room_type_id, current_date - n, 10 from sold, generate_series(1, least(350, $1::int)) n where k < 400 on conflict do nothing`,
  `insert into rate_nights (product_id, stay_date, adult_prices)
   select product_id, current_date - n, '{10000,12000}' from sold, generate_series(1, least(350, $1::int)) n where k < 400 on conflict do nothing`,
];

const OF_A_WEEK = [
  `insert into sessions (id, token, user_id, expires_at, created_at, updated_at)
   select 'past' || n, 'past' || n, 'past' || n % (select count(*) from users), now() + interval '7 days' * random(), now(), now() from generate_series(1, $1::int) n`,
  `insert into verifications (id, identifier, value, expires_at, created_at, updated_at)
   select 'past' || n, 'reset-password:past' || n, 'past' || n, now() + interval '1 hour' * random(), now(), now() from generate_series(1, $1::int) n`,
  `insert into contact_proofs (id, actor, contact, network, expires_at, created_at)
   select gen_random_uuid(), 'anon:past' || n, 'contact' || n, 'network' || n % 1000, at, at from (select n, now() - random() * interval '1 day' as at from generate_series(1, $1::int) n) as times`,
  `insert into outbox (id, type, payload, created_at, published_at)
   select gen_random_uuid(), 'booking.confirmed', '{}', at, at from (select now() - interval '1 day' - random() * interval '6 days' as at from generate_series(1, $1::int)) as times`,
  `insert into job_runs (outbox_id, job, done_at)
   select o.id, j, o.published_at from outbox o, unnest('{${FOLLOWERS.join(",")}}'::text[]) j where o.payload = '{}' and $1::int > 0`,
  `insert into provider_events (provider, event_id, type, received_at) select 'stripe', 'evt_past' || n, 'charge.captured', now() - random() * interval '29 days' from generate_series(1, $1::int) n`,
  `insert into idempotency_keys (verb, actor, key, request_hash, response, created_at)
   select 'bookings.hold', 'anon:past' || n, 'past-key-' || n, 'hash', '{}', now() - random() * interval '71 hours' from generate_series(1, $1::int) n`,
];
