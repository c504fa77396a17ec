import postgres from "postgres";

export type Database = ReturnType<typeof connect>;

/** Connects with numbers for int8 (all of ours are counts and milliseconds); comes back by itself when Postgres does. */
function connect(url: string) {
  return postgres(url, {
    max: 4,
    connect_timeout: 3,
    backoff: () => 0.2,
    onnotice: () => undefined,
    connection: { application_name: "local_qstash", statement_timeout: 10_000 },
    // The driver asks for the array types outside of every promise: a reset at that moment would end the process.
    fetch_types: false,
    types: {
      bigint: { to: 20, from: [20], parse: Number, serialize: String },
      texts: { to: 1009, from: [], parse: String, serialize: toTextArray },
    },
  });
}

/** A `text[]` as Postgres reads it. */
function toTextArray(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replaceAll(/["\\]/g, "\\$&")}"`).join(",")}}`;
}

/** Opens the queue's own schema, making what is missing. Rejects when Postgres is not there. */
export async function openDatabase(url: string): Promise<Database> {
  const sql = connect(url);
  try {
    await sql.begin(async (tx) => {
      // Two starts at once would both try to create, and one would fail.
      await tx`SELECT pg_advisory_xact_lock(hashtext('local_qstash'))`;
      await tx.unsafe(TABLES);
    });
  } catch (error) {
    await sql.end({ timeout: 1 });
    throw error;
  }
  return sql;
}

/*
 * `lane` is what limits a message: `queue:name` or `flow:key`; most have none.
 * A callback of a queued message shares its `seq`, and so goes before what came later.
 */
const TABLES = `
CREATE SCHEMA IF NOT EXISTS local_qstash;
CREATE SEQUENCE IF NOT EXISTS local_qstash.message_seq;
CREATE TABLE IF NOT EXISTS local_qstash.messages (
  id text PRIMARY KEY,
  seq bigint NOT NULL DEFAULT nextval('local_qstash.message_seq'),
  lane text,
  due_at bigint NOT NULL,
  running boolean NOT NULL DEFAULT false,
  doc json NOT NULL
);
CREATE INDEX IF NOT EXISTS messages_due ON local_qstash.messages (due_at, seq) WHERE NOT running;
CREATE INDEX IF NOT EXISTS messages_lane ON local_qstash.messages (lane, seq) WHERE lane IS NOT NULL;
CREATE TABLE IF NOT EXISTS local_qstash.lanes (
  name text PRIMARY KEY,
  parallelism integer,
  rate integer,
  period_ms bigint NOT NULL DEFAULT 1000,
  paused boolean NOT NULL DEFAULT false,
  window_start bigint NOT NULL DEFAULT 0,
  window_count integer NOT NULL DEFAULT 0,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL
);
ALTER TABLE local_qstash.lanes ADD COLUMN IF NOT EXISTS pinned_parallelism boolean NOT NULL DEFAULT false;
ALTER TABLE local_qstash.lanes ADD COLUMN IF NOT EXISTS pinned_rate boolean NOT NULL DEFAULT false;
CREATE TABLE IF NOT EXISTS local_qstash.deduplication (
  id text PRIMARY KEY,
  message_id text NOT NULL,
  expires_at bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS deduplication_expiry ON local_qstash.deduplication (expires_at);
CREATE TABLE IF NOT EXISTS local_qstash.dead_letters (
  id text PRIMARY KEY,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  created_at bigint NOT NULL,
  doc json NOT NULL
);
CREATE TABLE IF NOT EXISTS local_qstash.log (
  id text PRIMARY KEY,
  seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  doc json NOT NULL
);
CREATE TABLE IF NOT EXISTS local_qstash.schedules (
  id text PRIMARY KEY,
  next_at bigint NOT NULL,
  paused boolean NOT NULL DEFAULT false,
  doc json NOT NULL
);
CREATE TABLE IF NOT EXISTS local_qstash.topics (name text PRIMARY KEY, doc json NOT NULL);
CREATE TABLE IF NOT EXISTS local_qstash.keys (name text PRIMARY KEY, doc json NOT NULL);
`;
