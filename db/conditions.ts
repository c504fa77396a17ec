import { sql, type Column, type SQL } from "drizzle-orm";

/**
 * `column in ('a', 'b')` with the values written into the statement: a partial index is only found by a generic plan
 * when its predicate can be proven, and that of a parameter can't.
 * @throws Error for a value that isn't a plain word: what comes from outside is a parameter
 */
export function isOneOf<C extends Column>(column: C, values: readonly C["_"]["data"][]): SQL<boolean> {
  const words = values.map(String);
  const unfit = words.find((word) => !/^[a-z_]+$/.test(word));
  if (unfit !== undefined || words.length === 0) throw new Error(`no constant of a statement: "${unfit ?? ""}"`);
  return sql<boolean>`${column} in (${sql.raw(words.map((word) => `'${word}'`).join(", "))})`;
}
