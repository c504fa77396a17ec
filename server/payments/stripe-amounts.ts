/**
 * Currencies that Stripe counts in another unit than ISO 4217 does, by what our minor units are multiplied with
 * (docs.stripe.com/currencies, "special cases"): krona and shilling keep two digits there that must be 00, ariary none.
 */
const FACTORS: ReadonlyMap<string, number> = new Map([
  ["ISK", 100],
  ["UGX", 100],
  ["MGA", 0.01],
]);

/** Our minor units as Stripe's. */
export function toStripe(amount: number, currency: string): number {
  return Math.round(amount * (FACTORS.get(currency.toUpperCase()) ?? 1));
}

/** Stripe's minor units as ours. */
export function fromStripe(amount: number, currency: string): number {
  return Math.round(amount / (FACTORS.get(currency.toUpperCase()) ?? 1));
}
