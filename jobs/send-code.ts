import { dueCode, forgetAddress, PROOF_EVENTS } from "../server/accounts/index.ts";
import { sendCode } from "../server/notifications/index.ts";
import { defineJob } from "./define.ts";

/** Mails the code by which a guest proves an address. Whoever it came too late for can ask for another. */
export const sendCodeJob = defineJob({
  name: "send-code",
  on: ["account.code_asked"],
  input: PROOF_EVENTS["account.code_asked"],
  // As long as a code is good.
  deadlineMs: 10 * 60_000,
  severity: "info",
  async handler(ctx, payload) {
    const due = await dueCode(ctx, payload);
    if (due === "over") ctx.metrics.count("codes_late_total");
    else if (due !== "done") await sendCode(ctx.config, { ...payload, ...due });
    await forgetAddress(ctx, payload);
  },
  async preview(ctx, payload) {
    const due = await dueCode(ctx, payload);
    if (due === "over") return ["nothing: the code is over, and whoever asked for it can ask again"];
    return [due === "done" ? "nothing: the mail has gone out, or its code was given" : `send an e-mail to ${due.to}: a code`];
  },
});
