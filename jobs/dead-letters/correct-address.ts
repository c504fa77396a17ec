import { z } from "zod";
import { correctEmail } from "../../server/bookings/index.ts";
import type { Context } from "../../server/context.ts";
import { refuse } from "../../server/errors.ts";
import { authorise } from "./authorise.ts";
import { letterOf } from "./letters.ts";
import { replay } from "./replay.ts";

/**
 * Gives the letter's guest another address, and has the message sent again: to the new one.
 * @throws FORBIDDEN, NOT_FOUND, INVALID address or reason, PRECONDITION for a letter of no booking, or one that is closed
 */
export async function correctAddress(ctx: Context, { id, email, reason }: { id: string; email: string; reason: string }): Promise<"published" | "due"> {
  authorise(ctx, "person");
  const letter = await letterOf(ctx.db, id);
  const named = z.object({ payload: z.object({ bookingId: z.uuid() }) }).safeParse(letter.payload);
  if (!named.success) throw refuse("PRECONDITION", { reason: "the letter is of no booking" });
  if (letter.state !== "waiting" && letter.state !== "needs_person") throw refuse("PRECONDITION", { reason: "it isn't waiting", state: letter.state });
  await correctEmail(ctx, { bookingId: named.data.payload.bookingId, email, reason });
  return replay(ctx, { id });
}
