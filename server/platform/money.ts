/**
 * Minor-unit exponent and rounding unit per currency. ISO 4217, but for the rounding of IDR: its
 * exponent is 2, yet Midtrans takes whole rupiah, so every line is rounded to 100 minor units.
 */
const CURRENCIES: Record<string, { exponent: number; unit: number }> = {
  IDR: { exponent: 2, unit: 100 },
  JPY: { exponent: 0, unit: 1 },
  KRW: { exponent: 0, unit: 1 },
  VND: { exponent: 0, unit: 1 },
  KWD: { exponent: 3, unit: 10 },
  BHD: { exponent: 3, unit: 10 },
};
const USUAL = { exponent: 2, unit: 1 };

/** Digits after the point: 100 minor units make one EUR, 1 makes one JPY. */
export function exponentOf(currency: string): number {
  return (CURRENCIES[currency] ?? USUAL).exponent;
}

/** Every line of money is a multiple of this many minor units. */
export function roundingUnit(currency: string): number {
  return (CURRENCIES[currency] ?? USUAL).unit;
}

/** Rounds minor units (a fraction is fine) half-up to the currency's rounding unit. */
export function roundMoney(amount: number, currency: string): number {
  const unit = roundingUnit(currency);
  return Math.round(amount / unit) * unit;
}

/** `amount × bps / 10 000`, rounded: 1000 bps are 10 %. */
export function percentOf(amount: number, bps: number, currency: string): number {
  return roundMoney((amount * bps) / 10_000, currency);
}

/**
 * The name of the charge that keeps what a change must not give back. It is stored with each room stay, so it stays as
 * it is; screens and mails say it in the reader's language. A property's own taxes and fees are shown as it named them.
 */
export const CHANGE_FEE = "Change fee";

/** As `CHANGE_FEE`: what a change costs more, too little for any provider to charge, and so paid at the property. */
export const SMALL_DIFFERENCE = "Small difference";
