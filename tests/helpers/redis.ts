import { Redis } from "ioredis";

/**
 * A numbered database of the run's real Redis that no other test file uses at the same time, emptied.
 * Room type ids begin at 1 in each test database, so that two files would read each other's cache.
 */
export async function emptyRedis(): Promise<string> {
  const server = process.env["TEST_REDIS_URL"];
  if (!server) throw new Error("TEST_REDIS_URL is not set: run the tests by `npm test`, or with the projects' global set-up.");
  const url = new URL(server);
  url.pathname = `/${process.env["VITEST_POOL_ID"] ?? 1}`;
  const redis = new Redis(url.href);
  await redis.flushdb();
  redis.disconnect();
  return url.href;
}
