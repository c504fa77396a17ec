import { expect, test } from "vitest";
import { inOrder } from "../../server/platform/in-order.ts";

/** As the driver hears of two statements in one piece: the one that asks less of us afterwards is heard of first. */
async function failing(message: string, turns: number): Promise<never> {
  for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
  throw new Error(message);
}

test("of statements that fail together, the first in their order is the cause, whichever is heard of first", async () => {
  const statements = () => [failing("lock timeout", 5), failing("current transaction is aborted", 0)] as const;
  await expect(Promise.all(statements())).rejects.toThrow("aborted");
  await expect(inOrder(statements())).rejects.toThrow("lock timeout");
  await expect(inOrder([Promise.resolve(1), Promise.resolve("two"), false])).resolves.toEqual([1, "two", false]);
});
