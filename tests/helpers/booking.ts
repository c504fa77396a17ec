import { and, asc, eq, sql } from "drizzle-orm";
import postgres from "postgres";
import { expect } from "vitest";
import type { Database } from "../../db/client.ts";
import { bookings, inventoryEvents, inventoryNights, outbox, roomStays, type StayState } from "../../db/schema/index.ts";
import type { Context } from "../../server/context.ts";
import { hold, modify, modifyQuote, startPayment, type Due } from "../../server/bookings/index.ts";
import { modifyInput, modifyQuoteInput, type ModifyInput } from "../../server/bookings/modify-schemas.ts";
import { holdInput, type HoldInput } from "../../server/bookings/schemas.ts";
import { isDomainError, type DomainError, type ErrorCode } from "../../server/errors.ts";
import { addDays } from "../../server/platform/dates.ts";
import { newId } from "../../server/platform/ids.ts";
import { quoteFrom } from "../../server/rooms/quote.ts";
import { productsByIds, rateNightsOf } from "../../server/rooms/index.ts";
import type { TestDatabase } from "./database.ts";
import { FIRST_NIGHT, type World } from "./world.ts";

export interface Wanted {
  checkIn?: string;
  nights?: number;
  rooms?: { productId: number; adults?: number; childAges?: number[] }[];
  email?: string;
  key?: string;
}

/** What a guest's browser would send: the stay at today's price. By default one room for two, two nights. */
export async function wish(
  ctx: Context,
  world: World,
  { checkIn = FIRST_NIGHT, nights = 2, rooms = [{ productId: world.productId }], email = "ana@guest.test", key = newId() }: Wanted = {},
): Promise<HoldInput> {
  const stay = {
    propertyId: world.propertyId,
    checkIn,
    checkOut: addDays(checkIn, nights),
    rooms: rooms.map((room) => ({ adults: 2, childAges: [], ...room })),
  };
  const ids = rooms.map((room) => room.productId);
  const quote = await quoteFrom(
    ctx.config,
    stay,
    await productsByIds(ctx.db, world.propertyId, ids),
    await rateNightsOf(ctx.db, ids, stay.checkIn, stay.checkOut),
    ctx.clock.now(),
  );
  return holdInput.parse({ ...stay, idempotencyKey: key, quoteHash: quote.hash, guest: { name: "Ana Reis", email, phone: "+351912345678" } });
}

/** Holds a stay as a guest does. */
export async function holdStay(ctx: Context, world: World, wanted: Wanted = {}) {
  return hold(ctx, await wish(ctx, world, wanted));
}

/** The refusal that the work ended with. @throws whatever else happened */
export async function refusalOf<C extends ErrorCode>(work: Promise<unknown>, code: C): Promise<DomainError<C>["facts"]> {
  const outcome = await work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!("error" in outcome)) throw new Error(`expected ${code}, and it went well: ${JSON.stringify(outcome.value)}`);
  if (!isDomainError(outcome.error, code)) throw outcome.error;
  return (outcome.error as DomainError<C>).facts;
}

/** The ledger's rows of one room type, by date. */
export function ledgerOf(db: Database, roomTypeId: number) {
  return db.select().from(inventoryNights).where(eq(inventoryNights.roomTypeId, roomTypeId)).orderBy(asc(inventoryNights.stayDate));
}

/** One night's counts. */
export async function nightOf(db: Database, roomTypeId: number, date = FIRST_NIGHT) {
  const [row] = await db
    .select()
    .from(inventoryNights)
    .where(and(eq(inventoryNights.roomTypeId, roomTypeId), eq(inventoryNights.stayDate, date)));
  if (!row) throw new Error(`no night ${date}`);
  return row;
}

