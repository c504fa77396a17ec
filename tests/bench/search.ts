import { setTimeout as wait } from "node:timers/promises";
import type { Bench } from "./context.ts";
import { figure, median, percentile, type Figure } from "./figures.ts";
import { book, randomStay, wishes } from "./guests.ts";
import { openLoad, repeat, type Load, type Timing } from "./load.ts";
import { peakMemory, readMetric } from "./parts.ts";
import type { World } from "./world.ts";

const UNCACHED = 150;
/** Until the code is compiled and the place's nights are in the database's memory. */
const WARM_UP = 400;
const BUSY_CONNECTIONS = 8;
const QUERIES = 500;
const CONNECTIONS = 32;
/** Rounds in turn with the floor, for the machine's own speed wanders; together longer than a page stays fresh (10 s), so that refreshing is in the figure. */
const ROUNDS = 5;
const SECONDS = 4;
/** Bounds the run on a machine of any speed. */
const MOST_REQUESTS = 200_000;
const BOOKINGS_PER_SECOND = 20;

/** Searches over 10,000 properties, 1,000 of them in the city asked for: each new, then the popular ones again and again. */
export async function search(bench: Bench): Promise<Figure[]> {
  const world = await bench.world();
  const load = openLoad(world.url);
  try {
    let figures: Figure[] = [];
    const peak = await peakMemory(load, async () => {
      figures = [...(await uncached(world, load)), ...(await cached(bench, world, load))];
    });
    return [...figures, figure("search", "memory of the app process under this load", peak, "MB")];
  } finally {
    load.close();
  }
}

async function uncached(world: World, load: Load): Promise<Figure[]> {
  const [first, ...inputs] = distinct(world.destinationId, 2 * UNCACHED + WARM_UP + 1);
  // What the process learns once of a city, apart: the first search after a start waits for it.
  const cold = await repeat(1, 1, () => ask(load, first!));
  await repeat(WARM_UP, 2, (index) => ask(load, inputs[2 * UNCACHED + index]!));
  const ping = await repeat(500, 1, () => load.query("ping"));
  const before = await readMetric(load, "nightledger_cache_requests_total", 'family="search",result="miss"');
  const { latencies } = await repeat(UNCACHED, 1, (index) => ask(load, inputs[index]!));
  const busyPing = await repeat(500, BUSY_CONNECTIONS, () => load.query("ping"));
  const busy = await repeat(UNCACHED, BUSY_CONNECTIONS, (index) => ask(load, inputs[UNCACHED + index]!));
  const missed = (await readMetric(load, "nightledger_cache_requests_total", 'family="search",result="miss"')) - before;
  if (missed !== 2 * UNCACHED) throw new Error(`${2 * UNCACHED - missed} of the searches that should be new came from the cache`);
  return [
    figure("search", "uncached, p95 at 1 connection", percentile(latencies, 95), "ms", { floor: percentile(ping.latencies, 95), most: 100 }),
    figure("search", "uncached, median at 1 connection", median(latencies), "ms", { floor: median(ping.latencies) }),
    figure("search", `uncached, p95 at ${BUSY_CONNECTIONS} connections`, percentile(busy.latencies, 95), "ms", { floor: percentile(busyPing.latencies, 95) }),
    figure("search", "the first after the start", cold.latencies[0]!, "ms"),
  ];
}

async function cached(bench: Bench, world: World, load: Load): Promise<Figure[]> {
  const inputs = distinct(world.destinationId, QUERIES);
  const draw = zipf(QUERIES);
  await repeat(QUERIES, 2, (index) => ask(load, inputs[index]!));
  const count = async (result: string): Promise<number> => readMetric(load, "nightledger_cache_requests_total", `family="search",result="${result}"`);
  const counts = async () => ({ hit: await count("hit"), stale: await count("stale"), late: await count("late"), miss: await count("miss") });
  const before = await counts();
  const rounds: { ours: Timing; floor: Timing }[] = [];
  // The floor stands under the same bookings.
  await whileBooking(world, load, async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const ours = await repeat(MOST_REQUESTS, CONNECTIONS, () => ask(load, inputs[draw()]!), SECONDS);
      rounds.push({ ours, floor: await repeat(MOST_REQUESTS, CONNECTIONS, () => load.query("ping"), SECONDS / 2) });
    }
  });
  const after = await counts();
  const ratioOf = (round: (typeof rounds)[number]): number => round.ours.perSecond / round.floor.perSecond;
  const { ours, floor } = rounds.toSorted((one, other) => ratioOf(one) - ratioOf(other))[Math.floor(ROUNDS / 2)]!;
  const [hit, stale, late, miss] = [after.hit - before.hit, after.stale - before.stale, after.late - before.late, after.miss - before.miss];
  const answered = hit + stale + late;
  bench.say(
    `search, cached, ratios ${rounds.map((round) => ratioOf(round).toFixed(2)).join(" ")}: ${answered + miss} requests over ${QUERIES} queries by Zipf: ${hit} hits, ${stale} stale (refreshed behind), ${late} late, ${miss} misses; ${BOOKINGS_PER_SECOND} bookings/s beside it`,
  );
  return [
    figure("search", `cached, at ${CONNECTIONS} connections while bookings commit`, ours.perSecond, "req/s", { floor: floor.perSecond, ratio: 0.5 }),
    figure("search", "cached, hit ratio (stale counts)", (answered / (answered + miss)) * 100, "%"),
    figure("search", "cached, p95", percentile(ours.latencies, 95), "ms", { floor: percentile(floor.latencies, 95) }),
  ];
}

/** Runs `work` while bookings commit at a steady pace, whatever the speed of the rest. */
async function whileBooking(world: World, load: Load, work: () => Promise<void>): Promise<void> {
  const wanted = await wishes(world, load, BOOKINGS_PER_SECOND * (ROUNDS * SECONDS * 1.5 + 5));
  let over = false;
  const bookings: Promise<void>[] = [];
  async function pace(): Promise<void> {
    while (!over && wanted.length > 0) {
      bookings.push(book(load, wanted.pop()!));
      await wait(1000 / BOOKINGS_PER_SECOND);
    }
  }
  const pacing = pace();
  await work();
  over = true;
  await pacing;
  await Promise.all(bookings);
}

interface Query {
  destinationId: number;
  checkIn: string;
  checkOut: string;
  rooms: { adults: number; childAges: number[] }[];
  sort: string;
}

const SORTS = ["recommended", "price", "price_desc", "stars"];

/** Searches of one city that are all different: by dates, length, party and order. */
function distinct(destinationId: number, count: number): Query[] {
  const found = new Map<string, Query>();
  while (found.size < count) {
    const query = {
      destinationId,
      ...randomStay(1 + Math.floor(Math.random() * 5)),
      rooms: [{ adults: 1 + Math.floor(Math.random() * 3), childAges: [] }],
      sort: SORTS[Math.floor(Math.random() * SORTS.length)]!,
    };
    found.set(JSON.stringify(query), query);
  }
  return [...found.values()];
}

async function ask(load: Load, query: Query): Promise<void> {
  const { body } = await load.query("search.hotels", query);
  if (body.includes('"items":[]')) throw new Error("a search found nothing: the seeded nights are not what the bench asks for");
}

/** Draws 0 … n−1, the k-th with a weight of 1/k. */
function zipf(n: number): () => number {
  const sums: number[] = [];
  for (let k = 1; k <= n; k += 1) sums.push((sums.at(-1) ?? 0) + 1 / k);
  return () => {
    const at = Math.random() * sums.at(-1)!;
    return sums.findIndex((sum) => sum >= at);
  };
}
