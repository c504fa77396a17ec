import { sql } from "drizzle-orm";
import { pgArray, statement, type Executor } from "../../db/client.ts";
import { inventoryNights, rateNights } from "../../db/schema/index.ts";
import { nightsOf } from "../platform/dates.ts";
import type { NightFacts, Nights } from "../rooms/price.ts";
import type { Entry } from "./book.ts";
import { readMatrix } from "./matrix.ts";
import type { HotelsInput } from "./schemas.ts";

export interface Supply {
  /** Units free on every night by room type; a type without one is absent. */
  left: Map<number, number>;
  /** A base product's nights by date, the check-out date's among them, with the prices that the party may need. */
  nightsOf(baseProductId: number): Nights;
}

const { placeholder } = sql;
const i = inventoryNights;

const free = statement((db) => {
  const byType = db.$with("free").as(
    db
      .select({ roomTypeId: i.roomTypeId, units: sql<number>`min(${i.physical} + ${i.allowance} - ${i.sold} - ${i.held} - ${i.blocked})`.as("units") })
      .from(i)
      .where(sql`${i.roomTypeId} = any(${placeholder("ids")}::int[]) and ${i.stayDate} >= ${placeholder("from")} and ${i.stayDate} < ${placeholder("to")}`)
      .groupBy(i.roomTypeId)
      .having(sql`count(*) = ${placeholder("to")}::date - ${placeholder("from")}::date`),
  );
  return db
    .with(byType)
    .select({ types: sql<string | null>`string_agg(concat_ws(' ', ${byType.roomTypeId}, ${byType.units}), ',')` })
    .from(byType)
    .where(sql`${byType.units} > 0`)
    .prepare("search_free");
});

const n = rateNights;
/** The column's default: a night with it and no other restriction is sent without them. */
const UNRESTRICTED_MAX_STAY = 30;
const restricted = sql`${n.closed} or ${n.closedToArrival} or ${n.closedToDeparture} or ${n.minStayArrival} > 1 or ${n.minStayThrough} > 1 or ${n.maxStay} <> ${sql.raw(String(UNRESTRICTED_MAX_STAY))}`;
const day = sql`${n.stayDate} - ${placeholder("from")}::date`;

/** One price as it stands: cutting arrays is a fifth of the statement, and most parties need but one. */
const adults = sql`case when ${placeholder("fewest")}::int = ${placeholder("most")}::int then ${n.adultPrices}[${placeholder("most")}::int]::text
  else array_to_string(${n.adultPrices}[${placeholder("fewest")}::int:${placeholder("most")}::int], ' ', '') end`;

// Texts for `readMatrix`. A night's prices are those for `fewest` to `most` adults; prices of children, row by
// row beside them, only where children come; restrictions only of the nights that have some.
const prices = statement((db) =>
  db
    .select({
      nights: sql<string | null>`string_agg(concat_ws(' ', ${n.productId}, ${day}, ${adults}), ',')`,
      children: sql<string | null>`string_agg(array_to_string(${n.childPrices}, ' ', '0'), ',') filter (where ${placeholder("children")}::bool)`,
      rules: sql<
        string | null
      >`string_agg(concat_ws(' ', ${n.productId}, ${day}, ${n.closed}::int, ${n.closedToArrival}::int, ${n.closedToDeparture}::int, ${n.minStayArrival}, ${n.minStayThrough}, ${n.maxStay}), ',') filter (where ${restricted})`,
    })
    .from(n)
    .where(sql`${n.productId} = any(${placeholder("ids")}::int[]) and ${n.stayDate} between ${placeholder("from")} and ${placeholder("to")}`)
    .prepare("search_nights"),
);

