import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * A text that tells this process from any later one under the same number: its start time and, on Linux, the boot.
 * Undefined when no such process lives (a zombie doesn't).
 */
export function identify(pid: number): string | undefined {
  if (process.platform === "linux") return identifyLinux(pid);
  try {
    const started = execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" });
    return started.trim() || undefined;
  } catch {
    return undefined;
  }
}

function identifyLinux(pid: number): string | undefined {
  try {
    // The fields after the command's closing bracket; state is the 1st, start time (in ticks since boot) the 20th.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return undefined;
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot}/${fields[19]}`;
  } catch {
    return undefined;
  }
}

/** The command line of a living process; undefined when there is none. */
export function describeProcess(pid: number): string | undefined {
  if (identify(pid) === undefined) return undefined;
  if (process.platform === "linux") return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  return execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" });
}
