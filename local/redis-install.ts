import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const PROGRAMS = ["redis-server", "valkey-server"];
/** Where package managers put it, though a bare PATH may not say so. */
const MORE_FOLDERS = ["/usr/bin", "/usr/local/bin", "/usr/sbin", "/opt/homebrew/bin"];

/** Tells a person what takes long. */
export type Say = (line: string) => void;

/**
 * The path of `redis-server` or `valkey-server`, installed by apt or brew when missing and when that needs no password.
 * Undefined when there is no way; the app then runs without Redis.
 */
export function findRedis(say: Say = () => {}): string | undefined {
  const found = lookUp();
  if (found !== undefined) return found;
  for (const steps of waysToInstall()) {
    say(`Redis is missing; installing it (${steps.at(0)?.join(" ")})`);
    steps.every((step) => run(step) === 0);
    const installed = lookUp();
    if (installed !== undefined) return installed;
  }
  return undefined;
}

function lookUp(): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...MORE_FOLDERS];
  const files = PROGRAMS.flatMap((program) => folders.map((folder) => join(folder, program)));
  return files.find(isExecutable);
}

/** Each way is a list of commands; the second tries again with fresh package lists. */
function waysToInstall(): string[][][] {
  if (process.platform === "darwin") return has("brew") ? [[["brew", "install", "redis"]]] : [];
  if (!has("apt-get")) return [];
  const asRoot = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  if (asRoot.length > 0 && run(["sudo", "-n", "true"]) !== 0) return [];
  const apt = [...asRoot, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];
  const install = [...apt, "install", "-y", "--no-install-recommends", "redis-server"];
  // Debian starts a service of its own on port 6379, which nobody asked for.
  const quiet = [...asRoot, "systemctl", "disable", "--now", "redis-server"];
  return [
    [install, quiet],
    [[...apt, "update"], install, quiet],
  ];
}

function has(program: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => isExecutable(join(folder, program)));
}

function run(command: readonly string[]): number | null {
  const [file = "", ...args] = command;
  return spawnSync(file, args, { stdio: "ignore", timeout: 300_000 }).status;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
