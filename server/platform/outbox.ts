import { sql } from "drizzle-orm";
import { statement, type Transaction } from "../../db/client.ts";
import { outbox } from "../../db/schema/jobs.ts";
import { newId } from "./ids.ts";

/** What happened: a type, and ids with a version; no personal data. */
export interface AppEvent {
  type: string;
  payload: Record<string, unknown>;
}

const insert = statement((db) =>
  db
    .insert(outbox)
    .values({ id: sql.placeholder("id"), type: sql.placeholder("type"), v: 1, payload: sql.placeholder("payload") })
    .prepare("emit"),
);

/** Writes the event into the transaction of its cause. The relay publishes it after the commit. */
export async function emit(tx: Transaction, event: AppEvent): Promise<void> {
  await insert(tx, { id: newId(), type: event.type, payload: event.payload });
}
