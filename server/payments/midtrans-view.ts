import { z } from "zod";
import type { PayInstructions, PaymentState } from "../../db/schema/payments.ts";
import type { ProviderDispute, ProviderRefund, ProviderView } from "./gateway.ts";
import type { MidtransAnswer } from "./midtrans-client.ts";

type TransactionStatus =
  | "authorize"
  | "capture"
  | "settlement"
  | "pending"
  | "deny"
  | "cancel"
  | "expire"
  | "failure"
  | "refund"
  | "partial_refund"
  | "chargeback"
  | "partial_chargeback";

/** Before the fraud check has its say. A refund and a chargeback are rows of their own: the money came. */
const STATE = {
  authorize: "authorised",
  capture: "captured",
  settlement: "paid",
  pending: "pending",
  deny: "denied",
  cancel: "voided",
  expire: "expired",
  failure: "failed",
  refund: "paid",
  partial_refund: "paid",
  chargeback: "paid",
  partial_chargeback: "paid",
} as const satisfies Record<TransactionStatus, PaymentState>;

/** No method was chosen on the page yet, so that Midtrans knows of no transaction. */
export const NOTHING_YET: ProviderView = {
  state: "created",
  paymentRef: undefined,
  method: undefined,
  amount: undefined,
  currency: undefined,
  captured: 0,
  refunded: 0,
  capturedAt: undefined,
  voidedAt: undefined,
  captureBefore: undefined,
  expiresAt: undefined,
  refunds: [],
  disputes: [],
};

export function viewOf(answer: MidtransAnswer): ProviderView {
  const state = stateOf(answer);
  const amount = amountOf(answer);
  const taken = state === "captured" || state === "paid";
  const refunds = (answer.refunds ?? []).map((refund) => refundOf(answer, refund));
  const expiry = answer.expiry_time ? jakartaInstant(answer.expiry_time) : undefined;
  return {
    state,
    paymentRef: answer.transaction_id,
    method: answer.payment_type,
    amount: taken || state === "authorised" ? amount : undefined,
    currency: answer.currency ?? "IDR",
    captured: taken ? amount : 0,
    refunded: answer.refund_amount ? minorUnits(answer.refund_amount) : refunds.reduce((sum, refund) => sum + refund.amount, 0),
    capturedAt: taken && answer.settlement_time ? jakartaInstant(answer.settlement_time) : undefined,
    voidedAt: undefined,
    captureBefore: state === "authorised" ? expiry : undefined,
    expiresAt: state === "pending" || state === "requires_action" ? expiry : undefined,
    instructions: state === "pending" ? instructionsOf(answer) : undefined,
    refunds,
    disputes: disputesOf(answer, amount, refunds),
  };
}

/** Each method names its number in fields of its own; a QR code is on Midtrans' page alone. */
function instructionsOf(answer: MidtransAnswer): PayInstructions | undefined {
  const { va_numbers: accounts, permata_va_number: permata, bill_key: bill, biller_code: biller, payment_code: code, store } = answer;
  const [account] = accounts ?? [];
  if (account) return { kind: "account", at: account.bank, number: account.va_number, biller: null };
  if (permata) return { kind: "account", at: "permata", number: permata, biller: null };
  if (bill && biller) return { kind: "bill", at: "mandiri", number: bill, biller };
  if (code && store) return { kind: "counter", at: store, number: code, biller: null };
  return undefined;
}

function stateOf(answer: MidtransAnswer): PaymentState {
  const state = STATE[answer.transaction_status as TransactionStatus] ?? "pending";
  const card = answer.payment_type === "credit_card";
  if (state === "authorised" || state === "captured") {
    if (answer.fraud_status === "challenge") return "challenged";
    if (answer.fraud_status === "deny") return "denied";
  }
  // The bank's 3-D Secure page is open.
  return state === "pending" && card ? "requires_action" : state;
}

/**
 * A chargeback has taken the money. Of a partial one the amount is what is told as given back beyond the refunds; where
 * that isn't told, all of the payment waits for a person.
 */
function disputesOf(answer: MidtransAnswer, amount: number, refunds: readonly ProviderRefund[]): ProviderDispute[] {
  const status = answer.transaction_status;
  if (status !== "chargeback" && status !== "partial_chargeback") return [];
  const refunded = refunds.reduce((sum, refund) => sum + refund.amount, 0);
  const told = answer.refund_amount ? minorUnits(answer.refund_amount) - refunded : 0;
  const isKnown = status === "chargeback" || told > 0;
  return [
    {
      ref: `${answer.transaction_id}:chargeback`,
      amount: status === "partial_chargeback" && told > 0 ? told : amount,
      currency: answer.currency ?? "IDR",
      state: isKnown ? "lost" : "open",
      providerState: status,
      isRefundable: false,
      openedAt: undefined,
    },
  ];
}

/** What the guest pays for the stay: a fee that Midtrans lets the guest bear comes on top of it. */
function amountOf(answer: MidtransAnswer): number {
  return minorUnits(answer.metadata?.extra_info?.gross_amount_info?.original_amount ?? answer.gross_amount ?? "0");
}

/** Midtrans counts refunds within their transaction. A key of the dashboard's is any text; ours are row ids. */
function refundOf(answer: MidtransAnswer, refund: NonNullable<MidtransAnswer["refunds"]>[number]): ProviderRefund {
  return {
    ref: `${answer.transaction_id}:${refund.refund_chargeback_id ?? refund.refund_key}`,
    refundId: z.uuid().safeParse(refund.refund_key).data,
    amount: minorUnits(refund.refund_amount),
    state: "succeeded",
    createdAt: refund.created_at ? jakartaInstant(refund.created_at) : undefined,
    settledAt: refund.bank_confirmed_at ? jakartaInstant(refund.bank_confirmed_at) : undefined,
  };
}

/** "145000.00" rupiah → 14500000. */
function minorUnits(amount: string): number {
  const [whole = "0", fraction = ""] = amount.split(".");
  return Number(whole) * 100 + Number(fraction.padEnd(2, "0").slice(0, 2));
}

/** "2026-12-20 14:00:00", always GMT+7. */
function jakartaInstant(text: string): Date | undefined {
  const at = Date.parse(`${text.replace(" ", "T")}+07:00`);
  return Number.isNaN(at) ? undefined : new Date(at);
}

/** The way back: "2026-12-20 14:00:00 +0700". */
export function jakartaTime(instant: Date): string {
  return `${new Date(instant.getTime() + 7 * 3_600_000).toISOString().slice(0, 19).replace("T", " ")} +0700`;
}
