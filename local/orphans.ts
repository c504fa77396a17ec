import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { identify } from "./identity.ts";

const recordSchema = z.array(z.object({ pid: z.number().int(), identity: z.string() }));

/** Writes down who our children are, for the start after a kill −9. */
export function recordChildren(dataDir: string, pids: readonly number[]): void {
  const file = join(dataDir, "children.json");
  const record = pids.flatMap((pid) => {
    const identity = identify(pid);
    return identity === undefined ? [] : [{ pid, identity }];
  });
  writeFileSync(`${file}.new`, JSON.stringify(record));
  renameSync(`${file}.new`, file);
}

/**
 * Ends what an earlier run on this data folder left behind: asks by SIGINT (Postgres' fast shutdown), kills after 8 s.
 * A process that only inherited the number is not touched.
 */
export async function stopOrphans(dataDir: string): Promise<void> {
  const file = join(dataDir, "children.json");
  if (!existsSync(file)) return;
  const orphans = readRecord(file);
  const lives = (): typeof orphans => orphans.filter((o) => identify(o.pid) === o.identity);
  for (const { pid } of lives()) signal(pid, "SIGINT");
  const deadline = Date.now() + 8_000;
  while (lives().length > 0 && Date.now() < deadline) await wait(20);
  for (const { pid } of lives()) signal(pid, "SIGKILL");
  while (lives().length > 0) await wait(20);
}

function readRecord(file: string): z.infer<typeof recordSchema> {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return [];
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended in between.
  }
}
