import { and, eq, sql } from "drizzle-orm";
import { invitations, organizations, users, verifications } from "../../db/schema/accounts.ts";
import type { Context } from "../context.ts";
import { signedId, signFor } from "../platform/tokens.ts";
import { RESET_SECONDS } from "./ask-mail.ts";
import type { AccountEventType, AccountPayload } from "./events.ts";

/** Whom an account's mail goes to, and the link that it brings. */
export interface DueMail {
  kind: "verify_email" | "account_exists" | "reset_password" | "invitation";
  to: string;
  /** Empty before the address is verified: whoever asked may be a stranger, and the words theirs. */
  name: string;
  /** Of the organisation that invites. */
  organization?: string;
  url: string;
}

/** What stands in the row of a mail that has gone out. */
const SENT = "sent";

type Ctx = Pick<Context, "db" | "config">;

/**
 * The mail that was asked for. `done`: it has gone out, or nobody needs it; `over`: it came too late, its link is worth
 * nothing any more.
 */
export async function dueMail(ctx: Ctx, type: AccountEventType, { mailId }: AccountPayload): Promise<DueMail | "done" | "over"> {
  const [row] = await ctx.db
    .select({
      identifier: verifications.identifier,
      about: verifications.value,
      late: sql<boolean>`${verifications.createdAt} <= now() - ${RESET_SECONDS}::int * interval '1 second'`,
    })
    .from(verifications)
    .where(eq(verifications.id, mailId));
  if (!row?.identifier.startsWith(`${type}:`) || row.about === SENT) return "done";
  const to = row.identifier.slice(type.length + 1);
  const [account] = await ctx.db.select({ id: users.id, name: users.name, verified: users.emailVerified }).from(users).where(eq(users.email, to));
  switch (type) {
    case "account.verification_asked":
      return verification(ctx, to, row.about, account);
    case "account.reset_asked":
      return account ? (row.late ? "over" : reset(ctx, to, mailId, account)) : "done";
    case "account.invited":
      return invitation(ctx, to, row.about, account?.verified ? account.name : "");
  }
}

interface Account {
  id: string;
  name: string;
  verified: boolean;
}

async function verification({ db, config }: Ctx, to: string, signUpId: string, account: Account | undefined): Promise<DueMail | "done" | "over"> {
  const [waits] = await db
    .select({ over: sql<boolean>`${verifications.expiresAt} <= now()` })
    .from(verifications)
    .where(eq(verifications.id, signUpId));
  // Ended by a proof of the address.
  if (!waits) return "done";
  if (waits.over) return "over";
  if (account?.verified) return { kind: "account_exists", to, name: account.name, url: `${config.PUBLIC_URL}/sign-in` };
  return { kind: "verify_email", to, name: "", url: `${config.PUBLIC_URL}/verify?token=${signedId("verification", config.AUTH_SECRET, signUpId)}` };
}

/** The link's token is made here, and is the same each time: a run whose answer was lost has sent it already. */
async function reset({ db, config }: Ctx, to: string, mailId: string, account: Account): Promise<DueMail> {
  const token = signFor("reset", config.AUTH_SECRET, mailId);
  await db
    .insert(verifications)
    .values({
      id: `reset-${mailId}`,
      identifier: `reset-password:${token}`,
      value: account.id,
      createdAt: sql`now()`,
      expiresAt: sql`(select created_at from verifications where id = ${mailId}) + ${RESET_SECONDS}::int * interval '1 second'`,
    })
    .onConflictDoNothing();
  return { kind: "reset_password", to, name: account.verified ? account.name : "", url: `${config.PUBLIC_URL}/reset?token=${token}` };
}

async function invitation({ db, config }: Ctx, to: string, invitationId: string, name: string): Promise<DueMail | "done" | "over"> {
  const [found] = await db
    .select({ organization: organizations.name, status: invitations.status, over: sql<boolean>`${invitations.expiresAt} <= now()` })
    .from(invitations)
    .innerJoin(organizations, eq(organizations.id, invitations.organizationId))
    .where(and(eq(invitations.id, invitationId), eq(invitations.email, to)));
  if (!found || found.status !== "pending") return "done";
  if (found.over) return "over";
  return { kind: "invitation", to, name, organization: found.organization, url: `${config.PUBLIC_URL}/invitation?id=${invitationId}` };
}

/** Nobody waits for this mail any more: no later run sends it again. Its row stays, and counts towards the address's limit. */
export async function forgetMail({ db }: Pick<Context, "db">, { mailId }: AccountPayload): Promise<void> {
  await db.update(verifications).set({ value: SENT }).where(eq(verifications.id, mailId));
}
