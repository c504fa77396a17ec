import { parseArgs } from "node:util";
import { codedMoney } from "../server/notifications/index.ts";
import { close } from "./incident-desk/close.ts";
import { decideMoney, MONEY_VERBS } from "./incident-desk/decide.ts";
import { list, show } from "./incident-desk/list.ts";
import { incidentLines, incidentsTable } from "./incident-desk/print.ts";
import { take } from "./incident-desk/take.ts";
import { isId, runCommand, type Command } from "./operator.ts";

// `npm run incidents`: what needs a person, on DATABASE_URL or beside the `npm start` of this folder.

const USAGE = `npm run incidents -- list [--all]        what is open, the worst first; --all: what was closed too
npm run incidents -- show ID             one whole, and what to do about it
npm run incidents -- take ID --author NAME
                                         you look after it from now on
npm run incidents -- close ID --author NAME --reason TEXT
                                         it is dealt with; who and how are kept

Decisions about money; each wants --author NAME --reason TEXT, and given twice it is done once:
npm run incidents -- paid-by-hand REFUND --reference TEXT    you have sent a refund outside the provider: one that failed, that
                                                             has no way back, or that the provider refuses
npm run incidents -- goodwill CODE --amount 20.00            gives a guest money beyond what is owed; covers nothing missing
npm run incidents -- goodwill REFUND                         a refund of the provider's dashboard was such a gift: not missing
npm run incidents -- waive CODE --amount 20.00               so much of what is due online is not asked for, missing or taken
npm run incidents -- write-off CODE --amount 20.00           so much of the missing money is accepted as lost; it stays due
npm run incidents -- chargeback-accepted DISPUTE             a lost dispute is accepted: the guest has the money from the bank
Missing money is covered once: what one of them covers, no other does. A waiver of money that was taken, and a gift after
a cancellation, give it back to the guest: say how much with --back 20.00; without it the refusal says what would go back.
`;

/** @throws TypeError for an option that there isn't */
function read(args: string[]): { command: Command; author?: string | undefined } | undefined {
  const text = { type: "string" } as const;
  const options = { all: { type: "boolean", default: false }, author: text, reason: text, reference: text, amount: text, back: text } as const;
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const [verb = "", subject = "", ...rest] = positionals;
  const { author, reason, reference, amount, back } = values;
  if (rest.length > 0) return undefined;
  if (verb === "list" && subject === "") return { command: async (ctx) => incidentsTable(await list(ctx, { all: values.all })) };
  if (verb === "show" && isId(subject)) return { command: async (ctx) => incidentLines(await show(ctx, { id: subject })) };
  if (!author || subject === "") return undefined;
  if (verb === "take" && isId(subject)) return { author, command: async (ctx) => (await take(ctx, { id: subject }), [`It is ${author}'s now.`]) };
  if (!reason) return undefined;
  if (verb === "close" && isId(subject)) return { author, command: async (ctx) => (await close(ctx, { id: subject, reason }), ["Closed."]) };
  const money = MONEY_VERBS.find((one) => one === verb);
  if (!money) return undefined;
  return {
    author,
    command: async (ctx) => {
      const done = await decideMoney(ctx, { verb: money, subject, reason, reference, amount, back });
      const text = (minor: number) => codedMoney(minor, done.currency, "en");
      return [`Written down: ${money}, ${text(done.amount)}. ${done.back > 0 ? `${text(done.back)} goes back to the guest by itself.` : "No money moves by it."}`];
    },
  };
}

await runCommand(USAGE, read);
