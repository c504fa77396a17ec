import type { Config } from "../../platform/config.ts";
import { sign } from "../../platform/tokens.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** The six digits of a proof. Made of its id and the secret each time, so that no copy of the database tells them. */
export function codeOf({ AUTH_SECRET }: Pick<Config, "AUTH_SECRET">, proofId: string): string {
  const bits = Array.from(sign(AUTH_SECRET, `code:${proofId}`).slice(0, 8)).reduce((sum, char) => sum * 64 + ALPHABET.indexOf(char), 0);
  return String(bits % 1_000_000).padStart(6, "0");
}
