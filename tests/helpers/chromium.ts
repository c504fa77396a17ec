import { spawnSync } from "node:child_process";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** The path of a Chromium; installed by apt where it is missing and we may. @throws Error that says what to do */
export function findChromium(): string {
  const named = process.env["CHROMIUM_PATH"];
  if (named) return named;
  const found = onPath();
  if (found) return found;
  const sudo = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  for (const args of [
    ["apt-get", "update", "-qq"],
    ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"],
  ]) {
    const [program, ...rest] = [...sudo, ...args];
    spawnSync(program!, rest, { stdio: "ignore", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
  }
  const installed = onPath();
  if (!installed) throw new Error("The browser tests need Chromium: install it, or set CHROMIUM_PATH.");
  return installed;
}

function onPath(): string | undefined {
  for (const name of NAMES) {
    const { status, stdout } = spawnSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" });
    if (status === 0 && stdout.trim()) return stdout.trim();
  }
  return undefined;
}
