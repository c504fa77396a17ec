import { randomUUID } from "node:crypto";
import { z } from "zod";
import { mustFind } from "./actions.ts";
import { badRequest, MidtransFault, wrongState } from "./answers.ts";
import { saveAndNotify } from "./notify.ts";
import { sentence } from "./snap.ts";
import type { MidtransState, PaymentType, Transaction } from "./state.ts";
import { jakartaTime } from "./time.ts";
import { money } from "./view.ts";

const refundSchema = z.strictObject({
  refund_key: z.string().min(1).max(255).optional(),
  amount: z.number().int("must be whole rupiah").min(1).optional(),
  reason: z.string().max(255).optional(),
});

const WAYS_BACK: Record<PaymentType, ("ordinary" | "direct")[]> = {
  credit_card: ["ordinary", "direct"],
  gopay: ["direct"],
  qris: ["direct"],
  bank_transfer: [],
  echannel: [],
};

/**
 * Gives settled money back, at once or in parts, by the ways that the method has. The same `refund_key` twice is a 406.
 */
export function refund(state: MidtransState, id: string, body: unknown, direct: boolean): Transaction {
  const parsed = refundSchema.safeParse(body);
  if (!parsed.success) throw badRequest(parsed.error.issues.map(sentence));
  const transaction = mustFind(state, id);
  const { refund_key: key = randomUUID(), reason } = parsed.data;
  if (transaction.refunds.some((r) => r.refund_key === key)) {
    throw new MidtransFault("406", "The request could not be completed due to a conflict: refund_key has been used.");
  }
  if (transaction.status !== "settlement" && transaction.status !== "partial_refund") throw wrongState();
  if (!WAYS_BACK[transaction.type].includes(direct ? "direct" : "ordinary")) throw wrongState();
  const before = transaction.refunds.reduce((sum, r) => sum + Number(r.refund_amount), 0);
  const left = transaction.amount - before;
  const amount = parsed.data.amount ?? left;
  if (amount > left) {
    throw new MidtransFault("414", "Refund request is rejected: the amount is larger than what is left.");
  }
  const entry = {
    refund_chargeback_id: transaction.refunds.length + 1,
    refund_amount: money(amount),
    refund_key: key,
    ...(reason !== undefined && { reason }),
    created_at: jakartaTime(state.clock.now()),
  };
  const refunded: Transaction = {
    ...transaction,
    status: amount === left ? "refund" : "partial_refund",
    refunds: [...transaction.refunds, entry],
  };
  saveAndNotify(state, refunded);
  return refunded;
}
