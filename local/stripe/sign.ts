import { createHmac } from "node:crypto";

/**
 * The `Stripe-Signature` header of a webhook. `timestamp` is in unix seconds of the wall clock;
 * the key is the whole text of the secret, `whsec_` included.
 */
export function signStripe(secret: string, timestamp: number, body: string): string {
  const mac = createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex");
  return `t=${timestamp},v1=${mac}`;
}
