import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
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
  return btoa(String.fromCharCode(...mac))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
});

/** Compares without telling by time how much was right. */
export function sameText(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i += 1) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}

/** The secret of a booking's links: whoever has it may see, pay and cancel the booking. */
export function bookingToken(secret: string, bookingId: string): string {
  return sign(secret, `booking:${bookingId}`);
}
