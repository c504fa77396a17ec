import { sql } from "drizzle-orm";
import { pgArray, statement, type Executor } from "../../db/client.ts";
import { inventoryNights, rateNights } from "../../db/schema/index.ts";
import { nightsOf } from "../platform/dates.ts";
import type { NightFacts } from "../rooms/price.ts";
import type { Entry } from "./book.ts";
import type { HotelsInput } from "./schemas.ts";

export interface Supply {
  /** Units free on every night by room type; a type without one is absent. */
  left: Map<number, number>;
  /** A base product's nights by date, the check-out date's among them; undefined where it has none. */
  nightsOf(baseProductId: number): Map<string, NightFacts> | undefined;
}

const { placeholder } = sql;
const i = inventoryNights;
const available = sql<number>`min(${i.physical} + ${i.allowance} - ${i.sold} - ${i.held} - ${i.blocked})`;

const stock = statement((db) =>
  db
    .select({ roomTypeId: i.roomTypeId, left: available })
    .from(i)
    .where(sql`${i.roomTypeId} = any(${placeholder("ids")}::int[]) and ${i.stayDate} >= ${placeholder("from")} and ${i.stayDate} < ${placeholder("to")}`)
    .groupBy(i.roomTypeId)
    .having(sql`${available} > 0 and count(*) = ${placeholder("to")}::date - ${placeholder("from")}::date`)
    .prepare("search_stock"),
);

const n = rateNights;
/** The column's default: a night with it and no other restriction is sent without them. */
const UNRESTRICTED_MAX_STAY = 30;
const restricted = sql`${n.closed} or ${n.closedToArrival} or ${n.closedToDeparture} or ${n.minStayArrival} > 1 or ${n.minStayThrough} > 1 or ${n.maxStay} <> ${sql.raw(String(UNRESTRICTED_MAX_STAY))}`;

// One row a product, as carrying thousands of rows would cost more than finding them: its nights as JSON,
// each [day, prices, child prices (where children come)], and the restrictions where there are any.
const prices = statement((db) =>
  db
    .select({
      productId: n.productId,
      nights: sql<string>`'[' || translate(string_agg('[' || (${n.stayDate} - ${placeholder("from")}::date) || ',' || ${n.adultPrices}::text || ',' || case when ${placeholder("children")}::bool then ${n.childPrices}::text else '{}' end || case when ${restricted}
        then ',' || ${n.closed}::int || ',' || ${n.closedToArrival}::int || ',' || ${n.closedToDeparture}::int || ',' || ${n.minStayArrival} || ',' || ${n.minStayThrough} || ',' || ${n.maxStay} else '' end || ']', ','), '{}', '[]') || ']'`,
    })
    .from(n)
    .where(sql`${n.productId} = any(${placeholder("ids")}::int[]) and ${n.stayDate} between ${placeholder("from")} and ${placeholder("to")}`)
    .groupBy(n.productId)
    .prepare("search_nights"),
);

/** Stock and prices of all that the properties sell, for the stay and the party. */
export async function supplyOf(db: Executor, entries: Entry[], input: Pick<HotelsInput, "checkIn" | "checkOut" | "rooms">): Promise<Supply> {
  const rooms = entries.flatMap((entry) => entry.rooms);
  const bases = new Set(rooms.flatMap((room) => room.offers.map((offer) => offer.baseProductId)));
  const span = { from: input.checkIn, to: input.checkOut };
  const children = input.rooms.some((room) => room.childAges.length > 0);
  const [stockRows, priceRows] = await Promise.all([
    stock(db, { ...span, ids: pgArray(rooms.map((room) => room.roomTypeId)) }),
    prices(db, { ...span, ids: pgArray([...bases]), children }),
  ]);
  const dayAt = [...nightsOf(input.checkIn, input.checkOut), input.checkOut];
  const texts = new Map(priceRows.map((row) => [row.productId, row.nights]));
  return {
    left: new Map(stockRows.map((row) => [row.roomTypeId, row.left])),
    // Read only when asked for, and not kept: tens of thousands of living objects are what slows a search.
    nightsOf(baseProductId) {
      const text = texts.get(baseProductId);
      return text === undefined ? undefined : readNights(text, dayAt);
    },
  };
}

type NightText = [
  day: number,
  adults: number[],
  children: number[],
  closed?: number,
  toArrival?: number,
  toDeparture?: number,
  minArrival?: number,
  minThrough?: number,
  max?: number,
];

function readNights(text: string, dayAt: string[]): Map<string, NightFacts> {
  const nights = new Map<string, NightFacts>();
  for (const [day, adultPrices, childPrices, closed, toArrival, toDeparture, minArrival, minThrough, max] of JSON.parse(text) as NightText[]) {
    nights.set(dayAt[day]!, {
      adultPrices,
      childPrices,
      closed: closed === 1,
      closedToArrival: toArrival === 1,
      closedToDeparture: toDeparture === 1,
      minStayArrival: minArrival ?? 1,
      minStayThrough: minThrough ?? 1,
      maxStay: max ?? UNRESTRICTED_MAX_STAY,
    });
  }
  return nights;
}
