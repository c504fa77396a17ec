import { closeSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { CloudOptions } from "./cloud.ts";
import { lastLines, openLog } from "./logs.ts";
import { type OnSpawn, type Running, firstMessage, launchNode } from "./running.ts";
import type { Settings } from "./settings.ts";

// The Node processes of the tree, each started the same way.

const readySchema = z.object({
  ready: z.literal(true),
  env: z.record(z.string(), z.string()).default({}),
});
type Ready = z.infer<typeof readySchema>;

interface Part {
  name: string;
  /** From this folder. */
  module: string;
  env: NodeJS.ProcessEnv;
  /** Node's own flags. */
  execArgv?: readonly string[];
  /** Sent to it once it lives, and this is known. */
  message?: Promise<object>;
}

/** Room for young objects, in MB: with 8 the collector takes a sixth of a booking; with 32 the app at rest holds 178 MB, with 16 it is 161. */
const APP_FLAGS = ["--max-semi-space-size=32"];

/** Starts the stand-ins' process; `cloudEnv` is what the app must know of them. */
export async function startCloudProcess(settings: Settings, options: Promise<CloudOptions>, onSpawn: OnSpawn): Promise<Running & { cloudEnv: Record<string, string> }> {
  const { running, ready } = await startPart(settings, { name: "cloud", module: "./cloud-process.ts", env: process.env, message: options }, onSpawn);
  return { ...running, cloudEnv: ready.env };
}

/** Starts the app; it is ready when it listens. */
export async function startApp(settings: Settings, env: NodeJS.ProcessEnv, onSpawn: OnSpawn): Promise<Running> {
  return (await startPart(settings, { name: "app", module: "../server/node.ts", env, execArgv: APP_FLAGS }, onSpawn)).running;
}

/** Starts Vite's dev server in front of the app. */
export async function startDevServer(settings: Settings, onSpawn: OnSpawn): Promise<Running> {
  const { front, app } = settings.ports;
  const env = { ...process.env, FRONT_PORT: String(front), APP_PORT: String(app) };
  return (await startPart(settings, { name: "vite", module: "./dev-server.ts", env }, onSpawn)).running;
}

/** Migrates and, for development, seeds; a process of its own that ends. */
export async function startPrepare(settings: Settings, databaseUrl: string): Promise<Running> {
  const env = { DATABASE_URL: databaseUrl, SEED_DEMO: settings.production ? "no" : "yes" };
  const log = openLog(settings.dataDir, "prepare");
  const module = new URL("./prepare.ts", import.meta.url);
  const running = launchNode(module, {
    env: { ...nodeEnv(settings, process.env), ...env },
    log: log.fd,
  });
  closeSync(log.fd);
  return running;
}

async function startPart(settings: Settings, part: Part, onSpawn: OnSpawn): Promise<{ running: Running; ready: Ready }> {
  const { name, module, env, execArgv, message } = part;
  const log = openLog(settings.dataDir, name);
  // A server's owner and a developer read on; a visitor's terminal keeps the table in sight.
  const speaks = name !== "cloud" && (settings.production || settings.dev);
  const running = launchNode(new URL(module, import.meta.url), {
    execArgv,
    env: nodeEnv(settings, env),
    log: speaks ? "inherit" : log.fd,
  });
  closeSync(log.fd);
  onSpawn(running);
  try {
    if (message) running.child.send(await message);
    return { running, ready: await firstMessage(running, (m) => readySchema.safeParse(m).data) };
  } catch (error) {
    const why = speaks ? "" : `. Its log ${log.file} ends with:\n${lastLines(log.file)}`;
    throw new Error(`${name} did not start: ${error instanceof Error ? error.message : String(error)}${why}`, { cause: error });
  }
}

/** Node keeps compiled sources between starts. */
function nodeEnv(settings: Settings, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, NODE_COMPILE_CACHE: join(settings.dataDir, "cache") };
}
