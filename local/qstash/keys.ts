import { randomBytes } from "node:crypto";
import type { Database } from "./database.ts";

interface KeyPair {
  current: string;
  next: string;
}

export interface SigningKeys {
  get(): KeyPair;
  /** The next key becomes the current one, and a new one comes after it. */
  rotate(): Promise<KeyPair>;
}

/** The signing keys: those given, or what rotations have since made of them. */
export async function openKeys(sql: Database, given: KeyPair): Promise<SigningKeys> {
  const [row] = await sql<{ doc: { given: KeyPair; pair: KeyPair } }[]>`
    SELECT doc FROM local_qstash.keys WHERE name = 'signing'`;
  const same = row && row.doc.given.current === given.current && row.doc.given.next === given.next;
  let pair = same ? row.doc.pair : given;
  return {
    get: () => pair,
    async rotate() {
      const rotated = { current: pair.next, next: `sig_${randomBytes(21).toString("base64url")}` };
      await sql`
        INSERT INTO local_qstash.keys (name, doc)
        VALUES ('signing', ${JSON.stringify({ given, pair: rotated })}::text::json)
        ON CONFLICT (name) DO UPDATE SET doc = excluded.doc`;
      pair = rotated;
      return pair;
    },
  };
}
