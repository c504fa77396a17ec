import { BILLER_CODE } from "./methods.ts";
import { signMidtrans } from "./sign.ts";
import type { MidtransState, Transaction } from "./state.ts";
import { jakartaTime } from "./time.ts";

export const MERCHANT_ID = "G000000001";

/** The body's status code, a text. */
export function statusCode(transaction: Transaction): string {
  if (transaction.status === "pending" || transaction.fraud === "challenge") return "201";
  if (transaction.status === "deny") return "202";
  if (transaction.status === "expire") return "407";
  return "200";
}

/** A transaction as status, actions and notifications show it. */
export function view(state: MidtransState, transaction: Transaction, message: string): Record<string, unknown> {
  const { orderId, refunds } = transaction;
  const code = statusCode(transaction);
  const amount = money(transaction.amount);
  return {
    status_code: code,
    status_message: message,
    transaction_id: transaction.id,
    order_id: orderId,
    merchant_id: MERCHANT_ID,
    gross_amount: amount,
    currency: "IDR",
    payment_type: transaction.type,
    transaction_time: jakartaTime(transaction.at),
    transaction_status: transaction.status,
    ...(transaction.fraud && { fraud_status: transaction.fraud }),
    ...(transaction.settledAt && { settlement_time: jakartaTime(transaction.settledAt) }),
    ...(transaction.expiresAt && { expiry_time: jakartaTime(transaction.expiresAt) }),
    ...methodView(state, transaction),
    ...state.orders.get(orderId)?.customFields,
    ...(refunds.length > 0 && {
      refund_amount: money(refunds.reduce((sum, r) => sum + Number(r.refund_amount), 0)),
      refunds,
    }),
    signature_key: signMidtrans(orderId, code, amount, state.serverKey),
  };
}

function methodView(state: MidtransState, transaction: Transaction): object {
  const { card, type, status } = transaction;
  if (type === "bank_transfer") {
    if (transaction.bank === "permata") return { permata_va_number: transaction.vaNumber };
    return {
      va_numbers: [{ bank: transaction.bank, va_number: transaction.vaNumber }],
      payment_amounts: [],
    };
  }
  if (type === "qris") {
    return {
      acquirer: "gopay",
      qr_string: qrString(transaction),
      actions: [{ name: "generate-qr-code", method: "GET", url: `${state.publicUrl}/pay/${transaction.id}` }],
    };
  }
  if (type === "gopay") {
    const action = (name: string, method: string, path: string) => ({ name, method, url: state.publicUrl + path });
    return {
      qr_string: qrString(transaction),
      actions: [
        action("generate-qr-code", "GET", `/pay/${transaction.id}`),
        action("deeplink-redirect", "GET", `/pay/${transaction.id}`),
        action("get-status", "GET", `/v2/${transaction.id}/status`),
        action("cancel", "POST", `/v2/${transaction.id}/cancel`),
      ],
    };
  }
  if (type === "echannel") return { bill_key: transaction.billKey, biller_code: BILLER_CODE };
  if (!card) return {};
  if (card.awaits3ds && status === "pending") {
    return { ...maskedCard(card.number), redirect_url: `${state.publicUrl}/3ds/${transaction.id}` };
  }
  const denied = status === "deny";
  return {
    ...maskedCard(card.number),
    ...(denied ? {} : { approval_code: String(transaction.at).slice(-6) }),
    eci: card.number.startsWith("5") ? "02" : "05",
    channel_response_code: denied ? "05" : "00",
    channel_response_message: denied ? "Do not honour" : "Approved",
  };
}

function maskedCard(number: string): object {
  return {
    masked_card: `${number.slice(0, 8)}-${number.slice(-4)}`,
    bank: "bni",
    card_type: "credit",
  };
}

/** The text in the QR code; of EMV form, but good for this stand-in only. */
export function qrString(transaction: Pick<Transaction, "id" | "amount">): string {
  return `00020101021226NIGHTLEDGER-TEST-${transaction.id}5303360540${transaction.amount}5802ID`;
}

/** "145000.00": rupiah with the two decimals that Midtrans writes. */
export function money(amount: number): string {
  return `${amount}.00`;
}
