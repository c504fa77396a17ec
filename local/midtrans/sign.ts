import { createHash } from "node:crypto";

/** The `signature_key` of a notification: SHA-512 in hex; `grossAmount` as it is sent, "145000.00". */
export function signMidtrans(orderId: string, statusCode: string, grossAmount: string, serverKey: string): string {
  return createHash("sha512")
    .update(orderId + statusCode + grossAmount + serverKey)
    .digest("hex");
}
