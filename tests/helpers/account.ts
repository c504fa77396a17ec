import { eq } from "drizzle-orm";
import { users } from "../../db/schema/index.ts";
import { newId } from "../../server/platform/ids.ts";
import type { Gateway } from "./gateway.ts";

export const PASSWORD = "correct horse battery";

export interface Account {
  email: string;
  userId: string;
  /** The `cookie` header of its browser. */
  cookie: string;
}

/** Signs a person up through the gateway; the address isn't verified yet. `language` is what the browser asks for. */
export async function signUp(gateway: Gateway, email = `${newId()}@guest.test`, language = ""): Promise<Account> {
  const response = await postAuth(gateway, "sign-up/email", { name: "Ana Reis", email, password: PASSWORD }, "", language);
  if (!response.ok) throw new Error(`sign-up answered ${response.status}: ${await response.text()}`);
  const [user] = await gateway.ctx.db.select({ id: users.id }).from(users).where(eq(users.email, email.toLowerCase()));
  if (!user) throw new Error("signed up, and no user");
  return { email, userId: user.id, cookie: cookiesOf(response) };
}

/** Asks for a reset, as the page of the forgotten password does. */
export async function askReset(gateway: Gateway, email: string): Promise<void> {
  const response = await postAuth(gateway, "request-password-reset", { email, redirectTo: "/reset?from=mail" });
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

/** What the browser would send back. */
export function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0]!)
    .join("; ");
}
