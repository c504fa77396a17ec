import { type ChildProcess, fork, spawn } from "node:child_process";
import { chmodSync, cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { freePort } from "../../local/ports.ts";
import { startPostgres } from "../../local/postgres.ts";
import { ROOT } from "../../local/root.ts";
import type { Bench } from "./context.ts";
import { figure, median, type Figure } from "./figures.ts";
import { openLoad, repeat } from "./load.ts";
import { freePorts, memoryOf, peakMemory } from "./parts.ts";
import { RAISED } from "./world.ts";

const LATER_STARTS = 3;
const REST_MS = 5_000;
const REQUESTS = 4_000;
const CONNECTIONS = 32;
/** Of a checkout, what a fresh clone has not. */
const NOT_CLONED = new Set(["node_modules", "dist", ".data", ".git", ".wrangler", "client/lib/i18n/compiled", "tests/.artifacts"]);

/** `npm start` in a checkout where nothing was ever built or started, then again; and the memory of its app process. */
export async function start(bench: Bench): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "nightledger-bench-"));
  // Postgres' own user passes through it.
  chmodSync(folder, 0o755);
  try {
    const checkout = join(folder, "checkout");
    cpSync(ROOT, checkout, { recursive: true, filter: (path) => !NOT_CLONED.has(relative(ROOT, path)) });
    symlinkSync(join(ROOT, "node_modules"), join(checkout, "node_modules"));
    const floor = { first: await startOfPostgres(folder), later: await startOfPostgres(folder) };
    const first = await npmStart(checkout);
    await first.stop();
    const later: number[] = [];
    let memory = { rest: 0, load: 0 };
    for (let round = 1; round <= LATER_STARTS; round += 1) {
      const again = await npmStart(checkout);
      later.push(again.seconds);
      if (round === LATER_STARTS) memory = await memoryAt(again.url).finally(again.stop);
      else await again.stop();
    }
    bench.say(`start: later starts ${later.map((seconds) => seconds.toFixed(1)).join(", ")} s; the floor is Postgres alone`);
    const bare = await bareMemory();
    return [
      figure("start", "ready, the first time", first.seconds, "s", { floor: floor.first, most: 20 }),
      figure("start", "ready, later", median(later), "s", { floor: floor.later, most: 5 }),
      figure("start", "memory of the app process at rest", memory.rest, "MB", { floor: bare, most: 200 }),
      figure("start", "memory of the app process under load", memory.load, "MB", { floor: bare }),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startOfPostgres(folder: string): Promise<number> {
  const from = performance.now();
  const running = await startPostgres({ dataDir: join(folder, "postgres"), port: await freePort() });
  const seconds = (performance.now() - from) / 1000;
  await running.stop();
  return seconds;
}

/** Runs `npm start` with no more of our environment than a new machine has; resolves when it says that it is ready. */
async function npmStart(checkout: string): Promise<{ url: string; seconds: number; stop(): Promise<void> }> {
  const ports = await freePorts();
  const { PATH = "", HOME = "" } = process.env;
  const from = performance.now();
  const child = spawn("npm", ["start"], { cwd: checkout, env: { PATH, HOME, ...ports, ...RAISED }, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  await said(child, "Nightledger is ready");
  const seconds = (performance.now() - from) / 1000;
  return {
    url: `http://127.0.0.1:${ports.PORT}`,
    seconds,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

function said(child: ChildProcess, words: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let all = "";
    const hear = (data: Buffer): void => {
      all += data.toString();
      if (all.includes(words)) resolve();
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`npm start ended with code ${code}:\n${all}`)));
  });
}

/** A while after the start, and at the most while guests look around the demo's hotels. */
async function memoryAt(url: string): Promise<{ rest: number; load: number }> {
  const load = openLoad(url);
  try {
    await wait(REST_MS);
    const rest = await memoryOf(load);
    const { body } = await load.query("search.destinations", { text: "Ubud" });
    const [place] = (JSON.parse(body) as { result: { data: { id: number }[] } }).result.data;
    const stay = (index: number): object => ({
      destinationId: place!.id,
      checkIn: date(30 + (index % 200)),
      checkOut: date(32 + (index % 200)),
      rooms: [{ adults: 2, childAges: [] }],
    });
    const peak = await peakMemory(load, () => repeat(REQUESTS, CONNECTIONS, (index) => load.query("search.hotels", stay(index))));
    return { rest, load: peak };
  } finally {
    load.close();
  }
}

function date(ahead: number): string {
  return new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
}

/** A Node process that serves HTTP and nothing else, in MB. */
async function bareMemory(): Promise<number> {
  const child = fork(new URL("./bare-server.ts", import.meta.url));
  const rss = await new Promise<number>((resolve, reject) => {
    child.once("message", (bytes) => resolve(Number(bytes)));
    child.once("exit", () => reject(new Error("the bare server ended")));
  });
  child.kill();
  return rss / 1024 / 1024;
}
