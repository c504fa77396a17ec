import type { Bench } from "./context.ts";
import { figure, median, percentile, type Figure } from "./figures.ts";
import { holdOnly } from "./guests.ts";
import { openLoad, repeat } from "./load.ts";
import { openReference } from "./reference.ts";

const GUESTS = 200;
const UNITS = [1, 5, 50];
/** As a server of ours would have them at most. */
const REFERENCE_CONNECTIONS = 64;

/**
 * So many guests at once want one of a few units, at one and at two app processes: what each is told, and when.
 * The floor is the reference transaction, asked by as many at once for one room type's nights that don't sell out.
 */
export async function contention(bench: Bench): Promise<Figure[]> {
  const place = await bench.hotPlace();
  const loads = place.apps.map((url) => openLoad(url));
  const reference = await openReference(place.databaseUrl, REFERENCE_CONNECTIONS);
  const figures: Figure[] = [];
  try {
    await reference.run(GUESTS, GUESTS, "hot");
    const floor = (await reference.run(GUESTS, GUESTS, "hot")).latencies;
    bench.say(`contention: the reference for ${GUESTS} at once: median ${median(floor).toFixed(0)} ms, p99 ${percentile(floor, 99).toFixed(0)} ms`);
    // Compiled and connected, as any process that serves is.
    for (const load of loads) {
      const warm = await (await place.property(10_000)).wish(load);
      await repeat(400, 64, () => holdOnly(load, warm));
    }
    for (const processes of [1, 2]) {
      for (const units of UNITS) {
        const property = await place.property(units);
        const wish = await property.wish(loads[0]!);
        const told: Record<string, number> = { held: 0, SOLD_OUT: 0, ROOM_BUSY: 0, other: 0 };
        const { latencies } = await repeat(GUESTS, GUESTS, async (guest) => {
          const outcome = await holdOnly(loads[guest % processes]!, wish).then(
            () => "held",
            (error: unknown) => /SOLD_OUT|ROOM_BUSY/.exec(String(error))?.[0] ?? "other",
          );
          told[outcome]! += 1;
        });
        const oversold = Math.max(0, (await property.taken()) - units);
        bench.say(
          `contention, ${units} units, ${processes} processes: ${told["held"]} held, ${oversold} oversold, ${told["SOLD_OUT"]} sold out, ${told["ROOM_BUSY"]} busy, ${told["other"]} others`,
        );
        const name = `${units} of ${GUESTS} guests, ${processes === 1 ? "1 process" : "2 processes"}`;
        figures.push(
          figure("contention", `${name}: units not sold or sold twice`, Math.abs(told["held"]! - units) + oversold, "", { most: 0 }),
          figure("contention", `${name}: busy or failed`, told["ROOM_BUSY"]! + told["other"]!, "", { most: 0 }),
          figure("contention", `${name}: median`, median(latencies), "ms", { floor: median(floor) }),
          figure("contention", `${name}: p99`, percentile(latencies, 99), "ms", { floor: percentile(floor, 99) }),
        );
      }
    }
    return figures;
  } finally {
    for (const load of loads) load.close();
    await reference.close();
  }
}
