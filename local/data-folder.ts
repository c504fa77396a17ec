import { chmodSync, mkdirSync } from "node:fs";
import { lockDataFolder } from "./lock.ts";
import { stopOrphans } from "./orphans.ts";

/**
 * Makes the data folder, takes it for this process, and ends what a killed run left on it; returns the way to give it back.
 * @throws Refusal when another process has it.
 */
export async function takeDataFolder(dataDir: string): Promise<() => void> {
  const made = mkdirSync(dataDir, { recursive: true });
  // Postgres' own user passes through it; what is secret in it has its own mode.
  if (made !== undefined) chmodSync(dataDir, 0o711);
  const release = lockDataFolder(dataDir);
  await stopOrphans(dataDir);
  return release;
}
