import { sql } from "drizzle-orm";
import type { Transaction } from "../../db/client.ts";
import { verifications } from "../../db/schema/accounts.ts";
import type { Context } from "../context.ts";
import { refuse } from "../errors.ts";
import type { Locale } from "../platform/fields.ts";
import { newId } from "../platform/ids.ts";
import { emit, type AccountEventType } from "./events.ts";

/** How long the link of a reset is good. */
export const RESET_SECONDS = 3600;

/** How long a mail's row is kept: its dead letter may wait for a person that long. */
const WAITS = "7 days";

/** So many mails of one kind does an address get in an hour; what is asked beyond is answered alike, and not sent. */
const MAILS_PER_HOUR = 5;
const HOUR_MS = 3_600_000;

interface Asked {
  email: string;
  /** The row that the mail is about: a sign-up's or an invitation's id. */
  about?: string;
  locale: Locale;
  /** The keyed hash of the network that asks; none of an invitation, which an account answers for. */
  network?: string;
}

/**
 * Asks for an account's mail, in the transaction of its cause. Whether the address has an account is not looked at here, but
 * by the job that sends the mail: so the answer, and the time it takes, tell nobody. The event carries the row's id alone.
 * @throws RATE_LIMITED past the hour's mails of the network, whatever the address
 */
export async function askMail({ config }: Pick<Context, "config">, tx: Transaction, type: AccountEventType, { email, about = "", locale, network }: Asked): Promise<void> {
  const askedFrom = network === undefined ? undefined : `network:${type}:${network}`;
  if (askedFrom !== undefined) await assertMayAsk(tx, askedFrom, config.ACCOUNT_MAILS_PER_NETWORK_PER_HOUR);
  const mailId = newId();
  const identifier = `${type}:${email}`;
  // The wall clock's time, since better-auth judges by it.
  const [asked] = await tx.execute<{ id: string }>(sql`
    insert into ${verifications} (id, identifier, value, created_at, updated_at, expires_at)
    select ${mailId}, ${identifier}, ${about}, now(), now(), now() + ${WAITS}::interval
    where (select count(*) from ${verifications} before
      where before.identifier = ${identifier} and before.created_at > now() - interval '1 hour') < ${MAILS_PER_HOUR}
    returning id`);
  if (!asked) return;
  if (askedFrom !== undefined) {
    const hour = sql`now() + interval '1 hour'`;
    await tx.insert(verifications).values({ id: newId(), identifier: askedFrom, value: "", createdAt: sql`now()`, updatedAt: sql`now()`, expiresAt: hour });
  }
  await emit(tx, { type, payload: { mailId, locale } });
}

/** Without a lock, as all that counts networks: strangers behind one operator don't wait for each other. */
async function assertMayAsk(tx: Transaction, askedFrom: string, perHour: number): Promise<void> {
  const [row] = await tx.execute<{ asked: number; waitMs: number }>(sql`
    select count(*)::int as asked, ceil(${HOUR_MS} - extract(epoch from now() - min(created_at)) * 1000)::float8 as "waitMs"
    from ${verifications} where identifier = ${askedFrom} and created_at > now() - interval '1 hour'`);
  if (row!.asked >= perHour) throw refuse("RATE_LIMITED", { retryAfterMs: Math.max(1000, row!.waitMs) });
}
