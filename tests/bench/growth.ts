import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { members, users } from "../../db/schema/index.ts";
import { watchAges } from "../../jobs/ages.ts";
import { replayDue } from "../../jobs/dead-letters/replay-due.ts";
import { forgetOldRows } from "../../jobs/housekeeping.ts";
import { republishLost } from "../../jobs/lost-messages.ts";
import { relay } from "../../jobs/outbox.ts";
import { freePort } from "../../local/ports.ts";
import { startPostgres } from "../../local/postgres.ts";
import { hold, overdueChanges, overdueHolds, startPayment, takenPayments, unbalanced, unsettledPayments } from "../../server/bookings/index.ts";
import { mine } from "../../server/bookings/mine.ts";
import { rollHorizon } from "../../server/inventory/index.ts";
import { today } from "../../server/inventory/today.ts";
import { heldBack } from "../../server/notifications/held-back.ts";
import { addDays } from "../../server/platform/dates.ts";
import { newId } from "../../server/platform/ids.ts";
import { holdInput } from "../../server/bookings/schemas.ts";
import { hotelsInput } from "../../server/search/schemas.ts";
import { quote } from "../../server/rooms/quote.ts";
import { loadHotels } from "../../server/search/hotels.ts";
import { anonymous, makeContext, type TestContext } from "../helpers/context.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { addHistory, addWeek } from "../helpers/history.ts";
import { makeTemplate } from "../helpers/services.ts";
import { createProperty, type World } from "../helpers/world.ts";
import type { Bench } from "./context.ts";
import { figure, median, type Figure } from "./figures.ts";

const BOOKINGS = Number(process.env["GROWTH_BOOKINGS"] ?? 300_000);
/** Of the bookings, paid for online. */
const PAYMENTS = BOOKINGS / 2;
/** Events, keys and so on of the last week: in both. */
const WEEK = Math.ceil(BOOKINGS / 66);
const PROPERTIES = 40;
const ROUNDS = 7;
const CALLS = 15;
/** What an operation may take of what it takes without a history. */
const MOST = 2;
/** Below that, a median tells of the machine. */
const LEAST_MS = 1;

/** One network and contact books all: their bounds are no part of the question. */
const UNBOUNDED = Object.fromEntries(
  ["UNPROVEN_ROOMS_PER_NETWORK", "UNPROVEN_ROOMS_PER_CONTACT", "UNPROVEN_NIGHTS_AT_PROPERTY_PER_NETWORK", "UNPROVEN_AT_PROPERTY_PER_CONTACT"].map((name) => [name, "1000000"]),
);

/** A database with what is measured in it: a property of long standing, and an account with some bookings. */
interface Place {
  database: TestDatabase;
  system: TestContext;
  account: TestContext;
  world: World;
  firstNight: string;
}

type Operation = (place: Place) => Promise<unknown>;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  "my bookings, upcoming": ({ account }) => mine(account, { scope: "upcoming", limit: 20 }),
  "my bookings, past": ({ account }) => mine(account, { scope: "past", limit: 20 }),
  "my bookings, cancelled": ({ account }) => mine(account, { scope: "cancelled", limit: 20 }),
  "the hotelier's day": ({ account, world }) => today(account, { propertyId: world.propertyId }),
  search: ({ system, world, firstNight }) => loadHotels(system, hotelsInput.parse({ destinationId: world.destinationId, ...stay(firstNight), rooms: [{ adults: 2 }] })),
  quote: ({ system, world, firstNight }) => quote(system, { propertyId: world.propertyId, ...stay(firstNight), rooms: [{ productId: world.productId, adults: 2, childAges: [] }] }),
  "hold + confirm": book,
  "sweep: outbox": ({ system }) => relay(system),
  "sweep: lost messages": ({ system }) => republishLost(system),
  "sweep: holds": ({ system }) => overdueHolds(system, 30, 200),
  "sweep: changes": ({ system }) => overdueChanges(system, 30, 200),
  "sweep: payments": ({ system }) => unsettledPayments(system, 120, 100),
  "sweep: taken payments": ({ system }) => takenPayments(system, 100),
  "sweep: money": ({ system }) => unbalanced(system, 600, 100),
  "sweep: held-back mails": ({ system }) => heldBack(system, 100, "email"),
  "sweep: dead letters": ({ system }) => replayDue(system),
  "sweep: ages": ({ system }) => watchAges(system),
  "sweep: horizon": ({ system }) => rollHorizon(system),
  "sweep: housekeeping": ({ system }) => forgetOldRows(system),
};

