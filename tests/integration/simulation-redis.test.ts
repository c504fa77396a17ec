import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { lockStays, type NightKey } from "../../server/rooms/lock.ts";
import { makeContext, openRedisGateway, redisAt, type TestContext, type TestRedis } from "../helpers/context.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { openRedisGate, type RedisGate } from "../simulation/redis-gate.ts";

const stay = (roomTypeId: number): NightKey[] => [1, 2].map((day) => ({ roomTypeId, date: `2031-05-0${day}` }));

let database: TestDatabase;
let behind: TestRedis;
let gate: RedisGate;
let ctx: TestContext;
beforeAll(async () => {
  database = await createDatabase();
  behind = await openRedisGateway();
  gate = await openRedisGate(behind.gateway.url);
  ctx = makeContext(database, { redis: redisAt(gate.url) });
  // On a busy machine the first call of a process is given up as an outage.
  const warm = async (): Promise<void> => {
    await ask(9);
    expect(await ask(9)).toEqual([false]);
  };
  await vi.waitFor(warm, { timeout: 15_000, interval: 50 });
});
afterAll(async () => {
  await ctx.settled();
  await gate.close();
  await behind.close();
  await database.drop();
});

/** What the app's own lock says when somebody asks for these room types. */
async function ask(...roomTypeIds: number[]): Promise<boolean[]> {
  return (await lockStays(ctx, roomTypeIds.map(stay))).granted;
}

test("a Redis that lies grants each lock that somebody else has, and each lie is counted", async () => {
  expect(await ask(1)).toEqual([true]);
  expect(await ask(1, 2)).toEqual([false, true]);
  let lies = 0;
  const end = await gate.be("lying", (times) => void (lies += times));
  expect(await ask(1)).toEqual([true]);
  expect(lies).toBe(1);
  // Together they travel in one request.
  expect(await Promise.all([ask(1, 2), ask(1), ask(3)])).toEqual([[true, true], [true], [true]]);
  expect(lies).toBe(4);
  await end();
  expect(await ask(1)).toEqual([false]);
});

test("the end of one mood leaves another as it is", async () => {
  const counts = { password: 0, broken: 0 };
  const endFirst = await gate.be("password", () => void (counts.password += 1));
  const endSecond = await gate.be("broken", () => void (counts.broken += 1));
  await endFirst();
  await expect(behindTheGate()).resolves.toBe(500);
  await endSecond();
  await expect(behindTheGate()).resolves.toBe(200);
  expect(counts).toEqual({ password: 0, broken: 1 });
  await gate.be("refused");
  await expect(behindTheGate()).rejects.toThrow();
  await gate.recover();
  await expect(behindTheGate()).resolves.toBe(200);
});

async function behindTheGate(): Promise<number> {
  const answer = await fetch(gate.url, { method: "POST", body: '["PING"]', headers: { authorization: "Bearer test" } });
  return answer.status;
}
