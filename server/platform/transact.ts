import { lockedRow, sqlState, type Database, type Transaction } from "../../db/client.ts";

/** Lost to another transaction, not wrong: the whole closure may run again. */
const LOST = ["40001", "40P01"];
/** Cut off before we asked for the COMMIT, as when the process was stopped within it: Postgres has rolled it back. */
const CUT_OFF = ["25P03", "CONNECTION_CLOSED"];
const TRIES = 5;

/** How long a transaction waits for locked rows, in all; below the default of `LOCK_WAIT_MS`. */
const PATIENCE_MS = 2000;

/**
 * Runs `work` in one transaction; a deadlock, a serialisation failure or a connection that ended under way runs
 * it again, whole, with jitter. One that meets a locked row begins anew in the pool for those who wait. So `work` must
 * touch nothing but the database. A COMMIT whose answer was lost is not retried here: the idempotency row tells the
 * client's next try what came of it.
 * @throws the time-out of a lock (55P03) after `PATIENCE_MS`
 */
export async function transact<T>(db: Database, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  try {
    return await transactBriefly(db, work);
  } catch (error) {
    if (sqlState(error) !== "55P03") throw error;
    return transactWaiting(db, lockedRow(error), deadline, work);
  }
}

/** As `transact`, for whoever has something better to do than to wait for a locked row. @throws 55P03 within a moment */
export function transactBriefly<T>(db: Database, work: (tx: Transaction) => Promise<T>): Promise<T> {
  return rerunLost(work, (body) => db.transaction(body));
}

/**
 * As `transact`, for whoever knows that a row is locked.
 * @param key what is waited for
 * @param deadline in the milliseconds of `performance.now()`
 */
export function transactWaiting<T>(db: Database, key: string, deadline: number, work: (tx: Transaction) => Promise<T>): Promise<T> {
  return rerunLost(work, (body) => db.waiting.transaction(key, deadline, body));
}

async function rerunLost<T>(work: (tx: Transaction) => Promise<T>, run: (body: (tx: Transaction) => Promise<T>) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    let finished = false;
    try {
      return await run(async (tx) => {
        const result = await work(tx);
        finished = true;
        return result;
      });
    } catch (error) {
      const state = sqlState(error) ?? "";
      const again = LOST.includes(state) || (!finished && CUT_OFF.includes(state));
      if (attempt === TRIES || !again) throw error;
      await new Promise((resolve) => setTimeout(resolve, attempt * 10 * (0.5 + Math.random())));
    }
  }
}

/** What a transaction answers, and what is to be done once it has committed: never before, and never by a repetition. */
export interface Committed<T> {
  answer: T;
  committed?: () => void;
}

/** As `transact`, or as the variant of it; does what `work` left to be done after the commit. */
export async function commit<T>(db: Database, work: (tx: Transaction) => Promise<Committed<T>>, run: typeof transact = transact): Promise<T> {
  const { answer, committed } = await run(db, work);
  committed?.();
  return answer;
}
