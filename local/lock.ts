import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Refusal } from "./refusal.ts";

/**
 * Takes the data folder for this process alone; returns the way to give it back.
 * The lock is SQLite's own file lock, which the kernel drops with the process, so none is ever stale.
 * @throws Refusal when another process has it.
 */
export function lockDataFolder(dataDir: string): () => void {
  const holder = join(dataDir, "lock.pid");
  const db = new DatabaseSync(join(dataDir, "lock"));
  try {
    db.exec("PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE");
  } catch (error) {
    db.close();
    if (!/locked|busy/i.test(String(error))) throw error;
    throw new Refusal(`Nightledger already runs on the data folder ${dataDir} (process ${readPid(holder)}): stop it first, or set DATA_DIR to another folder.`);
  }
  writeFileSync(holder, String(process.pid));
  return () => db.close();
}

function readPid(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return "unknown";
  }
}
