import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { takeDataFolder } from "./data-folder.ts";
import { Refusal } from "./refusal.ts";
import { readDataDir } from "./settings.ts";
import { messageOf } from "./supervise.ts";

/** Only what we put there: DATA_DIR may have been pointed at a folder with other things in it. */
const OURS = /^(postgres|redis|cloud|logs|cache|demo|secrets\.json|children\.json|clock\.json)(\..*)?$/;

try {
  const dataDir = readDataDir(process.env);
  const release = await takeDataFolder(dataDir);
  for (const name of readdirSync(dataDir).filter((entry) => OURS.test(entry))) {
    rmSync(join(dataDir, name), { recursive: true, force: true });
  }
  release();
  process.stdout.write(`The data folder ${dataDir} is empty; npm start begins anew.\n`);
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}
