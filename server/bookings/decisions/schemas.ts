import { z } from "zod";
import { idempotencyKeyField, idField, textField } from "../../platform/fields.ts";

// What a person decides about a booking's online money. Amounts are minor units of the booking's currency.

const decision = z.object({
  idempotencyKey: idempotencyKeyField,
  /** Why; kept with the decision. */
  reason: textField(500).pipe(z.string().min(3)),
});
const amountField = z.int().min(1);

export const payByHandInput = decision.extend({
  refundId: idField,
  /** What names the transfer at the bank, or in the cash book. */
  reference: textField(200).pipe(z.string().min(1)),
});
export type PayByHandInput = z.infer<typeof payByHandInput>;

/** A refund that was made in the provider's dashboard, or an amount that is to be given back. */
export const goodwillInput = z.union([decision.extend({ refundId: idField }), decision.extend({ bookingId: idField, amount: amountField })]);
export type GoodwillInput = z.infer<typeof goodwillInput>;

export const waiveInput = decision.extend({ bookingId: idField, amount: amountField });
export type WaiveInput = z.infer<typeof waiveInput>;

export const writeOffInput = decision.extend({ bookingId: idField, amount: amountField });
export type WriteOffInput = z.infer<typeof writeOffInput>;

export const acceptChargebackInput = decision.extend({ disputeId: idField });
export type AcceptChargebackInput = z.infer<typeof acceptChargebackInput>;

/** The decision's id, and what it came to. */
export interface Decided {
  decisionId: string;
  amount: number;
  currency: string;
}
