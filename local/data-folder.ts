import { chmodSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { lockDataFolder } from "./lock.ts";
import { stopOrphans } from "./orphans.ts";

/**
 * Makes the data folder, takes it for this process, and ends what a killed run left on it; returns the way to give it back.
 * What is in it is for this user alone: guests' names, mails and secrets.
 * @throws Refusal when another process has it.
 */
export async function takeDataFolder(dataDir: string): Promise<() => void> {
  const made = mkdirSync(dataDir, { recursive: true });
  // Postgres' own user passes through it, and through those above it that were made here.
  if (made !== undefined) for (let folder = dataDir; folder.startsWith(made); folder = dirname(folder)) chmodSync(folder, 0o711);
  const release = lockDataFolder(dataDir);
  await stopOrphans(dataDir);
  for (const name of readdirSync(dataDir)) closeToOthers(join(dataDir, name));
  return release;
}

/** An earlier version may have left it readable. */
function closeToOthers(path: string): void {
  const { mode } = statSync(path);
  if ((mode & 0o077) !== 0) chmodSync(path, mode & 0o700);
}
