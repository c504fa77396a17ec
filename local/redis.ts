import { closeSync, mkdirSync } from "node:fs";
import { connect } from "node:net";
import { basename, dirname, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { findRedis } from "./redis-install.ts";
import { lastLines, openLog } from "./logs.ts";
import { type OnSpawn, type Running, launch } from "./running.ts";

interface RedisOptions {
  /** Where its append-only file lies; made when missing. */
  dataDir: string;
  port: number;
  /** False keeps nothing on disk: tests only. */
  appendOnly?: boolean;
  password?: string;
  onSpawn?: OnSpawn;
}

export interface RunningRedis extends Running {
  url: string;
}

const READY_MS = 30_000;

/**
 * Starts Redis or Valkey on 127.0.0.1; resolves when it answers.
 * @throws Error with the log's last lines when it doesn't come up, or when this machine has none.
 */
export async function startRedis(options: RedisOptions): Promise<RunningRedis> {
  const { port, appendOnly = true, password, onSpawn } = options;
  const dataDir = resolve(options.dataDir);
  const program = findRedis();
  if (program === undefined) throw new Error("there is no redis-server or valkey-server");
  mkdirSync(dataDir, { recursive: true });
  const log = openLog(dirname(dataDir), basename(dataDir));
  const running = await launch([program, "-"], { cwd: dataDir, stdio: ["pipe", log.fd, log.fd] }, { graceMs: 5_000 });
  closeSync(log.fd);
  onSpawn?.(running);
  // The settings come by standard input, where `ps` doesn't show the password.
  running.child.stdin?.end(
    [
      "bind 127.0.0.1",
      `port ${port}`,
      `dir "${dataDir}"`,
      `appendonly ${appendOnly ? "yes" : "no"}`,
      'save ""',
      "maxmemory-policy noeviction",
      ...(password ? [`requirepass ${password}`] : []),
    ].join("\n"),
  );
  await ready(running, port, log.file);
  return { ...running, url: `redis://${password ? `:${password}@` : ""}127.0.0.1:${port}` };
}

/** Anything but -LOADING shows that the append-only file has been read: +PONG, or -NOAUTH under a password. */
async function ready(running: Running, port: number, logFile: string): Promise<void> {
  let ended = false;
  void running.exited.then(() => (ended = true));
  for (const deadline = Date.now() + READY_MS; Date.now() < deadline && !ended; await wait(15)) {
    const answer = await ping(port);
    if (!ended && answer !== undefined && !answer.startsWith("-LOADING")) return;
  }
  await running.stop();
  throw new Error(`Redis did not start. Its log ${logFile} ends with:\n${lastLines(logFile)}`);
}

function ping(port: number): Promise<string | undefined> {
  return new Promise((done) => {
    const socket = connect(port, "127.0.0.1", () => socket.write("PING\r\n"));
    socket.setTimeout(1_000, () => socket.destroy());
    socket.once("data", (data) => {
      done(data.toString());
      socket.destroy();
    });
    socket.once("error", () => done(undefined));
    socket.once("close", () => done(undefined));
  });
}
