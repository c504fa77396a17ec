import { type ChildProcess, type StdioOptions, fork, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ROOT } from "./root.ts";

/** A child process that lives. */
export interface Running {
  pid: number;
  /** Resolves when it has ended, with how: `code 1`, `SIGKILL`. */
  exited: Promise<string>;
  /** Asks it to end, kills it when it doesn't; resolves when it has ended. */
  stop(): Promise<void>;
}

/** Told of each process as soon as it exists, before it is ready. */
export type OnSpawn = (running: Running) => void;

interface StopRule {
  signal?: NodeJS.Signals;
  /** How long it may take before it is killed, in milliseconds. */
  graceMs?: number;
}

/**
 * Starts a program outside our process group, so that a terminal's Ctrl-C reaches us alone and we end the parts in order.
 * @throws when the program can't be started at all.
 */
export async function launch(
  command: readonly string[],
  options: {
    cwd?: string;
    env?: NodeJS.ProcessEnv;
    stdio: StdioOptions;
    uid?: number;
    gid?: number;
  },
  stop: StopRule = {},
): Promise<Running & { child: ChildProcess }> {
  const [file = "", ...args] = command;
  const child = spawn(file, args, { ...options, detached: true });
  const running = track(child, stop);
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
  return { ...running, child };
}

const PRELOADED = [new URL("./quick-imports.ts", import.meta.url), new URL("./leash.ts", import.meta.url)].flatMap((module) => ["--import", module.href]);

/** Starts one of our own modules; it ends by itself when this process disappears (`leash.ts`). */
export function launchNode(
  module: URL,
  options: { execArgv?: readonly string[]; env: NodeJS.ProcessEnv; log: number | "inherit" },
  stop: StopRule = {},
): Running & { child: ChildProcess } {
  const child = fork(fileURLToPath(module), [], {
    cwd: ROOT,
    env: options.env,
    execArgv: [...PRELOADED, ...(options.execArgv ?? [])],
    stdio: ["ignore", options.log, options.log, "ipc"],
    detached: true,
  });
  return { ...track(child, stop), child };
}

/** The first message that answers `read`, or a rejection when the process ends before. */
export function firstMessage<T>(running: Running & { child: ChildProcess }, read: (message: unknown) => T | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    running.child.on("message", (message) => {
      const value = read(message);
      if (value !== undefined) resolve(value);
    });
    void running.exited.then((how) => reject(new Error(`it ended before it was ready (${how})`)));
  });
}

function track(child: ChildProcess, { signal = "SIGTERM", graceMs = 8_000 }: StopRule): Running {
  const exited = new Promise<string>((resolve) => {
    child.once("exit", (code, by) => resolve(by ?? `code ${code}`));
    child.once("error", (error) => resolve(error.message));
  });
  return {
    pid: child.pid ?? -1,
    exited,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
      await exited;
      clearTimeout(timer);
    },
  };
}
