import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { pipelined } from "../../server/platform/pipelined.ts";

/** As the driver hears of two statements in one piece: the one that asks less of us afterwards is heard of first. */
async function failing(message: string, turns: number): Promise<never> {
  for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
  throw new Error(message);
}

test("of statements that fail together, the first in their order is the cause, whichever is heard of first", async () => {
  const statements = () => [failing("lock timeout", 5), failing("current transaction is aborted", 0)] as const;
  await expect(Promise.all(statements())).rejects.toThrow("aborted");
  await expect(pipelined(statements())).rejects.toThrow("lock timeout");
  await expect(pipelined([Promise.resolve(1), Promise.resolve("two"), false])).resolves.toEqual([1, "two", false]);
});

test("a query builder among them is run once, though it would run anew at each await", async () => {
  let runs = 0;
  // oxlint-disable-next-line unicorn/no-thenable
  const builder = { then: (resolve: (rows: number) => void) => resolve(++runs) } as unknown as Promise<number>;
  await expect(pipelined([builder])).resolves.toEqual([1]);
  expect(runs).toBe(1);
});

/** The arguments of each call of `name` in a source text, by counting brackets. */
function argumentsOf(name: string, source: string): string[] {
  return source
    .split(`${name}(`)
    .slice(1)
    .map((rest) => {
      let depth = 1;
      let at = 0;
      for (; at < rest.length && depth > 0; at += 1) depth += rest[at] === "(" ? 1 : rest[at] === ")" ? -1 : 0;
      return rest.slice(0, at);
    });
}

/** A bare `tx` or `db` may be a transaction; `ctx.db` is always the pool. */
const MAY_BE_TRANSACTION = /(?<![.\w])(?:tx|db)\b/;

test("statements that may share a transaction are awaited by `pipelined`, never by Promise.all", () => {
  expect(argumentsOf("Promise.all", "await Promise.all([a(tx), b(c(tx))]);").map((one) => MAY_BE_TRANSACTION.test(one))).toEqual([true]);
  const offending = ["server", "jobs"]
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => `${folder}/${file}`))
    .filter((file) => file.endsWith(".ts") && file !== "server/platform/pipelined.ts")
    .flatMap((file) => {
      const source = readFileSync(file, "utf8");
      return ["Promise.all", "Promise.allSettled", "Promise.race"]
        .flatMap((name) => argumentsOf(name, source))
        .filter((one) => MAY_BE_TRANSACTION.test(one))
        .map((one) => `${file}: ${one.slice(0, 80)}`);
    });
  expect(offending).toEqual([]);
});
