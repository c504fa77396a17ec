import { and, eq, gt, lt, sql } from "drizzle-orm";
import type { z } from "zod";
import { contactProofs } from "../../../db/schema/accounts.ts";
import { actorKey, type Context } from "../../context.ts";
import { refuse } from "../../errors.ts";
import { sameText } from "../../platform/tokens.ts";
import { codeOf } from "./code.ts";
import type { GiveCodeInput, giveCodeOutput } from "./schemas.ts";

const MAX_TRIES = 5;

/**
 * Proves the address that the code was mailed to, for the caller and for a day. Each try is counted before it is looked at.
 * @throws INVALID for a wrong code; PRECONDITION for one that is over, was tried too often, or is another caller's
 */
export async function giveCode(ctx: Context, { proofId, code }: GiveCodeInput): Promise<z.infer<typeof giveCodeOutput>> {
  const own = and(eq(contactProofs.id, proofId), eq(contactProofs.actor, actorKey(ctx.actor)));
  const [tried] = await ctx.db
    .update(contactProofs)
    .set({ tries: sql`${contactProofs.tries} + 1` })
    .where(and(own, lt(contactProofs.tries, MAX_TRIES), gt(contactProofs.expiresAt, sql`app_now()`)))
    .returning({ id: contactProofs.id });
  if (!tried) throw refuse("PRECONDITION", { reason: "this code is over: ask for another" });
  if (!sameText(code, codeOf(ctx.config, proofId))) throw refuse("INVALID", { field: "code", reason: "isn't the code that was mailed" });
  // Given again, as after a lost answer, it proves no longer than before.
  await ctx.db
    .update(contactProofs)
    .set({ provenAt: sql`coalesce(${contactProofs.provenAt}, app_now())`, email: null })
    .where(own);
  ctx.metrics.count("contacts_proven_total");
  return { proven: true };
}
