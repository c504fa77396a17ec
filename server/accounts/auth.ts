import { betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { organization } from "better-auth/plugins";
import { credentials, invitations, members, organizations, sessions, users, verifications } from "../../db/schema/accounts.ts";
import type { Services } from "../context.ts";
import { ownOrigins } from "../platform/config.ts";

/** How an account's own mails are sent; given by the gateway, so that accounts know no mailer. */
export interface AccountMails {
  verifyEmail(to: string, name: string, url: string): Promise<void>;
  resetPassword(to: string, name: string, url: string): Promise<void>;
}

/**
 * Accounts by better-auth: sign-up, sign-in, verification, reset, sessions, organisations with roles.
 * Sessions are read from the database each time, without a cookie cache: a revoked one ends at once.
 * On workerd build one per request, as the database client is.
 */
export function createAuth(services: Services, mails: AccountMails, defer: (work: Promise<unknown>) => void) {
  const { config, db } = services;
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
      sendResetPassword: ({ user, url }) => mails.resetPassword(user.email, user.name, url),
    },
    emailVerification: {
      sendOnSignUp: true,
      autoSignInAfterVerification: true,
      sendVerificationEmail: ({ user, url }) => mails.verifyEmail(user.email, user.name, url),
    },
    // The gateway limits by address before this is reached, with Redis; memory would be useless on the edge.
    rateLimit: { enabled: false },
    plugins: [organization({ allowUserToCreateOrganization: false, requireEmailVerificationOnInvitation: true })],
    advanced: {
      cookiePrefix: "nightledger",
      useSecureCookies: config.PUBLIC_URL.startsWith("https:"),
      backgroundTasks: { handler: defer },
    },
  });
}

export type Auth = ReturnType<typeof createAuth>;
