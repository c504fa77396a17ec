import { asc, count, sql } from "drizzle-orm";
import { pgArray, statement, type Executor, type Transaction } from "../../db/client.ts";
import { inventoryNights, type MoveReason } from "../../db/schema/inventory.ts";
import type { StockCell } from "./cache.ts";
import { pipelined } from "../platform/pipelined.ts";

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

/** A night after its move, as the cache wants it. */
export type MovedNight = StockCell;

const { placeholder } = sql;

const n = inventoryNights;
const bounds = sql`${n.stayDate} between ${placeholder("from")} and ${placeholder("to")}`;
const free = sql<number>`${n.physical} + ${n.allowance} - ${n.sold} - ${n.held} - ${n.blocked}`;

/** A night as it stands under our lock. */
export interface LockedNight {
  roomTypeId: number;
  date: string;
  physical: number;
  /** May be negative where a channel oversold. */
  free: number;
  /** Whether the lock is ours: always, unless those that others have were skipped. */
  locked: boolean;
}

const needed = (db: Executor) =>
  db
    .$with("need", { roomTypeId: sql<number>`room_type_id`.as("room_type_id") })
    .as(sql`select * from unnest(${placeholder("rooms")}::int[], ${placeholder("dates")}::date[]) as t(room_type_id, stay_date)`);
const isNeeded = sql`need.room_type_id = ${n.roomTypeId} and need.stay_date = ${n.stayDate} and ${bounds}`;

/**
 * Locks the nights in order (room type, date), so that two moves never deadlock. A statement before the move,
 * not a part of it: the move's snapshot must be younger than the locks, or a night that another transaction
 * has just freed would still look full.
 */
const lock = statement((db) => lockStatement(db, false).prepare("lock_nights"));

/** As `lock`, of those that nobody else has locked: a transaction that many share waits for no row. */
const lockUnlocked = statement((db) => lockStatement(db, true).prepare("lock_unlocked_nights"));

function lockStatement(db: Executor, skipLocked: boolean) {
  const locked = db.$with("locked").as(
    db
      .with(needed(db))
      .select({ version: n.version })
      .from(n)
      .innerJoin(sql`need`, isNeeded)
      .orderBy(asc(n.roomTypeId), asc(n.stayDate))
      .for("no key update", skipLocked ? { of: n, skipLocked } : { of: n }),
  );
  // One row back, however many are locked.
  return db.with(locked).select({ count: count() }).from(locked);
}

/**
 * What `lock` itself answers is not to be used: Postgres looks once more at a row that was waited for, and with
 * partitions pruned as the statement runs it loses the row there (seen on 18; locked it is all the same).
 */
/** The row's newest version carries the transaction that locked it; an id of 64 bits stands there by its lower 32. */
const isOurs = sql<boolean>`${n}.xmax::text::bigint = (pg_current_xact_id()::text::bigint & 4294967295)`;

const readLocked = statement((db) =>
  db
    .with(needed(db))
    .select({ roomTypeId: n.roomTypeId, date: n.stayDate, physical: n.physical, free, locked: isOurs })
    .from(n)
    .innerJoin(sql`need`, isNeeded)
    .prepare("read_locked_nights"),
);

/**
 * Locks the nights, each once, and tells how they stand; one without a row is missing in the answer.
 * `moveLocked` may follow in the same transaction, of those that are locked.
 * @param others what to do about nights that another transaction has: wait for them, or leave them
 */
export async function lockNights(tx: Transaction, nights: readonly { roomTypeId: number; date: string }[], others: "wait" | "skip" = "wait"): Promise<LockedNight[]> {
  if (nights.length === 0) return [];
  const span = spanOf([...new Map(nights.map((night) => [`${night.roomTypeId}/${night.date}`, night])).values()]);
  const [, rows] = await pipelined([(others === "wait" ? lock : lockUnlocked)(tx, span), readLocked(tx, span)]);
  return rows;
}

/**
 * The one statement through which nights change: takes them all or none, and appends the audit. The guard stands
 * twice: over all nights together, and on the UPDATE itself; the CHECK says it once more. The date bounds let the
 * planner skip the other years' partitions. A night's entries are summed, but each has its event and its version.
 */
