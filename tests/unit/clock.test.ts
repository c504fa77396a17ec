import { expect, test } from "vitest";
import type { Database } from "../../db/client.ts";
import { databaseClock } from "../../server/platform/clock.ts";

test("with the database away the clock keeps the offset that it knew", async () => {
  let rows: (() => Promise<{ offset_ms: string }[]>) | undefined = async () => [{ offset_ms: "3600000" }];
  const db = { execute: () => rows?.() ?? Promise.reject(new Error("the database is away")) } as unknown as Database;
  const first = databaseClock(db);
  await first.sync();
  const before = first.now().getTime();
  expect(before - Date.now()).toBeGreaterThan(3_590_000);
  rows = undefined;
  const away = databaseClock(db);
  await expect(away.sync()).resolves.toBeUndefined();
  expect(Math.abs(away.now().getTime() - Date.now())).toBeLessThan(1000);
});
