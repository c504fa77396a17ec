import { eq, sql } from "drizzle-orm";
import type { Transaction } from "../../db/client.ts";
import { credentials, sessions, users } from "../../db/schema/accounts.ts";
import type { Context } from "../context.ts";
import { newId } from "../platform/ids.ts";
import { transact } from "../platform/transact.ts";
import { endSignUps, readSignUp, signUpOfBrowser, signUpOfLink, type SignUp } from "./sign-up.ts";

interface Proof {
  /** Of the mail's link. */
  token: string;
  /** What the browser's sign-up cookie holds. */
  cookie: string | undefined;
  /** Chosen just now by the person who opened the link. */
  credential: { name: string; passwordHash: string } | undefined;
}

/** `choose`: nothing is changed yet; `known`: the address has an account, which stays as it is. */
export type Proven = { state: "invalid" } | { state: "known" | "choose"; email: string } | { state: "made"; userId: string; next: string | undefined };

/**
 * Makes the account of a proven mailbox. The proof is credited to a password that took part in it: the one of the sign-up
 * that this very browser made for the address, or one chosen here and now. Any other, and any session begun before, ends.
 */
export async function proveAddress({ config, db }: Pick<Context, "config" | "db">, { token, cookie, credential }: Proof): Promise<Proven> {
  const linked = signUpOfLink(config, token);
  const asked = linked && (await readSignUp(db, linked));
  if (!asked) return { state: "invalid" };
  const { email } = asked;
  const own = await ownSignUp({ config, db }, cookie, email);
  const chosen = credential ?? own;
  if (!chosen) {
    const [known] = await db.select({ verified: users.emailVerified }).from(users).where(eq(users.email, email));
    return { state: known?.verified ? "known" : "choose", email };
  }
  return transact(db, async (tx) => {
    const ended = await endSignUps(tx, email);
    // Whoever came first has had the link.
    if (!ended.includes(asked.id)) return { state: "invalid" as const };
    const userId = await makeAccount(tx, email, chosen);
    return userId ? { state: "made" as const, userId, next: (own ?? asked).next } : { state: "known" as const, email };
  });
}

async function ownSignUp({ config, db }: Pick<Context, "config" | "db">, cookie: string | undefined, email: string): Promise<SignUp | undefined> {
  const id = signUpOfBrowser(config, cookie);
  const own = id ? await readSignUp(db, id) : undefined;
  return own?.email === email ? own : undefined;
}

/** @returns nothing where a proven account has the address */
async function makeAccount(tx: Transaction, email: string, { name, passwordHash }: { name: string; passwordHash: string }): Promise<string | undefined> {
  const [made] = await tx
    .insert(users)
    .values({ id: newId(), email, name, emailVerified: true, createdAt: sql`now()` })
    .onConflictDoUpdate({ target: users.email, set: { name, emailVerified: true, updatedAt: sql`now()` }, setWhere: eq(users.emailVerified, false) })
    .returning({ id: users.id });
  if (!made) return undefined;
  // Of an account whose address nobody had proven, neither password nor session outlives the proof.
  await tx.delete(sessions).where(eq(sessions.userId, made.id));
  await tx.delete(credentials).where(eq(credentials.userId, made.id));
  await tx.insert(credentials).values({ id: newId(), accountId: made.id, providerId: "credential", userId: made.id, password: passwordHash, createdAt: sql`now()` });
  return made.id;
}
