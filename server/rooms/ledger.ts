import { asc, sql } from "drizzle-orm";
import { pgArray, statement, type Transaction } from "../../db/client.ts";
import { inventoryNights, type MoveReason } from "../../db/schema/inventory.ts";

/** What a move adds to one night's counts; negative takes away. */
export interface NightMove {
  roomTypeId: number;
  date: string;
  sold?: number;
  held?: number;
  blocked?: number;
  physical?: number;
  allowance?: number;
}

export interface MoveCause {
  reason: MoveReason;
  /** `actorKey()`'s text. */
  actor: string;
  bookingId?: string | undefined;
  /** An OTA's booking or a confirmed staff change: the shortfall becomes `oversold` instead of a refusal. */
  force?: boolean;
}

/** A night after its move, as the cache and the channels want it. */
export interface MovedNight {
  roomTypeId: number;
  date: string;
  available: number;
  oversold: number;
  version: number;
}

const { placeholder } = sql;

const n = inventoryNights;
const bounds = sql`${n.stayDate} between ${placeholder("from")} and ${placeholder("to")}`;

/**
 * Locks the nights in order (room type, date), so that two moves never deadlock. A statement before the move,
 * not a part of it: the move's snapshot must be younger than the locks, or a night that another transaction
 * has just freed would still look full. Both travel together, in one round trip.
 */
const lock = statement((db) => {
  const need = db
    .$with("need", { roomTypeId: sql<number>`room_type_id`.as("room_type_id") })
    .as(sql`select * from unnest(${placeholder("rooms")}::int[], ${placeholder("dates")}::date[]) as t(room_type_id, stay_date)`);
  return db
    .with(need)
    .select({ version: n.version })
    .from(n)
    .innerJoin(sql`need`, sql`need.room_type_id = ${n.roomTypeId} and need.stay_date = ${n.stayDate} and ${bounds}`)
    .orderBy(asc(n.roomTypeId), asc(n.stayDate))
    .for("no key update", { of: n })
    .prepare("lock_nights");
});

/**
 * The one statement through which nights change: takes them all or none, and appends the audit. The guard stands
 * twice: over all nights together, and on the UPDATE itself; the CHECK says it once more. The date bounds let the
 * planner skip the other years' partitions.
 */
const move = statement((db) => {
  const need = db
    .$with("need", { roomTypeId: sql<number>`room_type_id`.as("room_type_id") })
    .as(
      sql`select * from unnest(${placeholder("rooms")}::int[], ${placeholder("dates")}::date[], ${placeholder("sold")}::int[], ${placeholder("held")}::int[], ${placeholder("blocked")}::int[], ${placeholder("physical")}::int[], ${placeholder("allowance")}::int[]) as t(room_type_id, stay_date, sold, held, blocked, physical, allowance)`,
    );
  const takes = sql`need.sold + need.held + need.blocked - need.physical - need.allowance`;
  const free = sql`${n.physical} + ${n.allowance} - ${n.sold} - ${n.held} - ${n.blocked}`;
  const fits = sql`(${takes} <= 0 or ${placeholder("force")}::bool or ${free} >= ${takes})`;
  const before = db.$with("before").as(
    db
      .select({ roomTypeId: n.roomTypeId, stayDate: n.stayDate, was: sql<number>`${n.oversold}`.as("was"), ok: sql<boolean>`${fits}`.as("ok") })
      .from(n)
      .innerJoin(sql`need`, sql`need.room_type_id = ${n.roomTypeId} and need.stay_date = ${n.stayDate} and ${bounds}`),
  );
  const over = sql`greatest(0, ${takes} - (${free}))`;
  const moved = db.$with("moved").as(
    db
      .update(n)
      .set({
        sold: sql`${n.sold} + need.sold`,
        held: sql`${n.held} + need.held`,
        blocked: sql`${n.blocked} + need.blocked`,
        physical: sql`${n.physical} + need.physical`,
        allowance: sql`${n.allowance} + need.allowance`,
        oversold: sql`case when ${placeholder("force")}::bool and ${takes} > 0 then greatest(${n.oversold}, ${over}) else least(${n.oversold}, ${over}) end`,
        version: sql`${n.version} + 1`,
      })
      .from(sql`need`)
      .where(
        sql`${n.roomTypeId} = need.room_type_id and ${n.stayDate} = need.stay_date and ${bounds} and ${fits}
          and (select count(*) filter (where ok) from before) = cardinality(${placeholder("rooms")}::int[])`,
      )
      .returning({
        roomTypeId: sql<number>`${n.roomTypeId}`.as("m_room"),
        date: sql<string>`${n.stayDate}`.as("m_date"),
        available: sql<number>`greatest(0, ${free})`.as("m_available"),
        oversold: sql<number>`${n.oversold}`.as("m_oversold"),
        version: sql<number>`${n.version}`.as("m_version"),
        eventSold: sql<number>`need.sold`.as("e_sold"),
        eventHeld: sql<number>`need.held`.as("e_held"),
        eventBlocked: sql<number>`need.blocked`.as("e_blocked"),
        eventPhysical: sql<number>`need.physical`.as("e_physical"),
        eventAllowance: sql<number>`need.allowance`.as("e_allowance"),
      }),
  );
  const logged = db.$with("logged", { one: sql<number>`1`.as("one") }).as(
    sql`insert into inventory_events (room_type_id, stay_date, reason, actor, booking_id, sold, held, blocked, physical, allowance, oversold, version)
      select m_room, m_date, ${placeholder("reason")}, ${placeholder("actor")}, ${placeholder("bookingId")}::uuid, e_sold, e_held, e_blocked, e_physical, e_allowance, m_oversold - was, m_version
      from moved join before on before.room_type_id = m_room and before.stay_date = m_date returning 1 as one`,
  );
  return db
    .with(need, before, moved, logged)
    .select({ roomTypeId: moved.roomTypeId, date: moved.date, available: moved.available, oversold: moved.oversold, version: moved.version })
    .from(moved)
    .prepare("move_nights");
});