/** Stock and prices of all that the properties sell, for the stay and the party. */
export async function supplyOf(db: Executor, entries: Entry[], input: Pick<HotelsInput, "checkIn" | "checkOut" | "rooms">): Promise<Supply> {
  const roomTypeIds: number[] = [];
  const wanted = new Set<number>();
  let mostBuckets = 0;
  for (const entry of entries) {
    for (const room of entry.rooms) {
      roomTypeIds.push(room.roomTypeId);
      for (const offer of room.offers) {
        wanted.add(offer.baseProductId);
        mostBuckets = Math.max(mostBuckets, offer.childBuckets.length);
      }
    }
  }
  const bases = [...wanted];
  const span = { from: input.checkIn, to: input.checkOut };
  // A child above its property's buckets counts as an adult.
  const fewest = Math.min(...input.rooms.map((room) => room.adults));
  const most = Math.max(...input.rooms.map((room) => room.adults + room.childAges.length));
  const children = input.rooms.some((room) => room.childAges.length > 0);
  const [[stock], [rates]] = await Promise.all([free(db, { ...span, ids: pgArray(roomTypeIds) }), prices(db, { ...span, ids: pgArray(bases), fewest, most, children })]);
  const left = new Map<number, number>();
  const types = readMatrix(stock?.types ?? "", 2);
  for (let at = 0; at < types.length; at += 2) left.set(types[at]!, types[at + 1]!);
  const buckets = children ? mostBuckets : 0;
  return { left, nightsOf: ratesOf(bases, [...nightsOf(input.checkIn, input.checkOut), input.checkOut], { fewest, counts: most - fewest + 1, buckets }, rates ?? NO_RATES) };
}

interface Rates {
  nights: string | null;
  children: string | null;
  rules: string | null;
}

const NO_RATES: Rates = { nights: null, children: null, rules: null };
const RULES = 8;

/** Numbers lie flat and a night's facts are made when they are asked for: tens of thousands of living objects are what slows a search. */
function ratesOf(bases: number[], dates: string[], { fewest, counts, buckets }: { fewest: number; counts: number; buckets: number }, rates: Rates): Supply["nightsOf"] {
  const width = 2 + counts;
  const nights = readMatrix(rates.nights ?? "", width);
  const children = readMatrix(rates.children ?? "", buckets);
  const rules = readMatrix(rates.rules ?? "", RULES);
  const first = new Map(bases.map((id, index) => [id, index * dates.length]));
  const dayOf = new Map(dates.map((date, index) => [date, index]));
  /** By product and day: one more than the row of its night, and one more than that of its rules; 0 for none. */
  const rowAt = cellsOf(nights, width);
  const ruleAt = cellsOf(rules, RULES);

  function cellsOf(rows: number[], wide: number): Uint32Array {
    const cells = new Uint32Array(bases.length * dates.length);
    let product = NaN;
    let from = 0;
    for (let row = 0, at = 0; at < rows.length; row += 1, at += wide) {
      // A product's nights mostly come together.
      if (rows[at] !== product) from = first.get((product = rows[at]!))!;
      cells[from + rows[at + 1]!] = row + 1;
    }
    return cells;
  }

  function factsAt(cell: number): NightFacts | undefined {
    const row = rowAt[cell]! - 1;
    if (row < 0) return undefined;
    const adultPrices: number[] = [];
    for (let count = 0; count < counts; count += 1) {
      const price = nights[row * width + 2 + count]!;
      if (!Number.isNaN(price)) adultPrices[fewest - 1 + count] = price;
    }
    const childPrices = buckets === 0 ? [] : children.slice(row * buckets, (row + 1) * buckets).filter((price) => !Number.isNaN(price));
    const rule = (ruleAt[cell]! - 1) * RULES;
    if (rule < 0) {
      return {
        adultPrices,
        childPrices,
        closed: false,
        closedToArrival: false,
        closedToDeparture: false,
        minStayArrival: 1,
        minStayThrough: 1,
        maxStay: UNRESTRICTED_MAX_STAY,
      };
    }
    return {
      adultPrices,
      childPrices,
      closed: rules[rule + 2] === 1,
      closedToArrival: rules[rule + 3] === 1,
      closedToDeparture: rules[rule + 4] === 1,
      minStayArrival: rules[rule + 5]!,
      minStayThrough: rules[rule + 6]!,
      maxStay: rules[rule + 7]!,
    };
  }

  return (baseProductId) => {
    const from = first.get(baseProductId);
    const facts = from === undefined ? [] : dates.map((_, index) => factsAt(from + index));
    return { get: (date) => facts[dayOf.get(date) ?? -1] };
  };
}
