import type { Bench } from "./context.ts";
import { figure, median, type Figure } from "./figures.ts";
import { book, holdOnly, type Wish } from "./guests.ts";
import { openLoad, repeat, type Load, type Timing } from "./load.ts";
import { readMetric } from "./parts.ts";
import { openReference } from "./reference.ts";

const CONNECTIONS = 64;
const HOLDS = 1_000;
const REFERENCES = 500;
/** Until the server's code is compiled: it runs for days. */
const WARM_UP = 4_000;
/** Many short rounds in turn: the machine's own speed wanders. */
const ROUNDS = 7;
const UNITS = 1_000_000;
/** Overlapping stays of three nights begin on so many days. */
const DAYS = 5;

interface Way {
  name: string;
  processes: 1 | 2;
  days: number;
  work(load: Load, wish: Wish): Promise<unknown>;
  target?: number;
}

const WAYS: Way[] = [
  { name: "hold", processes: 1, days: 1, work: holdOnly, target: 2 },
  { name: "hold + confirm", processes: 1, days: 1, work: book },
  { name: "hold, 2 processes", processes: 2, days: 1, work: holdOnly },
  { name: "hold, overlapping dates", processes: 1, days: DAYS, work: holdOnly },
  { name: "hold, overlapping dates, 2 processes", processes: 2, days: DAYS, work: holdOnly },
];

/** Everybody wants one room type's same nights, of which there are enough; against the reference transaction that does so too, in turn. */
export async function hotRoom(bench: Bench): Promise<Figure[]> {
  const place = await bench.hotPlace();
  const loads = place.apps.map((url) => openLoad(url));
  const reference = await openReference(place.databaseUrl, CONNECTIONS);
  const figures: Figure[] = [];
  try {
    await reference.run(REFERENCES, CONNECTIONS, "hot");
    for (const { name, processes, days, work, target } of WAYS) {
      const property = await place.property(UNITS);
      const wishes = await Promise.all(Array.from({ length: days }, (_, day) => property.wish(loads[0]!, day)));
      const run = (count: number): Promise<Timing> => repeat(count, CONNECTIONS, (index) => work(loads[index % processes]!, wishes[index % days]!));
      await run(WARM_UP);
      const rounds: { ours: number; floor: number; slowest: number }[] = [];
      for (let round = 1; round <= ROUNDS; round += 1) {
        const floor = await reference.run(REFERENCES, CONNECTIONS, "hot");
        const before = await groupsOf(loads);
        const ours = await run(HOLDS);
        const after = await groupsOf(loads);
        const size = (after.asks - before.asks) / (after.groups - before.groups);
        const slowest = Math.max(...ours.latencies) / median(ours.latencies);
        rounds.push({ ours: ours.perSecond, floor: floor.perSecond, slowest });
        bench.say(
          `hot-room, ${name}, round ${round}: ${ours.perSecond.toFixed(0)}/s, reference ${floor.perSecond.toFixed(0)}/s, ratio ${(ours.perSecond / floor.perSecond).toFixed(2)}; groups of ${size.toFixed(1)}; median ${median(ours.latencies).toFixed(1)} ms, slowest ${slowest.toFixed(1)} × that`,
        );
      }
      const middle = rounds.toSorted((a, b) => a.ours / a.floor - b.ours / b.floor)[Math.floor(ROUNDS / 2)]!;
      figures.push(
        figure("hot-room", `${name} at ${CONNECTIONS} connections`, middle.ours, "/s", { floor: middle.floor, ...(target !== undefined && { ratio: target }) }),
        figure("hot-room", `${name}: slowest guest over the median`, median(rounds.map((round) => round.slowest)), "×", { most: 10 }),
      );
    }
    return figures;
  } finally {
    for (const load of loads) load.close();
    await reference.close();
  }
}

/** How many groups of holds there were, and how many guests in them. */
async function groupsOf(loads: Load[]): Promise<{ groups: number; asks: number }> {
  const sum = async (name: string): Promise<number> => {
    const each = await Promise.all(loads.map((load) => readMetric(load, `nightledger_group_size_${name}`, 'kind="hold"')));
    return each.reduce((total, one) => total + one, 0);
  };
  return { groups: await sum("count"), asks: await sum("sum") };
}
