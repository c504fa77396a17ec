import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type postgres from "postgres";

/** A value of a COPY row; a jsonb value is given as `json(value)`. */
export type CopyValue = string | number | boolean | null | undefined | Date | readonly (string | number)[];

/** Rows are handed over in pieces of about this many characters. */
const PIECE = 65_536;

/**
 * Streams rows into a table by COPY.
 * @returns how many rows went in.
 */
export async function copyInto(sql: postgres.Sql | postgres.TransactionSql, table: string, columns: readonly string[], rows: Iterable<readonly CopyValue[]>): Promise<number> {
  const sink = await sql`copy ${sql(table)} (${sql(columns as string[])}) from stdin`.writable();
  let count = 0;
  function* pieces(): Generator<string> {
    let piece = "";
    for (const row of rows) {
      count++;
      piece += `${row.map(encode).join("\t")}\n`;
      if (piece.length > PIECE) {
        yield piece;
        piece = "";
      }
    }
    if (piece) yield piece;
  }
  await pipeline(Readable.from(pieces()), sink);
  return count;
}

export function json(value: unknown): string {
  return JSON.stringify(value);
}

function encode(value: CopyValue): string {
  if (value === null || value === undefined) return "\\N";
  if (typeof value === "number") return String(value);
  if (typeof value === "boolean") return value ? "t" : "f";
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "string") return escape(value);
  return escape(`{${value.map((item) => (typeof item === "number" ? item : JSON.stringify(item))).join(",")}}`);
}

function escape(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\t", "\\t").replaceAll("\n", "\\n").replaceAll("\r", "\\r");
}