/**
 * What guests, hoteliers and the tick do, on a database with a long history and on one with none, in turns and in this process:
 * the median of one against that of the other. Then, of the indexes that were made for a statement, which nobody went by.
 */
export async function growth(bench: Bench): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "nightledger-growth-"));
  const postgres = await startPostgres({ dataDir: join(folder, "postgres"), port: await freePort(), durable: false });
  const places: Place[] = [];
  try {
    await makeTemplate(postgres.url);
    const [empty, grown] = [await openPlace(postgres.url), await openPlace(postgres.url)];
    places.push(empty, grown);
    const started = performance.now();
    await addHistory(grown.database.url, { bookings: BOOKINGS, payments: PAYMENTS });
    for (const { database } of places) await addWeek(database.url, WEEK);
    bench.say(`growth: ${BOOKINGS} bookings and ${PAYMENTS} payments made in ${((performance.now() - started) / 1000).toFixed(0)} s`);
    const figures: Figure[] = [];
    for (const [name, operation] of Object.entries(OPERATIONS)) {
      const [before, after] = await inTurns(operation, empty, grown);
      const most = Math.max(LEAST_MS, before * MOST);
      figures.push(figure("growth", `${name}, median`, after, "ms", { floor: before, most: Number(most.toPrecision(3)) }));
    }
    const idle = await unusedIndexes(grown.database);
    bench.say(`growth: indexes that nothing here went by: ${idle.join(", ") || "none"}`);
    return figures;
  } finally {
    for (const { database, system } of places) {
      await system.settled();
      await database.drop();
    }
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Calls in short rounds, since the machine's own speed wanders; the first of each is not counted. */
async function inTurns(operation: Operation, ...places: [Place, Place]): Promise<[number, number]> {
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [which, place] of places.entries()) {
      for (let call = 0; call < CALLS; call += 1) {
        const from = performance.now();
        await operation(place);
        if (round > 0) times[which]!.push(performance.now() - from);
      }
      await place.system.settled();
    }
  }
  return [median(times[0]), median(times[1])];
}

async function openPlace(server: string): Promise<Place> {
  const database = await createDatabase({ server });
  // A queue nobody asks: nothing waits to be published.
  const system = makeContext(database, { actor: { kind: "job", name: "tick" }, env: { QSTASH_URL: "http://127.0.0.1:9", QSTASH_TOKEN: "none", ...UNBOUNDED } });
  const firstNight = addDays(new Date().toISOString().slice(0, 10), 30);
  const made: World[] = [];
  for (let n = 0; n < PROPERTIES; n += 1) made.push(await createProperty(database.db, { from: new Date().toISOString().slice(0, 10), days: 500, rooms: [{ units: 5000 }] }));
  const world = made[0]!;
  const userId = newId();
  await database.db.insert(users).values({ id: userId, name: "Ana Reis", email: "ana@guest.test", emailVerified: true });
  await database.db.insert(members).values({ id: newId(), organizationId: world.organizationId, userId, role: "owner" });
  const account = system.as({ kind: "guest", anonId: newId(), userId, email: "ana@guest.test", emailVerified: true });
  const place = { database, system, account, world, firstNight };
  for (let n = 0; n < 5; n += 1) await book({ ...place, system: account });
  return place;
}

function stay(checkIn: string): { checkIn: string; checkOut: string } {
  return { checkIn, checkOut: addDays(checkIn, 2) };
}

/** A guest nobody has seen before holds a room and confirms it. */
async function book({ system, world, firstNight }: Place): Promise<void> {
  const guest = system.actor.kind === "job" ? system.as(anonymous()) : system;
  const asked = { propertyId: world.propertyId, ...stay(firstNight), rooms: [{ productId: world.productId, adults: 2, childAges: [] }] };
  const { hash } = await quote(guest, asked);
  const email = guest === system ? "ana@guest.test" : `${newId()}@guest.test`;
  const input = holdInput.parse({ ...asked, idempotencyKey: newId(), quoteHash: hash, guest: { name: "Ana Reis", email, phone: "+351912345678" } });
  const { bookingId } = await hold(guest, input);
  await startPayment(guest, { bookingId, method: "property", idempotencyKey: newId() });
  await system.db.execute(sql`update outbox set published_at = app_now() where published_at is null`);
}

async function unusedIndexes({ db }: TestDatabase): Promise<string[]> {
  await db.execute(sql`select pg_stat_force_next_flush()`);
  const rows = await db.execute<{ name: string }>(sql`
    select s.indexrelname as name from pg_stat_user_indexes s join pg_index i on i.indexrelid = s.indexrelid where s.idx_scan = 0 and not i.indisunique order by 1`);
  return rows.map(({ name }) => name);
}
