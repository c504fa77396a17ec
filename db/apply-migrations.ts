import { readMigrationFiles, type MigrationMeta } from "drizzle-orm/migrator";
import type postgres from "postgres";
import { sqlState } from "./client.ts";

/** How long a statement waits for its lock, with all traffic queued behind it, and how often it is tried. */
export interface Patience {
  lockMs: number;
  tries: number;
  /** Before the second try; twice as long before each further one. */
  pauseMs: number;
}

const PATIENT: Patience = { lockMs: 2000, tries: 7, pauseMs: 500 };
/** The lock was not to be had, or was asked for in a circle. */
const LOCKED = new Set(["55P03", "40P01"]);
const WITHOUT_TRANSACTION = /^\s*-- no transaction\b/;
const CONCURRENT_INDEX = /^create\s+(?:unique\s+)?index\s+concurrently\s+(?:if\s+not\s+exists\s+)?"?(\w+)"?/i;

/** Whether the file's statements run one by one, outside of a transaction: concurrent indexes, and updates in parts. */
export function isWithoutTransaction(text: string): boolean {
  return WITHOUT_TRANSACTION.test(text);
}

/**
 * Applies the folder's migrations that the database's log doesn't have, in the journal's order. Each file is a transaction
 * of its own; one that begins with `-- no transaction` runs statement by statement, and may be run again from its start:
 * a concurrent index that was left unfinished is made anew, the other statements have to bear it.
 * A lock that isn't to be had is given up, so that traffic goes on, and asked for again later.
 * @param client of one connection, which holds the lock against other deployments
 * @throws the statement's error; the files before it stay applied
 */
export async function applyMigrations(client: postgres.Sql, folder: string, patience: Patience = PATIENT): Promise<void> {
  await client`create schema if not exists drizzle`;
  await client`create table if not exists drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)`;
  const applied = new Set((await client<{ hash: string }[]>`select hash from drizzle.__drizzle_migrations`).map(({ hash }) => hash));
  for (const migration of readMigrationFiles({ migrationsFolder: folder })) {
    if (applied.has(migration.hash)) continue;
    await (isWithoutTransaction(migration.sql[0]!) ? applyInParts(client, migration, patience) : applyWhole(client, migration, patience));
  }
}

async function applyWhole(client: postgres.Sql, migration: MigrationMeta, patience: Patience): Promise<void> {
  await client.unsafe(`set lock_timeout = ${patience.lockMs}`);
  await untilUnlocked(patience, () =>
    client.begin(async (sql) => {
      for (const statement of migration.sql) await sql.unsafe(statement);
      await log(sql, migration);
    }),
  );
}

async function applyInParts(client: postgres.Sql, migration: MigrationMeta, patience: Patience): Promise<void> {
  for (const statement of migration.sql) {
    const [, index] = CONCURRENT_INDEX.exec(withoutComments(statement)) ?? [];
    // It waits for every older transaction, and keeps nobody waiting meanwhile.
    await client.unsafe(`set lock_timeout = ${index === undefined ? patience.lockMs : 0}`);
    await untilUnlocked(patience, async () => {
      if (index !== undefined && (await stateOf(client, index)) === "whole") return;
      if (index !== undefined) await client.unsafe(`drop index concurrently if exists "${index}"`);
      await client.unsafe(statement);
    });
  }
  await log(client, migration);
}

/** `broken`: a concurrent build stopped within. */
async function stateOf(client: postgres.Sql, index: string): Promise<"whole" | "broken" | "absent"> {
  const [row] = await client<{ whole: boolean }[]>`select indisvalid as whole from pg_index where indexrelid = to_regclass(${`public."${index}"`})`;
  if (!row) return "absent";
  return row.whole ? "whole" : "broken";
}

async function log(sql: postgres.Sql | postgres.TransactionSql, { hash, folderMillis }: MigrationMeta): Promise<void> {
  await sql.unsafe("insert into drizzle.__drizzle_migrations (hash, created_at) values ($1, $2)", [hash, folderMillis]);
}

async function untilUnlocked(patience: Patience, work: () => Promise<unknown>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await work();
      return;
    } catch (error) {
      if (tries === patience.tries || !LOCKED.has(sqlState(error) ?? "")) throw error;
      await new Promise((resolve) => setTimeout(resolve, patience.pauseMs * 2 ** (tries - 1)));
    }
  }
}

function withoutComments(statement: string): string {
  return statement.replaceAll(/^\s*--.*$/gm, "").trim();
}
