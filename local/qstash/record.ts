import type { Database } from "./database.ts";
import { laneOf } from "./insert.ts";
import type { Outcome } from "./settle.ts";

/** The log and the DLQ keep this many messages. */
const KEPT = 10_000;

/**
 * Writes what many deliveries led to in one statement. May be repeated: a message that is no longer there (written
 * already, or cancelled meanwhile) has no further effect; locked, so that no cancel comes between.
 */
export async function recordOutcomes(sql: Database, outcomes: Outcome[]): Promise<void> {
  const rows = outcomes.map(({ message, next, deadLetter }) => ({
    id: message.id,
    next,
    due_at: message.notBefore,
    doc: message,
    dead_id: deadLetter?.id,
    dead_at: deadLetter?.createdAt,
    dead: deadLetter,
  }));
  const callbacks = outcomes.flatMap(({ seq, message, callbacks }) =>
    callbacks.map((callback) => ({
      source: message.id,
      seq: message.queue === undefined ? null : seq,
      id: callback.id,
      lane: laneOf(callback),
      due_at: callback.notBefore,
      doc: callback,
    })),
  );
  await sql`
    WITH outcome AS (
      SELECT r.* FROM json_to_recordset(${JSON.stringify(rows)}::text::json)
        AS r(id text, next text, due_at bigint, doc json, dead_id text, dead_at bigint, dead json)
      JOIN local_qstash.messages m USING (id) FOR UPDATE OF m
    ), again AS (
      UPDATE local_qstash.messages m SET running = false, due_at = o.due_at, doc = o.doc
      FROM outcome o WHERE m.id = o.id AND o.next = 'retry'
    ), gone AS (
      DELETE FROM local_qstash.messages m USING outcome o WHERE m.id = o.id AND o.next <> 'retry'
    ), buried AS (
      INSERT INTO local_qstash.dead_letters (id, created_at, doc)
      SELECT dead_id, dead_at, dead FROM outcome WHERE next = 'dead'
    ), logged AS (
      INSERT INTO local_qstash.log (id, doc) SELECT id, doc FROM outcome WHERE next <> 'retry'
      ON CONFLICT DO NOTHING
    )
    INSERT INTO local_qstash.messages (id, seq, lane, due_at, doc)
    SELECT r.id, coalesce(r.seq, nextval('local_qstash.message_seq')), r.lane, r.due_at, r.doc
    FROM json_to_recordset(${JSON.stringify(callbacks)}::text::json)
      AS r(source text, seq bigint, id text, lane text, due_at bigint, doc json)
    WHERE r.source IN (SELECT id FROM outcome)`;
}

/** Drops the old ends of the log and the DLQ, and deduplication ids past their window. */
export async function prune(sql: Database, now: number): Promise<void> {
  await sql`DELETE FROM local_qstash.log WHERE seq <= (SELECT max(seq) FROM local_qstash.log) - ${KEPT}`;
  await sql`
    DELETE FROM local_qstash.dead_letters WHERE seq <= (SELECT max(seq) FROM local_qstash.dead_letters) - ${KEPT}`;
  await sql`DELETE FROM local_qstash.deduplication WHERE expires_at <= ${now}::bigint`;
}
