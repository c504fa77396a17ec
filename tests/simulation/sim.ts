import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { FAULTS, type FaultName } from "./faults.ts";
import { outliveLostSockets } from "./lost-socket.ts";
import { runSeed } from "./run.ts";
import { startServices, type Services } from "./services.ts";
import { addTally, describeTally, newTally, type Tally } from "./tally.ts";

// `npm run sim`: the real app over HTTP, on real Postgres and Redis, while things go wrong; then every invariant is asked for.

const HELP = `npm run sim [-- --seed S] [--seeds K | --forever] [--at-once N] [--ops N] [--faults NAME,… | all | none]
  --seed     the first seed; 1 by default
  --seeds    how many seeds; 1 by default
  --at-once  how many of them at the same time, each on services of its own; 1 by default
  --forever  until it is stopped
  --ops      operations of each seed; 150 by default
  --report   a file for the counts, as test runners write them
  --faults   what may go wrong, by name or by the part before its dash; all by default:
             ${Object.keys(FAULTS).join(" ")}
`;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function readFaults(text: string): FaultName[] | undefined {
  const all = Object.keys(FAULTS) as FaultName[];
  if (text === "all") return all;
  if (text === "none") return [];
  const wanted = text.split(",").map((name) => name.trim());
  if (!wanted.every((name) => all.some((fault) => fault === name || fault.startsWith(`${name}-`)))) return undefined;
  return all.filter((fault) => wanted.some((name) => fault === name || fault.startsWith(`${name}-`)));
}

/** What the simulation itself could not bear is told with its seed as well. */
function broken(error: unknown): Tally {
  return { ...newTally(), violations: [`the simulation could not go on: ${error instanceof Error ? error.stack : String(error)}`] };
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: "string", default: "1" },
      seeds: { type: "string", default: "1" },
      "at-once": { type: "string", default: "1" },
      forever: { type: "boolean", default: false },
      ops: { type: "string", default: "150" },
      faults: { type: "string", default: "all" },
      report: { type: "string" },
    },
  });
  const [first, seeds, atOnce, operations] = [Number(values.seed), Number(values.seeds), Number(values["at-once"]), Number(values.ops)];
  const faults = readFaults(values.faults);
  if (!faults || ![first, seeds, atOnce, operations].every((n) => Number.isInteger(n) && n > 0)) {
    process.stderr.write(HELP);
    return 2;
  }
  outliveLostSockets();
  let stopped = false;
  const stop = (): void => void (stopped = true);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  const all = newTally();
  const failed: number[] = [];
  let good = 0;
  let next = first;
  const run = async (services: Services): Promise<void> => {
    while (!stopped && (values.forever || next < first + seeds)) {
      const seed = next++;
      const started = performance.now();
      const tally = await runSeed(services, { seed, operations, faults }).catch(broken);
      addTally(all, tally);
      const bad = tally.violations.length;
      say(`seed ${seed}: ${bad === 0 ? "good" : `${bad} violations`} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
      if (bad === 0) {
        good += 1;
        continue;
      }
      failed.push(seed);
      for (const violation of tally.violations) say(`  ${violation}`);
      for (const line of tally.story) say(`    ${line}`);
      say(`  again: npm run sim -- --seed ${seed} --ops ${operations} --faults ${values.faults}`);
    }
  };
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      const services = await startServices();
      await run(services).finally(() => services.stop());
    }),
  );
  say(`\n${describeTally(all)}\nviolations: ${all.violations.length}${failed.length > 0 ? ` (seeds ${failed.join(", ")})` : ""}`);
  if (values.report) writeFileSync(values.report, JSON.stringify({ numPassedTests: good, numFailedTests: failed.length, numPendingTests: 0, testResults: [] }));
  return failed.length === 0 ? 0 : 1;
}

process.exitCode = await main();
