import { sql } from "drizzle-orm";
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
 * @throws RATE_LIMITED past the hour's codes of the address, or of the caller's network; PRECONDITION without cookie and account
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

/** Of an address one at a time, so that its bound is exact: it keeps strangers' mail from people. */
async function assertMayBeSent(ctx: Context, tx: Transaction, contact: string, network: string): Promise<void> {
  const { CODES_PER_CONTACT_PER_HOUR: perContact, CODES_PER_NETWORK_PER_HOUR: perNetwork } = ctx.config;
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${contact}, 0))`);
  const asked = (who: "contact" | "network", value: string) => sql`
    (select count(*)::int as asked, min(created_at) as first from ${contactProofs} where ${contactProofs[who]} = ${value} and created_at > app_now() - interval '1 hour')`;
  const [row] = await tx.execute<{ contacts: number; networks: number; waitMs: number }>(sql`
    select c.asked as contacts, n.asked as networks,
      ceil(${HOUR_MS} - extract(epoch from app_now() - least(c.first, n.first)) * 1000)::float8 as "waitMs"
    from ${asked("contact", contact)} c, ${asked("network", network)} n`);
  if (row!.contacts >= perContact || row!.networks >= perNetwork) throw refuse("RATE_LIMITED", { retryAfterMs: Math.max(1000, row!.waitMs) });
}
