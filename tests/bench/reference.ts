import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { v7 as newId } from "uuid";
import { repeat, type Timing } from "./load.ts";

// THE FROZEN REFERENCE: what a booking can't do without, on the bare driver and tables of its own. The
// figures of all versions are ratios to it, so it must not change: a better product raises the ratio.

const ROOM_TYPES = 3_000;
const DATES = 120;
const FIRST = "2030-01-01";
const DAY_MS = 86_400_000;
/** The room type that everybody wants, where that is asked for. */
const HOT = 1;

const TABLES = `
drop schema if exists bench_reference cascade;
create schema bench_reference;
set search_path to bench_reference;
create table idempotency_keys (key text primary key, request_hash text not null, response jsonb not null, created_at timestamptz not null default now());
create table nights (room_type_id int, stay_date date, physical int not null, taken int not null default 0, version int not null default 1,
  primary key (room_type_id, stay_date), check (taken between 0 and physical));
create table bookings (id uuid primary key, code text not null unique, guest text not null, email text not null, check_in date not null, check_out date not null,
  total bigint not null, currency text not null, created_at timestamptz not null default now());
create table room_stays (id uuid primary key, booking_id uuid not null references bookings, room_type_id int not null, state text not null, total bigint not null);
create table booking_nights (room_stay_id uuid references room_stays, stay_date date, price bigint not null, primary key (room_stay_id, stay_date));
create table outbox (id uuid primary key, type text not null, payload jsonb not null, created_at timestamptz not null default now(), published_at timestamptz);
create index outbox_ready on outbox (id) where published_at is null;
create index room_stays_booking on room_stays (booking_id);
insert into nights select r, date '${FIRST}' + d, 30, 0 from generate_series(1, ${ROOM_TYPES}) r, generate_series(0, ${DATES - 1}) d;
analyze nights;`;

export interface Reference {
  /** Makes so many bookings on so many connections: anywhere, or all of one room type and the same nights, which never sell out. */
  run(count: number, connections: number, where?: "anywhere" | "hot"): Promise<Timing>;
  close(): Promise<void>;
}

/** Makes the reference's tables anew, in the schema `bench_reference` of this database. */
export async function openReference(databaseUrl: string, connections: number): Promise<Reference> {
  const setUp = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  await setUp.unsafe(TABLES);
  await setUp`update bench_reference.nights set physical = 1000000 where room_type_id = ${HOT}`;
  await setUp.end();
  const sql = postgres(databaseUrl, { max: connections, fetch_types: false, onnotice: () => {}, connection: { search_path: "bench_reference" } });
  return { run: (count, at, where = "anywhere") => repeat(count, at, () => (where === "hot" ? bookOnce(sql, HOT, nightsFrom(0)) : bookOnce(sql))), close: () => sql.end() };
}

/** One booking of three nights: five round trips, each statement prepared. */
async function bookOnce(sql: postgres.Sql, roomType = 1 + Math.floor(Math.random() * ROOM_TYPES), dates = threeNights()): Promise<void> {
  const [bookingId, stayId] = [newId(), newId()];
  await sql.begin(async (tx) => {
    const response = JSON.stringify({ bookingId });
    const claimed = await tx`insert into idempotency_keys (key, request_hash, response) values (${randomUUID()}, ${bookingId}, ${response}) on conflict do nothing returning key`;
    if (claimed.length === 0) throw new Error("the key was used before");
    const taken = await tx`
      with locked as (
        select room_type_id, stay_date from nights where room_type_id = ${roomType} and stay_date = any(${`{${dates.join(",")}}`}::date[])
        order by room_type_id, stay_date for no key update)
      update nights n set taken = taken + 1, version = version + 1 from locked l
      where n.room_type_id = l.room_type_id and n.stay_date = l.stay_date and n.physical - n.taken >= 1 returning n.stay_date`;
    if (taken.length !== dates.length) throw new Error("sold out");
    const total = 30_000;
    await Promise.all([
      tx`insert into bookings (id, code, guest, email, check_in, check_out, total, currency)
        values (${bookingId}, ${bookingId.slice(-12)}, 'Bench Guest', 'bench@nightledger.test', ${dates[0]!}, ${dates[2]!}, ${total}, 'EUR')`,
      tx`insert into room_stays (id, booking_id, room_type_id, state, total) values (${stayId}, ${bookingId}, ${roomType}, 'confirmed', ${total})`,
      tx`insert into booking_nights (room_stay_id, stay_date, price)
        values (${stayId}, ${dates[0]!}, ${10_000}), (${stayId}, ${dates[1]!}, ${10_000}), (${stayId}, ${dates[2]!}, ${10_000})`,
      tx`insert into outbox (id, type, payload) values (${newId()}, 'booking.held', ${response}), (${newId()}, 'booking.confirmed', ${response})`,
    ]);
  });
}

function threeNights(): string[] {
  return nightsFrom(Math.floor(Math.random() * (DATES - 3)));
}

function nightsFrom(day: number): string[] {
  const first = Date.parse(FIRST) + day * DAY_MS;
  return [0, 1, 2].map((day) => new Date(first + day * DAY_MS).toISOString().slice(0, 10));
}
