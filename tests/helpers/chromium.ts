import { spawnSync } from "node:child_process";

/** Its headless build first: the same engine without the browser's own windows takes half of the CPU. */
const NAMES = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];
/** By apt; the headless build is Debian's alone. */
const PACKAGES = ["chromium-headless-shell", "chromium"];

/** The path of a Chromium; installed by apt where it is missing and we may. @throws Error that says what to do */
export function findChromium(): string {
  const named = process.env["CHROMIUM_PATH"];
  if (named) return named;
  const found = onPath();
  if (found) return found;
  const sudo = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  const apt = (...args: string[]): void => {
    const [program, ...rest] = [...sudo, "apt-get", ...args];
    spawnSync(program!, rest, { stdio: "ignore", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
  };
  apt("update", "-qq");
  for (const name of PACKAGES) if (!onPath()) apt("install", "-y", "-qq", "--no-install-recommends", name);
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
