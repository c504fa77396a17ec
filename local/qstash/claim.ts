import type { Database } from "./database.ts";
import type { Claimed, Message } from "./model.ts";

interface Row {
  seq: number;
  doc: Message;
}

const toClaimed = (row: Row): Claimed => ({ seq: row.seq, message: row.doc });

/** Takes up to `limit` due messages that no queue or flow control holds back, in order of their due time. */
export async function claimFree(sql: Database, now: number, limit: number): Promise<Claimed[]> {
  const rows = await sql<Row[]>`
    UPDATE local_qstash.messages SET running = true
    WHERE id = ANY(ARRAY(
      SELECT id FROM local_qstash.messages
      WHERE NOT running AND lane IS NULL AND due_at <= ${now}::bigint
      ORDER BY due_at, seq LIMIT ${limit} FOR UPDATE SKIP LOCKED))
    RETURNING seq, doc`;
  // RETURNING has no order of its own.
  return rows.map(toClaimed).sort((a, b) => a.message.notBefore - b.message.notBefore || a.seq - b.seq);
}

interface Lane {
  name: string;
  parallelism: number | null;
  rate: number | null;
  period_ms: number;
  window_start: number;
  window_count: number;
  running: number;
}

/**
 * Takes the due messages that their queue or flow control lets go now.
 * @returns them, and when a spent rate allows more
 */
export async function claimLanes(sql: Database, now: number): Promise<{ claimed: Claimed[]; wakeAt: number }> {
  const lanes = await sql<Lane[]>`
    SELECT l.name, parallelism, rate, period_ms, window_start, window_count,
      (SELECT count(*)::integer FROM local_qstash.messages m WHERE m.lane = l.name AND m.running) AS running
    FROM local_qstash.lanes l
    WHERE NOT paused AND EXISTS (SELECT FROM local_qstash.messages m WHERE m.lane = l.name AND NOT m.running)`;
  const claimed: Claimed[] = [];
  let wakeAt = Infinity;
  for (const lane of lanes) {
    if (lane.name.startsWith("queue:")) {
      claimed.push(...(await claimQueue(sql, lane, now)));
      continue;
    }
    const taken = await claimFlow(sql, lane, now);
    claimed.push(...taken.claimed);
    wakeAt = Math.min(wakeAt, taken.wakeAt);
  }
  return { claimed, wakeAt };
}

/** First in, first out: only the oldest `parallelism` unfinished messages may be on their way. */
async function claimQueue(sql: Database, lane: Lane, now: number): Promise<Claimed[]> {
  const rows = await sql<Row[]>`
    UPDATE local_qstash.messages SET running = true
    WHERE NOT running AND due_at <= ${now}::bigint AND id = ANY(ARRAY(
      SELECT id FROM local_qstash.messages WHERE lane = ${lane.name}
      ORDER BY seq, id LIMIT ${lane.parallelism ?? 1}))
    RETURNING seq, doc`;
  return rows.map(toClaimed).sort((a, b) => a.seq - b.seq);
}

async function claimFlow(sql: Database, lane: Lane, now: number): Promise<{ claimed: Claimed[]; wakeAt: number }> {
  const fresh = now >= lane.window_start + lane.period_ms;
  const windowStart = fresh ? now : lane.window_start;
  const spent = fresh ? 0 : lane.window_count;
  const allowed = lane.rate === null ? Infinity : lane.rate - spent;
  const free = lane.parallelism === null ? Infinity : lane.parallelism - lane.running;
  const limit = Math.min(allowed, free, 100);
  const wakeAt = allowed <= limit ? windowStart + lane.period_ms : Infinity;
  if (limit <= 0) return { claimed: [], wakeAt };
  const rows = await sql<Row[]>`
    WITH taken AS (
      UPDATE local_qstash.messages SET running = true
      WHERE id = ANY(ARRAY(
        SELECT id FROM local_qstash.messages
        WHERE lane = ${lane.name} AND NOT running AND due_at <= ${now}::bigint
        ORDER BY due_at, seq LIMIT ${limit}))
      RETURNING seq, doc
    ), counted AS (
      UPDATE local_qstash.lanes
      SET window_start = ${windowStart}::bigint, window_count = ${spent}::integer + (SELECT count(*) FROM taken)
      WHERE name = ${lane.name}
    )
    SELECT seq, doc FROM taken ORDER BY seq`;
  return { claimed: rows.map(toClaimed), wakeAt };
}

/** When the next message comes due, and when the next schedule does; Infinity for none. */
export async function nextDue(sql: Database, now: number): Promise<{ message: number; schedule: number }> {
  const [row] = await sql<{ message: number | null; schedule: number | null }[]>`
    SELECT (SELECT min(due_at) FROM local_qstash.messages WHERE NOT running AND due_at > ${now}::bigint) AS message,
      (SELECT min(next_at) FROM local_qstash.schedules WHERE NOT paused) AS schedule`;
  return { message: row?.message ?? Infinity, schedule: row?.schedule ?? Infinity };
}

/** Gives back what is marked as on its way but isn't: after a kill, or when a claim's answer was lost. */
export async function giveBack(sql: Database, onTheirWay: string[]): Promise<void> {
  await sql`UPDATE local_qstash.messages SET running = false WHERE running AND id <> ALL(${onTheirWay}::text[])`;
}
