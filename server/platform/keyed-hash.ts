import type { Config } from "./config.ts";
import { sign } from "./tokens.ts";

/**
 * A stand-in for a fact that is only ever compared: whoever reads the database alone can't try addresses against it.
 * With another `AUTH_SECRET` it is another one, and what was counted by it begins anew.
 */
export function keyedHash(config: Pick<Config, "AUTH_SECRET">, kind: "network" | "contact" | "recipient", fact: string): string {
  return sign(config.AUTH_SECRET, `${kind}:${fact}`).slice(0, 22);
}
