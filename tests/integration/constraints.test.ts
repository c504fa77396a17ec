import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { addHistory } from "../helpers/history.ts";

let database: TestDatabase;
let client: postgres.Sql;
beforeAll(async () => {
  database = await createDatabase({ demo: true });
  await addHistory(database.url, { bookings: 100, payments: 100 });
  client = postgres(database.url, { max: 1, onnotice: () => {} });
  for (const row of ROWS) await client.unsafe(row);
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

/** What neither the demo nor its history has. */
const ROWS = [
  "insert into units (property_id, id, room_type_id, name) select property_id, gen_random_uuid(), id, '101' from room_types limit 1",
  "insert into blocks (id, property_id, room_type_id, from_date, to_date, units) select gen_random_uuid(), property_id, id, '2027-03-01', '2027-03-02', 1 from room_types limit 1",
  "insert into channel_connections (id, property_id, channel) select gen_random_uuid(), id, 'booking' from properties limit 1",
  "insert into invitations (id, organization_id, email, role, expires_at, inviter_id) select 'i', o.id, 'i@guest.test', 'member', now(), u.id from organizations o, users u limit 1",
  "insert into members (id, organization_id, user_id) select 'm', o.id, u.id from organizations o, users u where not exists (select from members m where m.user_id = u.id) limit 1",
  "insert into contact_proofs (id, actor, contact, network, expires_at) values (gen_random_uuid(), 'anon:1', 'c', 'n', now())",
  "insert into taxes (property_id, id, position, name, base, amount, inclusive) select id, gen_random_uuid(), 9, 'VAT', 'percent', 100, true from properties limit 1",
  "insert into outbox (id, type, v, payload) values (gen_random_uuid(), 'booking.held', 1, '{}')",
  "insert into idempotency_keys (verb, actor, key, request_hash) values ('test', 'anon:1', 'a key of it', 'hash')",
  "insert into room_type_contents (property_id, room_type_id, locale, description) select property_id, id, 'en', 'A room' from room_types on conflict do nothing",
];

/** A change of any row that each check refuses; whatever its name begins with is its table. */
const REFUSED: Readonly<Record<string, string>> = {
  contact_proofs_texts: "actor = ''",
  contact_proofs_tries: "tries = -1",
  invitations_role: "role = 'king'",
  invitations_status: "status = 'lost'",
  invitations_email_lower: "email = 'I@guest.test'",
  members_role: "role = 'king'",
  users_email: "email = upper(email)",
  booking_changes_state: "state = 'lost'",
  booking_changes_plan: `stays = '{}'`,
  booking_changes_span: "check_out = check_in",
  booking_changes_money: "due = 0",
  booking_events_type: "type = 'Sold!'",
  booking_events_texts: "data = '[]'",
  booking_nights_price: "price = -1",
  bookings_code: "code = 'short'",
  bookings_span: "check_out = check_in",
  bookings_money: "due_online = total + 1",
  bookings_payment: "payment = 'barter'",
  bookings_source: "source = 'dream'",
  bookings_locale: "locale = 'tlh'",
  bookings_version: "version = 0",
  bookings_external_pair: "external_id = 'x'",
  bookings_texts: "actor = ''",
  guests_email: "email = upper(email)",
  guests_country: "country = 'id'",
  guests_texts: "name = ''",
  idempotency_keys_texts: "key = 'short'",
  room_stay_versions_meal: "meal = 'tea'",
  room_stay_versions_money: "total = -1",
  room_stay_versions_frozen: "charges = '{}'",
  room_stay_versions_span: "check_out = check_in",
  room_stays_state: "state = 'lost'",
  room_stays_span: "check_out = check_in + 31",
  room_stays_party: "child_ages = '{18}'",
  room_stays_meal: "meal = 'tea'",
  room_stays_ended: "ended_at = null",
  room_stays_frozen: "policy = '[]'",
  room_stays_counts: "position = -1",
  room_stays_money: "fee = total + 1",
  room_stays_counted: "unproven = true",
  channel_connections_word: "channel = 'Booking.com !'",
  channel_connections_state: "state = 'lost'",
  blocks_note: "note = repeat('x', 501)",
  blocks_span: "units = 0",
  inventory_events_reason: "reason = 'magic'",
  inventory_events_actor: "actor = ''",
  inventory_nights_counts: "allowance = -1",
  inventory_nights_version: "version = 0",
  inventory_nights_not_oversold: "held = physical + 1000",
  rate_nights_prices: "adult_prices = '{-1}'",
  rate_nights_no_nulls: "adult_prices = '{null}'",
  rate_nights_version: "version = 0",
  rate_nights_stays: "max_stay = 0",
  dead_letters_state: "state = 'lost'",
  dead_letters_kind: "kind = 'odd'",
  dead_letters_job: "job = ''",
  dead_letters_payload: "replays = -1",
  dead_letters_error: "error = repeat('x', 4001)",
  incidents_booking_property: "booking_id = gen_random_uuid()",
  incidents_texts: "title = ''",
  incidents_severity: "severity = 'odd'",
  incidents_owner: "owner = 'ana', taken_at = null",
  incidents_resolution: "resolved_by = 'ana', resolution = null",
  outbox_type: "type = ''",
  outbox_payload: "payload = '[]'",
  deliveries_property: "property_id = null",
  deliveries_kind: "kind = ''",
  deliveries_counts: "tries = -1",
  deliveries_state: "state = 'lost'",
  deliveries_channel: "channel = 'pigeon'",
  deliveries_audience: "audience = 'all'",
  disputes_state: "closed_at = null",
  disputes_amount: "amount = 0",
  money_decisions_kind: "kind = 'whim'",
  money_decisions_amount: "amount = 0",
  money_decisions_subject: "kind = 'goodwill'",
  money_decisions_texts: "reason = ''",
  payments_state: "state = 'lost'",
  payments_counts: "attempt = 0",
  payments_instructions: "instructions = '[]'",
  payments_provider: "provider = 'barter'",
  payments_money: "captured = amount + 1",
  refunds_state: "state = 'lost'",
  refunds_amount: "amount = 0",
  refunds_reason: "reason = 'Because!'",
  destinations_country: "country = 'id'",
  destinations_place: "latitude = 91",
  destinations_counts: "population = -1",
  policies_name_text: "name = ''",
  policies_rules: `rules = '[{"daysBefore": "1", "time": "24:00", "fee": {"kind": "percent", "value": 50}}]'`,
  policies_no_show: `no_show = '{"kind": "percent", "value": 101}'`,
  properties_country: "country = 'id'",
  properties_zone: "zone = 'Mars/Phobos'",
  properties_place: "longitude = 181",
  properties_email: "email = 'Front@desk.test'",
  properties_json: "art = '[]'",
  properties_child_buckets: `child_buckets = '[{"maxAge": "old"}]'`,
  properties_versions: "version = 0",
  properties_stars: "stars = 6",
  properties_texts: "name = ''",
  properties_times: "check_in_from = '29:59'",
  properties_hold_minutes: "hold_minutes = 0",
  properties_horizon_days: "horizon_days = 1001",
  properties_payment_methods: "payment_methods = array['barter']",
  property_contents_locale: "locale = 'tlh'",
  property_contents_texts: "summary = repeat('x', 401)",
  taxes_base: "base = 'whim'",
  taxes_collect: "collect = 'never'",
  taxes_amount: "amount = -1",
  taxes_bounds: "exempt_age = 18",
  taxes_name: "name = ''",
  products_base: "base_product_id = id",
  products_derived: "derived_percent = 0",
  rate_plans_meal: "meal = 'tea'",
  rate_plans_payment: "payment = 'never'",
  rate_plans_texts: "name = ''",
  room_type_contents_texts: "locale = 'tlh'",
  room_types_units: "units = -1",
  room_types_capacity: "max_adults = 0",
  room_types_json: "beds = '{}'",
  room_types_size: "size_sqm = 0",
  room_types_texts: "name = ''",
  units_texts: "name = ''",
};

interface Check {
  name: string;
  table: string;
}

const checks = () => client<Check[]>`
  select c.conname as name, c.conrelid::regclass::text as table from pg_constraint c join pg_class t on t.oid = c.conrelid
  where c.contype = 'c' and c.connamespace = 'public'::regnamespace and not t.relispartition and c.conrelid <> 0 and t.relname <> 'app_clock'`;

/** What the database says to a statement that is taken back in any case. */
async function refusalOf(statement: string): Promise<string | undefined> {
  try {
    await client.begin(async (sql) => {
      await sql.unsafe(statement);
      throw new Error("accepted");
    });
  } catch (error) {
    if (error instanceof postgres.PostgresError) return error.constraint_name ?? error.message;
    return (error as Error).message;
  }
  return undefined;
}

test("every check refuses what it is for", async () => {
  const all = await checks();
  expect(Object.keys(REFUSED).toSorted()).toEqual(all.map(({ name }) => name).toSorted());
  const said: Record<string, string | undefined> = {};
  for (const { name, table } of all) said[name] = await refusalOf(`update ${table} set ${REFUSED[name]!}`);
  expect(said).toEqual(Object.fromEntries(all.map(({ name }) => [name, name])));
});

test.each(["29:59", "24:00", "7:00", "07:60", "noon"])("%s is no time of a property", async (time) => {
  for (const column of ["check_in_from", "check_out_until", "same_day_cut_off"]) expect(await refusalOf(`update properties set ${column} = '${time}'`)).toBe("properties_times");
});

test.each(["Mars/Phobos", "Mars/Phobos5", "EST", "+07", "", "asia"])("'%s' is no zone", async (zone) => {
  expect(await refusalOf(`update properties set zone = '${zone}'`)).toBe("properties_zone");
});

test.each(["UTC", "Asia/Makassar", "America/Port-au-Prince", "America/Argentina/Buenos_Aires", "Etc/GMT+5"])("%s is a zone", async (zone) => {
  expect(await refusalOf(`update properties set zone = '${zone}'`)).toBe("accepted");
});

test("nights are of room types, prices of products, that exist", async () => {
  expect(await refusalOf("insert into inventory_nights (room_type_id, stay_date, physical) values (2000000000, current_date, 1)")).toBe("inventory_nights_room_type");
  expect(await refusalOf("insert into rate_nights (product_id, stay_date, adult_prices) values (2000000000, current_date, '{1}')")).toBe("rate_nights_product");
});
