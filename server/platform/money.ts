/** Active national currencies of ISO 4217 (2026) by the digits after the point; no other may be stored or priced in. */
const BY_EXPONENT = {
  0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
  2: `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP
    CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES
    KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK
    NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB
    TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD XCG YER ZAR ZMW ZWG`,
  3: "BHD IQD JOD KWD LYD OMR TND",
} as const;

const EXPONENTS: ReadonlyMap<string, number> = new Map(
  Object.entries(BY_EXPONENT).flatMap(([exponent, codes]) => codes.split(/\s+/).map((code) => [code, Number(exponent)] as const)),
);

/** Every currency that a property may price in. The database's `currency_code` holds the same list. */
export const CURRENCY_CODES: readonly string[] = [...EXPONENTS.keys()].toSorted();

/**
 * Where lines are rounded to more than one minor unit, since a provider takes no finer amount: Midtrans takes whole
 * rupiah, Stripe whole ariary and, of three decimals, only a last digit of 0.
 */
const ROUNDING_UNITS: ReadonlyMap<string, number> = new Map([
  ["IDR", 100],
  ["MGA", 100],
]);

/**
 * Digits after the point: 100 minor units make one EUR, 1 makes one JPY.
 * @throws RangeError for a currency that isn't listed: guessing its digits would charge a hundredfold
 */
export function exponentOf(currency: string): number {
  const exponent = EXPONENTS.get(currency);
  if (exponent === undefined) throw new RangeError(`not a listed currency: ${currency}`);
  return exponent;
}

/** Every line of money is a multiple of this many minor units. @throws RangeError for a currency that isn't listed */
export function roundingUnit(currency: string): number {
  return ROUNDING_UNITS.get(currency) ?? (exponentOf(currency) === 3 ? 10 : 1);
}

/** Rounds minor units (a fraction is fine) half-up to the currency's rounding unit. */
export function roundMoney(amount: number, currency: string): number {
  const unit = roundingUnit(currency);
  return Math.round(amount / unit) * unit;
}

/** Minor units as a person writes them to a command: "20.50". */
export function plainOf(amount: number, currency: string): string {
  const exponent = exponentOf(currency);
  return (amount / 10 ** exponent).toFixed(exponent);
}

/** The same behind its currency: "EUR 20.50". */
export function textOf(amount: number, currency: string): string {
  return `${currency} ${plainOf(amount, currency)}`;
}

/** What a rate is counted in: 88 750 parts per million are 8.875 %. */
export const WHOLE_RATE = 1_000_000;

/** `amount × rate`, rounded; the rate in parts per million. */
export function shareOf(amount: number, rate: number, currency: string): number {
  return roundMoney((amount * rate) / WHOLE_RATE, currency);
}

/** A rate in parts per million as people write it: "8.875%", "8,875%". */
export function formatRate(rate: number, locale: string): string {
  return new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 4 }).format(rate / WHOLE_RATE);
}

/**
 * The name of the charge that keeps what a change must not give back. It is stored with each room stay, so it stays as
 * it is; screens and mails say it in the reader's language. A property's own taxes and fees are shown as it named them.
 */
export const CHANGE_FEE = "Change fee";

/** As `CHANGE_FEE`: what a change costs more, too little for any provider to charge, and so paid at the property. */
export const SMALL_DIFFERENCE = "Small difference";
