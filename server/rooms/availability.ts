import type { Context } from "../context.ts";
import { nightsOf } from "../platform/dates.ts";
import { cachedStock, type StockCell } from "./cache.ts";
import { byProduct, currencyOf, productsOfProperty, rateNightsOf, type ProductFacts } from "./facts.ts";
import { freeUntil, priceStay, type NightFacts } from "./price.ts";
import type { Availability, AvailabilityInput } from "./schemas.ts";

type Offer = Availability["roomTypes"][number]["offers"][number];

/**
 * Every room type and product of a property for these dates and this party, also what can't be sold,
 * with the reason. Stock may be a minute old: `quote` reads it anew.
 * @throws NOT_FOUND property
 */
export async function availability(ctx: Context, input: AvailabilityInput): Promise<Availability> {
  const [currency, products] = await Promise.all([currencyOf(ctx.db, input.propertyId), productsOfProperty(ctx.db, input.propertyId)]);
  const byRoom = Map.groupBy(products, (product) => product.roomTypeId);
  const [rates, stock] = await Promise.all([
    rateNightsOf(
      ctx.db,
      products.map((product) => product.productId),
      input.checkIn,
      input.checkOut,
    ),
    cachedStock(ctx, [...byRoom.keys()], input.checkIn, input.checkOut),
  ]);
  const calendar = byProduct(rates);
  const cells = Map.groupBy(stock, (cell) => cell.roomTypeId);
  const nights = nightsOf(input.checkIn, input.checkOut).length;
  return {
    currency,
    roomTypes: [...byRoom].map(([roomTypeId, own]) => ({
      roomTypeId,
      left: leftOf(cells.get(roomTypeId) ?? [], nights),
      offers: own.map((product) => offerOf(product, calendar.get(product.baseProductId) ?? new Map(), input, ctx.clock.now())),
    })),
  };
}

/** The scarcest night's; none where a night was never loaded. */
function leftOf(cells: StockCell[], nights: number): number {
  return cells.length < nights ? 0 : Math.max(0, Math.min(...cells.map((cell) => cell.available)));
}

function offerOf(product: ProductFacts, nights: Map<string, NightFacts>, input: AvailabilityInput, now: Date): Offer {
  const priced = input.rooms.map((party) => priceStay(product, nights, input.checkIn, input.checkOut, party, now));
  const stay = priced.find((one) => one.stay)?.stay;
  return {
    productId: product.productId,
    rateName: product.rateName,
    meal: product.meal,
    payment: product.payment,
    freeUntil: stay ? freeUntil(stay.policy, now) : null,
    policyName: product.policyName,
    totals: priced.map((one) => one.stay?.total ?? null),
    // Where one room's people fit, the product can be sold to them; dates refuse all rooms alike.
    refusal: stay ? null : (priced[0]?.refusal ?? null),
  };
}
