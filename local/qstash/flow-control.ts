import type { Route } from "./context.ts";
import { Refused } from "./model.ts";

interface Row {
  name: string;
  parallelism: number | null;
  rate: number | null;
  period_ms: number;
  paused: boolean;
  window_start: number;
  window_count: number;
  waiting: number;
  running: number;
}

/** `/v2/flowControl`: list, get, pause and resume the keys that messages were published under. */
export const flowControlRoute: Route = async ({ sql, clock, dispatcher }, request, [key, verb]) => {
  if (request.method === "POST") {
    if (verb !== "pause" && verb !== "resume") throw new Refused(404, "not found");
    const changed = await sql`
      UPDATE local_qstash.lanes SET paused = ${verb === "pause"}, updated_at = ${clock.now()}
      WHERE name = ${`flow:${key}`} RETURNING name`;
    if (changed.length === 0) throw new Refused(404, `flow control key ${key} not found`);
    dispatcher.wake();
    return { body: {} };
  }
  const rows = await sql<Row[]>`
    SELECT l.*,
      (SELECT count(*)::integer FROM local_qstash.messages m WHERE m.lane = l.name AND NOT m.running) AS waiting,
      (SELECT count(*)::integer FROM local_qstash.messages m WHERE m.lane = l.name AND m.running) AS running
    FROM local_qstash.lanes l WHERE name LIKE 'flow:%' ORDER BY name`;
  if (key === undefined) return { body: rows.map(present) };
  const row = rows.find(({ name }) => name === `flow:${key}`);
  if (!row) throw new Refused(404, `flow control key ${key} not found`);
  return { body: present(row) };
};

function present(row: Row) {
  return {
    flowControlKey: row.name.slice("flow:".length),
    waitListSize: row.waiting,
    parallelismMax: row.parallelism ?? 0,
    parallelismCount: row.running,
    rateMax: row.rate ?? 0,
    rateCount: row.window_count,
    ratePeriod: row.period_ms / 1000,
    ratePeriodStart: Math.floor(row.window_start / 1000),
    isPaused: row.paused,
  };
}
