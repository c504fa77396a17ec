import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { audit } from "../../db/audit.ts";
import { ROOT } from "../../local/root.ts";
import { checkAnswers } from "./answers.ts";
import { FAULTS, type Fault, type FaultName } from "./faults.ts";
import { checkLists } from "./lists.ts";
import { checkMessages } from "./messages.ts";
import { OPERATIONS } from "./operations.ts";
import { planOf, type Volley } from "./plan.ts";
import { checkProviders } from "./providers.ts";
import { becomeQuiet, pass } from "./quiet.ts";
import { randomOf } from "./random.ts";
import { checkRefusals } from "./refusals/check.ts";
import type { Services } from "./services.ts";
import { tellStory } from "./story.ts";
import { count, type Tally } from "./tally.ts";
import { openWorld, type World } from "./world.ts";

export interface RunOptions {
  seed: number;
  operations: number;
  faults: readonly FaultName[];
  /** Whether a property that has no trouble must be served while another has. */
  isolated: boolean;
}

/** One seed from an empty database to its audit. */
export async function runSeed(services: Services, { seed, operations, faults, isolated }: RunOptions): Promise<Tally> {
  const world = await openWorld(services, seed);
  try {
    await play(world, planOf(seed, operations, faults));
    await becomeQuiet(world);
    await checkLists(world);
    world.tally.violations.push(...(await judge(world)), ...(await checkRefusals(world, isolated)));
    for (const { how, last } of world.apps.flatMap(({ process }) => process.deaths)) {
      world.tally.violations.push(`the app ended by itself: ${how}: ${last}`);
    }
    if (world.tally.violations.length > 0) {
      keepLog(world);
      world.tally.story.push(...(await tellStory(world, world.tally.violations)));
    }
    return world.tally;
  } finally {
    await world.close();
  }
}

/** So many volleys apart, everybody with an account looks at what it booked. */
const LISTS_EVERY = 4;

/** Volley after volley; each fault that lasts is ended so many volleys later, or with the last of them. */
async function play(world: World, volleys: Volley[]): Promise<void> {
  const ends: { after: number; end: () => Promise<void> | void }[] = [];
  for (const [at, { steps, fault }] of volleys.entries()) {
    const time = fault && { name: fault.name, from: Date.now(), to: Infinity };
    if (time) world.faultTimes.push(time);
    const over = (): void => void (time && (time.to = Date.now()));
    const falling =
      fault &&
      fall(world, fault).then((end) => {
        if (!end) return over();
        ends.push({ after: at + lastsFor(fault), end: async () => (await end(), over()) });
      });
    const walking = steps.map(({ index, operation }) => {
      count(world.tally.operations, operation);
      return OPERATIONS[operation].run(world, randomOf(world.seed, index), `s${world.seed}-${index}`);
    });
    await Promise.all([...walking, falling]);
    if (at % LISTS_EVERY === 0) await checkLists(world);
    for (const one of ends.filter(({ after }) => after <= at)) {
      ends.splice(ends.indexOf(one), 1);
      await one.end();
    }
  }
  for (const { end } of ends) await end();
}

function lastsFor({ name, volleys }: NonNullable<Volley["fault"]>): number {
  const { least = 0 }: Fault = FAULTS[name];
  return Math.max(volleys, least);
}

async function fall(world: World, { name, place, afterMs }: NonNullable<Volley["fault"]>): Promise<(() => Promise<void> | void) | undefined> {
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  count(world.tally.faults, name);
  const { begin }: Fault = FAULTS[name];
  let wasMet = false;
  const met = (times = 1): void => {
    if (times <= 0) return;
    if (!wasMet) count(world.tally.met, name);
    wasMet = true;
    count(world.tally.hits, name, times);
  };
  return (await begin(world, randomOf(world.seed, place), met)) ?? undefined;
}

/** What is only late gets two more chances: the sweeps of minutes, and those of a day. */
const MORE_MS = [11 * 60_000, 25 * 3_600_000];

/** All that must be so, of what the database, the stand-ins and the guests know. */
async function judge(world: World): Promise<string[]> {
  for (let look = 0; ; look += 1) {
    const findings = await audit(world.database.url, { settled: true });
    const wrong = [
      ...findings.flatMap(({ invariant, wrong }) => wrong.map((row) => `${invariant.name}: ${invariant.says} ${JSON.stringify(row)}`)),
      ...(await checkProviders(world)),
      ...(await checkMessages(world)),
      ...(await checkAnswers(world)),
    ];
    const more = MORE_MS[look];
    if (wrong.length === 0 || more === undefined) return wrong;
    await pass(world, more);
  }
}

function keepLog(world: World): void {
  const folder = join(ROOT, "tests", ".artifacts", "simulation");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `seed-${world.seed}.log`), world.apps.map(({ process }) => process.log()).join("\n"));
}
