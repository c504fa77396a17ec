import { createEmailVerificationToken } from "better-auth/api";
import { and, eq, sql } from "drizzle-orm";
import { users, verifications } from "../../db/schema/accounts.ts";
import type { Context } from "../context.ts";
import { RESET_SECONDS } from "./ask-mail.ts";
import type { AccountEventType, AccountPayload } from "./events.ts";

/** Whom an account's mail goes to, and the link that it brings. */
export interface DueMail {
  to: string;
  /** Empty before the address is verified: whoever asked may be a stranger, and the words theirs. */
  name: string;
  url: string;
}

/**
 * The mail that was asked for. `done`: it has gone out, or the address was verified without it; `over`: it came
 * too late, its link is worth nothing any more.
 */
export async function dueMail({ db, config }: Pick<Context, "db" | "config">, type: AccountEventType, { userId, mailId }: AccountPayload): Promise<DueMail | "done" | "over"> {
  const [found] = await db
    .select({
      to: users.email,
      name: users.name,
      verified: users.emailVerified,
      link: verifications.value,
      late: sql<boolean>`${verifications.createdAt} <= now() - ${RESET_SECONDS}::int * interval '1 second'`,
    })
    .from(verifications)
    .innerJoin(users, eq(users.id, userId))
    .where(and(eq(verifications.id, mailId), eq(verifications.identifier, type)));
  if (!found) return "done";
  const { to, verified, link, late } = found;
  const name = verified ? found.name : "";
  if (type === "account.reset_asked") return late ? "over" : { to, name, url: link };
  if (verified) return "done";
  const url = new URL(link);
  url.searchParams.set("token", await createEmailVerificationToken(config.AUTH_SECRET, to, undefined, undefined, { userId }));
  return { to, name, url: url.href };
}

/** Nothing waits for this mail any more: its link is kept no longer, and no later run sends it again. */
export async function forgetMail({ db }: Pick<Context, "db">, { mailId }: AccountPayload): Promise<void> {
  await db.delete(verifications).where(eq(verifications.id, mailId));
}
