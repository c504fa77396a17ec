import { fileURLToPath } from "node:url";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as apply } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";

/** Any number, the same everywhere: two deployments never migrate at once. */
const MIGRATION_LOCK = 5_217_001;

/**
 * Applies the pending migrations under an advisory lock, on one direct connection (not a pooler's).
 * A statement that can't have its lock within 5 s fails, rather than queueing all traffic behind it.
 * @param environment `production` makes the database refuse a moved clock for good.
 */
export async function migrate(databaseUrl: string, environment = process.env["NODE_ENV"] ?? "development"): Promise<void> {
  const client = postgres(databaseUrl, { max: 1, fetch_types: false, onnotice: () => {} });
  try {
    await client`select pg_advisory_lock(${MIGRATION_LOCK})`;
    await client`set lock_timeout = '5s'`;
    await apply(drizzle(client), { migrationsFolder: fileURLToPath(new URL("./migrations", import.meta.url)) });
    await validate(client);
    await client`update app_clock set environment = ${environment} where environment <> 'production' and environment <> ${environment}`;
  } finally {
    await client.end({ timeout: 5 });
  }
}

/**
 * Looks at the old rows of constraints that were added NOT VALID. Each by itself, behind the migrations' one
 * transaction: writes go on meanwhile. One that an old row breaks fails the deployment, and is tried again by the next.
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
