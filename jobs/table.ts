// Lines of a terminal: tables, fields, ages.

/** Columns as wide as their widest cell; the first row is their names. */
export function tableLines(columns: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = columns.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join("  ")
      .trimEnd();
  return [line(columns), ...rows.map(line)];
}

export function fieldLines(all: Record<string, string>): string[] {
  return Object.entries(all).map(([name, value]) => `${name.padEnd(13)}  ${value}`);
}

/** "3 min", "5 h", "2 d". */
export function ageText(seconds: number): string {
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 2 * 86_400) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** Whatever answered may have sent pages, or a terminal's control codes. */
export function oneLine(text: string, longest = 80): string {
  const flat = text.replaceAll(/[\p{C}\s]+/gu, " ").trim();
  return flat.length > longest ? `${flat.slice(0, longest - 1)}…` : flat;
}
