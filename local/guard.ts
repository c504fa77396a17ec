import { type OnSpawn, type Running, launch } from "./running.ts";

/** Reads the children's numbers, a line each time they change; at the pipe's end it ends those of the last line. */
const SCRIPT = 'while read -r line; do pids=$line; done; [ -z "$pids" ] || kill -INT $pids 2>/dev/null';

interface Guard extends Running {
  watch(pids: readonly number[]): void;
}

/**
 * Starts the guard: a small shell that outlives us. When we disappear without a word (kill −9), the kernel closes its
 * pipe, and it ends Postgres and Redis, which would not notice by themselves.
 */
export async function startGuard(onSpawn: OnSpawn): Promise<Guard> {
  const running = await launch(["/bin/sh", "-c", SCRIPT], {
    stdio: ["pipe", "ignore", "ignore"],
    cwd: "/",
  });
  onSpawn(running);
  // Its pipe breaks when the guard itself is killed; the supervisor starts it again.
  running.child.stdin?.on("error", () => {});
  return { ...running, watch: (pids) => void running.child.stdin?.write(`${pids.join(" ")}\n`) };
}
