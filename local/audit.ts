import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { sqlState } from "../db/client.ts";
import { audit, describe } from "../db/audit.ts";
import { operatorEnv } from "./operator-env.ts";
import { Refusal } from "./refusal.ts";

// `npm run audit`: every invariant, asked of DATABASE_URL or of the database beside the `npm start` of this folder.

const HELP = `npm run audit [-- --database URL] [--settled] [--since YYYY-MM-DD]
  --database  the database to look at; DATABASE_DIRECT_URL, DATABASE_URL, or that of DATA_DIR's npm start by default
  --settled   nothing is under way: what a live system may still be doing is wrong as well
  --help      this text
  --since     nights from this date on and bookings that end after it, alone: what is older was audited before
`;

async function main(): Promise<number> {
  if (existsSync(".env")) process.loadEnvFile();
  const values = asked();
  if (!values) {
    process.stderr.write(HELP);
    return 2;
  }
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const { settled, since } = values;
  const url = values.database ?? process.env["DATABASE_DIRECT_URL"] ?? operatorEnv(process.env).DATABASE_URL!;
  const findings = await audit(url, { settled, ...(since !== undefined && { since }) });
  process.stdout.write(`${describe(findings)}\n`);
  return findings.every(({ wrong }) => wrong.length === 0) ? 0 : 1;
}

/** What the command was called with; undefined where it has no such option, or no such date. */
function asked() {
  const [text, flag] = [{ type: "string" }, { type: "boolean", default: false }] as const;
  try {
    const { values } = parseArgs({ options: { database: text, settled: flag, since: text, help: flag } });
    return values.since === undefined || /^\d{4}-\d{2}-\d{2}$/.test(values.since) ? values : undefined;
  } catch {
    return undefined;
  }
}

const AWAY = "The database can't be reached: is npm start running, with the PORT, LOCAL_PORT and DATA_DIR of this command, or DATABASE_URL right?";

process.exitCode = await main().catch((error: unknown) => {
  if (/^(ECONN|CONNECT|ENOTFOUND|28)/.test(sqlState(error) ?? "")) {
    process.stderr.write(`${AWAY}\n`);
    return 1;
  }
  if (!(error instanceof Refusal)) throw error;
  process.stderr.write(`${error.message}\n\n${HELP}`);
  return 2;
});
