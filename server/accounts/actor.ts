import type { Actor } from "../context.ts";
import type { Config } from "../platform/config.ts";
import { idField } from "../platform/fields.ts";
import { newId } from "../platform/ids.ts";
import { sameText, sign } from "../platform/tokens.ts";
import type { Auth } from "./auth.ts";

const GUEST_COOKIE = "nightledger.guest";
const YEAR_SECONDS = 365 * 24 * 3600;

/**
 * Who calls: the signed anonymous cookie, and the account if there is a session. A browser without the
 * cookie gets one in `setCookie`; it scopes idempotency keys and finds the bookings that it made.
 */
export async function guestActor(config: Config, auth: Auth, headers: Headers, setCookie: (value: string) => void): Promise<Actor> {
  const cookies = headers.get("cookie") ?? "";
  const known = await readGuestCookie(config, cookies);
  const anonId = known ?? (await newGuestCookie(config, setCookie));
  const anonymous: Actor = { kind: "guest", anonId, isNew: known === undefined };
  // Without a session cookie there is nobody to ask the database for.
  if (!cookies.includes("nightledger.session_token")) return anonymous;
  const session = await auth.api.getSession({ headers });
  if (!session) return anonymous;
  const { user } = session;
  return { kind: "guest", anonId, userId: user.id, email: user.email.toLowerCase(), emailVerified: user.emailVerified };
}

/**
 * Gives a browser its cookie with the first question that it asks, long before its first mutation: a mutation
 * whose answer is lost on the way must be asked again by the same guest, or its idempotency key is another's.
 */
export async function greetGuest(config: Config, headers: Headers, setCookie: (value: string) => void): Promise<void> {
  if (!(await readGuestCookie(config, headers.get("cookie") ?? ""))) await newGuestCookie(config, setCookie);
}

async function readGuestCookie(config: Config, cookies: string): Promise<string | undefined> {
  const value = cookies
    .split(/;\s*/)
    .find((cookie) => cookie.startsWith(`${GUEST_COOKIE}=`))
    ?.slice(GUEST_COOKIE.length + 1);
  const [given, mac] = value?.split(".") ?? [];
  // Looked at before it is signed: what was signed is remembered, and anybody may write a cookie.
  const id = idField.safeParse(given).data;
  if (!id || !mac) return undefined;
  return sameText(mac, sign(config.AUTH_SECRET, `guest:${id}`)) ? id : undefined;
}

async function newGuestCookie(config: Config, setCookie: (value: string) => void): Promise<string> {
  const id = newId();
  const secure = config.PUBLIC_URL.startsWith("https:") ? "; Secure" : "";
  setCookie(`${GUEST_COOKIE}=${id}.${sign(config.AUTH_SECRET, `guest:${id}`)}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${YEAR_SECONDS}${secure}`);
  return id;
}
