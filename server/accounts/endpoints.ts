import type { BetterAuthPlugin } from "better-auth";
import { APIError, createAuthEndpoint } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import type { Context } from "../context.ts";
import { isTakenPassword } from "./common-passwords.ts";
import { askMail } from "./ask-mail.ts";
import { askedFrom } from "./asked-from.ts";
import { localeOf } from "./locale.ts";
import { proveAddress } from "./prove-address.ts";
import { askResetInput, signUpInput, verifyInput } from "./schemas.ts";
import { SIGN_UP_COOKIE, SIGN_UP_SECONDS, signUp } from "./sign-up.ts";
import { transact } from "../platform/transact.ts";

type Ctx = Pick<Context, "config" | "db" | "published">;

/** better-auth's sign-up, verification and request of a reset, replaced under their own names: theirs make an account of any address. */
export function provenAccounts(ctx: Ctx) {
  const cookie = { httpOnly: true, sameSite: "lax", path: "/auth", secure: ctx.config.PUBLIC_URL.startsWith("https:") } as const;
  return {
    id: "proven-accounts",
    endpoints: {
      /** Answers alike for every address; its owner reads the rest in the mail. */
      signUpEmail: createAuthEndpoint("/sign-up/email", { method: "POST", body: signUpInput }, async (c) => {
        const { name, email, password, next } = c.body;
        await refuseCommon(ctx, password, [name, email]);
        const passwordHash = await c.context.password.hash(password);
        const held = await signUp(ctx, { email, name, passwordHash, ...(next && { next }), locale: localeOf(c.request), network: askedFrom(c.request) });
        c.setCookie(SIGN_UP_COOKIE, held, { ...cookie, maxAge: SIGN_UP_SECONDS });
        return c.json({ status: true });
      }),
      verifyEmail: createAuthEndpoint("/verify-email", { method: "POST", body: verifyInput }, async (c) => {
        const { token, credential: given } = c.body;
        if (given) await refuseCommon(ctx, given.password, [given.name]);
        const credential = given && { name: given.name, passwordHash: await c.context.password.hash(given.password) };
        const proven = await proveAddress(ctx, { token, cookie: c.getCookie(SIGN_UP_COOKIE) ?? undefined, credential });
        if (proven.state === "invalid") throw new APIError("BAD_REQUEST", { code: "INVALID_TOKEN", message: "The link is used up or too old." });
        if (proven.state !== "made") return c.json({ state: proven.state, email: proven.email });
        const user = await c.context.internalAdapter.findUserById(proven.userId);
        const session = await c.context.internalAdapter.createSession(proven.userId);
        if (user && session) await setSessionCookie(c, { session, user });
        c.setCookie(SIGN_UP_COOKIE, "", { ...cookie, maxAge: 0 });
        return c.json({ state: proven.state, next: proven.next });
      }),
      requestPasswordReset: createAuthEndpoint("/request-password-reset", { method: "POST", body: askResetInput }, async (c) => {
        await transact(ctx.db, (tx) => askMail(ctx, tx, "account.reset_asked", { email: c.body.email, locale: localeOf(c.request), network: askedFrom(c.request) }));
        ctx.published();
        return c.json({ status: true });
      }),
    },
  } satisfies BetterAuthPlugin;
}

/** @throws APIError */
export async function refuseCommon(ctx: Pick<Context, "db">, password: string, about: readonly string[]): Promise<void> {
  if (await isTakenPassword(ctx, password, about)) {
    throw new APIError("BAD_REQUEST", { code: "PASSWORD_COMMON", message: "This password is among the first that guessers try." });
  }
}
