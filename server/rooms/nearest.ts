import type { Context } from "../context.ts";
import { addDays, daysBetween, nightsOf } from "../platform/dates.ts";
import { stockOf } from "./cache.ts";
import { byProduct, productsByIds, rateNightsOf } from "./facts.ts";
import { amountOf } from "./price.ts";
import type { QuoteInput } from "./schemas.ts";

/** How many days earlier or later a guest is offered. */
const REACH_DAYS = 14;
const MOST = 3;

export interface StaySpan {
  checkIn: string;
  checkOut: string;
}

/**
 * The nearest dates on which the same rooms can be sold for as many nights, nearest first: what a guest who
 * is told SOLD_OUT may take instead. At most 5 s old, as many are told so at once. A failure is an empty list.
 */
export async function nearestDates(ctx: Context, input: QuoteInput): Promise<StaySpan[]> {
  const rooms = input.rooms.map((room) => [room.productId, room.adults, ...room.childAges]);
  const key = `nearest:${input.propertyId}:${input.checkIn}:${input.checkOut}:${JSON.stringify(rooms)}`;
  return ctx.cache
    .through(key, { ttlMs: 5000 }, () => find(ctx, input), ctx.defer)
    .catch((error: unknown) => {
      ctx.log.warn("no nearest dates", {}, error);
      return [];
    });
}

async function find(ctx: Context, input: QuoteInput): Promise<StaySpan[]> {
  const now = ctx.clock.now();
  const length = daysBetween(input.checkIn, input.checkOut);
  const ids = [...new Set(input.rooms.map((room) => room.productId))];
  const products = new Map((await productsByIds(ctx.db, input.propertyId, ids)).map((product) => [product.productId, product]));
  const chosen = input.rooms.map((room) => ({ room, product: products.get(room.productId) }));
  if (chosen.some(({ product }) => product === undefined)) return [];
  const needs = new Map<number, number>();
  for (const { product } of chosen) needs.set(product!.roomTypeId, (needs.get(product!.roomTypeId) ?? 0) + 1);
  const [from, to] = [addDays(input.checkIn, -REACH_DAYS), addDays(input.checkOut, REACH_DAYS)];
  const [stock, rates] = await Promise.all([stockOf(ctx.db, [...needs.keys()], from, to), rateNightsOf(ctx.db, ids, from, to)]);
  const left = new Map(stock.map((cell) => [`${cell.roomTypeId}/${cell.date}`, cell.available]));
  const calendar = byProduct(rates);
  const found: StaySpan[] = [];
  // 1 later, 1 earlier, 2 later …
  for (let step = 2; step <= 2 * REACH_DAYS + 1 && found.length < MOST; step += 1) {
    const checkIn = addDays(input.checkIn, step % 2 === 0 ? step / 2 : -(step - 1) / 2);
    const span = { checkIn, checkOut: addDays(checkIn, length) };
    const free = [...needs].every(([roomTypeId, need]) => nightsOf(span.checkIn, span.checkOut).every((date) => (left.get(`${roomTypeId}/${date}`) ?? 0) >= need));
    const sold = free && chosen.every(({ room, product }) => amountOf(product!, calendar.get(product!.baseProductId) ?? new Map(), span.checkIn, span.checkOut, room, now).amount);
    if (sold) found.push(span);
  }
  return found;
}
