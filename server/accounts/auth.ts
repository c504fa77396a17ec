import { betterAuth } from "better-auth";
import { APIError, createAuthMiddleware } from "better-auth/api";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { organization } from "better-auth/plugins";
import { and, eq, ne } from "drizzle-orm";
import { credentials, invitations, members, organizations, sessions, users, verifications } from "../../db/schema/accounts.ts";
import type { Context } from "../context.ts";
import { ownOrigins } from "../platform/config.ts";
import { askMail, RESET_SECONDS } from "./ask-mail.ts";
import { nameField } from "./schemas.ts";

/**
 * Accounts by better-auth: sign-up, sign-in, verification, reset, sessions, organisations with roles.
 * Sessions are read from the database each time, without a cookie cache: a revoked one ends at once.
 * Its mails are asked for by events; what sends them is a job's.
 * On workerd build one per request, as the database client is.
 */
export function createAuth(ctx: Pick<Context, "config" | "db" | "log" | "defer" | "published">) {
  const { config, db } = ctx;
  return betterAuth({
    appName: "Nightledger",
    baseURL: config.PUBLIC_URL,
    basePath: "/auth",
    secret: config.AUTH_SECRET,
    trustedOrigins: ownOrigins(config),
    telemetry: { enabled: false },
    logger: { disabled: true },
    database: drizzleAdapter(db, {
      provider: "pg",
      transaction: true,
      schema: { user: users, session: sessions, account: credentials, verification: verifications, organization: organizations, member: members, invitation: invitations },
    }),
    emailAndPassword: {
      enabled: true,
      minPasswordLength: 8,
      maxPasswordLength: 128,
      resetPasswordTokenExpiresIn: RESET_SECONDS,
      revokeSessionsOnPasswordReset: true,
      sendResetPassword: ({ user, url }, request) => askMail(ctx, "account.reset_asked", { userId: user.id, link: url, request }),
    },
    emailVerification: {
      sendOnSignUp: true,
      autoSignInAfterVerification: true,
      sendVerificationEmail: ({ user, url }, request) => askMail(ctx, "account.verification_asked", { userId: user.id, link: url, request }),
    },
    databaseHooks: { user: { create: { before: checkName }, update: { before: checkName } } },
    hooks: {
      // Whoever signed up with an address need not be its owner: once it is verified, only the session that did so stays.
      after: createAuthMiddleware(async ({ path, context: { newSession } }) => {
        if (path !== "/verify-email" || !newSession) return;
        const { userId, token } = newSession.session;
        await db.delete(sessions).where(and(eq(sessions.userId, userId), ne(sessions.token, token)));
      }),
    },
    // The gateway limits by address before this is reached, with Redis; memory would be useless on the edge.
    rateLimit: { enabled: false },
    plugins: [organization({ allowUserToCreateOrganization: false, requireEmailVerificationOnInvitation: true })],
    advanced: {
      cookiePrefix: "nightledger",
      useSecureCookies: config.PUBLIC_URL.startsWith("https:"),
      backgroundTasks: { handler: ctx.defer },
    },
  });
}

/** better-auth itself takes any text. @throws APIError */
async function checkName({ name }: { name?: string | undefined }): Promise<{ data: { name: string } } | undefined> {
  if (name === undefined) return undefined;
  const checked = nameField.safeParse(name);
  if (!checked.success) throw new APIError("BAD_REQUEST", { code: "INVALID_NAME", message: "This can't be a name." });
  return { data: { name: checked.data } };
}

export type Auth = ReturnType<typeof createAuth>;
