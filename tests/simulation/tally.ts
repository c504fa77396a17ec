/** What a run did, by kind. */
export interface Tally {
  operations: Map<string, number>;
  outcomes: Map<string, number>;
  /** Faults that began. */
  faults: Map<string, number>;
  /** Those of them that anything met. */
  met: Map<string, number>;
  /** How many calls, messages, keys met them. */
  hits: Map<string, number>;
  /** Refusals that were compared with what was free between question and answer. */
  judged: Map<string, number>;
  /** What must never be: a sentence each. */
  violations: string[];
  /** What led to them, as the database tells it. */
  story: string[];
}

const COUNTS = ["operations", "outcomes", "faults", "met", "hits", "judged"] as const;

export function newTally(): Tally {
  const counts = Object.fromEntries(COUNTS.map((part) => [part, new Map<string, number>()]));
  return { ...(counts as Pick<Tally, (typeof COUNTS)[number]>), violations: [], story: [] };
}

export function count(counts: Map<string, number>, kind: string, by = 1): void {
  counts.set(kind, (counts.get(kind) ?? 0) + by);
}

/** Adds one run's to the whole's. */
export function addTally(all: Tally, one: Tally): void {
  for (const part of COUNTS) for (const [kind, n] of one[part]) count(all[part], kind, n);
  all.violations.push(...one.violations);
}

/** The kinds that began, or should have, and that nothing ever met. */
export function neverMet(tally: Tally, wanted: readonly string[]): string[] {
  return [...new Set([...wanted, ...tally.faults.keys()])].filter((kind) => !tally.met.has(kind)).toSorted();
}

/** One line of running totals. */
export function summarise(tally: Tally, seeds: number): string {
  const { operations, faults, met, judged, violations } = tally;
  return [
    `${seeds} ${seeds === 1 ? "seed" : "seeds"}`,
    `${total(operations)} operations`,
    `faults ${total(faults)} begun, ${total(met)} met`,
    `${total(judged)} refusals judged`,
    `${violations.length} violations`,
  ].join(", ");
}

/** The table of a run: operations, faults, refusals, outcomes, each by kind. */
export function describeTally(tally: Tally): string {
  const table = (title: string, counts: Map<string, number>): string[] => {
    const rows = sorted(counts).map(([kind, n]) => `  ${String(n).padStart(6)}  ${kind}`);
    return [`${title}: ${total(counts)}`, ...rows];
  };
  const faults = sorted(tally.faults).map(([kind, begun]) => {
    const met = String(tally.met.get(kind) ?? 0);
    return `  ${String(begun).padStart(6)} / ${met.padStart(4)}  ${kind} (${tally.hits.get(kind) ?? 0} times)`;
  });
  return [
    ...table("operations", tally.operations),
    `faults begun / met: ${total(tally.faults)} / ${total(tally.met)}`,
    ...faults,
    ...table("refusals judged", tally.judged),
    ...table("outcomes", tally.outcomes),
  ].join("\n");
}

export function total(counts: Map<string, number>): number {
  return [...counts.values()].reduce((all, n) => all + n, 0);
}

function sorted(counts: Map<string, number>): [string, number][] {
  return [...counts].toSorted(([a], [b]) => a.localeCompare(b));
}
