import type { Agenda } from "../kit/agenda.ts";
import type { LocalClock } from "../kit/clock.ts";
import type { Collection, Store } from "../kit/store.ts";
import type { Webhooks } from "../kit/webhooks.ts";

export type TransactionStatus = "authorize" | "capture" | "settlement" | "pending" | "deny" | "cancel" | "expire" | "refund" | "partial_refund";

export type PaymentType = "credit_card" | "bank_transfer" | "qris" | "gopay" | "echannel";

export interface Refund {
  refund_chargeback_id: number;
  refund_amount: string;
  refund_key: string;
  reason?: string;
  created_at: string;
}

/** One try of one method, as it is stored; `view.ts` makes the answer of it. */
export interface Transaction {
  id: string;
  orderId: string;
  type: PaymentType;
  status: TransactionStatus;
  fraud?: "accept" | "challenge" | "deny";
  /** Whole rupiah; a capture of a pre-authorisation may lower it. */
  amount: number;
  /** Milliseconds of the kit's clock. */
  at: number;
  settledAt?: number;
  expiresAt?: number;
  card?: { number: string; awaits3ds: boolean; authorizeOnly: boolean };
  bank?: string;
  vaNumber?: string;
  /** Of a Mandiri bill. */
  billKey?: string;
  refunds: Refund[];
}

/** What a merchant wants to be paid: made by Snap, or by a charge. */
export interface Order {
  orderId: string;
  amount: number;
  items: { name: string; price: number; quantity: number }[];
  email?: string;
  /** Methods that the page offers. */
  methods: PaymentType[];
  /** Banks of its virtual accounts; undefined: all. */
  banks?: string[];
  /** `custom_field1` to `3`, as they came. */
  customFields?: Record<string, string>;
  secure: boolean;
  authorizeOnly: boolean;
  finishUrl?: string;
  /** When an unpaid method ends, if the merchant said so. */
  expiresAt?: number;
  /** When the page ends, if it is a Snap order. */
  pageExpiresAt?: number;
  token?: string;
  /** Where notifications go; empty: nowhere. */
  notify: string[];
  /** The last try; undefined until the guest chooses a method. */
  transactionId?: string;
}

export interface MidtransState {
  store: Store;
  clock: LocalClock;
  agenda: Agenda;
  webhooks: Webhooks;
  serverKey: string;
  notificationUrl: string | undefined;
  publicUrl: string;
  orders: Collection<Order>;
  /** Order id by Snap token. */
  tokens: Collection<string>;
  transactions: Collection<Transaction>;
  /** Card number by card token, with the time it was made. */
  cardTokens: Collection<{ number: string; at: number }>;
}

/** The order's current transaction, by order id or transaction id. */
export function findTransaction(state: MidtransState, id: string): Transaction | undefined {
  return state.transactions.get(state.orders.get(id)?.transactionId ?? id);
}
