import type { Transaction } from "../../db/client.ts";
import type { Context } from "../context.ts";
import type { Outcome } from "./together.ts";
import { transact } from "./transact.ts";

/** What a transaction decided for each ask, and what is to be done once it has committed. */
export interface Decision<R> {
  outcomes: Outcome<R>[];
  committed(): void;
}

/**
 * One transaction for all asks; should it fail, one for each, so that one guest's fault is nobody else's.
 * @returns what became of each, in their order
 */
export async function allOrEach<A, R>(ctx: Context, asks: readonly A[], work: (tx: Transaction, asks: readonly A[]) => Promise<Decision<R>>): Promise<Outcome<R>[]> {
  if (asks.length === 0) return [];
  try {
    const { outcomes, committed } = await transact(ctx.db, (tx) => work(tx, asks));
    committed();
    return outcomes;
  } catch (error) {
    if (asks.length === 1) return [{ error }];
    ctx.log.warn("a group's transaction failed; each ask is tried by itself", { size: asks.length }, error);
    return (await Promise.all(asks.map((ask) => allOrEach(ctx, [ask], work)))).flat();
  }
}
