import { fileURLToPath } from "node:url";
import { readMigrationFiles } from "drizzle-orm/migrator";
import postgres from "postgres";
import { applyMigrations } from "./apply-migrations.ts";

const FOLDER = fileURLToPath(new URL("./migrations", import.meta.url));

/** Any number, the same everywhere: two deployments never migrate at once. */
const MIGRATION_LOCK = 5_217_001;
const LOOK_MS = 200;

/**
 * Applies the pending migrations under an advisory lock, on one direct connection (not a pooler's).
 * @param environment `production` makes the database refuse a moved clock for good.
 */
export async function migrate(databaseUrl: string, environment = process.env["NODE_ENV"] ?? "development"): Promise<void> {
  const client = postgres(databaseUrl, { max: 1, fetch_types: false, onnotice: () => {} });
  try {
    await waitForOthers(client);
    await refuseForeignHistory(client);
    await applyMigrations(client, FOLDER);
    await validate(client);
    await client`update app_clock set environment = ${environment} where environment <> 'production' and environment <> ${environment}`;
  } finally {
    await client.end({ timeout: 5 });
  }
}

/** Asks again and again: who waits within a statement is an open transaction, for whose end a concurrent index would wait. */
async function waitForOthers(client: postgres.Sql): Promise<void> {
  for (;;) {
    const [lock] = await client<{ mine: boolean }[]>`select pg_try_advisory_lock(${MIGRATION_LOCK}) as mine`;
    if (lock?.mine) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/**
 * A database that other migrations than these have built can't be carried on by them (docs/decisions/019).
 * @throws Error that says what to do
 */
async function refuseForeignHistory(client: postgres.Sql): Promise<void> {
  const [table] = await client`select from pg_tables where schemaname = 'drizzle' and tablename = '__drizzle_migrations'`;
  if (!table) return;
  const applied = await client<{ hash: string }[]>`select hash from drizzle.__drizzle_migrations`;
  const known = new Set(readMigrationFiles({ migrationsFolder: FOLDER }).map((migration) => migration.hash));
  if (applied.every(({ hash }) => known.has(hash))) return;
  throw new Error(
    "This database was built by migrations that this version does not have. On one machine `npm run reset` empties the data folder; " +
      "elsewhere name an empty database in DATABASE_URL, or run the version that built this one.",
  );
}

/**
 * Looks at the old rows of constraints that were added NOT VALID. Each by itself, behind the migrations'
 * transactions: writes go on meanwhile. One that an old row breaks fails the deployment, and is tried again by the next.
 */
async function validate(client: postgres.Sql): Promise<void> {
  const unproven = await client<{ table: string; name: string }[]>`
    select conrelid::regclass::text as table, quote_ident(conname) as name from pg_constraint
    where not convalidated and connamespace = 'public'::regnamespace order by conrelid, conname`;
  for (const { table, name } of unproven) await client.unsafe(`alter table ${table} validate constraint ${name}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const url = process.env["DATABASE_DIRECT_URL"] || process.env["DATABASE_URL"];
  if (!url) throw new Error("Set DATABASE_URL (or DATABASE_DIRECT_URL where DATABASE_URL is a pooler).");
  await migrate(url);
  process.stdout.write("Migrations applied.\n");
}
