import type { Context } from "../server/context.ts";
import { deliveryOf, mayBeTried, type Message } from "../server/notifications/index.ts";

/** Why a message would not be sent again, in lines for a person; undefined where it would. */
export async function whyNot(ctx: Pick<Context, "db">, message: Message): Promise<string[] | undefined> {
  const row = await deliveryOf(ctx.db, message);
  if (!row || mayBeTried(row)) return undefined;
  if (row.channel === "sms" && row.state === "failed")
    return ["nothing, and fail again: the text may have gone out before, and is never sent again. Discard it, or call the guest"];
  return [`nothing: this message is ${row.state}, and isn't sent again`];
}
