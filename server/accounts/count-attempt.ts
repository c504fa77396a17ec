import type { Services } from "../context.ts";
import { networkOf } from "../platform/client-address.ts";
import type { Limits } from "../platform/limits.ts";
import { signFor } from "../platform/tokens.ts";
import type { AuthRoute } from "./routes.ts";
import type { Session } from "./session.ts";

interface Attempt {
  route: AuthRoute;
  path: string;
  /** The address in the call's input, if it has one. */
  given: unknown;
  session: Session | undefined;
  clientAddress: string;
}

/**
 * Counts a call against the account that it is about. Each network has its own allowance, so that a stranger's guesses don't
 * use up the owner's; so has the browser that is signed in to the account. Routes that take a password have a second bound,
 * over all networks together.
 * @returns milliseconds to wait, where it may not go on
 */
export async function countAttempt(
  { config, limits }: Pick<Services, "config"> & { limits: Limits },
  { route, path, given, session, clientAddress }: Attempt,
): Promise<number | undefined> {
  const email = route.counts === "address" ? given : route.counts === "session" ? session?.email : undefined;
  if (typeof email !== "string") return undefined;
  const account = signFor("address", config.AUTH_SECRET, email);
  const own = session?.email === email;
  const wait = await limits.check("lookup", `account:${path}:${account}:${own ? "signed in" : networkOf(clientAddress)}`);
  // Only what its network may ask is counted for all, or one network alone would use it up.
  return wait ?? (route.guesses && !own ? limits.check("guess", account) : undefined);
}
