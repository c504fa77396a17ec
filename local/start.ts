import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildClient, VITE } from "./build-client.ts";
import { appEnv, chooseKeys, cloudOptions } from "./env.ts";
import { startGuard } from "./guard.ts";
import { lastLines } from "./logs.ts";
import { startApp, startCloudProcess, startDevServer, startPrepare } from "./parts.ts";
import { wantedPorts } from "./port-plan.ts";
import { checkPorts } from "./ports.ts";
import { startPostgres } from "./postgres.ts";
import { findRedis, type Say } from "./redis-install.ts";
import { startRedis } from "./redis.ts";
import { Refusal } from "./refusal.ts";
import { launch } from "./running.ts";
import { loadSecrets, type Secrets } from "./secrets.ts";
import type { Settings } from "./settings.ts";
import { messageOf, type Supervisor } from "./supervise.ts";
import { watchServer } from "./watch-server.ts";

/**
 * Starts all parts in order on a data folder that is ours; resolves when the app answers, with what it knows of the stand-ins.
 * @throws Refusal when a port is taken, or production would run on demo data
 */
export async function startAll(settings: Settings, supervisor: Supervisor, say: Say): Promise<Record<string, string>> {
  refuseDemoData(settings);
  await checkPorts(wantedPorts(settings));
  const secrets = loadSecrets(settings.dataDir);
  const keys = chooseKeys(settings, secrets);
  const built = settings.dev ? Promise.resolve() : buildClient((args) => runVite(supervisor, args));
  const services = Promise.all([keepPostgres(settings, supervisor, secrets), keepRedis(settings, supervisor, secrets, say)]);
  // The stand-ins load while Postgres starts, and hear where it is once it answers.
  const options = services.then(([database, redis]) => cloudOptions(settings, keys, { database, redis }));
  const [{ cloudEnv }, database] = await Promise.all([
    supervisor.keep("The stand-ins", (onSpawn) => startCloudProcess(settings, options, onSpawn)),
    services.then(async ([url]) => {
      await prepare(settings, supervisor, url);
      return url;
    }),
    built,
  ]);
  const env = appEnv(process.env, settings, keys, { ...cloudEnv, DATABASE_URL: database });
  await supervisor.keep("The app", (onSpawn) => startApp(settings, env, onSpawn));
  if (settings.dev) {
    await supervisor.keep("Vite", (onSpawn) => startDevServer(settings, onSpawn));
    watchServer(() => void supervisor.restart("The app"));
  }
  return cloudEnv;
}

/** The guard comes first, so that no other part is ever without it. */
export async function keepGuard(supervisor: Supervisor): Promise<(pids: readonly number[]) => void> {
  let watch: (pids: readonly number[]) => void = () => {};
  let last: readonly number[] = [];
  await supervisor.keep("The guard", async (onSpawn) => {
    const guard = await startGuard(onSpawn);
    watch = guard.watch;
    watch(last);
    return guard;
  });
  return (pids) => {
    last = pids;
    watch(pids);
  };
}

async function keepPostgres({ choices, dataDir, ports }: Settings, supervisor: Supervisor, secrets: Secrets): Promise<string> {
  if (choices.postgres === "real") return process.env.DATABASE_URL ?? "";
  const options = {
    dataDir: join(dataDir, "postgres"),
    port: ports.postgres,
    password: secrets.postgresPassword,
  };
  const { url } = await supervisor.keep("Postgres", (onSpawn) => startPostgres({ ...options, onSpawn }));
  return url;
}

/** Undefined where the vendor's is used, and where this machine has none. */
async function keepRedis({ choices, dataDir, ports }: Settings, supervisor: Supervisor, secrets: Secrets, say: Say): Promise<string | undefined> {
  if (choices.redis === "real") return undefined;
  if (findRedis(say) === undefined) {
    say("Redis is missing and could not be installed; Nightledger runs without it, by the database's locks alone.");
    return undefined;
  }
  const options = {
    dataDir: join(dataDir, "redis"),
    port: ports.redis,
    password: secrets.redisPassword,
  };
  const { url } = await supervisor.keep("Redis", (onSpawn) => startRedis({ ...options, onSpawn }));
  return url;
}

async function prepare(settings: Settings, supervisor: Supervisor, databaseUrl: string): Promise<void> {
  if (!settings.production && settings.choices.postgres === "local") writeFileSync(demoMark(settings), "");
  const log = join(settings.dataDir, "logs", "prepare.log");
  await supervisor
    .once("Preparing the database", () => startPrepare(settings, databaseUrl))
    .catch((error: unknown) => {
      throw new Error(`${messageOf(error)}. Its log ${log} ends with:\n${lastLines(log)}`);
    });
}

function runVite(supervisor: Supervisor, args: string[]): Promise<void> {
  return supervisor.once("Building the client", () => launch([process.execPath, VITE, ...args], { stdio: ["ignore", "inherit", "inherit"] }));
}

function refuseDemoData(settings: Settings): void {
  if (!settings.production || settings.choices.postgres !== "local" || !existsSync(demoMark(settings))) return;
  throw new Refusal(
    `NODE_ENV is production, and ${settings.dataDir} holds demo data with passwords that everybody knows: set DATA_DIR to another folder, or empty this one with npm run reset.`,
  );
}

function demoMark(settings: Settings): string {
  return join(settings.dataDir, "demo");
}
