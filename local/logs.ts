import { mkdirSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";

const MAX_BYTES = 10 * 1024 * 1024;

/** Opens the log file of one part for appending; an overlong one is kept as `.1` and begun anew. */
export function openLog(dataDir: string, part: string): { fd: number; file: string } {
  const folder = join(dataDir, "logs");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${part}.log`);
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > MAX_BYTES) renameSync(file, `${file}.1`);
  return { fd: openSync(file, "a"), file };
}

/** The last lines of a log, for the sentence that says why a part didn't start. */
export function lastLines(file: string, count = 12): string {
  try {
    return readFileSync(file, "utf8").trimEnd().split("\n").slice(-count).join("\n");
  } catch {
    return "";
  }
}
