import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningCloud, startCloud } from "../../local/cloud.ts";
import type { CloudPorts } from "../../local/cloud-env.ts";
import { DEMO_KEYS } from "../../local/keys.ts";
import { freePort } from "../../local/ports.ts";
import { firstMessage, launchNode } from "../../local/running.ts";
import { UNBOUND } from "./unbound.ts";

export interface AppOptions {
  databaseUrl: string;
  /** Without it the app runs without Redis. `emptyRedis()` gives one. */
  redisUrl?: string;
  /** Which stand-ins; all by default. */
  ports?: CloudPorts;
  /** Mails per second that the stand-in takes; out of reach by default. */
  mailRate?: number;
  /** Variables of the app over those that the helper chooses. */
  env?: Record<string, string>;
}

export interface RunningApp {
  url: string;
  pid: number;
  /** The stand-ins, in this process. */
  cloud: RunningCloud;
  /** What the app wrote so far: a JSON object a line. */
  log(): string;
  stop(): Promise<void>;
}

/**
 * The Node entry as a process of its own against a test's database, with all stand-ins in this process.
 * @throws Error with the app's log when it doesn't come up
 */
export async function startApp(options: AppOptions): Promise<RunningApp> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const cloud = await startCloud({ publicUrl: url, mailRate: 100_000, ...options });
  const folder = mkdtempSync(join(tmpdir(), "nightledger-app-"));
  const logFile = join(folder, "app.log");
  const log = (): string => readFileSync(logFile, "utf8");
  const { PATH = "", HOME = "" } = process.env;
  const fd = openSync(logFile, "a");
  const running = launchNode(new URL("../../server/node.ts", import.meta.url), {
    env: { PATH, HOME, PORT: String(port), ...appVariables(url, cloud, options) },
    log: fd,
  });
  closeSync(fd);
  const stop = async (): Promise<void> => {
    await running.stop();
    await cloud.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await firstMessage(running, (message) => (isReady(message) ? true : undefined));
  } catch (error) {
    const said = log();
    await stop();
    throw new Error(`The app did not start. It said:\n${said}`, { cause: error });
  }
  return { url, pid: running.pid, cloud, log, stop };
}

/** What either entry must be told: the stand-ins' addresses, and no limit that a crowd of tests would meet. */
export function appVariables(url: string, cloud: RunningCloud, { databaseUrl, env }: AppOptions): Record<string, string> {
  return {
    NODE_ENV: "test",
    PUBLIC_URL: url,
    DATABASE_URL: databaseUrl,
    AUTH_SECRET: DEMO_KEYS.AUTH_SECRET,
    RATE_LIMIT_PER_MINUTE: "0",
    RATE_LIMIT_BOOKINGS_PER_MINUTE: "0",
    RATE_LIMIT_LOOKUPS_PER_MINUTE: "0",
    RATE_LIMIT_GUESSES_PER_MINUTE: "0",
    HOLDS_PER_ACTOR: "1000",
    ...UNBOUND,
    ...cloud.env,
    ...env,
  };
}

function isReady(message: unknown): boolean {
  return typeof message === "object" && message !== null && "ready" in message;
}
