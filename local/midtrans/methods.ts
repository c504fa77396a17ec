import { randomInt } from "node:crypto";
import type { PaymentType } from "./state.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

export const BANKS = ["bca", "bni", "bri", "permata", "cimb"] as const;
export type Bank = (typeof BANKS)[number];

/** How a method that waits for its payer is asked for. */
export type Transfer = { type: "qris" | "gopay" | "echannel" } | { type: "bank_transfer"; bank: Bank; number?: string };

/** How long it waits, unless the merchant says otherwise. */
export const TRANSFER_LIFE_MS = { qris: 15 * MINUTE, gopay: 15 * MINUTE, echannel: DAY, bank_transfer: DAY } as const;

/** The longest number that a merchant may ask for; the bank's prefix stands before it. */
const LONGEST_NUMBER: Record<Bank, number> = { bca: 11, bni: 8, bri: 13, permata: 10, cimb: 16 };

/** Whether the bank gives the asked account number. */
export function isNumber(bank: Bank, number: string): boolean {
  const exact = bank === "permata" ? LONGEST_NUMBER.permata : 1;
  return /^\d+$/.test(number) && number.length >= exact && number.length <= LONGEST_NUMBER[bank];
}

/** An account number: the bank's prefix for this merchant, and the asked digits or any. */
export function accountNumber(number = String(randomInt(100_000, 999_999))): string {
  return `${randomInt(10_000, 99_999)}${number}`;
}

/** Mandiri's code for Midtrans, and a bill of its own. */
export const BILLER_CODE = "70012";
export function billKey(): string {
  return `${randomInt(100_000, 999_999)}${randomInt(100_000, 999_999)}`;
}

/** What a page may offer. */
export interface Offer {
  methods: PaymentType[];
  banks: Bank[];
}

const EVERYTHING: Offer = { methods: ["credit_card", "bank_transfer", "qris", "gopay", "echannel"], banks: [...BANKS] };
const NAMES: Record<string, PaymentType> = {
  credit_card: "credit_card",
  bank_transfer: "bank_transfer",
  qris: "qris",
  other_qris: "qris",
  gopay: "gopay",
  echannel: "echannel",
};

/** The offer of `enabled_payments`; undefined when it names something that can't be paid here, or nothing. */
export function offerOf(enabled: string[] | undefined): Offer | undefined {
  if (enabled === undefined) return EVERYTHING;
  if (enabled.length === 0) return undefined;
  const methods = new Set<PaymentType>();
  const banks = new Set<Bank>();
  for (const name of enabled) {
    const bank = BANKS.find((one) => name === `${one}_va`);
    const method = bank ? "bank_transfer" : Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
    if (method === undefined) return undefined;
    methods.add(method);
    for (const one of bank ? [bank] : name === "bank_transfer" ? BANKS : []) banks.add(one);
  }
  return { methods: [...methods], banks: [...banks] };
}
