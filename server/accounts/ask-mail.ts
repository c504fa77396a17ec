import { sql } from "drizzle-orm";
import type { Transaction } from "../../db/client.ts";
import { verifications } from "../../db/schema/accounts.ts";
import type { Locale } from "../platform/fields.ts";
import { newId } from "../platform/ids.ts";
import { emit, type AccountEventType } from "./events.ts";

/** How long the link of a reset is good. */
export const RESET_SECONDS = 3600;

/** How long a mail's row is kept: its dead letter may wait for a person that long. */
const WAITS = "7 days";

/** So many mails of one kind does an address get in an hour; what is asked beyond is answered alike, and not sent. */
const MAILS_PER_HOUR = 5;

interface Asked {
  email: string;
  /** The row that the mail is about: a sign-up's or an invitation's id. */
  about?: string;
  locale: Locale;
}

/**
 * Asks for an account's mail, in the transaction of its cause. Whether the address has an account is not looked at here, but
 * by the job that sends the mail: so the answer, and the time it takes, tell nobody. The event carries the row's id alone.
 */
export async function askMail(tx: Transaction, type: AccountEventType, { email, about = "", locale }: Asked): Promise<void> {
  const mailId = newId();
  const identifier = `${type}:${email}`;
  // The wall clock's time, since better-auth judges by it.
  const [asked] = await tx.execute<{ id: string }>(sql`
    insert into ${verifications} (id, identifier, value, created_at, updated_at, expires_at)
    select ${mailId}, ${identifier}, ${about}, now(), now(), now() + ${WAITS}::interval
    where (select count(*) from ${verifications} before
      where before.identifier = ${identifier} and before.created_at > now() - interval '1 hour') < ${MAILS_PER_HOUR}
    returning id`);
  if (asked) await emit(tx, { type, payload: { mailId, locale } });
}
