import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { booking } from "./booking.ts";
import { contention } from "./contention.ts";
import { corners } from "./corners.ts";
import { drain } from "./drain.ts";
import { table, type Figure } from "./figures.ts";
import { openHotPlace, type HotPlace } from "./hot-place.ts";
import { growth } from "./growth.ts";
import { hotRoom } from "./hot-room.ts";
import { isolation } from "./isolation.ts";
import { lock } from "./lock.ts";
import { redisDown } from "./redis-down.ts";
import { search } from "./search.ts";
import { size } from "./size.ts";
import { start } from "./start.ts";
import type { Bench } from "./context.ts";
import { openWorld, RAISED, type World } from "./world.ts";

// `npm run bench [-- --only NAME,…] [--json FILE]`: figures, each with its floor measured in the same run.
// They inform, they don't gate: the exit code tells only whether all could be measured.

const BENCHES = { size, start, search, corners, booking, drain, contention, "hot-room": hotRoom, lock, isolation, growth, "redis-down": redisDown };
type Name = keyof typeof BENCHES;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: "string" }, json: { type: "string" } } });
  const all = Object.keys(BENCHES) as Name[];
  const asked = values.only?.split(",").map((name) => name.trim());
  const unknown = asked?.find((name) => !(name in BENCHES));
  if (unknown !== undefined) {
    process.stderr.write(`There is no bench "${unknown}"; there are ${all.join(", ")}.\n`);
    process.exit(2);
  }
  say(`Machine: ${cpus().length} × ${cpus()[0]?.model ?? "unknown"}, Node ${process.version}`);
  say(
    `Limits raised by configuration: ${Object.entries(RAISED)
      .map(([name, value]) => `${name}=${value}`)
      .join(" ")}`,
  );
  let world: Promise<World> | undefined;
  let hotPlace: Promise<HotPlace> | undefined;
  const stop = async (): Promise<void> => {
    for (const place of [world, hotPlace]) await (await place?.catch(() => undefined))?.stop();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void stop().finally(() => process.exit(1)));
  const bench: Bench = { world: () => (world ??= openWorld(say)), hotPlace: () => (hotPlace ??= openHotPlace(say)), say };
  const figures: Figure[] = [];
  let measured = true;
  for (const name of all.filter((one) => asked?.includes(one) ?? true)) {
    try {
      figures.push(...(await BENCHES[name](bench)));
    } catch (error) {
      measured = false;
      process.stderr.write(`${name} could not be measured: ${error instanceof Error ? error.stack : String(error)}\n`);
    }
  }
  await stop();
  say(`\n${table(figures)}`);
  if (values.json) writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`);
  process.exit(measured ? 0 : 1);
}

await main();
