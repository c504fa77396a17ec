import { writeFileSync } from "node:fs";
import { HELP, readOptions, type SimOptions } from "./options.ts";
import { runSeed } from "./run.ts";
import { startServices, type Services } from "./services.ts";
import { addTally, describeTally, newTally, neverMet, summarise, total, type Tally } from "./tally.ts";

// `npm run sim`: the real app over HTTP, on real Postgres and Redis, while things go wrong; then every invariant is
// asked for.

const all = newTally();
const failed: number[] = [];
let good = 0;
let stopped = false;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** What the simulation itself could not bear is told with its seed as well. */
function broken(error: unknown): Tally {
  const what = error instanceof Error ? error.stack : String(error);
  return { ...newTally(), violations: [`the simulation could not go on: ${what}`] };
}

/** Seed after seed on the same services. */
async function runSeeds(services: Services, options: SimOptions): Promise<void> {
  const { operations, most, faults, faultsText, isolated } = options;
  while (!stopped && total(all.operations) < most) {
    const seed = options.nextSeed();
    if (seed === undefined) return;
    const started = performance.now();
    const tally = await runSeed(services, { seed, operations, faults, isolated }).catch(broken);
    addTally(all, tally);
    const bad = tally.violations.length;
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    if (bad === 0) good += 1;
    else failed.push(seed);
    say(`seed ${seed}: ${bad === 0 ? "good" : `${bad} violations`} in ${seconds} s; ${summarise(all, good + failed.length)}`);
    if (bad === 0) continue;
    for (const violation of tally.violations) say(`  ${violation}`);
    for (const line of tally.story) say(`    ${line}`);
    say(`  again: npm run sim -- --seed ${seed} --ops ${operations} --faults ${faultsText}`);
  }
}

/** The first signal lets the seeds under way come to their end, the second ends at once: the services go with us. */
function stop(): void {
  if (stopped) process.exit(130);
  stopped = true;
  say("ending with the seeds that are under way; once more ends at once");
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (!options) {
    process.stderr.write(HELP);
    return 2;
  }
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stop);
  await Promise.all(
    Array.from({ length: options.atOnce }, async () => {
      const services = await startServices();
      await runSeeds(services, options).finally(() => services.stop());
    }),
  );
  const unmet = neverMet(all, options.everyFault ? options.faults : []);
  say(`\n${describeTally(all)}`);
  if (unmet.length > 0) say(`never met: ${unmet.join(", ")}`);
  const isBad = failed.length > 0 || (options.everyFault && unmet.length > 0);
  say(`violations: ${all.violations.length}${failed.length > 0 ? ` (seeds ${failed.join(", ")})` : ""}`);
  if (options.report) writeFileSync(options.report, JSON.stringify(reportOf(options.everyFault, unmet)));
  return isBad ? 1 : 0;
}

/** The counts, as test runners write them; that every kind of fault was met is a test of its own. */
function reportOf(everyFault: boolean, unmet: readonly string[]): object {
  const unmetFails = everyFault && unmet.length > 0 ? 1 : 0;
  const numPassedTests = good + (everyFault && unmetFails === 0 ? 1 : 0);
  return { numPassedTests, numFailedTests: failed.length + unmetFails, numPendingTests: 0, testResults: [] };
}

// Whatever a seed could not close keeps nobody waiting.
process.exit(await main());
