import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { sqlState, type Transaction } from "../../db/client.ts";
import { createWaitingPool, type WaitingPool } from "../../db/waiting.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A pool whose transactions say what became of them. */
function openPool(places: number): { pool: WaitingPool; ended: string[] } {
  const ended: string[] = [];
  const transaction = async (body: (tx: Transaction) => Promise<unknown>): Promise<unknown> => {
    try {
      const result = await body({ execute: async () => {} } as never);
      ended.push("committed");
      return result;
    } catch (error) {
      ended.push("rolled back");
      throw error;
    }
  };
  return { pool: createWaitingPool({ transaction } as never, places), ended };
}

const soon = () => performance.now() + 1000;

test("of those who want one row two have a connection, and whoever wants another goes past the rest", async () => {
  const { pool } = openPool(3);
  const begun: string[] = [];
  const locked = Promise.withResolvers<void>();
  const ask = (key: string) =>
    pool.transaction(key, soon(), async () => {
      begun.push(key);
      await locked.promise;
    });
  const all = ["hot", "hot", "hot", "other"].map(ask);
  await vi.advanceTimersByTimeAsync(1);
  expect(begun).toEqual(["hot", "hot", "other"]);
  locked.resolve();
  await Promise.all(all);
  expect(begun).toEqual(["hot", "hot", "other", "hot"]);
});

test("without a connection until the deadline it ends as a lock's time-out, and its place in the queue with it", async () => {
  const { pool, ended } = openPool(1);
  const locked = Promise.withResolvers<void>();
  const first = pool.transaction("row", performance.now() + 60_000, () => locked.promise);
  const second = expect(pool.transaction("row", soon(), async () => {})).rejects.toSatisfy((error) => sqlState(error) === "55P03");
  await vi.advanceTimersByTimeAsync(1001);
  await second;
  locked.resolve();
  await first;
  expect(ended).toEqual(["committed"]);
  expect(await pool.transaction("row", soon(), async () => "next")).toBe("next");
});

test("what waits for one row after the other is told so at its deadline, and is rolled back; its connection is kept until then", async () => {
  const { pool, ended } = openPool(1);
  const locked = Promise.withResolvers<void>();
  const late = expect(pool.transaction("row", soon(), () => locked.promise)).rejects.toSatisfy((error) => sqlState(error) === "55P03");
  await vi.advanceTimersByTimeAsync(1200);
  await late;
  const next = pool.transaction("another row", soon(), async () => "next");
  expect(ended).toEqual([]);
  locked.resolve();
  expect(await next).toBe("next");
  expect(ended).toEqual(["rolled back", "committed"]);
});
