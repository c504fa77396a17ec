import { verifyPassword } from "better-auth/crypto";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { migrate } from "../../db/migrate.ts";
import { DEMO_GUEST, DEMO_HOTELIER, DEMO_PASSWORD } from "../../db/seed/accounts.ts";
import { seedDemo } from "../../db/seed/demo.ts";
import { seedMass } from "../../db/seed/mass.ts";
import { normalise } from "../../server/search/normalise.ts";

const server = process.env["TEST_POSTGRES_URL"];
if (!server) throw new Error("Set TEST_POSTGRES_URL to a Postgres whose user may create databases; npm test does.");
const name = `seed_${crypto.randomUUID().replaceAll("-", "")}`;
const url = new URL(server);
url.pathname = `/${name}`;
const admin = postgres(server, { max: 1, onnotice: () => {} });
let sql: postgres.Sql;

beforeAll(async () => {
  await admin`create database ${admin(name)}`;
  await migrate(url.href, "test");
  await seedDemo(url.href);
  sql = postgres(url.href, { max: 1, onnotice: () => {} });
}, 60_000);

afterAll(async () => {
  await sql?.end();
  await admin`drop database if exists ${admin(name)} with (force)`;
  await admin.end();
});

async function count(query: postgres.PendingQuery<postgres.Row[]>): Promise<number> {
  const [row] = await query;
  return Number(row!["count"]);
}

/** Content of every table that the seed fills, in one hash each. */
async function fingerprint(): Promise<string[]> {
  const tables = [
    "destinations",
    "properties",
    "property_contents",
    "room_types",
    "products",
    "rate_nights",
    "inventory_nights",
    "inventory_events",
    "blocks",
    "bookings",
    "room_stays",
    "users",
    "members",
  ];
  const prints = tables.map(async (table) => {
    const [row] = await sql`select count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) as print from ${sql(table)} t`;
    return `${table} ${row!["print"]}`;
  });
  return Promise.all(prints);
}

test("the demo has at least 24 properties in 12 cities, with 2 to 5 room types and 2 or 3 rate plans each", async () => {
  expect(await count(sql`select count(*) from properties where published_at is not null`)).toBeGreaterThanOrEqual(24);
  expect(await count(sql`select count(distinct city) from properties`)).toBeGreaterThanOrEqual(12);
  expect(await count(sql`select count(*) from properties p where (select count(*) from room_types r where r.property_id = p.id) not between 2 and 5`)).toBe(0);
  expect(await count(sql`select count(*) from properties p where (select count(*) from rate_plans r where r.property_id = p.id) not between 2 and 3`)).toBe(0);
});

test("every property and room type has both locales, and a picture", async () => {
  expect(
    await count(
      sql`select count(*) from properties p where (select count(*) from property_contents c where c.property_id = p.id and c.locale in ('en', 'id') and length(c.summary) > 40 and length(c.description) > 100 and c.good_to_know <> '') <> 2`,
    ),
  ).toBe(0);
  expect(
    await count(
      sql`select count(*) from room_types r where (select count(*) from room_type_contents c where c.room_type_id = r.id and c.locale in ('en', 'id') and c.description <> '') <> 2`,
    ),
  ).toBe(0);
  expect(await count(sql`select count(*) from (select art from properties union all select art from room_types) a where not (art ?& array['scene', 'palette', 'seed'])`)).toBe(0);
});

test("every night of the ledger equals the sum of its events, and its version counts them", async () => {
  const wrong = sql`
    select count(*) from inventory_nights n left join (
      select room_type_id, stay_date, sum(sold) as sold, sum(held) as held, sum(blocked) as blocked, count(*) as moves from inventory_events group by 1, 2
    ) e using (room_type_id, stay_date)
    where (n.sold, n.held, n.blocked, n.version) is distinct from (coalesce(e.sold, 0), coalesce(e.held, 0), coalesce(e.blocked, 0), 1 + coalesce(e.moves, 0))`;
  expect(await count(wrong)).toBe(0);
  expect(await count(sql`select count(*) from inventory_events e left join inventory_nights n using (room_type_id, stay_date) where n.physical is null`)).toBe(0);
});

test("sold nights are the nights of the live stays, and blocked nights those of the blocks", async () => {
  const sold = await count(sql`select sum(sold) as count from inventory_nights`);
  expect(sold).toBeGreaterThan(0);
  expect(sold).toBe(await count(sql`select count(*) from booking_nights b join room_stays s on s.id = b.room_stay_id where s.state in ('confirmed', 'checked_in', 'checked_out')`));
  expect(await count(sql`select sum(blocked) as count from inventory_nights`)).toBe(await count(sql`select sum(units * (to_date - from_date)) as count from blocks`));
});

