import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test, vi } from "vitest";
import { DEMO_KEYS } from "../../local/keys.ts";
import { lockDataFolder } from "../../local/lock.ts";
import { checkPorts, freePort } from "../../local/ports.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const clean: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of clean.splice(0).toReversed()) await step();
});

interface Started {
  child: ChildProcess;
  output(): { out: string; err: string };
  /** Resolves with the exit code. */
  ended: Promise<number | null>;
}

/** Runs one of `local/`'s programs as npm would, but for npm. */
function run(program: string, env: Record<string, string>): Started {
  // Only what a bare machine has: no vendor's variable of the person who runs the tests.
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(process.execPath, [join("local", program)], {
    cwd: ROOT,
    env: { PATH, HOME, ...env },
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (data: Buffer) => (out += data.toString()));
  child.stderr.on("data", (data: Buffer) => (err += data.toString()));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  clean.push(() => {
    if (child.exitCode === null) child.kill("SIGTERM");
    return ended;
  });
  return { child, output: () => ({ out, err }), ended };
}

function dataFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), "nightledger-start-"));
  clean.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Ports that nobody has: one for the app, nine in a row for the rest. */
async function freePorts(): Promise<{ PORT: string; LOCAL_PORT: string }> {
  for (;;) {
    const base = await freePort();
    const row = Array.from({ length: 9 }, (_, i) => ({
      port: base + i,
      what: "test",
      variable: "LOCAL_PORT" as const,
    }));
    const free = await checkPorts(row).then(
      () => base < 65_000,
      () => false,
    );
    const port = await freePort();
    if (free && (port < base || port > base + 8)) return { PORT: String(port), LOCAL_PORT: String(base) };
  }
}

async function ready(started: Started): Promise<void> {
  await vi.waitUntil(
    () => {
      if (started.child.exitCode !== null) throw new Error(started.output().err);
      return started.output().out.includes("Nightledger is ready");
    },
    { timeout: 60_000, interval: 20 },
  );
}

/** All living processes of one installation: their command, environment or working folder names its data folder. */
function processesOf(dataDir: string): number[] {
  const mine = (pid: string): boolean => {
    try {
      const state = /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1];
      const text = ["cmdline", "environ"].map((file) => readFileSync(`/proc/${pid}/${file}`, "utf8"));
      // Redis writes its title over both; it works in its folder.
      return state !== "Z" && [...text, readlinkSync(`/proc/${pid}/cwd`)].join("\0").includes(dataDir);
    } catch {
      return false;
    }
  };
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && mine(name))
    .map(Number);
}

/** The children by what their command line shows. */
function find(dataDir: string, pattern: RegExp): number | undefined {
  return processesOf(dataDir).find((pid) => {
    try {
      return pattern.test(readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " "));
    } catch {
      return false;
    }
  });
}

