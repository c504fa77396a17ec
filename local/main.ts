import { existsSync } from "node:fs";
import { takeDataFolder } from "./data-folder.ts";
import { recordChildren } from "./orphans.ts";
import { readSettings } from "./settings.ts";
import { keepGuard, startAll } from "./start.ts";
import { createSupervisor, messageOf } from "./supervise.ts";
import { readyTable } from "./table.ts";

// `npm start`: the whole system in one process tree. This process starts the parts, keeps them alive, and ends them.

const GUARD = "The guard";
let shutDown = async (): Promise<void> => {};
let ending = false;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Ends all parts, then this process; further signals change nothing, since npm passes on a second one. */
async function end(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  await shutDown();
  process.exit(code);
}

function fail(reason: string): void {
  if (ending) return;
  process.stderr.write(`${reason}\n`);
  void end(1);
}

/** npm killed by −9 tells nobody: then our parent changes. Only under npm, since nohup and the like change it too. */
function endWithNpm(): void {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  setInterval(() => void (process.ppid !== parent && end(0)), 500).unref();
}

async function main(): Promise<void> {
  // What it keeps has guests' names, mails and secrets in it: for this user alone, and so for all parts that it starts.
  process.umask(0o077);
  if (existsSync(".env")) process.loadEnvFile();
  const settings = readSettings(process.env, { dev: process.argv.includes("--dev") });
  const release = await takeDataFolder(settings.dataDir);
  let watched = (_pids: readonly number[]): void => {};
  const supervisor = createSupervisor({
    say,
    changed(living) {
      const pids = living.filter(({ name }) => name !== GUARD).map(({ pid }) => pid);
      recordChildren(settings.dataDir, pids);
      watched(pids);
    },
  });
  shutDown = async () => {
    await supervisor.stop();
    release();
  };
  watched = await keepGuard(supervisor);
  const cloudEnv = await startAll(settings, supervisor, say);
  for (const note of settings.notes) say(note);
  say(readyTable(settings, cloudEnv, performance.now() / 1000));
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void end(0));
process.on("uncaughtException", (error) => fail(error.stack ?? error.message));
process.stdout.on("error", () => {});
endWithNpm();
main().catch((error: unknown) => fail(messageOf(error)));
