import { parseArgs } from "node:util";
import { correctAddress } from "./dead-letters/correct-address.ts";
import { discard } from "./dead-letters/discard.ts";
import { dryRun } from "./dead-letters/dry-run.ts";
import { list, show } from "./dead-letters/list.ts";
import { dryRunLines, letterLines, lettersTable } from "./dead-letters/print.ts";
import { replay } from "./dead-letters/replay.ts";
import { isId, runCommand, type Command } from "./operator.ts";

// `npm run dlq`: an operator's hand on the dead letters, on DATABASE_URL or beside the `npm start` of this folder.

const USAGE = `npm run dlq -- list [--all]              the open letters; --all: the closed ones too
npm run dlq -- show ID                   one letter whole
npm run dlq -- dry-run ID                what a replay would do now; changes and sends nothing
npm run dlq -- replay ID [--author NAME] has it done again, whatever its deadline
npm run dlq -- correct-address ID --email ADDRESS --author NAME --reason TEXT
                                         gives the guest this address instead, and replays the letter
npm run dlq -- discard ID --author NAME --reason TEXT
                                         gives it up for good; who and why are kept
`;

/** @throws TypeError for an option that there isn't */
function read(args: string[]): { command: Command; author?: string | undefined } | undefined {
  const text = { type: "string" } as const;
  const { values, positionals } = parseArgs({
    args,
    options: { all: { type: "boolean", default: false }, author: text, reason: text, email: text },
    allowPositionals: true,
  });
  const [verb = "", id = "", ...rest] = positionals;
  if (rest.length > 0) return undefined;
  if (verb === "list" && id === "") return { command: async (ctx) => lettersTable(await list(ctx, { all: values.all })) };
  if (!isId(id)) return undefined;
  const { author, reason, email } = values;
  if (verb === "show") return { command: async (ctx) => letterLines(await show(ctx, { id })) };
  if (verb === "dry-run") return { command: async (ctx) => dryRunLines(await dryRun(ctx, { id })) };
  if (verb === "replay") return { author, command: async (ctx) => [...dryRunLines(await dryRun(ctx, { id })), "", replayed(await replay(ctx, { id }), id)] };
  if (!author || !reason) return undefined;
  if (verb === "discard") return { author, command: async (ctx) => (await discard(ctx, { id, why: reason }), ["Discarded."]) };
  if (verb === "correct-address" && email) {
    return { author, command: async (ctx) => ["The address is changed.", replayed(await correctAddress(ctx, { id, email, reason }), id)] };
  }
  return undefined;
}

function replayed(how: "published" | "due", id: string): string {
  const see = `npm run dlq -- show ${id} says what came of it.`;
  return how === "published" ? `Handed to the queue; ${see}` : `Due: the system's next tick hands it to the queue; then ${see}`;
}

await runCommand(USAGE, read);