async function healthy(port: string): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/health`).then(
    (response) => response.ok,
    () => false,
  );
}

test("a second start on the same data folder is one sentence that names the folder", async () => {
  const dir = dataFolder();
  clean.push(lockDataFolder(dir));
  const second = run("main.ts", { DATA_DIR: dir });
  expect(await second.ended).toBe(1);
  expect(second.output().err.trim().split("\n")).toEqual([expect.stringContaining(dir)]);
});

test("a reset is refused while the data folder is in use, and empties it of what is ours afterwards", async () => {
  const dir = dataFolder();
  const release = lockDataFolder(dir);
  const refused = run("reset.ts", { DATA_DIR: dir });
  expect(await refused.ended).toBe(1);
  release();
  writeFileSync(join(dir, "secrets.json"), "{}");
  writeFileSync(join(dir, "holiday.jpg"), "not ours");
  expect(await run("reset.ts", { DATA_DIR: dir }).ended).toBe(0);
  expect(existsSync(join(dir, "secrets.json"))).toBe(false);
  expect(existsSync(join(dir, "holiday.jpg"))).toBe(true);
});

test("the lock of a killed holder is free at once", async () => {
  const dir = dataFolder();
  const holder = spawn(
    process.execPath,
    [
      "--input-type=module",
      "-e",
      `import { lockDataFolder } from ${JSON.stringify(join(ROOT, "local/lock.ts"))};
       // Kept, or the collector might close it.
       globalThis.release = lockDataFolder(${JSON.stringify(dir)}); console.log("held"); setInterval(() => {}, 1000);`,
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  await new Promise((resolve) => holder.stdout.once("data", resolve));
  expect(() => lockDataFolder(dir)).toThrow(dir);
  holder.kill("SIGKILL");
  await new Promise((resolve) => holder.once("exit", resolve));
  expect(() => clean.push(lockDataFolder(dir))).not.toThrow();
});

test.each([
  { variable: "PORT", taken: (ports: { PORT: string }) => Number(ports.PORT) },
  {
    variable: "LOCAL_PORT",
    taken: (ports: { LOCAL_PORT: string }) => Number(ports.LOCAL_PORT) + 3,
  },
])("a port in use is one sentence that names it and $variable", async ({ variable, taken }) => {
  const ports = await freePorts();
  const port = taken(ports);
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve));
  clean.push(() => new Promise((resolve) => other.close(resolve)));
  expect((other.address() as AddressInfo).port).toBe(port);
  const started = run("main.ts", { DATA_DIR: dataFolder(), ...ports });
  expect(await started.ended).toBe(1);
  const lines = started.output().err.trim().split("\n");
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(`Port ${port}`);
  expect(lines[0]).toContain(`set ${variable} `);
});

test("production without a mail key is one sentence that says what to set, and starts nothing", async () => {
  const dir = dataFolder();
  const started = run("main.ts", { DATA_DIR: dir, NODE_ENV: "production" });
  expect(await started.ended).toBe(1);
  expect(started.output().err.trim().split("\n")).toEqual([expect.stringMatching(/set RESEND_API_KEY/)]);
  expect(readdirSync(dir)).toEqual([]);
});

test("the server by itself refuses production with a key that everybody knows and no address, a sentence each", async () => {
  const started = run("../server/node.ts", { NODE_ENV: "production", DATABASE_URL: "postgres://nobody@127.0.0.1:1/none", AUTH_SECRET: DEMO_KEYS.AUTH_SECRET });
  expect(await started.ended).toBe(1);
  expect(started.output().err).toMatch(/^ {2}PUBLIC_URL must be set .*\n {2}AUTH_SECRET has a value that everybody knows/m);
});

test("each part killed by -9 comes back, a killed supervisor leaves no child, and SIGTERM and SIGINT end the whole tree", { timeout: 180_000 }, async () => {
  const dir = dataFolder();
  const ports = await freePorts();
  const first = run("main.ts", { DATA_DIR: dir, ...ports });
  await ready(first);
  const secrets = readFileSync(join(dir, "secrets.json"), "utf8");
  for (const part of [/postgres -D/, /redis-server|valkey-server/, /cloud-process/, /server\/node/, /^\/bin\/sh/]) {
    const before = find(dir, part);
    expect(before, String(part)).toBeDefined();
    process.kill(before ?? 0, "SIGKILL");
    await vi.waitUntil(() => ![undefined, before].includes(find(dir, part)), {
      timeout: 20_000,
      interval: 20,
    });
    await vi.waitUntil(() => healthy(ports.PORT), { timeout: 20_000, interval: 50 });
  }
  first.child.kill("SIGKILL");
  await vi.waitUntil(() => processesOf(dir).length === 0, { timeout: 20_000, interval: 20 });

  const second = run("main.ts", { DATA_DIR: dir, ...ports });
  await ready(second);
  // Now the guard can't help: it dies first, and what stays behind is ended by the next start.
  process.kill(find(dir, /^\/bin\/sh/) ?? 0, "SIGKILL");
  second.child.kill("SIGKILL");
  await second.ended;

  const third = run("main.ts", { DATA_DIR: dir, ...ports });
  await ready(third);
  expect(await healthy(ports.PORT)).toBe(true);
  third.child.kill("SIGTERM");
  expect(await third.ended).toBe(0);
  expect(processesOf(dir)).toEqual([]);

  const fourth = run("main.ts", { DATA_DIR: dir, ...ports });
  await ready(fourth);
  fourth.child.kill("SIGINT");
  expect(await fourth.ended).toBe(0);
  expect(processesOf(dir)).toEqual([]);
  expect(readFileSync(join(dir, "secrets.json"), "utf8")).toBe(secrets);
});
