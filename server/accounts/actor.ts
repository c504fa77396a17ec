import type { Actor } from "../context.ts";
import type { Database } from "../../db/client.ts";
import type { Config } from "../platform/config.ts";
import { idField } from "../platform/fields.ts";
import { newId } from "../platform/ids.ts";
import { readSignedId, signedId } from "../platform/tokens.ts";
import { readCookie } from "./cookies.ts";
import { sessionOf } from "./session.ts";

const GUEST_COOKIE = "nightledger.guest";
const YEAR_SECONDS = 365 * 24 * 3600;

/**
 * Who calls: the signed anonymous cookie, and the account if there is a session. A browser without the
 * cookie gets one in `setCookie`; it scopes idempotency keys and finds the bookings that it made.
 */
export async function guestActor({ config, db }: { config: Config; db: Database }, headers: Headers, setCookie: (value: string) => void): Promise<Actor> {
  const { id: anonId, isNew } = greetGuest(config, headers, setCookie);
  const session = await sessionOf({ config, db }, headers);
  if (!session) return { kind: "guest", anonId, isNew };
  const { userId, email, emailVerified } = session;
  return { kind: "guest", anonId, userId, email, emailVerified };
}

/**
 * Gives a browser its cookie with the first question that it asks, long before its first mutation: a mutation
 * whose answer is lost on the way must be asked again by the same guest, or its idempotency key is another's.
 * One that the previous secret signed is given anew. @returns the guest's id, and whether this answer gives it
 */
export function greetGuest(config: Config, headers: Headers, setCookie: (value: string) => void): { id: string; isNew: boolean } {
  const given = readCookie(headers, GUEST_COOKIE);
  const known = given && readSignedId("guest", config, given, (text) => idField.safeParse(text).success);
  const id = known || newId();
  const signed = signedId("guest", config.AUTH_SECRET, id);
  const secure = config.PUBLIC_URL.startsWith("https:") ? "; Secure" : "";
  if (signed !== given) setCookie(`${GUEST_COOKIE}=${signed}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${YEAR_SECONDS}${secure}`);
  return { id, isNew: !known };
}
