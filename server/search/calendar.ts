import type { z } from "zod";
import type { Context } from "../context.ts";
import { addDays, nightsOf } from "../platform/dates.ts";
import { stockOf } from "../rooms/cache.ts";
import { byProduct, currencyOf, productsOfProperty, rateNightsOf, type ProductFacts } from "../rooms/facts.ts";
import { amountOf, type NightFacts } from "../rooms/price.ts";
import type { calendarInput, calendarOutput } from "./schemas.ts";

type Calendar = z.infer<typeof calendarOutput>;
type Day = Calendar["days"][number];

const TWO = { adults: 2, childAges: [] };

/**
 * Per day of `[from, to)` the cheapest night for two, taxes in it, whatever the length of the stay must be
 * (rules on arrival, departure and length are told when dates are chosen). May be 10 s old.
 * @throws NOT_FOUND property
 */
export function calendar(ctx: Context, input: z.infer<typeof calendarInput>): Promise<Calendar> {
  const key = `calendar:${input.propertyId}:${input.from}:${input.to}`;
  return ctx.cache.through(key, { ttlMs: 10_000, staleMs: 20_000 }, () => findCalendar(ctx, input), ctx.defer);
}

async function findCalendar(ctx: Context, input: z.infer<typeof calendarInput>): Promise<Calendar> {
  const [currency, products] = await Promise.all([currencyOf(ctx.db, input.propertyId), productsOfProperty(ctx.db, input.propertyId)]);
  const [rates, stock] = await Promise.all([
    rateNightsOf(
      ctx.db,
      products.map((product) => product.productId),
      input.from,
      input.to,
    ),
    stockOf(ctx.db, [...new Set(products.map((product) => product.roomTypeId))], input.from, input.to),
  ]);
  const prices = byProduct(rates);
  const left = new Map(stock.map((cell) => [`${cell.roomTypeId}:${cell.date}`, cell.available]));
  const now = ctx.clock.now();
  const days = nightsOf(input.from, input.to).map((date) =>
    dayOf(
      date,
      products.map((product) => ({
        roomTypeId: product.roomTypeId,
        price: nightFor(product, prices.get(product.baseProductId)?.get(date), date, now),
        left: left.get(`${product.roomTypeId}:${date}`) ?? 0,
      })),
    ),
  );
  return { currency, days };
}

/** Units are counted once per room type, and only where two can be sold one. */
function dayOf(date: string, offers: { roomTypeId: number; price: number | undefined; left: number }[]): Day {
  const open = offers.flatMap(({ roomTypeId, price, left }) => (price === undefined || left <= 0 ? [] : { roomTypeId, price, left }));
  if (open.length === 0) return { date, price: null, left: 0 };
  const units = new Map(open.map((offer) => [offer.roomTypeId, offer.left]));
  return { date, price: Math.min(...open.map((offer) => offer.price)), left: [...units.values()].reduce((sum, one) => sum + one, 0) };
}

function nightFor(product: ProductFacts, night: NightFacts | undefined, date: string, now: Date): number | undefined {
  if (!night) return undefined;
  const free = { ...night, minStayArrival: 1, minStayThrough: 1, maxStay: 1, closedToArrival: false };
  return amountOf(product, new Map([[date, free]]), date, addDays(date, 1), TWO, now).amount?.total;
}