/** Every night's counts are the sums of its events, and as many events as versions. */
export async function expectAudited(db: Database): Promise<void> {
  const drift = await db
    .select({ roomTypeId: inventoryNights.roomTypeId, date: inventoryNights.stayDate })
    .from(inventoryNights)
    .leftJoin(inventoryEvents, and(eq(inventoryEvents.roomTypeId, inventoryNights.roomTypeId), eq(inventoryEvents.stayDate, inventoryNights.stayDate)))
    .groupBy(inventoryNights.roomTypeId, inventoryNights.stayDate)
    .having(
      sql`(coalesce(sum(${inventoryEvents.sold}), 0) <> ${inventoryNights.sold} or coalesce(sum(${inventoryEvents.held}), 0) <> ${inventoryNights.held}
        or coalesce(sum(${inventoryEvents.blocked}), 0) <> ${inventoryNights.blocked} or coalesce(sum(${inventoryEvents.oversold}), 0) <> ${inventoryNights.oversold}
        or count(${inventoryEvents.id}) + 1 <> ${inventoryNights.version})`,
    );
  expect(drift, "nights whose events don't add up").toEqual([]);
}

/** What is held and sold are exactly the live bookings' nights, and those that draft changes hold. */
export async function expectBooked(db: Database): Promise<void> {
  const drift = await db.execute(sql`
    with drafts as (
      select h."roomTypeId" as room_type_id, h.date, sum(h.units) as units from booking_changes c
      cross join lateral jsonb_to_recordset(c.held) as h("roomTypeId" int, date date, units int) where c.state = 'pending' group by 1, 2)
    select n.room_type_id, n.stay_date, n.held, n.sold from inventory_nights n
    left join drafts d on d.room_type_id = n.room_type_id and d.date = n.stay_date
    left join room_stays s on s.room_type_id = n.room_type_id and n.stay_date >= s.check_in and n.stay_date < s.check_out
    group by n.room_type_id, n.stay_date, n.held, n.sold, d.units
    having count(*) filter (where s.state = 'pending') + coalesce(d.units, 0) <> n.held or count(*) filter (where s.state in ('confirmed', 'checked_in')) <> n.sold`);
  expect([...drift], "nights that don't belong to a booking").toEqual([]);
}

export async function stateOf(db: Database, bookingId: string): Promise<StayState[]> {
  const rows = await db.select({ state: roomStays.state }).from(roomStays).where(eq(roomStays.bookingId, bookingId)).orderBy(asc(roomStays.position));
  return rows.map((row) => row.state);
}

export async function bookingOf(db: Database, bookingId: string) {
  const [row] = await db.select().from(bookings).where(eq(bookings.id, bookingId));
  if (!row) throw new Error(`no booking ${bookingId}`);
  return row;
}

/** Runs `work` while somebody has the booking locked, for as long as it takes. */
export async function whileLocked(database: TestDatabase, bookingId: string, work: () => Promise<unknown>): Promise<void> {
  // A client of its own: ours ends a transaction that idles.
  const client = postgres(database.url, { max: 1, onnotice: () => {} });
  await client.begin(async (tx) => {
    await tx`select 1 from bookings where id = ${bookingId} for no key update`;
    await work();
  });
  await client.end();
}

/** The types of the booking's events in the outbox, in their order. */
export async function eventsOf(db: Database, bookingId: string): Promise<string[]> {
  const rows = await db
    .select({ type: outbox.type })
    .from(outbox)
    .where(sql`${outbox.payload} ->> 'bookingId' = ${bookingId}`)
    .orderBy(asc(outbox.id));
  return rows.map((row) => row.type);
}

/** What a guest's browser would send to change a booking: at the price shown now. */
export async function changeOf(ctx: Context, bookingId: string, wanted: Partial<ModifyInput> = {}): Promise<ModifyInput> {
  const input = modifyQuoteInput.parse({ bookingId, ...wanted });
  const { quoteHash } = await modifyQuote(ctx, input);
  return modifyInput.parse({ ...wanted, ...input, quoteHash, idempotencyKey: wanted.idempotencyKey ?? newId() });
}

/** Changes a booking as its guest does. */
export async function changeStay(ctx: Context, bookingId: string, wanted: Partial<ModifyInput> = {}) {
  return modify(ctx, await changeOf(ctx, bookingId, wanted));
}

/** A booking that is to be paid at the property. */
export async function bookAtProperty(ctx: Context, world: World, wanted: Wanted = {}): Promise<string> {
  const { bookingId } = await holdStay(ctx, world, wanted);
  await startPayment(ctx, { bookingId, method: "property", idempotencyKey: newId() });
  return bookingId;
}

/** The ids of what a sweep finds due. */
export async function idsOf(due: Promise<readonly Due[]>): Promise<string[]> {
  return (await due).map(({ id }) => id);
}
