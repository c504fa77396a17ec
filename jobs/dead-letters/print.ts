import { bookingLine, type BookingNames } from "../names.ts";
import { ageText, fieldLines, oneLine, tableLines } from "../table.ts";
import type { DryRun } from "./dry-run.ts";
import type { ListedLetter } from "./list.ts";
import { failureOf, type Letter } from "./letters.ts";

// What `npm run dlq` says, as lines.

const COLUMNS = ["id", "job", "state", "age", "tries", "booking", "hotel", "failure", "error"];

/** A table of letters, each on a line of its own. */
export function lettersTable({ letters, total }: { letters: ListedLetter[]; total: number }): string[] {
  if (total === 0) return ["No dead letters."];
  const rows = letters.map(({ id, job, state, ageSeconds, tries, booking, failure, error }) => [
    id,
    job,
    state,
    ageText(ageSeconds),
    String(tries),
    booking?.code ?? "-",
    oneLine(booking?.hotel ?? "", 30) || "-",
    failure,
    oneLine(error),
  ]);
  const more = total > letters.length ? [`and ${total - letters.length} more`] : [];
  return [...tableLines(COLUMNS, rows), ...more];
}

/** One letter whole. */
export function letterLines(letter: Letter & { booking: BookingNames | undefined }): string[] {
  return fieldLines({
    id: letter.id,
    booking: letter.booking ? bookingLine(letter.booking) : "none",
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
    ...fieldLines({
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
