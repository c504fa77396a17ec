import type { Bench } from "./context.ts";
import { figure, median, percentile, type Figure } from "./figures.ts";
import { book, wishes } from "./guests.ts";
import { openLoad, repeat } from "./load.ts";
import { readMetric } from "./parts.ts";
import { openReference } from "./reference.ts";
import { outboxEmpty } from "./settled.ts";

const CONNECTIONS = 32;
/** Many short rounds in turn: the machine's own speed wanders. */
const ROUNDS = 11;
const BOOKINGS = 300;
const REFERENCES = 1_500;
/** A server runs for days: what its first seconds cost, until its code is compiled, is not what is asked here. */
const WARM_UP = 3_000;
const CPU_SECONDS = "process_cpu_seconds_total";

/**
 * Hold and confirm (pay at property) over HTTP, with everything on but the deliveries, against the frozen
 * reference: rounds in turn on the same Postgres, the ratio from the middle round. Quotes are asked for before.
 */
export async function booking(bench: Bench): Promise<Figure[]> {
  const world = await bench.world();
  const load = openLoad(world.url);
  const reference = await openReference(world.databaseUrl, CONNECTIONS);
  try {
    const wanted = await wishes(world, load, WARM_UP + ROUNDS * BOOKINGS);
    await repeat(WARM_UP, CONNECTIONS, () => book(load, wanted.pop()!));
    await reference.run(REFERENCES, CONNECTIONS);
    const rounds: { ours: number; floor: number; latencies: number[] }[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      await outboxEmpty(world.databaseUrl);
      const floor = await reference.run(REFERENCES, CONNECTIONS);
      const cpu = await readMetric(load, CPU_SECONDS);
      const ours = await repeat(BOOKINGS, CONNECTIONS, () => book(load, wanted.pop()!));
      rounds.push({ ours: ours.perSecond, floor: floor.perSecond, latencies: ours.latencies });
      const cost = ((await readMetric(load, CPU_SECONDS)) - cpu) / BOOKINGS;
      const ratio = ours.perSecond / floor.perSecond;
      bench.say(
        `booking, round ${round}: ${ours.perSecond.toFixed(0)} bookings/s, reference ${floor.perSecond.toFixed(0)}/s, ratio ${ratio.toFixed(3)}; ${(cost * 1000).toFixed(1)} ms of the app's CPU each`,
      );
    }
    const middle = rounds.toSorted((a, b) => a.ours / a.floor - b.ours / b.floor)[Math.floor(ROUNDS / 2)]!;
    const latencies = rounds.flatMap((round) => round.latencies);
    return [
      figure("booking", `hold + confirm at ${CONNECTIONS} connections`, middle.ours, "bookings/s", { floor: middle.floor, ratio: 0.3 }),
      figure("booking", "hold + confirm, median", median(latencies), "ms"),
      figure("booking", "hold + confirm, p95", percentile(latencies, 95), "ms"),
    ];
  } finally {
    load.close();
    await reference.close();
  }
}
