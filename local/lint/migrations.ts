import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isWithoutTransaction } from "../../db/apply-migrations.ts";
import { ROOT } from "../root.ts";

const SQUAWK = join(ROOT, "node_modules", ".bin", "squawk");

/** Run on an empty database only, as the history's first: nothing is locked, scanned or waited for (docs/decisions/019). */
const FIRST = new Set(["0000_foundation.sql", "0001_tables.sql", "0002_functions.sql"]);

/** Squawk over a folder's migrations; it is told which run in a transaction. @returns what it says, empty where all is well */
export function lintMigrations(folder: string): string {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".sql") && !FIRST.has(name))
    .map((name) => join(folder, name));
  const inside = files.filter((file) => /\bconcurrently\b/i.test(readFileSync(file, "utf8")) && !isWithoutTransaction(readFileSync(file, "utf8")));
  if (inside.length > 0) return `${inside.join(", ")}: what is concurrent can't be in a transaction; begin the file with "-- no transaction"\n`;
  const groups = Map.groupBy(files, (file) => isWithoutTransaction(readFileSync(file, "utf8")));
  const said = [...groups].map(([isOutside, some]) => {
    const run = spawnSync(SQUAWK, ["--config", join(ROOT, ".squawk.toml"), ...(isOutside ? [] : ["--assume-in-transaction"]), ...some], { encoding: "utf8" });
    if (run.error) throw run.error;
    return run.status === 0 ? "" : run.stdout + run.stderr;
  });
  return said.join("");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const said = lintMigrations(join(ROOT, "db", "migrations"));
  process.stdout.write(said);
  process.exitCode = said === "" ? 0 : 1;
}
