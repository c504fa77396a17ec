import { sqlState, type Database, type Transaction } from "../../db/client.ts";

/** Lost to another transaction, or ended by Postgres because we were stopped within it; not wrong: the whole closure may run again. */
const RETRYABLE = new Set(["40001", "40P01", "25P03"]);
const TRIES = 5;

/**
 * Runs `work` in one transaction; a deadlock or serialisation failure runs it again, whole, with jitter.
 * So `work` must touch nothing but the database. A COMMIT whose answer was lost is not retried here:
 * the idempotency row tells the client's next try what came of it.
 */
export async function transact<T>(db: Database, work: (tx: Transaction) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction(work);
    } catch (error) {
      if (attempt === TRIES || !RETRYABLE.has(sqlState(error) ?? "")) throw error;
      await new Promise((resolve) => setTimeout(resolve, attempt * 10 * (0.5 + Math.random())));
    }
  }
}
