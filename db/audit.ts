import postgres from "postgres";
import { bookingInvariants } from "./audit/bookings.ts";
import { factInvariants } from "./audit/facts.ts";
import { lookSince } from "./audit/horizon.ts";
import type { Invariant, Patience, Sql, Wrong } from "./audit/invariant.ts";
import { jobInvariants } from "./audit/jobs.ts";
import { messageInvariants } from "./audit/messages.ts";
import { moneyInvariants } from "./audit/money.ts";
import { nightInvariants } from "./audit/nights.ts";

export const INVARIANTS: readonly Invariant[] = [...nightInvariants, ...bookingInvariants, ...moneyInvariants, ...factInvariants, ...messageInvariants, ...jobInvariants];

export interface Finding {
  invariant: Invariant;
  /** Empty: it holds. */
  wrong: readonly Wrong[];
}

/** Of each invariant's wrong rows so many are read: more than a person looks at, and no more than fit. */
const MOST_ROWS = 1000;

/** Asks for every invariant, on a connection or within a transaction. */
export async function findWrong(sql: Sql, settled: boolean): Promise<Finding[]> {
  const patience: Patience = { settled, upTo: (seconds) => (settled ? 0 : seconds) };
  const findings: Finding[] = [];
  for (const invariant of INVARIANTS) {
    const wrong = await sql<Wrong[]>`select * from (${invariant.find(sql, patience)}) as wrong limit ${MOST_ROWS}`;
    findings.push({ invariant, wrong });
  }
  return findings;
}

export interface AuditOptions {
  /** Nothing is under way: no age excuses anything. */
  settled: boolean;
  /** Looks at nights from this date on, and at bookings that end after it, alone. */
  since?: string;
}

/** Audits a database, all of it at one instant, without writing. */
export async function audit(databaseUrl: string, { settled, since }: AuditOptions): Promise<Finding[]> {
  const client = postgres(databaseUrl, { max: 1, fetch_types: false, onnotice: () => {}, connection: { application_name: "nightledger-audit" } });
  try {
    return await client.begin("isolation level repeatable read", async (sql) => {
      if (since !== undefined) await lookSince(sql, since);
      await sql`set transaction read only`;
      return findWrong(sql, settled);
    });
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
