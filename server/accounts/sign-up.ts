import { and, eq, gt, sql } from "drizzle-orm";
import { z } from "zod";
import type { Executor } from "../../db/client.ts";
import { verifications } from "../../db/schema/accounts.ts";
import type { Context } from "../context.ts";
import { idField, type Locale } from "../platform/fields.ts";
import { newId } from "../platform/ids.ts";
import { readSignedId, signedId, type RootSecrets } from "../platform/tokens.ts";
import { transact } from "../platform/transact.ts";
import { askMail } from "./ask-mail.ts";

/** How long a sign-up waits for the proof of its mailbox. */
export const SIGN_UP_SECONDS = 24 * 3600;

/** Names the sign-up to the browser that made it; only there its password can become the account's. */
export const SIGN_UP_COOKIE = "nightledger.sign_up";

const IDENTIFIER = "sign-up:";

/** What a sign-up holds until its address is proven. */
const heldSchema = z.object({ name: z.string(), passwordHash: z.string(), next: z.string().optional() });
type Held = z.infer<typeof heldSchema>;

export interface SignUp extends Held {
  id: string;
  email: string;
}

/**
 * Keeps a sign-up and asks for its mail. There is no account before somebody proves the mailbox: neither does this password
 * open anything, nor does the answer tell whether the address has an account.
 * @returns what the browser's cookie holds
 * @throws RATE_LIMITED past the hour's mails of the network
 */
export async function signUp(
  { config, db, published }: Pick<Context, "config" | "db" | "published">,
  { email, locale, network, ...held }: Held & { email: string; locale: Locale; network: string },
): Promise<string> {
  const id = newId();
  await transact(db, async (tx) => {
    await tx.insert(verifications).values({
      id,
      identifier: `${IDENTIFIER}${email}`,
      value: JSON.stringify(held),
      createdAt: sql`now()`,
      expiresAt: sql`now() + ${SIGN_UP_SECONDS}::int * interval '1 second'`,
    });
    await askMail({ config }, tx, "account.verification_asked", { email, about: id, locale, network });
  });
  published();
  return signedId("sign-up", config.AUTH_SECRET, id);
}

/** The sign-up of this id, while it waits. */
export async function readSignUp(db: Executor, id: string): Promise<SignUp | undefined> {
  const [row] = await db
    .select()
    .from(verifications)
    .where(and(eq(verifications.id, id), gt(verifications.expiresAt, sql`now()`)));
  if (!row?.identifier.startsWith(IDENTIFIER)) return undefined;
  return { id, email: row.identifier.slice(IDENTIFIER.length), ...heldSchema.parse(JSON.parse(row.value)) };
}

/** Ends all sign-ups of the address: one has been proven. @returns their ids */
export async function endSignUps(db: Executor, email: string): Promise<string[]> {
  const ended = await db
    .delete(verifications)
    .where(eq(verifications.identifier, `${IDENTIFIER}${email}`))
    .returning({ id: verifications.id });
  return ended.map(({ id }) => id);
}

/** The sign-up that a mail's link names. */
export function signUpOfLink(secrets: RootSecrets, token: string): string | undefined {
  return readSignedId("verification", secrets, token, isId);
}

/** The sign-up that this browser made. */
export function signUpOfBrowser(secrets: RootSecrets, cookie: string | undefined): string | undefined {
  return cookie === undefined ? undefined : readSignedId("sign-up", secrets, cookie, isId);
}

const isId = (id: string): boolean => idField.safeParse(id).success;
