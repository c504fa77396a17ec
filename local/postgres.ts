import { closeSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { totalmem } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { describeProcess } from "./identity.ts";
import { lastLines, openLog } from "./logs.ts";
import { findPostgresBinaries } from "./postgres-binaries.ts";
import { createCluster, POSTGRES_ENV } from "./postgres-cluster.ts";
import { findPostgresUser } from "./postgres-user.ts";
import { type OnSpawn, type Running, launch } from "./running.ts";

interface PostgresOptions {
  /** The cluster's own folder; made when missing. */
  dataDir: string;
  port: number;
  /** Of the superuser; decides only when the cluster is made. */
  password?: string;
  /** False gives up surviving a power cut, for speed: tests only. */
  durable?: boolean;
  onSpawn?: OnSpawn;
}

export interface RunningPostgres extends Running {
  url: string;
}

const TUNING = {
  // Postgres' own 128 MB are for a small machine: a tenth of the memory (at most 1 GB) keeps the nights that are booked today in reach.
  shared_buffers: `${Math.max(128, Math.min(1024, Math.floor(totalmem() / 10 / 2 ** 20)))}MB`,
  max_wal_size: "2GB",
  // No disk has a head to move any more.
  random_page_cost: "1.1",
};

/** Plans are kept until their tables' statistics change: with the usual minute, those for a new hotel's ten bookings served its first thousands (a fifth of the speed, measured). */
const WATCHFUL = { autovacuum_naptime: "5s" };

/** Crash recovery may have much to replay. */
const READY_MS = 60_000;

/**
 * Starts Postgres 18 on 127.0.0.1 with the database `nightledger`; resolves when it takes connections.
 * @throws Error with the log's last lines when it doesn't come up, Refusal when this machine can't run it.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const { port, password = "nightledger", durable = true, onSpawn } = options;
  const dataDir = resolve(options.dataDir);
  const parent = dirname(dataDir);
  const binaries = findPostgresBinaries();
  mkdirSync(parent, { recursive: true });
  const user = findPostgresUser(binaries.postgres, parent);
  const log = openLog(parent, basename(dataDir));
  if (!existsSync(dataDir)) {
    await createCluster({ ...binaries, dataDir, user, password, durable, log: log.fd, onSpawn });
  }
  dropForeignPid(dataDir);
  const settings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "200",
    ...TUNING,
    ...(durable ? WATCHFUL : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const running = await launch(
    [...user.prefix, binaries.postgres, "-D", dataDir, "-p", String(port), ...flags],
    { cwd: "/", env: POSTGRES_ENV, stdio: ["ignore", log.fd, log.fd], ...user.spawnAs },
    // SIGINT is the fast shutdown: it doesn't wait for clients.
    { signal: "SIGINT", graceMs: 10_000 },
  );
  closeSync(log.fd);
  onSpawn?.(running);
  await ready(running, dataDir, log.file);
  return { ...running, url: postgresUrl(port, password) };
}

/** How the local Postgres is reached. */
export function postgresUrl(port: number, password: string): string {
  return `postgres://postgres:${password}@127.0.0.1:${port}/nightledger`;
}

/** The postmaster writes its state into the last line of its pid file. */
async function ready(running: Running, dataDir: string, logFile: string): Promise<void> {
  let ended: string | undefined;
  void running.exited.then((how) => (ended = how));
  for (const deadline = Date.now() + READY_MS; Date.now() < deadline; await wait(15)) {
    const lines = pidFile(dataDir);
    if (Number(lines[0]) === running.pid && lines[7]?.startsWith("ready")) return;
    if (ended !== undefined) break;
  }
  await running.stop();
  throw new Error(`Postgres did not start. Its log ${logFile} ends with:\n${lastLines(logFile)}`);
}

/**
 * After a crash the number in the pid file may belong to a stranger by now, and Postgres would refuse to start.
 * A real postmaster names its folder in its command line.
 */
function dropForeignPid(dataDir: string): void {
  const pid = Number(pidFile(dataDir)[0]);
  if (!Number.isInteger(pid) || pid <= 0) return;
  const command = describeProcess(pid);
  if (command !== undefined && !command.includes(dataDir)) rmSync(join(dataDir, "postmaster.pid"));
}

function pidFile(dataDir: string): string[] {
  try {
    return readFileSync(join(dataDir, "postmaster.pid"), "utf8").split("\n");
  } catch {
    return [];
  }
}
