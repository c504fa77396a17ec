import { invalid } from "./errors.ts";
import type { Reader } from "./form.ts";

/** Currencies that cards are charged in. */
const CURRENCIES = new Set(
  `usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf clp cny cop crc cve czk
   djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt
   lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar
   ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xcg xof xpf
   yer zar zmw`.split(/\s+/),
);
/** The krona and the shilling have no decimals, and yet are told with two, which are 00. */
const TWO_EMPTY = new Set(["isk", "ugx"]);
const ZERO_DECIMAL = new Set("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(" "));
const THREE_DECIMAL = new Set("bhd jod kwd omr tnd".split(" "));

/** Smallest charge in minor units, where Stripe publishes one; elsewhere at least 1. */
const MINIMUM: Record<string, number> = {
  usd: 50,
  aed: 200,
  aud: 50,
  bgn: 100,
  brl: 50,
  cad: 50,
  chf: 50,
  czk: 1500,
  dkk: 250,
  eur: 50,
  gbp: 30,
  hkd: 400,
  huf: 17_500,
  inr: 50,
  jpy: 50,
  mxn: 1000,
  myr: 200,
  nok: 300,
  nzd: 50,
  pln: 200,
  ron: 200,
  sek: 300,
  sgd: 50,
  thb: 1000,
};

/** How many decimals an amount of Stripe's has in its currency. */
export function decimalsOf(currency: string): number {
  if (ZERO_DECIMAL.has(currency)) return 0;
  return THREE_DECIMAL.has(currency) ? 3 : 2;
}

export function readCurrency(input: Reader, name: string): string {
  const currency = input.required(name).toLowerCase();
  if (!CURRENCIES.has(currency)) throw invalid(`Invalid currency: ${currency}.`, { param: input.path(name) });
  return currency;
}

export function checkAmount(amount: number, currency: string, param: string): void {
  if (amount < 1) {
    throw invalid("This value must be greater than or equal to 1.", { code: "parameter_invalid_integer", param });
  }
  const minimum = MINIMUM[currency] ?? 1;
  if (amount < minimum) {
    throw invalid(`Amount must be at least ${minimum} in the smallest unit of ${currency}.`, { code: "amount_too_small", param });
  }
  if (amount > 99_999_999_999) {
    throw invalid("Amount is larger than the largest one allowed.", { code: "amount_too_large", param });
  }
  if (TWO_EMPTY.has(currency) && amount % 100 !== 0) {
    throw invalid(`Amounts in ${currency} end in 00.`, { code: "parameter_invalid_integer", param });
  }
  if (THREE_DECIMAL.has(currency) && amount % 10 !== 0) {
    throw invalid(`Amounts in ${currency} must be rounded to the nearest ten.`, { code: "parameter_invalid_integer", param });
  }
}
