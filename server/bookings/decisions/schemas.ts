import { z } from "zod";
import { idempotencyKeyField, idField, textField } from "../../platform/fields.ts";

// What a person decides about a booking's online money. Amounts are minor units of the booking's currency.

const decision = z.object({
  idempotencyKey: idempotencyKeyField,
  /** Why; kept with the decision. */
  reason: textField(500).pipe(z.string().min(3)),
});
const amountField = z.int().min(1);
/** What the author knows to go back to the guest by the decision; another amount is refused. */
const backField = z.int().min(0).default(0);

export const payByHandInput = decision.extend({
  refundId: idField,
  /** What names the transfer at the bank, or in the cash book. */
  reference: textField(200).pipe(z.string().min(1)),
});
export type PayByHandInput = z.infer<typeof payByHandInput>;

/** A refund that was made in the provider's dashboard, or an amount that is to be given back. */
export const goodwillInput = z.union([decision.extend({ refundId: idField, back: backField }), decision.extend({ bookingId: idField, amount: amountField })]);
export type GoodwillInput = z.infer<typeof goodwillInput>;

export const waiveInput = decision.extend({ bookingId: idField, amount: amountField, back: backField });
export type WaiveInput = z.infer<typeof waiveInput>;

export const writeOffInput = decision.extend({ bookingId: idField, amount: amountField });
export type WriteOffInput = z.infer<typeof writeOffInput>;

export const acceptChargebackInput = decision.extend({ disputeId: idField });
export type AcceptChargebackInput = z.infer<typeof acceptChargebackInput>;

/** The decision's id, what it came to, and what goes back to the guest because of it. */
export interface Decided {
  decisionId: string;
  amount: number;
  back: number;
  currency: string;
}
