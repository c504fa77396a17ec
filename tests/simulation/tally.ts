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
  /** Those kinds whose hits nobody can count. */
  unseen: Set<string>;
  /** What must never be: a sentence each. */
  violations: string[];
  /** What led to them, as the database tells it. */
  story: string[];
}

export function newTally(): Tally {
  return { operations: new Map(), outcomes: new Map(), faults: new Map(), met: new Map(), hits: new Map(), unseen: new Set(), violations: [], story: [] };
}

export function count(counts: Map<string, number>, kind: string, by = 1): void {
  counts.set(kind, (counts.get(kind) ?? 0) + by);
}

/** Adds one run's to the whole's. */
export function addTally(all: Tally, one: Tally): void {
  for (const part of ["operations", "outcomes", "faults", "met", "hits"] as const) for (const [kind, n] of one[part]) count(all[part], kind, n);
  for (const kind of one.unseen) all.unseen.add(kind);
  all.violations.push(...one.violations);
}

/** The table of a run: operations, faults, outcomes, each by kind. */
export function describeTally(tally: Tally): string {
  const table = (title: string, counts: Map<string, number>): string[] => {
    const rows = sorted(counts).map(([kind, n]) => `  ${String(n).padStart(6)}  ${kind}`);
    return [`${title}: ${sum(counts)}`, ...rows];
  };
  const faults = sorted(tally.faults).map(([kind, begun]) => {
    const unseen = tally.unseen.has(kind);
    const met = unseen ? "?" : String(tally.met.get(kind) ?? 0);
    return `  ${String(begun).padStart(6)} / ${met.padStart(4)}  ${kind}${unseen ? "" : ` (${tally.hits.get(kind) ?? 0} times)`}`;
  });
  return [...table("operations", tally.operations), `faults begun / met: ${sum(tally.faults)} / ${sum(tally.met)}`, ...faults, ...table("outcomes", tally.outcomes)].join("\n");
}

function sorted(counts: Map<string, number>): [string, number][] {
  return [...counts].toSorted(([a], [b]) => a.localeCompare(b));
}

function sum(counts: Map<string, number>): number {
  return [...counts.values()].reduce((all, n) => all + n, 0);
}
