import { spawnSync } from "node:child_process";
import { chownSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { PostgresUser } from "./postgres-user.ts";
import { type OnSpawn, launch } from "./running.ts";

/** What Postgres' programs see of the environment: none of the app's secrets, messages in English. */
export const POSTGRES_ENV = { PATH: process.env.PATH, LC_MESSAGES: "C", TZ: "UTC" };

interface ClusterOptions {
  initdb: string;
  postgres: string;
  dataDir: string;
  user: PostgresUser;
  password: string;
  durable: boolean;
  /** Descriptor of the log that takes the programs' words. */
  log: number;
  onSpawn?: OnSpawn;
}

/** Makes a cluster with the database `nightledger`; aside and renamed, so that a start cut short leaves no half one. */
export async function createCluster(options: ClusterOptions): Promise<void> {
  const { user, log } = options;
  const fresh = `${options.dataDir}.new`;
  const passwordFile = `${options.dataDir}.password`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  writeFileSync(passwordFile, options.password, { mode: 0o600 });
  if (user.owner) for (const path of [fresh, passwordFile]) chownSync(path, user.owner.uid, user.owner.gid);
  const initdb = await launch(
    [
      ...user.prefix,
      options.initdb,
      "-D",
      fresh,
      "--username=postgres",
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      // The built-in provider sorts the same on every machine.
      "--encoding=UTF8",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--locale=C",
      ...(options.durable ? [] : ["--no-sync"]),
    ],
    { cwd: "/", env: POSTGRES_ENV, stdio: ["ignore", log, log], ...user.spawnAs },
  );
  options.onSpawn?.(initdb);
  const how = await initdb.exited;
  rmSync(passwordFile, { force: true });
  if (how !== "code 0") throw new Error(`initdb failed (${how}); the reason is in the log of Postgres`);
  createDatabase(fresh, options);
  renameSync(fresh, options.dataDir);
}

/** In single-user mode, before any port is open. */
function createDatabase(dataDir: string, { postgres, user, log }: ClusterOptions): void {
  const [file = "", ...args] = [...user.prefix, postgres, "--single", "-D", dataDir, "postgres"];
  const made = spawnSync(file, args, {
    cwd: "/",
    env: POSTGRES_ENV,
    input: "CREATE DATABASE nightledger;\n",
    stdio: ["pipe", log, log],
    ...user.spawnAs,
  });
  if (made.status !== 0) throw new Error("the database could not be made; the reason is in the log of Postgres");
}
