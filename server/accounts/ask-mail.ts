import { sql } from "drizzle-orm";
import { verifications } from "../../db/schema/accounts.ts";
import type { Context } from "../context.ts";
import { localeField, type Locale } from "../platform/fields.ts";
import { newId } from "../platform/ids.ts";
import { transact } from "../platform/transact.ts";
import { emit, type AccountEventType } from "./events.ts";

/** How long the link of a reset is good. */
export const RESET_SECONDS = 3600;

/** How long a link waits for its mail, though it be over: whoever comes to the dead letter is told so. */
const WAITS = "7 days";

/** What of the gateway the accounts need to ask for a mail. */
export type Asker = Pick<Context, "db" | "log" | "published">;

interface Asked {
  userId: string;
  link: string;
  /** Whose language the mail is to be in. */
  request: Request | undefined;
}

/**
 * Asks for an account's mail. Its link waits in `verifications`, where its token is anyway and the housekeeping
 * clears away what is over; the event carries that row's id, and the job finds the link by it.
 */
export async function askMail({ db, log, published }: Asker, type: AccountEventType, { userId, link, request }: Asked): Promise<void> {
  const mailId = newId();
  // The wall clock's time, since better-auth judges by it.
  const times = { createdAt: sql`now()`, expiresAt: sql`now() + ${WAITS}::interval` };
  try {
    await transact(db, async (tx) => {
      await tx.insert(verifications).values({ id: mailId, identifier: type, value: waiting(type, link), ...times });
      await emit(tx, { type, payload: { userId, mailId, locale: localeOf(request) } });
    });
  } catch (error) {
    // better-auth runs this beside its answer, and would say nothing.
    log.error("an account's mail could not be asked for", { type }, error);
    throw error;
  }
  published();
}

/** The first of the languages asked for that we have; the app asks for the one of its screens. */
function localeOf(request: Request | undefined): Locale {
  const wanted = (request?.headers.get("accept-language") ?? "").split(",").map((tag) => localeField.safeParse(tag.trim().slice(0, 2).toLowerCase()).data);
  return wanted.find((locale) => locale !== undefined) ?? "en";
}

/** A verification's token is nowhere in the database: it is left out, and made anew. */
function waiting(type: AccountEventType, link: string): string {
  if (type === "account.reset_asked") return link;
  const url = new URL(link);
  url.searchParams.delete("token");
  return url.href;
}
