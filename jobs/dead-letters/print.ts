import type { DryRun } from "./dry-run.ts";
import type { ListedLetter } from "./list.ts";
import { failureOf, type Letter } from "./letters.ts";

// What `npm run dlq` says, as lines.

const COLUMNS = ["id", "job", "state", "age", "tries", "failure", "error"];

/** A table of letters, each on a line of its own. */
export function lettersTable({ letters, total }: { letters: ListedLetter[]; total: number }): string[] {
  if (total === 0) return ["No dead letters."];
  const rows = letters.map((letter) => [letter.id, letter.job, letter.state, ageText(letter.ageSeconds), String(letter.tries), letter.failure, oneLine(letter.error)]);
  const widths = COLUMNS.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join("  ")
      .trimEnd();
  const more = total > letters.length ? [`and ${total - letters.length} more`] : [];
  return [line(COLUMNS), ...rows.map(line), ...more];
}

/** One letter whole. */
export function letterLines(letter: Letter): string[] {
  return fields({
    id: letter.id,
    job: letter.job,
    state: `${letter.state} (${letter.kind})`,
    failure: failureOf(letter),
    status: String(letter.status),
    error: oneLine(letter.error),
    tries: `${letter.replays + 1} (each a burst of up to four deliveries)`,
    filed: letter.createdAt.toISOString(),
    "next replay": letter.nextReplayAt?.toISOString() ?? "none by itself",
    deadline: letter.deadlineAt.toISOString(),
    message: JSON.stringify(letter.payload),
  });
}

/** What a replay would do. */
export function dryRunLines(run: DryRun): string[] {
  return [
    ...fields({
      job: run.jobExists ? "exists" : "no release has it any more: it can only be discarded",
      payload: run.payloadIssues.length === 0 ? "readable" : run.payloadIssues.join("; "),
      "done before": run.doneBefore ? "yes: a replay only closes the letter" : "no",
      booking: run.booking?.join("\n               ") ?? "none",
    }),
    "",
    run.would.length === 0 ? "It would fail again." : "It would:",
    ...run.would.map((line) => `  ${line}`.trimEnd()),
  ];
}

function fields(all: Record<string, string>): string[] {
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
function oneLine(text: string): string {
  const flat = text.replaceAll(/[\p{C}\s]+/gu, " ").trim();
  return flat.length > 80 ? `${flat.slice(0, 79)}…` : flat;
}
