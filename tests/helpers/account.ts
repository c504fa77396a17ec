import { eq } from "drizzle-orm";
import { users, verifications } from "../../db/schema/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { signedId } from "../../server/platform/tokens.ts";
import type { Gateway } from "./gateway.ts";

export const PASSWORD = "correct horse battery";

export interface Account {
  email: string;
  userId: string;
  /** The `cookie` header of its browser. */
  cookie: string;
}

/** Fills in the page of a sign-up. @returns what the browser then has */
export async function askSignUp(gateway: Gateway, email = `${newId()}@guest.test`, { language = "", password = PASSWORD } = {}): Promise<{ email: string; cookie: string }> {
  const response = await postAuth(gateway, "sign-up/email", { name: "Ana Reis", email, password }, "", language);
  if (!response.ok) throw new Error(`sign-up answered ${response.status}: ${await response.text()}`);
  return { email, cookie: cookiesOf(response) };
}

/** The token of the newest link that a sign-up's mail to the address would carry. */
export async function linkToken({ ctx }: Gateway, email: string): Promise<string> {
  const rows = await ctx.db
    .select({ id: verifications.id })
    .from(verifications)
    .where(eq(verifications.identifier, `sign-up:${email.toLowerCase()}`))
    .orderBy(verifications.id);
  const last = rows.at(-1);
  if (!last) throw new Error("nobody has signed up with this address");
  return signedId("verification", ctx.config.AUTH_SECRET, last.id);
}

/** Opens the link of a sign-up's mail, in the browser with these cookies. */
export function openLink(gateway: Gateway, token: string, cookie = "", credential?: { name: string; password: string }): Promise<Response> {
  return postAuth(gateway, "verify-email", { token, ...(credential && { credential }) }, cookie);
}

/** Signs a person up and confirms the address, all in one browser. `language` is what the browser asks for. */
export async function signUp(gateway: Gateway, email = `${newId()}@guest.test`, language = ""): Promise<Account> {
  const asked = await askSignUp(gateway, email, { language });
  const response = await openLink(gateway, await linkToken(gateway, email), asked.cookie);
  if (!response.ok) throw new Error(`the link answered ${response.status}: ${await response.text()}`);
  const [user] = await gateway.ctx.db.select({ id: users.id }).from(users).where(eq(users.email, email.toLowerCase()));
  if (!user) throw new Error("signed up, and no user");
  return { email, userId: user.id, cookie: cookiesOf(response) };
}

/** Asks for a reset, as the page of the forgotten password does. */
export async function askReset(gateway: Gateway, email: string): Promise<void> {
  const response = await postAuth(gateway, "request-password-reset", { email });
  if (!response.ok) throw new Error(`asking for a reset answered ${response.status}: ${await response.text()}`);
}

/** A call of the account's pages, as the app's own browser makes it. */
export function postAuth(gateway: Gateway, path: string, body: unknown, cookie = "", language = ""): Promise<Response> {
  return gateway.request(`/auth/${path}`, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json", origin: gateway.url, ...(cookie && { cookie }), ...(language && { "accept-language": language }) },
  });
}

/** What the browser would send back: of a cookie that ends, nothing. */
export function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .filter((cookie) => !/max-age=0/i.test(cookie))
    .map((cookie) => cookie.split(";")[0]!)
    .join("; ");
}

/** Whom the browser's session belongs to, if it is alive. */
export async function signedInAs(gateway: Gateway, cookie: string): Promise<string | undefined> {
  const session = (await (await gateway.request("/auth/get-session", { headers: { cookie } })).json()) as { user: { email: string } } | null;
  return session?.user.email;
}

export async function signIn(gateway: Gateway, email: string, password = PASSWORD): Promise<{ status: number; cookie: string }> {
  const answer = await postAuth(gateway, "sign-in/email", { email, password });
  return { status: answer.status, cookie: cookiesOf(answer) };
}
