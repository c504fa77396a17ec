import { sql } from "drizzle-orm";
import { pgArray, statement, type Executor } from "../../db/client.ts";
import { inventoryNights, rateNights } from "../../db/schema/index.ts";
import { addDays } from "../platform/dates.ts";
import { remembered } from "../platform/memo.ts";
import type { NightFacts } from "../rooms/price.ts";
import type { Entry } from "./book.ts";

export interface Supply {
  /** Units free on every night by room type; a type without one is absent. */
  left: Map<number, number>;
  /** By base product, by date; the check-out date's are among them. */
  nights: Map<number, Map<string, NightFacts>>;
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
const restricted = sql`${n.closed} or ${n.closedToArrival} or ${n.closedToDeparture} or ${n.minStayArrival} > 1 or ${n.minStayThrough} > 1 or ${n.maxStay} <> 30`;

// One row a product, as carrying thousands of rows would cost more than finding them. The nights are joined
// by "/"; each is "day:prices:child prices", then the restrictions where there are any.
const prices = statement((db) =>
  db
    .select({
      productId: n.productId,
      nights: sql<string>`string_agg((${n.stayDate} - ${placeholder("from")}::date) || ':' || ${n.adultPrices}::text || ':' || ${n.childPrices}::text || case when ${restricted}
        then ':' || ${n.closed}::int || ':' || ${n.closedToArrival}::int || ':' || ${n.closedToDeparture}::int || ':' || ${n.minStayArrival} || ':' || ${n.minStayThrough} || ':' || ${n.maxStay} else '' end, '/')`,
    })
    .from(n)
    .where(sql`${n.productId} = any(${placeholder("ids")}::int[]) and ${n.stayDate} between ${placeholder("from")} and ${placeholder("to")}`)
    .groupBy(n.productId)
    .prepare("search_nights"),
);

/** Stock and prices of all that the properties sell, for the stay `[checkIn, checkOut)`. */
export async function supplyOf(db: Executor, entries: Entry[], checkIn: string, checkOut: string): Promise<Supply> {
  const rooms = entries.flatMap((entry) => entry.rooms);
  const bases = new Set(rooms.flatMap((room) => room.offers.map((offer) => offer.baseProductId)));
  const span = { from: checkIn, to: checkOut };
  const [stockRows, priceRows] = await Promise.all([
    stock(db, { ...span, ids: pgArray(rooms.map((room) => room.roomTypeId)) }),
    prices(db, { ...span, ids: pgArray([...bases]) }),
  ]);
  return {
    left: new Map(stockRows.map((row) => [row.roomTypeId, row.left])),
    nights: new Map(priceRows.map((row) => [row.productId, new Map(row.nights.split("/").map((text) => readNight(text, checkIn)))])),
  };
}

const dayAfter = remembered(addDays);
const UNRESTRICTED = ["0", "0", "0", "1", "1", "30"];

function readNight(text: string, checkIn: string): [string, NightFacts] {
  const [day, adults = "{}", children = "{}", ...given] = text.split(":");
  const [closed, toArrival, toDeparture, minArrival, minThrough, maxStay] = given.length > 0 ? given : UNRESTRICTED;
  return [
    dayAfter(checkIn, Number(day)),
    {
      adultPrices: numbers(adults),
      childPrices: numbers(children),
      closed: closed === "1",
      closedToArrival: toArrival === "1",
      closedToDeparture: toDeparture === "1",
      minStayArrival: Number(minArrival),
      minStayThrough: Number(minThrough),
      maxStay: Number(maxStay),
    },
  ];
}

/** "{1,2}" as numbers. */
function numbers(array: string): number[] {
  return array.length === 2 ? [] : array.slice(1, -1).split(",").map(Number);
}
