import { sql } from "drizzle-orm";
import { pgArray, statement, type Transaction } from "../../db/client.ts";
import { outbox } from "../../db/schema/jobs.ts";
import { newId } from "./ids.ts";

/** What happened: a type, and ids with a version; no personal data. */
export interface AppEvent {
  type: string;
  payload: Record<string, unknown>;
}

const { placeholder } = sql;

const insert = statement((db) =>
  db
    .insert(outbox)
    .select(
      sql`select e.id, e.type, 1, e.payload, app_now(), null::timestamptz, null::timestamptz
        from unnest(${placeholder("ids")}::uuid[], ${placeholder("types")}::text[], ${placeholder("payloads")}::jsonb[]) as e(id, type, payload)`,
    )
    .prepare("emit"),
);

/** Writes the events into the transaction of their cause. The relay publishes them after the commit. */
export async function emit(tx: Transaction, ...events: AppEvent[]): Promise<void> {
  if (events.length === 0) return;
  await insert(tx, {
    ids: pgArray(events.map(() => newId())),
    types: pgArray(events.map((event) => event.type)),
    payloads: pgArray(events.map((event) => JSON.stringify(event.payload))),
  });
}
