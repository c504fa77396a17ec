import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { openDatabase, sqlState } from "../db/client.ts";
import { operatorEnv } from "../local/operator-env.ts";
import { Refusal } from "../local/refusal.ts";
import type { Context } from "../server/context.ts";
import { DomainError } from "../server/errors.ts";
import { readConfig } from "../server/platform/config.ts";
import { newId } from "../server/platform/ids.ts";
import { createLogger } from "../server/platform/log.ts";
import { noMetrics } from "../server/platform/metrics.ts";
import { alone } from "../server/platform/together.ts";
import { createServices } from "../server/services.ts";

// What the operator's commands share: `npm run dlq`, `npm run incidents`.

/** Gives the lines to print. */
export type Command = (ctx: Context) => Promise<string[]>;

/**
 * Runs an operator's command on DATABASE_URL, or beside the `npm start` of this folder, and sets the exit code.
 * @param read the command of these arguments; undefined, or a throw, shows the usage
 */
export async function runCommand(usage: string, read: (args: string[]) => { command: Command; author?: string | undefined } | undefined): Promise<void> {
  let asked: ReturnType<typeof read>;
  try {
    asked = read(process.argv.slice(2));
  } catch {
    asked = undefined;
  }
  if (!asked) {
    process.stderr.write(usage);
    process.exitCode = 2;
    return;
  }
  await carryOut(asked.command, asked.author ?? userInfo().username).catch((error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  });
}

async function carryOut(command: Command, author: string): Promise<void> {
  if (existsSync(".env")) process.loadEnvFile();
  const env = operatorEnv(process.env);
  // Where the deployment's own address isn't known, its tick must publish. A preview's links need no true secret.
  const unknown = env["PUBLIC_URL"] ? {} : { PUBLIC_URL: "http://127.0.0.1", QSTASH_TOKEN: "" };
  const config = readConfig({ ...env, ...unknown, AUTH_SECRET: env["AUTH_SECRET"] || "not given: its links would not open" });
  const database = openDatabase(config.DATABASE_URL, { max: 2 });
  const log = createLogger("warn", (line) => process.stderr.write(`${line}\n`));
  try {
    const services = createServices(config, database.db, log, noMetrics, alone);
    await services.clock.sync();
    const lines = await command({ ...services, actor: { kind: "operator", name: author }, requestId: newId(), defer: () => {}, published: () => {} });
    process.stdout.write(`${lines.join("\n")}\n`);
  } finally {
    await database.close();
  }
}

/** What a person can act on; anything else is a bug, and shown whole. */
function messageOf(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  if (error instanceof DomainError) return `${error.code}: ${Object.values(error.facts as Record<string, unknown>).join(", ")}`;
  if (/^(ECONN|CONNECT|28)/.test(sqlState(error) ?? "")) return "The database can't be reached: is npm start running, or DATABASE_URL right?";
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** `value`, if it is an id. */
export function isId(value: string): boolean {
  return /^[0-9a-f-]{36}$/.test(value);
}
