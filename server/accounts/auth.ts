import { betterAuth } from "better-auth";
import { createAuthMiddleware, getSessionFromCtx } from "better-auth/api";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { hashPassword, verifyPassword } from "better-auth/crypto";
import { organization } from "better-auth/plugins";
import { eq, sql } from "drizzle-orm";
import { z } from "zod";
import { credentials, invitations, members, organizations, sessions, users, verifications } from "../../db/schema/accounts.ts";
import type { Context } from "../context.ts";
import { ownOrigins } from "../platform/config.ts";
import { keyFor } from "../platform/tokens.ts";
import { transact } from "../platform/transact.ts";
import { concurrencyLimit } from "../platform/concurrency-limit.ts";
import { askMail, RESET_SECONDS } from "./ask-mail.ts";
import { provenAccounts, refuseCommon } from "./endpoints.ts";
import { localeOf } from "./locale.ts";

/** What the library answers of an invitation that it has made. */
const invitationSchema = z.object({ id: z.string(), email: z.string() });

/**
 * Accounts by better-auth: sign-in, reset, sessions, organisations with roles; sign-up and the proof of a mailbox are ours.
 * Every account's address is proven, by the one whose password it has. Sessions are read from the database each time,
 * without a cookie cache: a revoked one ends at once. Mails are asked for by events; what sends them is a job's.
 * Only the gateway's list of routes leads here. On workerd build one per request, as the database client is.
 */
export function createAuth(ctx: Pick<Context, "config" | "db" | "published">) {
  const { config, db } = ctx;
  // Each takes a processor for a tenth of a second: a crowd that guesses leaves one to those who search.
  const hashing = concurrencyLimit(2);
  return betterAuth({
    appName: "Nightledger",
    baseURL: config.PUBLIC_URL,
    basePath: "/auth",
    secret: keyFor(config.AUTH_SECRET, "session"),
    trustedOrigins: ownOrigins(config),
    telemetry: { enabled: false },
    logger: { disabled: true },
    // Thrown to the gateway, which logs without data; the library itself would print statements with their parameters.
    onAPIError: { throw: true },
    database: drizzleAdapter(db, {
      provider: "pg",
      transaction: true,
      schema: { user: users, session: sessions, account: credentials, verification: verifications, organization: organizations, member: members, invitation: invitations },
    }),
    emailAndPassword: {
      enabled: true,
      password: { hash: (password) => hashing(() => hashPassword(password)), verify: (pair) => hashing(() => verifyPassword(pair)) },
      requireEmailVerification: true,
      minPasswordLength: 8,
      maxPasswordLength: 128,
      resetPasswordTokenExpiresIn: RESET_SECONDS,
      revokeSessionsOnPasswordReset: true,
      // Whoever has the mail's link reads the mailbox, and the password is theirs.
      onPasswordReset: async ({ user }) => {
        await db
          .update(users)
          .set({ emailVerified: true, updatedAt: sql`now()` })
          .where(eq(users.id, user.id));
      },
    },
    hooks: {
      before: createAuthMiddleware(async (c) => {
        if (c.path !== "/reset-password" && c.path !== "/change-password") return;
        const session = await getSessionFromCtx(c);
        const { newPassword } = c.body as { newPassword: string };
        await refuseCommon(ctx, newPassword, session ? [session.user.name, session.user.email] : []);
      }),
      // Awaited: whoever invites hears where the mail could not be asked for, and may invite again.
      after: createAuthMiddleware(async (c) => {
        const invited = invitationSchema.safeParse(c.context.returned).data;
        if (c.path !== "/organization/invite-member" || !invited) return;
        await transact(db, (tx) => askMail(ctx, tx, "account.invited", { email: invited.email, about: invited.id, locale: localeOf(c.request) }));
        ctx.published();
      }),
    },
    // The gateway limits before this is reached, with Redis; memory would be useless on the edge.
    rateLimit: { enabled: false },
    plugins: [
      provenAccounts(ctx),
      organization({
        allowUserToCreateOrganization: false,
        requireEmailVerificationOnInvitation: true,
        cancelPendingInvitationsOnReInvite: true,
      }),
    ],
    advanced: {
      cookiePrefix: "nightledger",
      useSecureCookies: config.PUBLIC_URL.startsWith("https:"),
      // Nobody reads them, and a caller can make them up.
      ipAddress: { disableIpTracking: true },
    },
  });
}

export type Auth = ReturnType<typeof createAuth>;
