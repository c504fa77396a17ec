import type { payments } from "../../db/schema/payments.ts";
import type { TransferView } from "./schemas.ts";

type Payment = Pick<typeof payments.$inferSelect, "state" | "instructions" | "amount" | "currency" | "expiresAt">;

/** What the guest needs to make the transfer that this payment waits for; null where it waits for none. */
export function transferOf(payment: Payment | undefined, heldUntil: Date | null, zone: string): TransferView | null {
  if (payment?.state !== "pending" || !payment.instructions) return null;
  const { instructions, amount, currency, expiresAt } = payment;
  return { ...instructions, amount, currency, expiresAt: expiresAt?.toISOString() ?? null, heldUntil: heldUntil?.toISOString() ?? null, zone };
}
