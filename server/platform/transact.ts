import { sqlState, type Database, type Transaction } from "../../db/client.ts";

/** Lost to another transaction, not wrong: the whole closure may run again. */
const LOST = ["40001", "40P01"];
/** Cut off before we asked for the COMMIT, as when the process was stopped within it: Postgres has rolled it back. */
const CUT_OFF = ["25P03", "CONNECTION_CLOSED"];
const TRIES = 5;

/**
 * Runs `work` in one transaction; a deadlock, a serialisation failure or a connection that ended under way runs
 * it again, whole, with jitter. So `work` must touch nothing but the database. A COMMIT whose answer was lost is
 * not retried here: the idempotency row tells the client's next try what came of it.
 */
export async function transact<T>(db: Database, work: (tx: Transaction) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    // The driver's ROLLBACK on a connection that is gone fails too, and hides why.
    let failure: unknown;
    try {
      return await db.transaction((tx) =>
        work(tx).catch((error: unknown) => {
          failure = error;
          throw error;
        }),
      );
    } catch (error) {
      const again = failure === undefined ? LOST.includes(sqlState(error) ?? "") : [...LOST, ...CUT_OFF].includes(sqlState(failure) ?? "");
      if (attempt === TRIES || !again) throw failure ?? error;
      await new Promise((resolve) => setTimeout(resolve, attempt * 10 * (0.5 + Math.random())));
    }
  }
}
