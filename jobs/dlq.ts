import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { parseArgs } from "node:util";
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
import { discard } from "./dead-letters/discard.ts";
import { dryRun } from "./dead-letters/dry-run.ts";
import { list, show } from "./dead-letters/list.ts";
import { dryRunLines, letterLines, lettersTable } from "./dead-letters/print.ts";
import { replay } from "./dead-letters/replay.ts";

// `npm run dlq`: an operator's hand on the dead letters, on DATABASE_URL or beside the `npm start` of this folder.

const USAGE = `npm run dlq -- list [--all]              the open letters; --all: the closed ones too
npm run dlq -- show ID                   one letter whole
npm run dlq -- dry-run ID                what a replay would do now; changes and sends nothing
npm run dlq -- replay ID                 has it done again, whatever its deadline
npm run dlq -- discard ID --why TEXT     gives it up for good; who and why are kept
`;

/** Gives the lines to print. */
type Command = (ctx: Context) => Promise<string[]>;

/** @throws TypeError for an option that there isn't */
function readCommand(args: string[]): Command | undefined {
  const { values, positionals } = parseArgs({ args, options: { all: { type: "boolean", default: false }, why: { type: "string" } }, allowPositionals: true });
  const [verb = "", id = "", ...rest] = positionals;
  if (rest.length > 0) return undefined;
  if (verb === "list" && id === "") return async (ctx) => lettersTable(await list(ctx, { all: values.all }));
  if (!/^[0-9a-f-]{36}$/.test(id)) return undefined;
  const why = values.why;
  if (verb === "show") return async (ctx) => letterLines(await show(ctx, { id }));
  if (verb === "dry-run") return async (ctx) => dryRunLines(await dryRun(ctx, { id }));
  if (verb === "replay")
    return async (ctx) => [(await replay(ctx, { id })) === "published" ? "Published; list shows what comes of it." : "Due; the system's next tick publishes it."];
  if (verb === "discard" && why !== undefined) return async (ctx) => (await discard(ctx, { id, why }), ["Discarded."]);
  return undefined;
}

async function carryOut(command: Command): Promise<void> {
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
    const lines = await command({ ...services, actor: { kind: "operator", name: userInfo().username }, requestId: newId(), defer: () => {}, published: () => {} });
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

let command: Command | undefined;
try {
  command = readCommand(process.argv.slice(2));
} catch {
  command = undefined;
}
if (command) {
  await carryOut(command).catch((error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  });
} else {
  process.stderr.write(USAGE);
  process.exitCode = 2;
}
