import { createHmac } from "node:crypto";

/**
 * The `svix-signature` header for a webhook.
 * `secret` is the `whsec_…` text, `timestamp` is in seconds of wall-clock time, `body` the exact bytes sent.
 */
export function signSvix(secret: string, id: string, timestamp: number, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const mac = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  return `v1,${mac}`;
}
