import { and, eq, sql } from "drizzle-orm";
import { statement, type Transaction } from "../../db/client.ts";
import { idempotencyKeys } from "../../db/schema/bookings.ts";
import { actorKey, type Context } from "../context.ts";
import { refuse } from "../errors.ts";
import { sha256 } from "./canonical.ts";
import { transact } from "./transact.ts";

const { placeholder } = sql;

const claim = statement((db) =>
  db
    .insert(idempotencyKeys)
    .values({ verb: placeholder("verb"), actor: placeholder("actor"), key: placeholder("key"), requestHash: placeholder("hash") })
    .onConflictDoNothing()
    .returning({ key: idempotencyKeys.key })
    .prepare("idempotency_claim"),
);

const mine = and(eq(idempotencyKeys.verb, placeholder("verb")), eq(idempotencyKeys.actor, placeholder("actor")), eq(idempotencyKeys.key, placeholder("key")));

const stored = statement((db) =>
  db.select({ hash: idempotencyKeys.requestHash, response: idempotencyKeys.response }).from(idempotencyKeys).where(mine).prepare("idempotency_read"),
);

const store = statement((db) =>
  db
    .update(idempotencyKeys)
    .set({ response: sql`${placeholder("response")}::jsonb` })
    .where(mine)
    .prepare("idempotency_store"),
);

/**
 * Runs a mutation once per key and actor: the key's row commits with the effect, and a repetition gets the
 * stored answer. A twin at the same time waits for the first, then gets its answer. A refusal rolls the key
 * back, so the same key may try again.
 * @throws CONFLICT when the key was used for another input
 */
export async function once<T>(ctx: Context, verb: string, input: { idempotencyKey: string }, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const id = { verb, actor: actorKey(ctx.actor), key: input.idempotencyKey };
  const hash = sha256(JSON.stringify(input));
  return transact(ctx.db, async (tx) => {
    const claimed = await claim(tx, { ...id, hash });
    if (claimed.length === 0) {
      const [before] = await stored(tx, id);
      if (!before || before.hash !== hash) throw refuse("CONFLICT", { reason: "this idempotency key was used for another request" });
      return before.response as T;
    }
    const answer = await work(tx);
    await store(tx, { ...id, response: JSON.stringify(answer) });
    return answer;
  });
}
