import { sql, type SQL } from "drizzle-orm";
import type { z } from "zod";
import type { Transaction } from "../../../db/client.ts";
import { contactProofs } from "../../../db/schema/accounts.ts";
import { actorKey, type Context } from "../../context.ts";
import { refuse } from "../../errors.ts";
import { once } from "../../platform/idempotency.ts";
import { newId } from "../../platform/ids.ts";
import { keyedHash } from "../../platform/keyed-hash.ts";
import { emitProof } from "./events.ts";
import type { AskCodeInput, askCodeOutput } from "./schemas.ts";

/** How long a mailed code is good, in minutes. */
const GOOD_MINUTES = 10;
const HOUR_MS = 3_600_000;

/**
 * Has a code mailed to an address, for the caller to prove that it is theirs. It serves this cookie or account alone.
 * @throws RATE_LIMITED past the hour's codes of the address, of the caller's network, or of both together; PRECONDITION without cookie and account
 */
export async function askCode(ctx: Context, input: AskCodeInput): Promise<z.infer<typeof askCodeOutput>> {
  const contact = keyedHash(ctx.config, "contact", input.email);
  const network = ctx.network ?? keyedHash(ctx.config, "network", "unknown");
  return once(ctx, "proofs.ask", input, async (tx) => {
    await assertMayBeSent(ctx, tx, contact, network);
    const [proof] = await tx
      .insert(contactProofs)
      .values({ id: newId(), actor: actorKey(ctx.actor), email: input.email, contact, network, expiresAt: sql`app_now() + ${GOOD_MINUTES}::int * interval '1 minute'` })
      .returning({ id: contactProofs.id, expiresAt: contactProofs.expiresAt });
    await emitProof(tx, { type: "account.code_asked", payload: { proofId: proof!.id, locale: input.locale } });
    const answer = { proofId: proof!.id, expiresAt: proof!.expiresAt.toISOString() };
    return { answer, committed: ctx.published };
  });
}

/** Of an address one at a time, so that its bounds are exact: they keep strangers' mail from people, and one network from using up another's codes. */
async function assertMayBeSent(ctx: Context, tx: Transaction, contact: string, network: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${contact}, 0))`);
  const { config } = ctx;
  const ofContact = sql`${contactProofs.contact} = ${contact}`;
  const ofNetwork = sql`${contactProofs.network} = ${network}`;
  const bound = (which: SQL, perHour: number) => sql`
    select count(*)::int >= ${perHour}::int as passed, min(created_at) as first from ${contactProofs} where ${which} and created_at > app_now() - interval '1 hour'`;
  const [row] = await tx.execute<{ waitMs: number | null }>(sql`
    select ceil(${HOUR_MS} - extract(epoch from app_now() - max(first)) * 1000)::float8 as "waitMs" from (
      ${bound(ofContact, config.CODES_PER_CONTACT_PER_HOUR)}
      union all ${bound(sql`${ofContact} and ${ofNetwork}`, config.CODES_PER_CONTACT_AND_NETWORK_PER_HOUR)}
      union all ${bound(ofNetwork, config.CODES_PER_NETWORK_PER_HOUR)}
    ) bounds where passed`);
  if (typeof row?.waitMs === "number") throw refuse("RATE_LIMITED", { retryAfterMs: Math.max(1000, row.waitMs) });
}
