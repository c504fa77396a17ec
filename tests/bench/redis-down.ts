import { setTimeout as wait } from "node:timers/promises";
import type { Bench } from "./context.ts";
import { figure, median, percentile, type Figure } from "./figures.ts";
import { book } from "./guests.ts";
import { openLoad, repeat } from "./load.ts";
import { readMetric } from "./parts.ts";

const CONNECTIONS = 8;
/** Healthy and hung in turn, for the machine's own speed wanders. */
const ROUNDS = 4;
const BOOKINGS = 100;
/** Longer than from one probe to the next. */
const CLOSES_WITHIN_MS = 10_000;
/** Spread over so many days, so that guests don't wait for each other. */
const DAYS = 60;

/** Hold and confirm with Redis well, just hung, and hung with the circuit open, for longer than one probe, round by round. The floor is Redis well. */
export async function redisDown(bench: Bench): Promise<Figure[]> {
  const place = await bench.hotPlace();
  const load = openLoad(place.url);
  const control = async (method: string, body?: object): Promise<void> => {
    const answer = await fetch(`${place.redis.url}/_control/faults`, { method, ...(body && { body: JSON.stringify(body) }) });
    if (!answer.ok) throw new Error(`the Redis gateway answered ${answer.status}`);
  };
  const isOpen = async (): Promise<boolean> => (await readMetric(load, "nightledger_redis_circuit_open")) === 1;
  try {
    const property = await place.property(100_000);
    const wishes = await Promise.all(Array.from({ length: DAYS }, (_, day) => property.wish(load, day * 4)));
    const run = async (count: number) => (await repeat(count, CONNECTIONS, (index) => book(load, wishes[index % DAYS]!))).latencies;
    // A call starts the probe that closes it.
    const closes = async (): Promise<void> => {
      const until = performance.now() + CLOSES_WITHIN_MS;
      while (await isOpen()) {
        if (performance.now() > until) throw new Error("the circuit stayed open though Redis was well");
        await run(CONNECTIONS);
        await wait(100);
      }
    };
    await run(BOOKINGS);
    const healthy: number[] = [];
    const opening: number[] = [];
    const open: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      healthy.push(...(await run(BOOKINGS)));
      await control("POST", { calls: 1_000_000, hang: true });
      // Each connection's first booking meets the hung Redis.
      opening.push(...(await run(CONNECTIONS)));
      if (!(await isOpen())) await run(CONNECTIONS);
      const probes = await readMetric(load, "nightledger_redis_probes_total");
      do open.push(...(await run(BOOKINGS)));
      while ((await readMetric(load, "nightledger_redis_probes_total")) <= probes);
      if (!(await isOpen())) throw new Error("the circuit closed while Redis was hung");
      await control("DELETE");
      await closes();
    }
    bench.say(
      [["healthy", healthy] as const, ["opening", opening] as const, ["open", open] as const]
        .map(
          ([name, latencies]) =>
            `redis-down, ${name} (${latencies.length}): median ${median(latencies).toFixed(1)} ms, p95 ${percentile(latencies, 95).toFixed(1)} ms, slowest ${Math.max(...latencies).toFixed(1)} ms`,
        )
        .join("\n"),
    );
    const well = percentile(healthy, 95);
    return [
      figure("redis-down", "hold + confirm, healthy, p95", well, "ms"),
      figure("redis-down", "opening, slowest", Math.max(...opening), "ms", { floor: well }),
      figure("redis-down", "open, median", median(open), "ms", { floor: median(healthy) }),
      figure("redis-down", "open, p95", percentile(open, 95), "ms", { floor: well, most: Math.ceil(2 * well) }),
    ];
  } finally {
    await control("DELETE");
    load.close();
  }
}
