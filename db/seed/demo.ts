import postgres from "postgres";
import { dateIn } from "../../server/platform/dates.ts";
import { seedAccounts } from "./accounts.ts";
import { demoBookings, type Sale } from "./bookings.ts";
import { copyInto, type CopyValue } from "./copy.ts";
import { countProperties, loadDestinations } from "./gazetteer.ts";
import { blocksOf, calendarFrom, RATE_COLUMNS, rateRows, type Block, type Night } from "./nights.ts";
import { DEMO_PLACES } from "./places/index.ts";
import { buildProperty, propertyRows, type BuiltProperty, type BuiltRoom } from "./property.ts";
import { randomOf } from "./random.ts";

/** Any number, the same everywhere: two starts never seed at once. */
const SEED_LOCK = 5_217_002;

/**
 * Fills an empty, migrated database with the demo: gazetteer, people, properties, 500 days of nights and
 * the demo guest's trips, all in one transaction. Does nothing where there is any property.
 * Nights are relative to the system's own clock, in each property's zone.
 */
export async function seedDemo(databaseUrl: string): Promise<void> {
  const client = postgres(databaseUrl, { max: 1, fetch_types: false, onnotice: () => {} });
  try {
    const filled = await client.begin(async (sql) => {
      await sql`select pg_advisory_xact_lock(${SEED_LOCK})`;
      const [state] = await sql<{ now: Date; seeded: boolean }[]>`select app_now() as now, exists (select 1 from properties) as seeded`;
      if (!state || state.seeded) return false;
      await fill(sql, new Date(state.now));
      return true;
    });
    if (filled) await client`analyze`;
  } finally {
    await client.end({ timeout: 5 });
  }
}

async function fill(sql: postgres.TransactionSql, now: Date): Promise<void> {
  await loadDestinations(sql);
  const all = build();
  const { guestId, organizationIds } = await seedAccounts(sql, [...new Set(all.map(({ seed }) => seed.organization))]);
  for (const { table, columns, rows } of propertyRows(all, organizationIds, now)) await copyInto(sql, table, columns, rows);
  await sql`select setval(pg_get_serial_sequence('room_types', 'id'), (select max(id) from room_types))`;
  await sql`select setval(pg_get_serial_sequence('products', 'id'), (select max(id) from products))`;

  const year = now.getUTCFullYear();
  await sql`select ensure_night_partitions(${year - 1}, ${year + 2})`;
  const calendars = new Map<string, Night[]>();
  const calendarOf = (property: BuiltProperty) => {
    const today = dateIn(property.place.zone, now);
    const calendar = calendars.get(today) ?? calendarFrom(today);
    calendars.set(today, calendar);
    return calendar;
  };
  const blocks = new Map(all.flatMap((property) => property.rooms.map((room) => [room.id, blocksOf(room.key, room.seed.units, calendarOf(property))] as const)));
  const trips = demoBookings(all, guestId, (room) => blocks.get(room.id) ?? [], now);
  for (const { table, columns, rows } of trips.rows) await copyInto(sql, table, columns, rows);

  await copyInto(sql, "rate_nights", RATE_COLUMNS, rates(all, calendarOf));
  await copyInto(sql, "blocks", ["id", "property_id", "room_type_id", "from_date", "to_date", "units", "note"], blockRows(all, blocks));
  const ledger = all.flatMap((property) => property.rooms.flatMap((room) => ledgerOf(room, calendarOf(property), blocks.get(room.id) ?? [], trips.sales, now)));
  await copyInto(
    sql,
    "inventory_nights",
    ["room_type_id", "stay_date", "physical", "sold", "blocked", "version"],
    ledger.map(({ row }) => row),
  );
  await copyInto(
    sql,
    "inventory_events",
    ["room_type_id", "stay_date", "reason", "actor", "booking_id", "sold", "blocked", "version", "at"],
    ledger.flatMap(({ events }) => events),
  );
  await countProperties(sql);
}

function build(): BuiltProperty[] {
  let rooms = 0;
  let products = 0;
  const nextId = { room: () => ++rooms, product: () => ++products };
  return DEMO_PLACES.flatMap((place) => place.properties.map((seed) => buildProperty(place, seed, nextId)));
}

function* rates(all: BuiltProperty[], calendarOf: (property: BuiltProperty) => Night[]): Generator<CopyValue[]> {
  for (const property of all) {
    for (const room of property.rooms) yield* rateRows(property.place, room.key, room.seed, room.products[0]!.id, calendarOf(property));
  }
}

function* blockRows(all: BuiltProperty[], blocks: Map<number, Block[]>): Generator<CopyValue[]> {
  for (const property of all) {
    for (const room of property.rooms) {
      const random = randomOf(`${room.key}/block-ids`);
      for (const block of blocks.get(room.id) ?? []) yield [random.uuid(), property.id, room.id, block.fromDate, block.toDate, block.units, block.note];
    }
  }
}

/** Each night of a room type with the moves that made it: sales first, then blocks; sums equal the row. */
function ledgerOf(room: BuiltRoom, calendar: Night[], blocks: Block[], allSales: Sale[], now: Date): { row: CopyValue[]; events: CopyValue[][] }[] {
  const sales = allSales.filter((sale) => sale.roomTypeId === room.id);
  const dates = [...new Set([...sales.map((sale) => sale.date), ...calendar.map((night) => night.date)])].toSorted();
  return dates.map((date) => {
    const events: CopyValue[][] = [];
    let sold = 0;
    let blocked = 0;
    let version = 1;
    for (const sale of sales) {
      if (sale.date !== date) continue;
      sold += sale.sold;
      events.push([room.id, date, sale.reason, "guest", sale.bookingId, sale.sold, 0, ++version, sale.at]);
    }
    const block = blocks.find((one) => one.fromDate <= date && date < one.toDate);
    if (block) {
      blocked = block.units;
      events.push([room.id, date, "block", "job:demo", null, 0, blocked, ++version, now]);
    }
    return { row: [room.id, date, room.seed.units, sold, blocked, version], events };
  });
}
