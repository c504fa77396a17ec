import { sql } from "drizzle-orm";
import type { Database, Executor } from "../../db/client.ts";

/** How a plan reads one table (none, where it only looks up an index for a bitmap): `Seq Scan`, `Index Scan`, `Index Only Scan`, `Bitmap Heap Scan` … */
export interface Scan {
  table: string;
  /** A partition's own name is `table`, what the statement calls it is `alias`. */
  alias: string;
  node: string;
  /** The index that it goes by, and whether a condition bounds what is read of it. */
  index?: string | undefined;
  bounded: boolean;
}

export interface StatementPlan {
  statement: string;
  scans: Scan[];
}

interface PlanNode {
  "Node Type": string;
  "Relation Name"?: string;
  Alias?: string;
  "Index Name"?: string;
  "Index Cond"?: string;
  Plans?: PlanNode[];
}

/**
 * What the statement's generic plan reads: the plan for whatever parameters, of which there are as many as told.
 * @param types their types as the driver names them, by oid; 0 leaves it to the statement
 */
export function planOf(db: Database, statement: string, parameters: number, types: readonly number[] = []): Promise<Scan[]> {
  return db.transaction(async (tx) => {
    const named = types.map((oid) => NAMES[oid] ?? "unknown");
    await tx.execute(sql.raw(`prepare asked${named.length === 0 ? "" : `(${named.join(", ")})`} as ${statement}`));
    try {
      return await explain(tx, "asked", parameters);
    } finally {
      await tx.execute(sql`deallocate asked`);
    }
  });
}

const NAMES: Readonly<Record<number, string>> = { 16: "bool", 17: "bytea", 20: "int8", 1184: "timestamptz" };

/** The generic plans of all that the connection has prepared; the database has to have one connection alone. */
export async function preparedPlans(db: Database): Promise<StatementPlan[]> {
  const prepared = await db.execute<{ name: string; statement: string; parameters: number }>(
    sql`select name, statement, cardinality(parameter_types) as parameters from pg_prepared_statements order by prepare_time, name`,
  );
  const plans: StatementPlan[] = [];
  for (const { name, statement, parameters } of prepared) {
    // What isn't a query has no plan.
    if (!/^\s*\(*\s*(select|with|insert|update|delete)\b/i.test(statement)) continue;
    plans.push({ statement, scans: await explain(db, name, parameters) });
  }
  return plans;
}

/** Those of the tables that a plan reads from end to end. */
export function wholeScans(scans: readonly Scan[], tables: readonly string[]): string[] {
  return scans.filter((scan) => scan.node === "Seq Scan" && tables.includes(scan.table)).map((scan) => scan.table);
}

/** Values are needed by the syntax alone: nothing is run, and a generic plan asks for none. */
async function explain(db: Executor, name: string, parameters: number): Promise<Scan[]> {
  await db.execute(sql`set plan_cache_mode = force_generic_plan`);
  const values = parameters === 0 ? "" : `(${Array.from({ length: parameters }, () => "null").join(", ")})`;
  const [row] = await db.execute<{ "QUERY PLAN": { Plan: PlanNode }[] }>(sql.raw(`explain (format json) execute "${name}"${values}`));
  return scansUnder(row!["QUERY PLAN"][0]!.Plan);
}

function scansUnder(node: PlanNode): Scan[] {
  const table = node["Relation Name"];
  const own =
    table === undefined || !node["Node Type"].endsWith("Scan")
      ? []
      : [{ table, alias: node.Alias ?? table, node: node["Node Type"], index: node["Index Name"], bounded: node["Index Cond"] !== undefined }];
  return [...own, ...(node.Plans ?? []).flatMap(scansUnder)];
}