test("all base products, and only they, are priced for 500 days; some nights are sold out or restricted", async () => {
  expect(
    await count(
      sql`select count(*) from products p where (select count(*) from rate_nights n where n.product_id = p.id and n.stay_date >= current_date) < case when p.base_product_id is null then 500 else 0 end`,
    ),
  ).toBe(0);
  expect(await count(sql`select count(*) from rate_nights n join products p on p.id = n.product_id where p.base_product_id is not null`)).toBe(0);
  expect(
    await count(
      sql`select count(*) from rate_nights n join products p on p.id = n.product_id join room_types r on r.id = p.room_type_id join properties h on h.id = p.property_id where cardinality(n.adult_prices) <> r.max_adults or cardinality(n.child_prices) <> jsonb_array_length(h.child_buckets)`,
    ),
  ).toBe(0);
  expect(
    await count(
      sql`select count(*) from rate_nights n join products p on p.id = n.product_id join properties h on h.id = p.property_id where h.currency = 'IDR' and exists (select 1 from unnest(n.adult_prices || n.child_prices) x where x % 100 <> 0)`,
    ),
  ).toBe(0);
  for (const some of [
    sql`select count(*) from inventory_nights where sold + held + blocked >= physical`,
    sql`select count(*) from rate_nights where min_stay_arrival > 1`,
    sql`select count(*) from rate_nights where closed_to_arrival`,
    sql`select count(*) from rate_nights where closed_to_departure`,
    sql`select count(*) from rate_nights where closed`,
  ]) {
    expect(await count(some)).toBeGreaterThan(0);
  }
});

test("the demo guest has a past, a coming and a cancelled stay, each line adding up", async () => {
  const states = await sql`select distinct s.state from room_stays s join bookings b on b.id = s.booking_id join users u on u.id = b.user_id where u.email = ${DEMO_GUEST.email}`;
  expect(states.map((row) => row["state"]).toSorted()).toEqual(["cancelled", "checked_out", "confirmed"]);
  const wrong = sql`
    select count(*) from room_stays s join bookings b on b.id = s.booking_id
    where b.total <> case when s.state = 'cancelled' then s.fee else s.total end or s.total <> (select sum(price) from booking_nights n where n.room_stay_id = s.id)
      + (select coalesce(sum((c->>'amount')::bigint), 0) from jsonb_array_elements(s.charges) c where not (c->>'inclusive')::boolean)`;
  expect(await count(wrong)).toBe(0);
  expect(await count(sql`select count(*) from bookings b where not exists (select 1 from booking_events e where e.booking_id = b.id and e.version = b.version)`)).toBe(0);
});

test("the demo people can sign in, and the hotelier owns at least three properties but not all", async () => {
  const people = await sql`select u.email, u.email_verified, a.password from users u join accounts a on a.user_id = u.id and a.account_id = u.id and a.provider_id = 'credential'`;
  expect(people.map((row) => row["email"]).toSorted()).toEqual([DEMO_GUEST.email, DEMO_HOTELIER.email]);
  for (const row of people) {
    expect(row["email_verified"]).toBe(true);
    expect(await verifyPassword({ hash: row["password"], password: DEMO_PASSWORD })).toBe(true);
  }
  const owned = await count(
    sql`select count(*) from properties p join members m on m.organization_id = p.organization_id and m.role = 'owner' join users u on u.id = m.user_id where u.email = ${DEMO_HOTELIER.email}`,
  );
  expect(owned).toBeGreaterThanOrEqual(3);
  expect(owned).toBeLessThan(await count(sql`select count(*) from properties`));
});

test("places are found without accents and under other names, and count their properties", async () => {
  const find = (typed: string) => sql`select name from destinations where search_text like ${`%${normalise(typed)}%`} order by property_count desc, population desc limit 1`;
  expect((await find("São Paulo"))[0]!["name"]).toBe("São Paulo");
  expect((await find("JOGJA"))[0]!["name"]).toBe("Yogyakarta");
  expect((await find("Bali"))[0]!["name"]).toBe("Denpasar");
  expect(await count(sql`select count(*) from destinations d where property_count <> (select count(*) from properties p where p.destination_id = d.id)`)).toBe(0);
  expect(await count(sql`select count(*) from destinations where population >= 15000`)).toBeGreaterThan(20_000);
});

test("a second run changes nothing, and ids go on after the demo's", async () => {
  const before = await fingerprint();
  await seedDemo(url.href);
  expect(await fingerprint()).toEqual(before);
  const [ids] =
    await sql`select nextval(pg_get_serial_sequence('room_types', 'id')) > (select max(id) from room_types) as rooms, nextval(pg_get_serial_sequence('products', 'id')) > (select max(id) from products) as products`;
  expect(ids).toEqual({ rooms: true, products: true });
});

test("the crowd for load tests stands beside the demo: three room types, 365 nights, a base and a derived product", async () => {
  const lines: string[] = [];
  await seedMass(url.href, 20, (line) => lines.push(line));
  const crowd = sql`select id from properties where slug like '%-sample-%'`;
  expect(await count(sql`select count(*) from (${crowd}) c`)).toBe(20);
  expect(await count(sql`select count(*) from (${crowd}) c join properties p using (id) where p.city = 'Jakarta'`)).toBe(2);
  expect(await count(sql`select count(*) from inventory_nights n join room_types r on r.id = n.room_type_id where r.property_id in (${crowd})`)).toBe(20 * 3 * 365);
  expect(await count(sql`select count(*) from rate_nights n join products p on p.id = n.product_id where p.property_id in (${crowd}) and p.base_product_id is null`)).toBe(
    20 * 3 * 365,
  );
  expect(await count(sql`select count(*) from products where property_id in (${crowd}) and base_product_id is not null`)).toBe(20 * 3);
  expect(await count(sql`select count(*) from destinations d where property_count <> (select count(*) from properties p where p.destination_id = d.id)`)).toBe(0);
  expect(lines.at(-1)).toMatch(/^total: /);

  await seedMass(url.href, 5, () => {});
  expect(await count(sql`select count(*) from (${crowd}) c`)).toBe(25);
}, 60_000);
