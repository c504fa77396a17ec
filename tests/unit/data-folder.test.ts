import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { takeDataFolder } from "../../local/data-folder.ts";

const folder = mkdtempSync(join(tmpdir(), "nightledger-folder-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

test("other users of the machine pass through the data folder, and read nothing in it, of an earlier version's either", async () => {
  const dataDir = join(folder, "a", "data");
  const release = await takeDataFolder(dataDir);
  release();
  expect([modeOf(join(folder, "a")), modeOf(dataDir)]).toEqual(["711", "711"]);
  mkdirSync(join(dataDir, "logs"));
  chmodSync(join(dataDir, "logs"), 0o755);
  writeFileSync(join(dataDir, "mails.json"), "[]");
  chmodSync(join(dataDir, "mails.json"), 0o644);
  (await takeDataFolder(dataDir))();
  expect([modeOf(join(dataDir, "logs")), modeOf(join(dataDir, "mails.json"))]).toEqual(["700", "600"]);
});
