import type { z } from "zod";
import { ACCOUNT_EVENTS, dueMail, forgetMail, RESET_SECONDS, SIGN_UP_SECONDS, type AccountEventType, type AccountPayload } from "../server/accounts/index.ts";
import { refuse } from "../server/errors.ts";
import { sendAccountMail } from "../server/notifications/index.ts";
import { defineJob, HOUR_MS, type Job } from "./define.ts";

function accountMailJob(name: string, event: AccountEventType, deadlineMs: number): Job {
  const input: z.ZodType<AccountPayload> = ACCOUNT_EVENTS[event];
  return defineJob({
    name,
    on: [event],
    input,
    deadlineMs,
    async handler(ctx, payload) {
      const due = await dueMail(ctx, event, payload);
      // A person hears of it; whoever asked can ask again.
      if (due === "over") throw refuse("PRECONDITION", { reason: "the link is over" });
      if (due !== "done") await sendAccountMail(ctx.config, { mailId: payload.mailId, locale: payload.locale, ...due });
      await forgetMail(ctx, payload);
    },
    // Without its link, which is for its reader alone.
    async preview(ctx, payload) {
      const due = await dueMail(ctx, event, payload);
      if (due === "over") return ["fail: its link is over, and whoever asked for it can ask again"];
      return [due === "done" ? "nothing: the mail has gone out, or nobody needs it any more" : `send an e-mail to ${due.to}: ${due.kind}`];
    },
  });
}

export const accountMailJobs: readonly Job[] = [
  // As long as their links are good.
  accountMailJob("send-verification", "account.verification_asked", SIGN_UP_SECONDS * 1000),
  accountMailJob("send-reset", "account.reset_asked", RESET_SECONDS * 1000),
  accountMailJob("send-invitation", "account.invited", 48 * HOUR_MS),
];
