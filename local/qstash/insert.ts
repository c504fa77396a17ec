import type { Database } from "./database.ts";
import type { Message } from "./model.ts";

const DEDUPLICATION_MS = 10 * 60_000;

export interface Inserted {
  messageId: string;
  deduplicated: boolean;
}

/** The lane that limits a message, if any. */
export function laneOf(message: Message): string | null {
  if (message.queue !== undefined) return `queue:${message.queue}`;
  return message.flow ? `flow:${message.flow.key}` : null;
}

/**
 * Stores messages in one statement, but for those whose deduplication id was used within ten minutes:
 * these answer with the earlier message's id.
 */
export async function insertMessages(sql: Database, messages: Message[], now: number): Promise<Inserted[]> {
  await ensureLanes(sql, messages, now);
  const rows = messages.map((message, place) => ({
    place,
    id: message.id,
    lane: laneOf(message),
    due_at: message.notBefore,
    dedup: message.deduplication ?? null,
    doc: message,
  }));
  const stored = await sql<{ id: string }[]>`
    WITH asked AS (
      SELECT * FROM json_to_recordset(${JSON.stringify(rows)}::text::json)
        AS r(place integer, id text, lane text, due_at bigint, dedup text, doc json)
    ), won AS (
      INSERT INTO local_qstash.deduplication AS d (id, message_id, expires_at)
      SELECT DISTINCT ON (dedup) dedup, id, ${now + DEDUPLICATION_MS}::bigint FROM asked
      WHERE dedup IS NOT NULL ORDER BY dedup, place
      ON CONFLICT (id) DO UPDATE SET message_id = excluded.message_id, expires_at = excluded.expires_at
      WHERE d.expires_at <= ${now}::bigint
      RETURNING message_id
    )
    INSERT INTO local_qstash.messages (id, lane, due_at, doc)
    SELECT id, lane, due_at, doc FROM asked
    WHERE dedup IS NULL OR id IN (SELECT message_id FROM won)
    ORDER BY place
    RETURNING id`;
  if (stored.length === messages.length) {
    return messages.map(({ id }) => ({ messageId: id, deduplicated: false }));
  }
  const ids = new Set(stored.map(({ id }) => id));
  const earlier = await sql<{ id: string; message_id: string }[]>`
    SELECT id, message_id FROM local_qstash.deduplication
    WHERE id = ANY(${messages.flatMap(({ deduplication }) => deduplication ?? [])}::text[])`;
  const winners = new Map(earlier.map((row) => [row.id, row.message_id]));
  return messages.map(({ id, deduplication }) =>
    ids.has(id) ? { messageId: id, deduplicated: false } : { messageId: winners.get(deduplication ?? "") ?? id, deduplicated: true },
  );
}

/** A queue comes into being by its first message; a flow key takes the limits of its newest, where none is pinned. */
async function ensureLanes(sql: Database, messages: Message[], now: number): Promise<void> {
  const lanes = new Map<string, { parallelism?: number; rate?: number; periodMs?: number }>();
  for (const message of messages) {
    const lane = laneOf(message);
    if (lane !== null) lanes.set(lane, message.queue === undefined ? (message.flow ?? {}) : { parallelism: 1 });
  }
  for (const [name, limits] of lanes) {
    await sql`
      INSERT INTO local_qstash.lanes AS l (name, parallelism, rate, period_ms, created_at, updated_at)
      VALUES (${name}, ${limits.parallelism ?? null}, ${limits.rate ?? null}, ${limits.periodMs ?? 1000}, ${now}, ${now})
      ON CONFLICT (name) DO UPDATE
      SET parallelism = CASE WHEN l.pinned_parallelism THEN l.parallelism ELSE excluded.parallelism END,
        rate = CASE WHEN l.pinned_rate THEN l.rate ELSE excluded.rate END,
        period_ms = CASE WHEN l.pinned_rate THEN l.period_ms ELSE excluded.period_ms END
      WHERE l.name LIKE 'flow:%'
        AND (l.parallelism, l.rate, l.period_ms) IS DISTINCT FROM (excluded.parallelism, excluded.rate, excluded.period_ms)`;
  }
}
