import { and, eq, gt, sql } from "drizzle-orm";
import { statement, type Database } from "../../db/client.ts";
import { sessions, users } from "../../db/schema/accounts.ts";
import type { Config } from "../platform/config.ts";
import { keyFor, rootSecrets, sameText, sign } from "../platform/tokens.ts";
import { readCookie, withCookie } from "./cookies.ts";

/** Of a session that nobody uses; better-auth's own, which renews it once a day. */
const SESSION_SECONDS = 7 * 24 * 3600;

export interface Session {
  userId: string;
  /** In lower case. */
  email: string;
  emailVerified: boolean;
}

const read = statement((db) =>
  db
    .select({ userId: users.id, email: users.email, emailVerified: users.emailVerified })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    // The wall clock's time, since better-auth judges by it.
    .where(and(eq(sessions.token, sql.placeholder("token")), gt(sessions.expiresAt, sql`now()`)))
    .prepare("session_of"),
);

/** Who is signed in, if anybody is: the cookie's signature, then the session's row. Not by better-auth, which hides why it fails. */
export async function sessionOf({ config, db }: { config: Config; db: Database }, headers: Headers): Promise<Session | undefined> {
  const cookie = readSessionCookie(config, headers);
  if (!cookie) return undefined;
  const [found] = await read(db, { token: cookie.token });
  return found && { ...found, email: found.email.toLowerCase() };
}

/**
 * better-auth knows one key. A cookie that the secret before this one signed is signed anew: for it, in the request's
 * `cookie` header, and for the browser, in `setCookie`. Nothing where the cookie is none of ours, or the present secret's.
 */
export function renewedCookie(config: Config, headers: Headers): { cookie: string; setCookie: string } | undefined {
  const found = readSessionCookie(config, headers);
  if (!found || found.secret === config.AUTH_SECRET) return undefined;
  const name = cookieName(config);
  const value = encodeURIComponent(`${found.token}.${standard(sign(keyFor(config.AUTH_SECRET, "session"), found.token))}`);
  const secure = name.startsWith("__Secure-") ? "; Secure" : "";
  return { cookie: withCookie(headers, name, value), setCookie: `${name}=${value}; Max-Age=${SESSION_SECONDS}; Path=/; HttpOnly; SameSite=Lax${secure}` };
}

function cookieName(config: Config): string {
  return `${config.PUBLIC_URL.startsWith("https:") ? "__Secure-" : ""}nightledger.session_token`;
}

/** The token, and the root secret whose key has signed it. */
function readSessionCookie(config: Config, headers: Headers): { token: string; secret: string } | undefined {
  // "<token>.<HMAC-SHA-256 in Base64>", percent-encoded.
  const [, token = "", mac = ""] = /^([\w-]{1,100})\.([\w%+/=-]{43,64})$/.exec(readCookie(headers, cookieName(config)) ?? "") ?? [];
  if (!token) return undefined;
  const given = decoded(mac);
  const secret = rootSecrets(config).find((root) => sameText(given, standard(sign(keyFor(root, "session"), token))));
  return secret === undefined ? undefined : { token, secret };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

/** Base64 as the standard has it, with its padding. */
function standard(base64url: string): string {
  return `${base64url.replaceAll("-", "+").replaceAll("_", "/")}=`;
}
