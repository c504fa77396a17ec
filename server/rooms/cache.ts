import { and, sql } from "drizzle-orm";
import { pgArray, statement, type Executor } from "../../db/client.ts";
import { inventoryNights } from "../../db/schema/index.ts";
import type { Context } from "../context.ts";
import { nightsOf } from "../platform/dates.ts";

/** Units left of a room type on one night, and the ledger row's version that said so. */
export interface StockCell {
  roomTypeId: number;
  date: string;
  /** May be negative where a channel oversold. */
  available: number;
  version: number;
}

const TTL_SECONDS = 60;

const stock = statement((db) =>
  db
    .select({
      roomTypeId: inventoryNights.roomTypeId,
      date: inventoryNights.stayDate,
      available: sql<number>`${inventoryNights.physical} + ${inventoryNights.allowance} - ${inventoryNights.sold} - ${inventoryNights.held} - ${inventoryNights.blocked}`,
      version: inventoryNights.version,
    })
    .from(inventoryNights)
    .where(
      and(
        sql`${inventoryNights.roomTypeId} = any(${sql.placeholder("ids")}::int[])`,
        sql`${inventoryNights.stayDate} >= ${sql.placeholder("from")} and ${inventoryNights.stayDate} < ${sql.placeholder("to")}`,
      ),
    )
    .prepare("stock_of"),
);

/** The ledger's own numbers for the nights `[from, to)`. A night without a row is not for sale. */
export function stockOf(db: Executor, roomTypeIds: number[], from: string, to: string): Promise<StockCell[]> {
  return stock(db, { ids: pgArray(roomTypeIds), from, to });
}

/**
 * As `stockOf`, read through Redis in one MGET: at most a minute old, and usually as fresh as the last
 * move. Any failure of Redis is a miss.
 */
export async function cachedStock(ctx: Context, roomTypeIds: number[], from: string, to: string): Promise<StockCell[]> {
  if (!ctx.redis || roomTypeIds.length === 0) return stockOf(ctx.db, roomTypeIds, from, to);
  const wanted = roomTypeIds.flatMap((roomTypeId) => nightsOf(from, to).map((date) => ({ roomTypeId, date })));
  const stored = await ctx.redis.mget(wanted.map((cell) => keyOf(cell))).catch(() => []);
  const cells: StockCell[] = [];
  for (const [index, cell] of wanted.entries()) {
    const entry = readEntry(stored[index]);
    if (entry) cells.push({ ...cell, ...entry });
  }
  ctx.metrics.count("cache_requests_total", { family: "availability", result: cells.length === wanted.length ? "hit" : "miss" });
  if (cells.length === wanted.length) return cells;
  const fresh = await stockOf(ctx.db, roomTypeIds, from, to);
  ctx.defer(writeAvailability(ctx, fresh));
  return fresh;
}

/** What we wrote; anything else under the key is a miss. */
function readEntry(text: string | null | undefined): { available: number; version: number } | undefined {
  const [, available, version] = /^\{"available":(-?\d+),"version":(\d+)\}$/.exec(text ?? "") ?? [];
  return available === undefined || version === undefined ? undefined : { available: Number(available), version: Number(version) };
}

// KEYS: one per cell; ARGV: the life in seconds, then available and version per cell.
const WRITE_NEWER = `
for i, key in ipairs(KEYS) do
  local available, version = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local old = redis.call('GET', key)
  local known = old and tonumber(string.match(old, '"version":(%d+)}$'))
  if not known or known <= version then
    redis.call('SET', key, string.format('{"available":%d,"version":%d}', available, version), 'EX', ARGV[1])
  end
end
return #KEYS`;

/**
 * Puts the ledger's new numbers into the cache in one script, in which an older version never overwrites
 * a newer. Called after each ledger move; never throws, as a cache that is behind mends itself in a minute.
 */
export async function writeAvailability(ctx: Pick<Context, "redis">, cells: readonly StockCell[]): Promise<void> {
  if (!ctx.redis || cells.length === 0) return;
  await ctx.redis.eval(WRITE_NEWER, cells.map(keyOf), [TTL_SECONDS, ...cells.flatMap((cell) => [cell.available, cell.version])]).catch(() => undefined);
}

function keyOf(cell: { roomTypeId: number; date: string }): string {
  return `availability:room:${cell.roomTypeId}:${cell.date}`;
}
