import { lockedRow, sqlState, type Database, type Transaction } from "../../db/client.ts";

/** Lost to another transaction, not wrong: the whole closure may run again. */
const LOST = ["40001", "40P01"];
/** Cut off before we asked for the COMMIT, as when the process was stopped within it: Postgres has rolled it back. */
const CUT_OFF = ["25P03", "CONNECTION_CLOSED"];
const TRIES = 5;

/** How long whoever names no deadline waits for locked rows, in all. */
const PATIENCE_MS = 2000;

/**
 * Runs `work` in one transaction; a deadlock, a serialisation failure or a connection that ended under way runs
 * it again, whole, with jitter. One that meets a locked row begins anew in the pool for those who wait. So `work` must
 * touch nothing but the database. A COMMIT whose answer was lost is not retried here: the idempotency row tells the
 * client's next try what came of it.
 * @param deadline how long it waits for locked rows, in the milliseconds of `performance.now()`; in the past: it waits for none
 * @throws the time-out of a lock (55P03) after the deadline
 */
export async function transact<T>(db: Database, work: (tx: Transaction) => Promise<T>, deadline: number = performance.now() + PATIENCE_MS): Promise<T> {
  let locked: unknown;
  try {
    return await rerunLost(work, (body) => db.transaction(body));
  } catch (error) {
    locked = error;
  }
  while (sqlState(locked) === "55P03" && performance.now() < deadline) {
    try {
      return await transactWaiting(db, lockedRow(locked), deadline, work);
    } catch (error) {
      locked = error;
    }
  }
  throw locked;
}

/**
 * As `transact`, for whoever knows that a row is locked.
 * @param key what is waited for
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

/** As `transact`; does what `work` left to be done after the commit. */
export async function commit<T>(db: Database, work: (tx: Transaction) => Promise<Committed<T>>, deadline?: number): Promise<T> {
  const { answer, committed } = await transact(db, work, deadline);
  committed?.();
  return answer;
}
