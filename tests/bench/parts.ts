import { checkPorts, freePort } from "../../local/ports.ts";
import type { Load } from "./load.ts";

/** Ports that nobody has: one for the app, nine in a row for the rest. */
export async function freePorts(): Promise<{ PORT: string; LOCAL_PORT: string }> {
  for (;;) {
    const base = await freePort();
    const row = Array.from({ length: 9 }, (_, i) => ({ port: base + i, what: "the bench", variable: "LOCAL_PORT" as const }));
    const isFree = await checkPorts(row).then(
      () => base < 65_000,
      () => false,
    );
    const port = await freePort();
    if (isFree && (port < base || port > base + 8)) return { PORT: String(port), LOCAL_PORT: String(base) };
  }
}

/** A number of the app's `/metrics`, summed over the lines whose labels are among those given. */
export async function readMetric(load: Load, name: string, labels = ""): Promise<number> {
  const { body } = await load.get("/metrics");
  return body
    .split("\n")
    .filter((line) => line.startsWith(name) && line.includes(labels))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
}

const MEBIBYTE = 1024 * 1024;

/** The app's resident memory in MB. */
export async function memoryOf(load: Load): Promise<number> {
  return (await readMetric(load, "process_resident_memory_bytes")) / MEBIBYTE;
}

/** Looks at the app's memory twice a second while `work` runs; the highest it saw, in MB. */
export async function peakMemory(load: Load, work: () => Promise<unknown>): Promise<number> {
  let peak = 0;
  let looking: Promise<void> = Promise.resolve();
  const look = async (): Promise<void> => void (peak = Math.max(peak, await memoryOf(load)));
  const timer = setInterval(() => (looking = look().catch(() => {})), 500);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  await looking;
  await look();
  return peak;
}
