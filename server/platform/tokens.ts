import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { Config } from "./config.ts";
import { remembered } from "./memo.ts";

const text = new TextEncoder();

/** Half of a short message's work is the secret's own, which never changes. */
const keyed = remembered((secret: string) => hmac.create(sha256, text.encode(secret)));

/**
 * HMAC-SHA-256 in base64url. Not by WebCrypto: its way through another thread costs more than these few bytes,
 * and every request signs or checks several; the next one of the same guest finds it remembered.
 */
export const sign = remembered((secret: string, message: string): string => {
  const mac = keyed(secret).clone().update(text.encode(message)).digest();
  return base64url(mac);
});

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** Compares without telling by time how much was right. */
export function sameText(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i += 1) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}

/** What a key signs. What was signed for one purpose is worth nothing for another. */
export type Purpose = "session" | "guest" | "booking" | "sign-up" | "verification" | "reset" | "address";

/** The purpose's own key, derived from the root secret (HKDF-SHA-256): one that leaks tells nothing of the others. */
export const keyFor = remembered((secret: string, purpose: Purpose): string => base64url(hkdf(sha256, text.encode(secret), undefined, text.encode(`nightledger ${purpose}`), 32)));

export type RootSecrets = Pick<Config, "AUTH_SECRET" | "AUTH_SECRET_PREVIOUS">;

/** The root secrets whose signatures are good: the present one, then the one before it while that is still set. */
export function rootSecrets({ AUTH_SECRET, AUTH_SECRET_PREVIOUS }: RootSecrets): string[] {
  return AUTH_SECRET_PREVIOUS ? [AUTH_SECRET, AUTH_SECRET_PREVIOUS] : [AUTH_SECRET];
}

/** Signs with the purpose's key of the present secret. */
export function signFor(purpose: Purpose, secret: string, message: string): string {
  return sign(keyFor(secret, purpose), message);
}

/** Whether the message was signed for this purpose, by the present secret or the one before it. */
export function isSignedFor(purpose: Purpose, secrets: RootSecrets, message: string, mac: string): boolean {
  return rootSecrets(secrets).some((secret) => sameText(mac, signFor(purpose, secret, message)));
}

/** "<id>.<signature>": a link's or a cookie's text that names a row. */
export function signedId(purpose: Purpose, secret: string, id: string): string {
  return `${id}.${signFor(purpose, secret, id)}`;
}

/** The id of such a text, where its signature is ours. `isId` looks at it first: what was signed is remembered. */
export function readSignedId(purpose: Purpose, secrets: RootSecrets, signed: string, isId: (id: string) => boolean): string | undefined {
  const [id = "", mac = "", ...rest] = signed.split(".");
  return rest.length === 0 && isId(id) && isSignedFor(purpose, secrets, id, mac) ? id : undefined;
}

/** The secret of a booking's links: whoever has it may see, pay and cancel the booking, until its stay is long over. */
export function bookingToken(secret: string, bookingId: string): string {
  return signFor("booking", secret, bookingId);
}
