import { sql } from "drizzle-orm";
import type { PostgresJsDatabase } from "drizzle-orm/postgres-js";
import type { Transaction } from "./client.ts";
import type * as schema from "./schema/index.ts";

/** Connections of their own for transactions that wait for a locked row: there they keep nobody from one. */
export interface WaitingPool {
  /**
   * Runs `work` in a transaction that waits for rows until the deadline, and for none longer than `LONGEST_MS`. Those of
   * one key, who want the same row, wait in part for each other, and leave connections to the others.
   * @param deadline in the milliseconds of `performance.now()`
   * @throws WaitedTooLong past the deadline, whatever `work` throws
   */
  transaction<T>(key: string, deadline: number, work: (tx: Transaction) => Promise<T>): Promise<T>;
}

/** No connection came free in time, or rows were waited for one after the other. For `sqlState` it is the time-out of a row's lock. */
export class WaitedTooLong extends Error {
  readonly code = "55P03";
  constructor() {
    super("waited too long for a row");
  }
}

/** By design rule 3; below the statement's time-out, which would hide what was waited for. */
export const LONGEST_MS = 2000;
/** What a transaction may take beside its waiting. */
const WORK_MS = 100;
/** So many of one key have a connection: the next is in the row's queue already when the first is done. */
const MOST_OF_ONE_KEY = 2;

/** @param places how many connections `db` has */
export function createWaitingPool(db: PostgresJsDatabase<typeof schema>, places: number): WaitingPool {
  const running: string[] = [];
  const queue: { key: string; begin: () => void }[] = [];

  function beginNext(): void {
    while (running.length < places) {
      const index = queue.findIndex(({ key }) => running.filter((other) => other === key).length < MOST_OF_ONE_KEY);
      const next = index >= 0 && queue.splice(index, 1)[0];
      if (!next) return;
      running.push(next.key);
      next.begin();
    }
  }

  function takePlace(key: string, deadline: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const waiting = { key, begin };
      const timer = setTimeout(() => {
        queue.splice(queue.indexOf(waiting), 1);
        reject(new WaitedTooLong());
      }, deadline - performance.now());
      queue.push(waiting);
      beginNext();
    });
  }

  return {
    async transaction(key, deadline, work) {
      await takePlace(key, deadline);
      let isLate = false;
      let isDone = false;
      const transaction = db.transaction(async (tx) => {
        // 0 would mean for ever.
        const left = Math.max(1, Math.ceil(Math.min(LONGEST_MS, deadline - performance.now())));
        await tx.execute(sql`select set_config('lock_timeout', ${`${left}ms`}, true)`);
        const result = await work(tx);
        if (isLate) throw new WaitedTooLong();
        isDone = true;
        return result;
      });
      const free = (): void => {
        running.splice(running.indexOf(key), 1);
        beginNext();
      };
      transaction.then(free, free);
      // Postgres counts the time-out anew for each lock. So the caller is answered here at the deadline, and the late transaction rolls back.
      return new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => {
            if (isDone) return;
            isLate = true;
            reject(new WaitedTooLong());
          },
          deadline + WORK_MS - performance.now(),
        );
        transaction.then(resolve, reject).finally(() => clearTimeout(timer));
      });
    },
  };
}
