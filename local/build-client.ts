import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./root.ts";

const OUT = join(ROOT, "dist", "client");
const KEY = join(ROOT, "dist", "client.key");

/** All that the built client depends on; it takes schemas and types from the server. */
const INPUTS = ["client/**/*", "server/**/*.ts", "vite.config.ts", "package-lock.json"];

/** The program that runs Vite's build and ends with it. */
export const VITE = join(ROOT, "local", "build.ts");

/**
 * Builds the client into `dist/client`, unless it stands there from the same inputs.
 * @param vite runs `VITE` on Node with these arguments, to its end
 */
export async function buildClient(vite: (args: string[]) => Promise<void>): Promise<void> {
  const key = hashInputs();
  if (existsSync(OUT) && existsSync(KEY) && readFileSync(KEY, "utf8") === key) return;
  // Built aside, so that a build cut short is never served.
  const fresh = `${OUT}.${process.pid}`;
  await vite([fresh]);
  rmSync(KEY, { force: true });
  rmSync(OUT, { recursive: true, force: true });
  renameSync(fresh, OUT);
  writeFileSync(KEY, key);
}

function hashInputs(): string {
  const hash = createHash("sha256");
  const paths = globSync(INPUTS, { cwd: ROOT }).filter((path) => !isWrittenByTheBuild(path));
  for (const path of paths.toSorted()) {
    if (!statSync(join(ROOT, path)).isFile()) continue;
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(ROOT, path)))
      .update("\0");
  }
  return hash.digest("hex");
}

/** The compiled messages, and what their compiler leaves in its project's folder. */
function isWrittenByTheBuild(path: string): boolean {
  return path.includes("/i18n/compiled") || (path.includes(".inlang/") && !path.endsWith("/settings.json"));
}
