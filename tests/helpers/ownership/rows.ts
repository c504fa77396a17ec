import { sql } from "drizzle-orm";
import type { Database } from "../../../db/client.ts";

/** Every row of every table as text; two of the same database tell what has been changed between. */
export async function allRows(db: Database): Promise<Map<string, Set<string>>> {
  const tables = await db.execute<{ name: string }>(sql`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition order by 1`);
  const rows = new Map<string, Set<string>>();
  for (const { name } of tables) {
    const found = await db.execute<{ text: string }>(sql`select t::text as text from ${sql.identifier(name)} t`);
    rows.set(name, new Set(found.map(({ text }) => `${name} ${text}`)));
  }
  return rows;
}

/** The rows that are in `some` and not in `others`. */
export function missingFrom(others: Map<string, Set<string>>, some: Map<string, Set<string>>): string[] {
  return [...some].flatMap(([table, rows]) => [...rows].filter((row) => !others.get(table)?.has(row)));
}
