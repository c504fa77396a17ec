import { pgArray } from "../../db/client.ts";
import type { PaymentMethod } from "../../db/schema/properties.ts";
import type { Context } from "../context.ts";
import { refuse } from "../errors.ts";
import { canonicalJson, sha256 } from "../platform/canonical.ts";
import { canCharge, takesCurrency } from "../platform/provider-amounts.ts";
import type { Config } from "../platform/config.ts";
import { sellableUntil } from "../platform/dates.ts";
import { stockOf, type StockCell } from "./cache.ts";
import { byProduct, productsByIds, rateNightsOf, type ProductFacts, type RateNight } from "./facts.ts";
import { freeOf } from "./free.ts";
import { nearestDates } from "./nearest.ts";
import { priceStay } from "./price.ts";
import type { Quote, QuotedStay, QuoteInput } from "./schemas.ts";

/** How long a shown price is promised, in milliseconds. */
const QUOTE_LIFE_MS = 15 * 60_000;

/** Until when a price shown now is promised: never past the moment until which the stay can be sold. */
export function quoteEnd(property: { zone: string; sameDayCutOff: string }, checkIn: string, now: Date): Date {
  return new Date(Math.min(now.getTime() + QUOTE_LIFE_MS, sellableUntil(property.zone, property.sameDayCutOff, checkIn).getTime()));
}

/**
 * Prices the rooms asked for, with stock as Postgres has it now (never a cache's).
 * @throws NOT_FOUND product, RESTRICTED, SOLD_OUT with the nights that lack rooms, PRECONDITION no_payment_method
 */
export async function quote(ctx: Context, input: QuoteInput): Promise<Quote> {
  const ids = [...new Set(input.rooms.map((room) => room.productId))];
  const [facts, nights] = await Promise.all([productsByIds(ctx.db, input.propertyId, ids), rateNightsOf(ctx.db, ids, input.checkIn, input.checkOut)]);
  const answer = await quoteFrom(ctx.config, input, facts, nights, ctx.clock.now());
  await refuseSoldOut(ctx, input, answer);
  return answer;
}

/**
 * The quote from facts already read; it doesn't look at stock.
 * @param facts the products of `input.rooms` that belong to the property; others may be among them
 * @param nights what `rateNightsOf` gave for those products and dates
 * @throws NOT_FOUND product, RESTRICTED with the reason, PRECONDITION no_payment_method
 */
export async function quoteFrom(config: Config, input: QuoteInput, facts: ProductFacts[], nights: RateNight[], now: Date): Promise<Quote> {
  return quoteIn(config, input, facts, byProduct(nights), now);
}

/** As `quoteFrom`, from a calendar that several quotes share. */
export function quoteIn(config: Config, input: QuoteInput, facts: ProductFacts[], calendar: ReturnType<typeof byProduct>, now: Date): Quote {
  const products = new Map(facts.filter((product) => product.propertyId === input.propertyId).map((product) => [product.productId, product]));
  const chosen: ProductFacts[] = [];
  const stays: QuotedStay[] = [];
  for (const room of input.rooms) {
    const product = products.get(room.productId);
    if (!product) throw refuse("NOT_FOUND", { what: "product" });
    const priced = priceStay(product, calendar.get(product.baseProductId) ?? new Map(), input.checkIn, input.checkOut, room, now);
    if (priced.refusal) throw refuse("RESTRICTED", priced.refusal);
    chosen.push(product);
    stays.push(priced.stay);
  }
  const { currency } = chosen[0]!;
  const total = stays.reduce((sum, stay) => sum + stay.total, 0);
  const sold = { propertyId: input.propertyId, checkIn: input.checkIn, checkOut: input.checkOut, currency, stays, total, dueOnline: total - atProperty(stays) };
  const paymentMethods = methodsTaking(config, chosen, sold.dueOnline);
  if (paymentMethods.length === 0) throw refuse("PRECONDITION", { reason: "no_payment_method" });
  return {
    hash: sha256(canonicalJson(sold)),
    expiresAt: quoteEnd(chosen[0]!, input.checkIn, now).toISOString(),
    ...sold,
    paymentMethods,
  };
}

/**
 * How a booking of these products may be paid: the property's methods that every rate plan allows and
 * that this installation has keys for, whose provider takes the currency.
 */
export function methodsFor(config: Config, products: Pick<ProductFacts, "payment" | "paymentMethods" | "currency">[]): PaymentMethod[] {
  const [first] = products;
  if (!first) return [];
  const usable = {
    stripe: config.STRIPE_SECRET_KEY !== undefined && takesCurrency("stripe", first.currency),
    midtrans: config.MIDTRANS_SERVER_KEY !== undefined && takesCurrency("midtrans", first.currency),
    property: true,
  } satisfies Record<PaymentMethod, boolean>;
  return first.paymentMethods.filter((method) => {
    const refused = method === "property" ? "online" : "property";
    return usable[method] && products.every((product) => product.payment !== refused);
  });
}

/** Those of the methods that can take the amount which is due online; at the property any can be paid. */
export function methodsTaking(config: Config, products: Parameters<typeof methodsFor>[1], dueOnline: number): PaymentMethod[] {
  const currency = products[0]?.currency ?? "";
  return methodsFor(config, products).filter((method) => method === "property" || (dueOnline > 0 && canCharge(method, dueOnline, currency)));
}

/** What the property itself collects at arrival: city taxes and the like. */
function atProperty(stays: QuotedStay[]): number {
  return stays.flatMap((stay) => stay.charges).reduce((sum, charge) => sum + (charge.collect === "property" ? charge.amount : 0), 0);
}

/** Needs are summed per room type: two rooms of one type need two units on every night. */
async function refuseSoldOut(ctx: Context, input: QuoteInput, answer: Quote): Promise<void> {
  const needs = new Map<number, number>();
  for (const stay of answer.stays) needs.set(stay.roomTypeId, (needs.get(stay.roomTypeId) ?? 0) + 1);
  const stock = await stockOf(ctx.db, [...needs.keys()], answer.checkIn, answer.checkOut);
  const dates = answer.stays[0]!.nights.map((night) => night.date);
  const lacking = (cells: Pick<StockCell, "roomTypeId" | "date" | "available">[]) => {
    const left = new Map(cells.map((cell) => [`${cell.roomTypeId}:${cell.date}`, cell.available]));
    return [...needs].flatMap(([roomTypeId, need]) => dates.filter((date) => (left.get(`${roomTypeId}:${date}`) ?? 0) < need).map((date) => ({ roomTypeId, date })));
  };
  if (lacking(stock).length === 0) return;
  // `hold` takes the nights of overdue holds and drafts before it refuses anyone; so their units count as free here.
  const nights = lacking(await freeOf(ctx.db, { ids: pgArray([...needs.keys()]), from: answer.checkIn, to: answer.checkOut }));
  if (nights.length > 0) throw refuse("SOLD_OUT", { nights, nearest: await nearestDates(ctx, input) });
}
