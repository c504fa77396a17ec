import { roundingUnit } from "./money.ts";

type Provider = "stripe" | "midtrans";

/** Stripe's smallest charges in minor units, as it publishes them; of a currency that isn't here it decides itself. */
const STRIPE_MINIMUM: Readonly<Record<string, number>> = {
  AED: 200,
  AUD: 50,
  BRL: 50,
  CAD: 50,
  CHF: 50,
  CZK: 1500,
  DKK: 250,
  EUR: 50,
  GBP: 30,
  HKD: 400,
  HUF: 17_500,
  INR: 50,
  JPY: 50,
  MXN: 1000,
  MYR: 200,
  NOK: 300,
  NZD: 50,
  PLN: 200,
  RON: 200,
  SEK: 300,
  SGD: 50,
  THB: 1000,
  USD: 50,
};

interface Limits {
  /** The smallest amount that is charged, and what each is a multiple of; minor units. */
  minimum: number;
  multiple: number;
}

/** Undefined where the provider doesn't take the currency. */
function limitsOf(provider: Provider, currency: string): Limits | undefined {
  const multiple = roundingUnit(currency);
  // Midtrans takes rupiah and nothing else.
  if (provider === "midtrans") return currency === "IDR" ? { minimum: multiple, multiple } : undefined;
  return { minimum: STRIPE_MINIMUM[currency] ?? multiple, multiple };
}

/** Whether the provider charges this amount at all: to ask it for another is refused for good. Minor units. */
export function canCharge(provider: Provider, amount: number, currency: string): boolean {
  const limits = limitsOf(provider, currency);
  return limits !== undefined && amount >= limits.minimum && amount % limits.multiple === 0;
}

/** Whether it is only too small for the provider. */
export function isTooSmall(provider: Provider, amount: number, currency: string): boolean {
  const limits = limitsOf(provider, currency);
  return limits !== undefined && amount < limits.minimum;
}
