import postgres from "postgres";

/** A statement that is sent when it is awaited, to whom its `handler` says. */
interface Query extends Promise<unknown> {
  handler: (query: Query) => void;
  reject(error: unknown): void;
}

/** A connection of the driver's pool. */
interface Connection {
  /** @returns false where the next statement must wait for the answer */
  execute(query: Query): boolean;
  queue: { remove(connection: Connection): void };
  /** Called when the connection has answered everything; the driver clears it behind the transaction's end. */
  reserved: (() => void) | null;
  /** Called once, when the connection is gone; the driver may then open it anew, for others. */
  onclose: ((error: Error) => void) | null;
}

type Work = (sql: postgres.TransactionSql) => unknown;

/**
 * Transactions that end with their connection. The driver's own (postgres.js 3.4.9) goes on with the same object after it
 * was opened anew for somebody else: a late statement, or its ROLLBACK, then runs outside of the transaction or within
 * another one, and one that meets no socket is thrown outside of every promise (porsager/postgres#1154, #1216).
 */
export function beginOn(client: postgres.Sql): (work: Work) => Promise<unknown> {
  return async (work) => {
    const waiting: Query[] = [];
    const closed = Promise.withResolvers<never>();
    let connection: Connection | undefined;
    let isFull = true;
    let lost: unknown;
    /** The first failure: those behind it only say that the transaction is aborted. */
    let failed: unknown;

    const lose = (error: unknown): void => {
      lost ??= error;
      for (const query of waiting.splice(0)) query.reject(lost);
      closed.reject(lost);
    };
    closed.promise.catch(() => undefined);

    const send = (query: Query): void => {
      query.catch((error: unknown) => {
        failed ??= error;
        if (isLost(error)) lose(error);
      });
      if (lost !== undefined) query.reject(lost);
      else if (isFull) waiting.push(query);
      else isFull = !connection!.execute(query);
    };

    const onexecute = (taken: Connection): boolean => {
      connection = taken;
      taken.queue.remove(taken);
      const reserved = (): void => {
        const next = waiting.shift();
        isFull = next !== undefined;
        if (next) taken.execute(next);
      };
      Object.assign(taken, { onclose: lose, reserved });
      // The driver gives it to nobody else.
      return false;
    };

    const unsafe = (text: string, params: unknown[] = [], options: object = {}): Query => {
      const query = client.unsafe(text, params as never[], options) as unknown as Query;
      query.handler = send;
      return query;
    };
    const sql = Object.assign(() => {}, { options: client.options, unsafe }) as unknown as postgres.TransactionSql;

    await client.unsafe("begin", [], { onexecute } as object);
    if (!connection) throw new Error("the driver began a transaction without its connection");
    try {
      const result = await Promise.race([work(sql), closed.promise]);
      if (failed !== undefined) throw failed;
      await unsafe("commit");
      return result;
    } catch (error) {
      // One that fails was on its way when the connection went, and Postgres has rolled back by itself.
      if (lost === undefined) await unsafe("rollback").catch(() => undefined);
      throw isAborted(error) ? failed : error;
    } finally {
      if (connection.onclose === lose) Object.assign(connection, { onclose: null });
    }
  };
}

/** Whether the connection is gone, as the driver or the system says it; Postgres' own refusals are numbers. */
function isLost(error: unknown): boolean {
  const code = error instanceof Error && !(error instanceof postgres.PostgresError) && "code" in error ? String(error.code) : "";
  return /^(?:CONNECT|ERR_STREAM|ERR_SOCKET|E[A-Z]+$)/.test(code);
}

/** However deep it is wrapped: a statement that only heard that the transaction had failed before. */
function isAborted(error: unknown): boolean {
  if (error instanceof postgres.PostgresError) return error.code === "25P02";
  return error instanceof Error && isAborted(error.cause);
}
