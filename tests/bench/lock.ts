import { Lock } from "@upstash/lock";
import { Redis } from "@upstash/redis/cloudflare";
import { openDatabase } from "../../db/client.ts";
import type { Context } from "../../server/context.ts";
import { readConfig } from "../../server/platform/config.ts";
import { createLogger } from "../../server/platform/log.ts";
import { noMetrics, type Metrics } from "../../server/platform/metrics.ts";
import { alone } from "../../server/platform/together.ts";
import { withNightLocks } from "../../server/rooms/index.ts";
import { createServices } from "../../server/services.ts";
import type { Bench } from "./context.ts";
import { figure, median, type Figure } from "./figures.ts";
import { repeat } from "./load.ts";

const NIGHTS = ["2030-06-01", "2030-06-02", "2030-06-03"];
const STAYS = 1_000;
const ROUNDS = 3;
const CONNECTIONS = 16;

/**
 * The lock of a stay of three nights, taken and given back: ours in one round trip each way, against `@upstash/lock` once a night. Its locks
 * know nothing of each other, so they are taken one after the other, in order, or two guests could each wait for the other's; they are given back at once.
 */
export async function lock(bench: Bench): Promise<Figure[]> {
  const { redis: gateway, databaseUrl } = await bench.hotPlace();
  const config = readConfig({ DATABASE_URL: databaseUrl, AUTH_SECRET: "a secret of the bench", UPSTASH_REDIS_REST_URL: gateway.url, UPSTASH_REDIS_REST_TOKEN: gateway.token });
  const database = openDatabase(databaseUrl, { max: 1 });
  let missed = 0;
  const metrics: Metrics = {
    ...noMetrics,
    count(name, labels) {
      if (name === "lock_total" && labels?.["result"] !== "granted") missed += 1;
    },
  };
  const log = createLogger("silent", () => {});
  const services = createServices(config, database.db, log, metrics, alone);
  const ctx: Omit<Context, "defer"> = { ...services, actor: { kind: "job", name: "bench" }, requestId: "bench", published() {} };
  const redis = new Redis({ ...gateway, enableTelemetry: false, retry: { retries: 0 } });
  const ours = async (index: number): Promise<void> => {
    // Where a guest doesn't wait for the release, the figure does: theirs has to.
    let given: Promise<unknown> | undefined;
    const nights = NIGHTS.map((date) => ({ roomTypeId: 1_000_000 + index, date }));
    await withNightLocks({ ...ctx, defer: (work) => void (given = work) }, nights, async () => {});
    await given;
  };
  const theirs = async (index: number): Promise<void> => {
    const locks = NIGHTS.map((date) => new Lock({ id: `bench:${index}:${date}`, lease: 5000, redis, retry: { attempts: 1, delay: 0 } }));
    for (const one of locks) if (!(await one.acquire())) throw new Error("a free lock was refused");
    await Promise.all(locks.map((one) => one.release()));
  };
  const figures: Figure[] = [];
  try {
    for (const connections of [1, CONNECTIONS]) {
      const rounds: { ours: number; floor: number; wait: number }[] = [];
      for (let round = 0; round <= ROUNDS; round += 1) {
        const floor = await repeat(STAYS, connections, theirs);
        const own = await repeat(STAYS, connections, ours);
        // The first warms up.
        if (round === 0) missed = 0;
        else rounds.push({ ours: own.perSecond, floor: floor.perSecond, wait: median(own.latencies) });
      }
      if (missed > 0) throw new Error(`${missed} of our locks were not granted: the figure would mean nothing`);
      const middle = rounds.toSorted((a, b) => a.ours / a.floor - b.ours / b.floor)[Math.floor(ROUNDS / 2)]!;
      bench.say(
        `lock, ${connections} at once: ours ${middle.ours.toFixed(0)} stays/s (median ${middle.wait.toFixed(2)} ms), @upstash/lock once a night ${middle.floor.toFixed(0)}/s`,
      );
      figures.push(figure("lock", `stays of ${NIGHTS.length} nights locked, ${connections} at once`, middle.ours, "stays/s", { floor: middle.floor }));
    }
    return figures;
  } finally {
    await database.close();
  }
}
