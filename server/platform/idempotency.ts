import { and, eq, sql } from "drizzle-orm";
import { pgArray, statement, type Executor, type Transaction } from "../../db/client.ts";
import { idempotencyKeys } from "../../db/schema/bookings.ts";
import { actorKey, type Actor, type Context } from "../context.ts";
import { refuse, type DomainError } from "../errors.ts";
import { sha256 } from "./canonical.ts";
import { commit, type Committed } from "./transact.ts";

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
 * Whose keys these are. A guest made for this request alone would be another one at the next try, if the answer is lost.
 * @throws PRECONDITION for such a guest, whose cookie that answer sets
 */
function scopeOf(actor: Actor): string {
  if (actor.kind === "guest" && actor.isNew) throw refuse("PRECONDITION", { reason: "no identity: keep this answer's cookie, then ask again", again: true });
  return actorKey(actor);
}

/**
 * Runs a mutation once per key and actor: the key's row commits with the effect, and a repetition gets the
 * stored answer and has no effect after the commit either. A twin at the same time waits for the first, then gets its answer. A refusal rolls the key
 * back, so the same key may try again.
 * @param deadline how long it waits for locked rows, in the milliseconds of `performance.now()`
 * @throws CONFLICT when the key was used for another input, PRECONDITION for a caller without cookie and account
 */
export async function once<T>(
  ctx: Context,
  verb: string,
  input: { idempotencyKey: string },
  work: (tx: Transaction) => Promise<Committed<T>>,
  deadline = performance.now() + ctx.config.LOCK_WAIT_MS,
): Promise<T> {
  const id = { verb, actor: scopeOf(ctx.actor), key: input.idempotencyKey };
  const hash = sha256(JSON.stringify(input));
  return commit(
    ctx.db,
    async (tx) => {
      const claimed = await claim(tx, { ...id, hash });
      if (claimed.length === 0) {
        const [before] = await stored(tx, id);
        if (!before || before.hash !== hash) throw usedBefore();
        return { answer: before.response as T };
      }
      const done = await work(tx);
      await store(tx, { ...id, response: JSON.stringify(done.answer) });
      return done;
    },
    deadline,
  );
}

/** Stores another answer under a key that has one, where what that one named has come to its end. */
export async function answerAnew(ctx: Context, tx: Transaction, verb: string, input: { idempotencyKey: string }, answer: unknown): Promise<void> {
  await store(tx, { verb, actor: actorKey(ctx.actor), key: input.idempotencyKey, response: JSON.stringify(answer) });
}

function usedBefore(): DomainError {
  return refuse("CONFLICT", { reason: "this idempotency key was used for another request" });
}

// The same promise for asks that run together in one transaction (`platform/together.ts`).

/** One ask's key, and what tells its input from another under the same key. */
export interface Keyed {
  actor: string;
  key: string;
  hash: string;
}

/** @throws PRECONDITION for a caller without cookie and account */
export function keyedAsk(ctx: Context, input: { idempotencyKey: string }): Keyed {
  return { actor: scopeOf(ctx.actor), key: input.idempotencyKey, hash: sha256(JSON.stringify(input)) };
}

const findAll = statement((db) =>
  db
    .select({ actor: idempotencyKeys.actor, key: idempotencyKeys.key, hash: idempotencyKeys.requestHash, response: idempotencyKeys.response })
    .from(idempotencyKeys)
    .where(
      sql`${idempotencyKeys.verb} = ${placeholder("verb")} and (${idempotencyKeys.actor}, ${idempotencyKeys.key}) in (select * from unnest(${placeholder("actors")}::text[], ${placeholder("keys")}::text[]))`,
    )
    .prepare("idempotency_find_all"),
);

/** What each ask was answered before: the answer, CONFLICT for another input under its key, or undefined. */
export async function answersBefore(db: Executor, verb: string, asks: readonly Keyed[]): Promise<({ value: unknown } | { error: DomainError } | undefined)[]> {
  const rows = await findAll(db, { verb, actors: pgArray(asks.map((ask) => ask.actor)), keys: pgArray(asks.map((ask) => ask.key)) });
  return asks.map((ask) => {
    const row = rows.find((one) => one.actor === ask.actor && one.key === ask.key);
    if (!row) return undefined;
    return row.hash === ask.hash ? { value: row.response } : { error: usedBefore() };
  });
}

/** A twin in another process answered meanwhile. To `transact` it is what it is: a lost race, run again whole. */
class TwinAnswered extends Error {
  readonly code = "40001";
}

const storeAll = statement((db) =>
  db
    .insert(idempotencyKeys)
    .select(
      // In the keys' order, so that two groups never wait for each other's keys in a circle.
      sql`select ${placeholder("verb")}::text, k.actor, k.key, k.hash, k.response, app_now()
        from unnest(${placeholder("actors")}::text[], ${placeholder("keys")}::text[], ${placeholder("hashes")}::text[], ${placeholder("responses")}::jsonb[]) as k(actor, key, hash, response)
        order by k.actor, k.key`,
    )
    .onConflictDoNothing()
    .returning({ key: idempotencyKeys.key })
    .prepare("idempotency_store_all"),
);

/**
 * Stores the answers with their effects. A twin that is still under way is waited for; one that has answered
 * rolls this transaction back, and its next try finds that answer.
 */
export async function storeAnswers(tx: Transaction, verb: string, answers: readonly (Keyed & { answer: unknown })[]): Promise<void> {
  if (answers.length === 0) return;
  const rows = await storeAll(tx, {
    verb,
    actors: pgArray(answers.map((one) => one.actor)),
    keys: pgArray(answers.map((one) => one.key)),
    hashes: pgArray(answers.map((one) => one.hash)),
    responses: pgArray(answers.map((one) => JSON.stringify(one.answer))),
  });
  if (rows.length !== answers.length) throw new TwinAnswered("answered by a twin");
}
