import { sqlState, type Transaction } from "../../db/client.ts";
import type { Context } from "../context.ts";
import type { Outcome } from "./together.ts";
import { transact, transactWaiting } from "./transact.ts";

/** How long one turn of those who wait apart takes, at most: others wait for the turn. Short turns would starve who waits in a crowd. */
const WAIT_APART_MS = 1000;

/** What a transaction decided for each ask, and what is to be done once it has committed. */
export interface Decision<R> {
  outcomes: Outcome<R>[];
  committed(): void;
}

/**
 * One transaction for all asks; should it fail, one for each, so that one guest's fault is nobody else's.
 * @param behind the locked row that all of them wait for; without it the transaction waits for none
 * @param blocked what becomes of an ask whose transaction waited too long for a row
 * @returns what became of each, in their order
 */
export async function transactionForAll<A extends { deadline: number }, R>(
  ctx: Context,
  asks: readonly A[],
  behind: string | undefined,
  work: (tx: Transaction, asks: readonly A[]) => Promise<Decision<R>>,
  blocked: (ask: A) => Outcome<R>,
): Promise<Outcome<R>[]> {
  if (asks.length === 0) return [];
  try {
    const deadline = Math.min(performance.now() + WAIT_APART_MS, ...asks.map((ask) => ask.deadline));
    const body = (tx: Transaction) => work(tx, asks);
    const { outcomes, committed } = await (behind === undefined ? transact(ctx.db, body, 0) : transactWaiting(ctx.db, behind, deadline, body));
    committed();
    return outcomes;
  } catch (error) {
    if (sqlState(error) === "55P03") return asks.map(blocked);
    if (asks.length === 1) return [{ error }];
    ctx.log.warn("a group's transaction failed; each ask is tried by itself", { size: asks.length }, error);
    return (await Promise.all(asks.map((ask) => transactionForAll(ctx, [ask], behind, work, blocked)))).flat();
  }
}