const move = statement((db) => {
  const entry = db
    .$with("entry", { roomTypeId: sql<number>`room_type_id`.as("room_type_id") })
    .as(
      sql`select *, row_number() over (partition by room_type_id, stay_date order by nth) as rank from unnest(${placeholder("rooms")}::int[], ${placeholder("dates")}::date[], ${placeholder("sold")}::int[], ${placeholder("held")}::int[], ${placeholder("blocked")}::int[], ${placeholder("physical")}::int[], ${placeholder("allowance")}::int[], ${placeholder("actors")}::text[], ${placeholder("bookings")}::uuid[]) with ordinality as t(room_type_id, stay_date, sold, held, blocked, physical, allowance, actor, booking_id, nth)`,
    );
  const need = db
    .$with("need", { roomTypeId: sql<number>`room_type_id`.as("room_type_id") })
    .as(
      sql`select room_type_id, stay_date, sum(sold)::int as sold, sum(held)::int as held, sum(blocked)::int as blocked, sum(physical)::int as physical, sum(allowance)::int as allowance, count(*)::int as entries from entry group by room_type_id, stay_date`,
    );
  const takes = sql`need.sold + need.held + need.blocked - need.physical - need.allowance`;
  const fits = sql`(${takes} <= 0 or ${placeholder("force")}::bool or ${free} >= ${takes})`;
  const before = db.$with("before").as(
    db
      .select({
        roomTypeId: n.roomTypeId,
        stayDate: n.stayDate,
        was: sql<number>`${n.oversold}`.as("was"),
        version: sql<number>`${n.version}`.as("b_version"),
        ok: sql<boolean>`${fits}`.as("ok"),
      })
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
        version: sql`${n.version} + need.entries`,
      })
      .from(sql`need`)
      .where(
        sql`${n.roomTypeId} = need.room_type_id and ${n.stayDate} = need.stay_date and ${bounds} and ${fits}
          and (select count(*) filter (where ok) from before) = (select count(*) from need)`,
      )
      .returning({
        roomTypeId: sql<number>`${n.roomTypeId}`.as("m_room"),
        date: sql<string>`${n.stayDate}`.as("m_date"),
        available: free.as("m_available"),
        oversold: sql<number>`${n.oversold}`.as("m_oversold"),
        version: sql<number>`${n.version}`.as("m_version"),
      }),
  );
  const logged = db.$with("logged", { one: sql<number>`1`.as("one") }).as(
    sql`insert into inventory_events (room_type_id, stay_date, reason, actor, booking_id, sold, held, blocked, physical, allowance, oversold, version)
      select e.room_type_id, e.stay_date, ${placeholder("reason")}, e.actor, e.booking_id, e.sold, e.held, e.blocked, e.physical, e.allowance,
        case when e.rank = 1 then m_oversold - was else 0 end, b_version + e.rank
      from entry e join before b on b.room_type_id = e.room_type_id and b.stay_date = e.stay_date
      join moved on m_room = e.room_type_id and m_date = e.stay_date order by e.nth returning 1 as one`,
  );
  return db
    .with(entry, need, before, moved, logged)
    .select({ roomTypeId: moved.roomTypeId, date: moved.date, available: moved.available, version: moved.version })
    .from(moved)
    .prepare("move_nights");
});

/** One booking's, or one person's, share in a move that several make together. */
export interface MoveEntry {
  moves: readonly NightMove[];
  actor: string;
  bookingId?: string | undefined;
}

/**
 * Moves nights: take, release, confirm, block, resize. Moves of one night are summed first, so two rooms
 * of one type are one need of 2. Either every night moves, or none.
 * @returns the nights after the move; undefined when some night lacks stock (or has no row: closed)
 */
export async function moveNights(tx: Transaction, moves: readonly NightMove[], cause: MoveCause): Promise<MovedNight[] | undefined> {
  return moveTogether(tx, [{ moves, actor: cause.actor, bookingId: cause.bookingId }], cause);
}

/**
 * As `moveNights`, for moves that only give back: those are never refused.
 * @throws Error where a night has no row; nothing may be written then, or the night would stay taken by nobody
 */
export async function giveBackNights(tx: Transaction, moves: readonly NightMove[], cause: MoveCause & { bookingId: string }): Promise<MovedNight[]> {
  const moved = await moveNights(tx, moves, cause);
  if (!moved) throw new Error(`nights of booking ${cause.bookingId} are not in the ledger`);
  return moved;
}

/** As `moveNights`, for several bookings at once: one net change a night, one event for each booking and night. */
export async function moveTogether(tx: Transaction, entries: readonly MoveEntry[], cause: Pick<MoveCause, "reason" | "force">): Promise<MovedNight[] | undefined> {
  // Both travel together, in one round trip.
  const needs = needsOf(entries);
  const [, moved] = await pipelined([needs.length > 0 && lock(tx, spanOf(needs)), moveLocked(tx, entries, cause)]);
  return moved;
}

/** As `moveTogether`, of nights that `lockNights` has locked in this transaction. */
export async function moveLocked(tx: Transaction, entries: readonly MoveEntry[], cause: Pick<MoveCause, "reason" | "force">): Promise<MovedNight[] | undefined> {
  const needs = needsOf(entries);
  if (needs.length === 0) return [];
  const column = (of: (need: Need) => number | string | null) => pgArray(needs.map(of));
  const rows = await move(tx, {
    ...spanOf(needs),
    sold: column((need) => need.sold),
    held: column((need) => need.held),
    blocked: column((need) => need.blocked),
    physical: column((need) => need.physical),
    allowance: column((need) => need.allowance),
    actors: column((need) => need.actor),
    bookings: column((need) => need.bookingId),
    force: cause.force ?? false,
    reason: cause.reason,
  });
  return rows.length === new Set(needs.map((need) => `${need.roomTypeId}/${need.date}`)).size ? rows : undefined;
}

function spanOf(nights: readonly { roomTypeId: number; date: string }[]) {
  const dates = nights.map((night) => night.date);
  return {
    rooms: pgArray(nights.map((night) => night.roomTypeId)),
    dates: pgArray(dates),
    from: dates.reduce((a, b) => (a < b ? a : b)),
    to: dates.reduce((a, b) => (a > b ? a : b)),
  };
}

type Need = Required<NightMove> & { actor: string; bookingId: string | null };

function needsOf(entries: readonly MoveEntry[]): Need[] {
  return entries.flatMap(({ moves, actor, bookingId = null }) => sumMoves(moves).map((sum) => ({ ...sum, actor, bookingId })));
}

/** One need a night, zero moves left out. */
function sumMoves(moves: readonly NightMove[]): Required<NightMove>[] {
  const sums = new Map<string, Required<NightMove>>();
  for (const one of moves) {
    const key = `${one.roomTypeId}/${one.date}`;
    const sum = sums.get(key) ?? { roomTypeId: one.roomTypeId, date: one.date, sold: 0, held: 0, blocked: 0, physical: 0, allowance: 0 };
    for (const count of ["sold", "held", "blocked", "physical", "allowance"] as const) sum[count] += one[count] ?? 0;
    sums.set(key, sum);
  }
  return [...sums.values()].filter((need) => need.sold !== 0 || need.held !== 0 || need.blocked !== 0 || need.physical !== 0 || need.allowance !== 0);
}
