import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import postgres from "postgres";
import { bookingInvariants } from "./audit/bookings.ts";
import type { Invariant, Patience, Sql, Wrong } from "./audit/invariant.ts";
import { jobInvariants } from "./audit/jobs.ts";
import { messageInvariants } from "./audit/messages.ts";
import { moneyInvariants } from "./audit/money.ts";
import { nightInvariants } from "./audit/nights.ts";

export const INVARIANTS: readonly Invariant[] = [...nightInvariants, ...bookingInvariants, ...moneyInvariants, ...messageInvariants, ...jobInvariants];

export interface Finding {
  invariant: Invariant;
  /** Empty: it holds. */
  wrong: readonly Wrong[];
}

/** Asks for every invariant, on a connection or within a transaction. */
export async function findWrong(sql: Sql, settled: boolean): Promise<Finding[]> {
  const patience: Patience = { settled, upTo: (seconds) => (settled ? 0 : seconds) };
  const findings: Finding[] = [];
  for (const invariant of INVARIANTS) findings.push({ invariant, wrong: await invariant.find(sql, patience) });
  return findings;
}

/**
 * Audits a database, all of it at one instant, without writing.
 * @param options.settled nothing is under way: no age excuses anything
 */
export async function audit(databaseUrl: string, options: { settled: boolean }): Promise<Finding[]> {
  const client = postgres(databaseUrl, { max: 1, fetch_types: false, onnotice: () => {}, connection: { application_name: "nightledger-audit" } });
  try {
    return await client.begin("isolation level repeatable read read only", (sql) => findWrong(sql, options.settled));
  } finally {
    await client.end({ timeout: 5 });
  }
}

const ROWS_SHOWN = 20;

/** The report, a line for each invariant, and under it the rows that are wrong. */
export function describe(findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ invariant, wrong }) => [
    `${wrong.length === 0 ? "ok  " : "FAIL"}  ${invariant.name.padEnd(24)} ${String(wrong.length).padStart(5)}  ${invariant.says}`,
    ...wrong.slice(0, ROWS_SHOWN).map((row) => `        ${JSON.stringify(row)}`),
    ...(wrong.length > ROWS_SHOWN ? [`        and ${wrong.length - ROWS_SHOWN} more`] : []),
  ]);
  return lines.join("\n");
}

const HELP = `npm run audit [-- --database URL] [--settled]
  --database  the database to look at; DATABASE_URL by default
  --settled   nothing is under way: what a live system may still be doing is wrong as well
`;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { database: { type: "string" }, settled: { type: "boolean", default: false } } });
  const url = values.database ?? process.env["DATABASE_DIRECT_URL"] ?? process.env["DATABASE_URL"];
  if (!url) {
    process.stderr.write(HELP);
    return 2;
  }
  const findings = await audit(url, { settled: values.settled });
  process.stdout.write(`${describe(findings)}\n`);
  return findings.every(({ wrong }) => wrong.length === 0) ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main();
