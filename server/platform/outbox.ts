import { sql } from "drizzle-orm";
import type { z } from "zod";
import { pgArray, statement, type Transaction } from "../../db/client.ts";
import { outbox } from "../../db/schema/jobs.ts";
import { newId } from "./ids.ts";

/** A service's events: each type with the schema of its payload, which is ids and a version, no personal data. */
export type EventSchemas = Record<string, z.ZodObject>;

/** One event of these: its type, and the payload that its schema asks for. */
export type EventOf<S extends EventSchemas> = {
  [T in keyof S & string]: { type: T; payload: z.input<S[T]> };
}[keyof S & string];

const { placeholder } = sql;

const insert = statement((db) =>
  db
    .insert(outbox)
    .select(
      sql`select e.id, e.type, 1, e.payload, app_now(), null::timestamptz, null::timestamptz
        from unnest(${placeholder("ids")}::uuid[], ${placeholder("types")}::text[], ${placeholder("payloads")}::jsonb[])
          as e(id, type, payload)`,
    )
    .prepare("emit"),
);

/**
 * Makes the `emit` of a service. It writes events into the transaction of their cause; the relay publishes them after
 * the commit. Only declared types compile, and a payload with a field too few or too many is an error, not a message.
 */
export function emitterOf<S extends EventSchemas>(schemas: S) {
  const strict = new Map(Object.entries(schemas).map(([type, schema]) => [type, schema.strict()]));
  return async function emit(tx: Transaction, ...events: EventOf<S>[]): Promise<void> {
    if (events.length === 0) return;
    const payloads = events.map(({ type, payload }) => {
      const schema = strict.get(type);
      if (!schema) throw new Error(`the event ${type} is not declared`);
      return JSON.stringify(schema.parse(payload));
    });
    await insert(tx, {
      ids: pgArray(events.map(() => newId())),
      types: pgArray(events.map((event) => event.type)),
      payloads: pgArray(payloads),
    });
  };
}
