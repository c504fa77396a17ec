/** One measured value. `floor` is what the same machine does without us, measured in the same run. */
export interface Figure {
  bench: string;
  metric: string;
  value: number;
  unit: string;
  floor: number | null;
  /** Value over floor. */
  ratio: number | null;
  target: string | null;
  /** Null where nothing was asked. */
  ok: boolean | null;
}

/** What is asked of a figure: its value at most so much, or its ratio to the floor at least or at most so much. */
interface Asked {
  floor?: number;
  most?: number;
  ratio?: number;
  mostRatio?: number;
}

export function figure(bench: string, metric: string, value: number, unit: string, { floor, most, ratio: least, mostRatio }: Asked = {}): Figure {
  const ratio = floor === undefined ? null : value / floor;
  const target = most !== undefined ? `≤ ${most} ${unit}` : least !== undefined ? `ratio ≥ ${least}` : mostRatio !== undefined ? `ratio ≤ ${mostRatio}` : null;
  const ok = most !== undefined ? value <= most : least !== undefined ? (ratio ?? 0) >= least : mostRatio !== undefined ? (ratio ?? Infinity) <= mostRatio : null;
  return { bench, metric, value: round(value), unit, floor: floor === undefined ? null : round(floor), ratio: ratio === null ? null : round(ratio), target, ok };
}

/** The figures as a table for a person. */
export function table(figures: readonly Figure[]): string {
  const head = ["bench", "metric", "value", "unit", "floor", "ratio", "target", ""];
  const rows = figures.map((one) => [
    one.bench,
    one.metric,
    String(one.value),
    one.unit,
    String(one.floor ?? ""),
    one.ratio === null ? "" : one.ratio.toFixed(2),
    one.target ?? "",
    one.ok === null ? "" : one.ok ? "ok" : "MISSED",
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const numeric = new Set([2, 4, 5]);
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, column) => (numeric.has(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Three significant digits, or whole numbers where there are more. */
function round(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** The nearest-rank percentile. */
export function percentile(values: readonly number[], rank: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((rank / 100) * sorted.length) - 1)]!;
}
