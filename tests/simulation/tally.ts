/** What a run did, by kind. */
export interface Tally {
  operations: Map<string, number>;
  outcomes: Map<string, number>;
  faults: Map<string, number>;
  /** What must never be: a sentence each. */
  violations: string[];
  /** What led to them, as the database tells it. */
  story: string[];
}

export function newTally(): Tally {
  return { operations: new Map(), outcomes: new Map(), faults: new Map(), violations: [], story: [] };
}

export function count(counts: Map<string, number>, kind: string, by = 1): void {
  counts.set(kind, (counts.get(kind) ?? 0) + by);
}

/** Adds one run's to the whole's. */
export function addTally(all: Tally, one: Tally): void {
  for (const part of ["operations", "outcomes", "faults"] as const) for (const [kind, n] of one[part]) count(all[part], kind, n);
  all.violations.push(...one.violations);
}

/** The table of a run: operations, faults, outcomes, each by kind. */
export function describeTally(tally: Tally): string {
  const table = (title: string, counts: Map<string, number>): string[] => {
    const rows = [...counts].toSorted(([a], [b]) => a.localeCompare(b)).map(([kind, n]) => `  ${String(n).padStart(6)}  ${kind}`);
    return [`${title}: ${[...counts.values()].reduce((sum, n) => sum + n, 0)}`, ...rows];
  };
  return [...table("operations", tally.operations), ...table("faults", tally.faults), ...table("outcomes", tally.outcomes)].join("\n");
}
