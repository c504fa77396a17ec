import { sql } from "drizzle-orm";
import { sqlState, statement, type Transaction } from "../../db/client.ts";
import type { Context } from "../context.ts";
import type { Outcome } from "./together.ts";
import { transact } from "./transact.ts";

/** How long a transaction that many share waits for a row: it should meet none that is locked, and all wait for it. */
export const WAIT_TOGETHER_MS = 150;
/** How long one turn of those who wait apart takes, at most: others wait for the turn. Short turns would starve who waits in a crowd. */
const WAIT_APART_MS = 1000;

/** How long a transaction for those who wait apart waits for their row: until the last of their deadlines. */
export function waitApart(asks: readonly { deadline: number }[]): number {
  const left = Math.max(...asks.map((ask) => ask.deadline)) - performance.now();
  return Math.ceil(Math.min(WAIT_APART_MS, Math.max(1, left)));
}

const setLockTimeout = statement((db) =>
  db
    .select({ set: sql`set_config('lock_timeout', ${sql.placeholder("value")}, true)`.as("set") })
    .from(sql`(values (1)) as one`)
    .prepare("set_lock_timeout"),
);

/** From now on this transaction waits for no row longer than so many milliseconds. */
export function boundWaits(tx: Transaction, ms: number): Promise<unknown> {
  return setLockTimeout(tx, { value: `${ms}ms` });
}

/** What a transaction decided for each ask, and what is to be done once it has committed. */
export interface Decision<R> {
  outcomes: Outcome<R>[];
  committed(): void;
}

/**
 * One transaction for all asks; should it fail, one for each, so that one guest's fault is nobody else's.
 * @param blocked what becomes of an ask whose transaction waited too long for a row
 * @returns what became of each, in their order
 */
export async function transactionForAll<A, R>(
  ctx: Context,
  asks: readonly A[],
  work: (tx: Transaction, asks: readonly A[]) => Promise<Decision<R>>,
  blocked: (ask: A) => Outcome<R>,
): Promise<Outcome<R>[]> {
  if (asks.length === 0) return [];
  try {
    const { outcomes, committed } = await transact(ctx.db, (tx) => work(tx, asks));
    committed();
    return outcomes;
  } catch (error) {
    if (sqlState(error) === "55P03") return asks.map(blocked);
    if (asks.length === 1) return [{ error }];
    ctx.log.warn("a group's transaction failed; each ask is tried by itself", { size: asks.length }, error);
    return (await Promise.all(asks.map((ask) => transactionForAll(ctx, [ask], work, blocked)))).flat();
  }
}
