import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { audit, describe } from "../db/audit.ts";
import { operatorEnv } from "./operator-env.ts";
import { Refusal } from "./refusal.ts";

// `npm run audit`: every invariant, asked of DATABASE_URL or of the database beside the `npm start` of this folder.

const HELP = `npm run audit [-- --database URL] [--settled] [--since YYYY-MM-DD]
  --database  the database to look at; DATABASE_DIRECT_URL, DATABASE_URL, or that of DATA_DIR's npm start by default
  --settled   nothing is under way: what a live system may still be doing is wrong as well
  --since     nights from this date on and bookings that end after it, alone: what is older was audited before
`;

async function main(): Promise<number> {
  if (existsSync(".env")) process.loadEnvFile();
  const { values } = parseArgs({
    options: { database: { type: "string" }, settled: { type: "boolean", default: false }, since: { type: "string" } },
  });
  const { settled, since } = values;
  if (since !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(since)) {
    process.stderr.write(HELP);
    return 2;
  }
  const url = values.database ?? process.env["DATABASE_DIRECT_URL"] ?? operatorEnv(process.env).DATABASE_URL!;
  const findings = await audit(url, { settled, ...(since !== undefined && { since }) });
  process.stdout.write(`${describe(findings)}\n`);
  return findings.every(({ wrong }) => wrong.length === 0) ? 0 : 1;
}

process.exitCode = await main().catch((error: unknown) => {
  if (!(error instanceof Refusal)) throw error;
  process.stderr.write(`${error.message}\n\n${HELP}`);
  return 2;
});
