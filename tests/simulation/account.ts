import { DEMO_KEYS } from "../../local/keys.ts";
import { signUp } from "../helpers/account.ts";
import type { TestDatabase } from "../helpers/database.ts";
import type { Gateway } from "../helpers/gateway.ts";
import type { Guest } from "./guests.ts";

/** A guest with an account, whose address is verified, by the app's own pages. */
export async function openAccount(app: string, origin: string, { db }: TestDatabase, email: string): Promise<Guest> {
  // What the helper asks of a gateway, for an app in a process of its own.
  const gateway = {
    url: origin,
    request: (path: string, init?: RequestInit) => fetch(`${app}${path}`, init),
    ctx: { db, config: { AUTH_SECRET: DEMO_KEYS.AUTH_SECRET } },
  } as unknown as Gateway;
  const open = () => signUp(gateway, email);
  // A busy machine may be too slow for the first.
  const { userId, cookie } = await open().catch(open).catch(open);
  return { cookie, actor: `user:${userId}`, account: email };
}
