import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { FAULTS, type FaultName } from "./faults.ts";

/** What `npm run sim` was asked for. */
export interface SimOptions {
  /** The next seed; undefined: enough of them. */
  nextSeed(): number | undefined;
  atOnce: number;
  /** Operations of each seed. */
  operations: number;
  /** Ends after so many in all. */
  most: number;
  faults: readonly FaultName[];
  /** `--faults` as it was given, for the line that repeats a seed. */
  faultsText: string;
  everyFault: boolean;
  isolated: boolean;
  report: string | undefined;
}

const SEEDS = 2 ** 32;

export const HELP = `npm run sim [-- --seed S] [--seeds K | --forever] [--ops N] [--ops-total N] [--faults NAME,… | all | none]
  --seed         the first seed, from 0 to ${SEEDS - 1}; those after it count up. Without it each is drawn at random
  --seeds        how many seeds; 1 by default
  --forever      until it is stopped (Ctrl-C), or until --ops-total
  --ops          operations of each seed; 150 by default
  --ops-total    begins no seed after so many operations
  --at-once      how many seeds at the same time, each on services of its own; 1 by default
  --every-fault  fails where nothing ever met some kind of fault
  --isolated     fails where a property pays for another's locked rows; else it is only counted
  --report       a file for the counts, as test runners write them
  --faults       what may go wrong, by name or by the part before its dash; all by default:
                 ${Object.keys(FAULTS).join(" ")}
`;

const OPTIONS = {
  seed: { type: "string" },
  seeds: { type: "string", default: "1" },
  "at-once": { type: "string", default: "1" },
  forever: { type: "boolean", default: false },
  ops: { type: "string", default: "150" },
  "ops-total": { type: "string", default: String(Number.MAX_SAFE_INTEGER) },
  faults: { type: "string", default: "all" },
  "every-fault": { type: "boolean", default: false },
  isolated: { type: "boolean", default: false },
  report: { type: "string" },
} as const;

/** @returns undefined where it can't be understood */
export function readOptions(args: readonly string[]): SimOptions | undefined {
  const values = valuesOf(args);
  if (!values) return undefined;
  const first = values.seed === undefined ? undefined : Number(values.seed);
  const counts = [values.seeds, values["at-once"], values.ops, values["ops-total"]].map(Number);
  const [seeds, atOnce, operations, most] = counts as [number, number, number, number];
  const faults = readFaults(values.faults);
  if (!faults || !counts.every((n) => Number.isInteger(n) && n > 0)) return undefined;
  if (first !== undefined && !(Number.isInteger(first) && first >= 0 && first < SEEDS)) return undefined;
  let given = 0;
  const nextSeed = (): number | undefined => {
    if (given === seeds && !values.forever) return undefined;
    given += 1;
    return first === undefined ? randomInt(SEEDS) : (first + given - 1) % SEEDS;
  };
  const { faults: faultsText, "every-fault": everyFault, isolated, report } = values;
  return { nextSeed, atOnce, operations, most, faults, faultsText, everyFault, isolated, report };
}

function valuesOf(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch {
    return undefined;
  }
}

function readFaults(text: string): FaultName[] | undefined {
  const all = Object.keys(FAULTS) as FaultName[];
  if (text === "all") return all;
  if (text === "none") return [];
  const wanted = text.split(",").map((name) => name.trim());
  const isNamed = (fault: FaultName, name: string): boolean => fault === name || fault.startsWith(`${name}-`);
  if (!wanted.every((name) => all.some((fault) => isNamed(fault, name)))) return undefined;
  return all.filter((fault) => wanted.some((name) => isNamed(fault, name)));
}
