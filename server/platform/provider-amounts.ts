import { roundingUnit } from "./money.ts";

type Provider = "stripe" | "midtrans";

/** What Stripe charges cards in (docs.stripe.com/currencies, presentment and three-decimal ones), of the currencies that are ours. */
const STRIPE_CURRENCIES: ReadonlySet<string> = new Set(
  `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CVE CZK DJF DKK DOP DZD EGP ETB
  EUR FJD FKP GBP GEL GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR ISK JMD JOD JPY KES KGS KHR KMF KRW KWD KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA
  MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SEK SGD SHP SLE SOS
  SRD SZL THB TJS TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW`.split(/\s+/),
);

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

/** Whether the provider charges anything in it; Midtrans takes rupiah and nothing else. */
export function takesCurrency(provider: Provider, currency: string): boolean {
  return provider === "midtrans" ? currency === "IDR" : STRIPE_CURRENCIES.has(currency);
}

/** Undefined where the provider doesn't take the currency. */
function limitsOf(provider: Provider, currency: string): Limits | undefined {
  if (!takesCurrency(provider, currency)) return undefined;
  const multiple = roundingUnit(currency);
  return { minimum: (provider === "stripe" ? STRIPE_MINIMUM[currency] : undefined) ?? multiple, multiple };
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
