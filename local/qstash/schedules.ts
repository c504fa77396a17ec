import { Cron } from "croner";
import type { Database } from "./database.ts";
import { Refused } from "./model.ts";

/** What a schedule publishes, and when; times are milliseconds of the stand-in's clock. */
export interface Schedule {
  id: string;
  cron: string;
  destination: string;
  headers: Record<string, string>;
  /** Base64. */
  body: string;
  queue?: string;
  callerIp: string;
  createdAt: number;
  lastScheduleTime?: number;
}

export interface StoredSchedule {
  schedule: Schedule;
  nextAt: number;
  paused: boolean;
}

interface Row {
  doc: Schedule;
  next_at: number;
  paused: boolean;
}

const toStored = (row: Row): StoredSchedule => ({
  schedule: row.doc,
  nextAt: row.next_at,
  paused: row.paused,
});

/**
 * The first time after `now` that a cron line names; UTC unless it begins with `CRON_TZ=Zone`.
 * @throws Refused when the line is not valid
 */
export function nextFiring(line: string, now: number): number {
  const [, timezone = "UTC", pattern = line] = /^CRON_TZ=(\S+)\s+(.*)$/.exec(line) ?? [];
  try {
    const next = new Cron(pattern, { timezone, paused: true, mode: "5-part" }).nextRun(new Date(now));
    if (next) return next.getTime();
  } catch {
    throw new Refused(400, `invalid cron: ${line}`);
  }
  throw new Refused(400, `cron never fires: ${line}`);
}

/** Stores a schedule in the place of another with its id; a paused one stays paused. */
export async function saveSchedule(sql: Database, schedule: Schedule, nextAt: number): Promise<void> {
  await sql`
    INSERT INTO local_qstash.schedules (id, next_at, doc)
    VALUES (${schedule.id}, ${nextAt}, ${JSON.stringify(schedule)}::text::json)
    ON CONFLICT (id) DO UPDATE SET next_at = excluded.next_at, doc = excluded.doc`;
}

export async function listSchedules(sql: Database): Promise<StoredSchedule[]> {
  return (await sql<Row[]>`SELECT * FROM local_qstash.schedules ORDER BY id`).map(toStored);
}

export async function findSchedule(sql: Database, id: string): Promise<StoredSchedule | undefined> {
  return (await sql<Row[]>`SELECT * FROM local_qstash.schedules WHERE id = ${id}`).map(toStored)[0];
}

export async function dueSchedules(sql: Database, now: number): Promise<StoredSchedule[]> {
  const rows = await sql<Row[]>`SELECT * FROM local_qstash.schedules WHERE NOT paused AND next_at <= ${now}::bigint`;
  return rows.map(toStored);
}

/** @returns whether there is such a schedule */
export async function pauseSchedule(sql: Database, id: string, paused: boolean, nextAt: number): Promise<boolean> {
  const rows = await sql`
    UPDATE local_qstash.schedules SET paused = ${paused}, next_at = ${nextAt} WHERE id = ${id} RETURNING id`;
  return rows.length > 0;
}

export async function deleteSchedule(sql: Database, id: string): Promise<boolean> {
  return (await sql`DELETE FROM local_qstash.schedules WHERE id = ${id} RETURNING id`).length > 0;
}