/**
 * Moves nights: take, release, confirm, block, resize. Moves of one night are summed first, so two rooms
 * of one type are one need of 2. Either every night moves, or none.
 * @returns the nights after the move; undefined when some night lacks stock (or has no row: closed)
 */
export async function moveNights(tx: Transaction, moves: NightMove[], cause: MoveCause): Promise<MovedNight[] | undefined> {
  const needs = sumMoves(moves);
  if (needs.length === 0) return [];
  const dates = needs.map((need) => need.date);
  const nights = {
    rooms: pgArray(needs.map((need) => need.roomTypeId)),
    dates: pgArray(dates),
    from: dates.reduce((a, b) => (a < b ? a : b)),
    to: dates.reduce((a, b) => (a > b ? a : b)),
  };
  const [, rows] = await Promise.all([
    lock(tx, nights),
    move(tx, {
      ...nights,
      sold: pgArray(needs.map((need) => need.sold)),
      held: pgArray(needs.map((need) => need.held)),
      blocked: pgArray(needs.map((need) => need.blocked)),
      physical: pgArray(needs.map((need) => need.physical)),
      allowance: pgArray(needs.map((need) => need.allowance)),
      force: cause.force ?? false,
      reason: cause.reason,
      actor: cause.actor,
      bookingId: cause.bookingId ?? null,
    }),
  ]);
  return rows.length === needs.length ? rows : undefined;
}

type Need = Required<NightMove>;

/** One need a night, zero moves left out, in lock order. */
function sumMoves(moves: NightMove[]): Need[] {
  const sums = new Map<string, Need>();
  for (const one of moves) {
    const key = `${one.roomTypeId}/${one.date}`;
    const sum = sums.get(key) ?? { roomTypeId: one.roomTypeId, date: one.date, sold: 0, held: 0, blocked: 0, physical: 0, allowance: 0 };
    for (const count of ["sold", "held", "blocked", "physical", "allowance"] as const) sum[count] += one[count] ?? 0;
    sums.set(key, sum);
  }
  return [...sums.values()]
    .filter((need) => need.sold !== 0 || need.held !== 0 || need.blocked !== 0 || need.physical !== 0 || need.allowance !== 0)
    .toSorted((a, b) => a.roomTypeId - b.roomTypeId || (a.date < b.date ? -1 : 1));
}
