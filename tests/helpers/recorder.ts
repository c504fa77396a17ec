import { openDatabase, type Database } from "../../db/client.ts";
import type { TestDatabase } from "./database.ts";

/** A statement as it went to the database, with the types that were named for its parameters (0: none). */
export interface Recorded {
  statement: string;
  types: number[];
}

/** The same database by a pool of its own, which writes down every statement that goes through it. */
export function recorded(database: TestDatabase): { database: TestDatabase; statements: Map<string, Recorded>; close(): Promise<void> } {
  const { db, close } = openDatabase(database.url);
  const statements = new Map<string, Recorded>();
  const { options } = (db as Database & { $client: { options: { debug?: unknown } } }).$client;
  // The driver's own hook; it looks for it at each statement.
  options.debug = (_: number, statement: string, __: unknown, types: number[]) => void statements.set(statement, { statement, types });
  return { database: { ...database, db }, statements, close };
}
