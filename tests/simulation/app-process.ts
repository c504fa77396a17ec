import { closeSync, openSync, readFileSync } from "node:fs";
import { firstMessage, launchNode, type Running } from "../../local/running.ts";

/** The Node entry as a process of its own, so that kill −9 is real; it comes up again at the same address. */
export interface AppProcess {
  /** SIGKILL, a pause, and a new start. */
  crash(pauseMs: number): Promise<void>;
  /** Stops the process for a while, in the middle of whatever it does. */
  freeze(ms: number): Promise<void>;
  /** How it ended, each time that it did so by itself, and the last that it said. */
  deaths: { how: string; last: string }[];
  log(): string;
  stop(): Promise<void>;
}

/** @throws Error with the end of the app's log when it doesn't come up */
export async function startAppProcess(env: Record<string, string>, logFile: string): Promise<AppProcess> {
  const deaths: AppProcess["deaths"] = [];
  let running: Running;
  let wanted = true;
  const log = (): string => readFileSync(logFile, "utf8");
  const start = async (): Promise<void> => {
    const { PATH = "", HOME = "" } = process.env;
    const fd = openSync(logFile, "a");
    const started = launchNode(new URL("../../server/node.ts", import.meta.url), { env: { PATH, HOME, ...env }, log: fd });
    closeSync(fd);
    running = started;
    await firstMessage(started, (message) => (typeof message === "object" && message !== null && "ready" in message ? true : undefined)).catch((error: unknown) => {
      throw new Error(`The app did not start. It said:\n${log().slice(-3000)}`, { cause: error });
    });
    // As the supervisor does it: whoever ends by itself is started again.
    void started.exited.then((how) => {
      if (!wanted) return undefined;
      deaths.push({ how, last: log().slice(-700) });
      return inTurn(async () => (started === running && wanted ? start() : undefined));
    });
  };
  // One fall at a time: a second one waits until the first is over.
  let falling = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => (falling = falling.then(work));
  await inTurn(start);
  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  return {
    deaths,
    log,
    crash: (pauseMs) =>
      inTurn(async () => {
        wanted = false;
        killIfThere(running.pid, "SIGKILL");
        await running.exited;
        await pause(pauseMs);
        wanted = true;
        await start();
      }),
    freeze: (ms) =>
      inTurn(async () => {
        killIfThere(running.pid, "SIGSTOP");
        await pause(ms);
        killIfThere(running.pid, "SIGCONT");
      }),
    async stop() {
      await falling;
      wanted = false;
      await running.stop();
    },
  };
}

/** It may have ended by itself a moment ago. */
function killIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Then there is nobody to tell.
  }
}
