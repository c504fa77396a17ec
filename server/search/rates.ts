import { sql, type AnyColumn } from "drizzle-orm";
import { pgArray, statement, type Database } from "../../db/client.ts";
import { rateNights } from "../../db/schema/index.ts";
import { daysBetween, nightsOf } from "../platform/dates.ts";
import type { NightFacts, Nights } from "../rooms/price.ts";
import type { Entry } from "./book.ts";
import { readMatrix } from "./matrix.ts";
import { openSlabBook, SLAB_DAYS, slabNo, widthOf, type Slab, type SlabBook } from "./slabs.ts";

/** A base product's nights by date, the check-out date's among them. */
export type RatesOf = (entry: Entry, baseProductId: number) => Nights;

type Slabs = Map<number, Slab>;

/** What one process remembers. By database, so that two of them in one process (tests) never mix. */
const books = new WeakMap<Database, SlabBook>();
/** 96 MB: a year of twelve hundred properties of three room types. */
const MOST_CELLS = 12_000_000;

const { placeholder } = sql;
const n = rateNights;
/** No stay is longer than 30 nights: a rule past 31 means the same as 31. */
const UNLIMITED = 31;
const upTo31 = (column: AnyColumn) => sql`least(${column}, ${sql.raw(String(UNLIMITED))})`;
/** In one number, read by `factsAt`: three bits, then three fields of five. Never 0. */
const rules = sql`${n.closed}::int + 2 * ${n.closedToArrival}::int + 4 * ${n.closedToDeparture}::int
  + 8 * ${upTo31(n.minStayArrival)} + 256 * ${upTo31(n.minStayThrough)} + 8192 * ${upTo31(n.maxStay)}`;

// Two texts for `readMatrix`, row by row beside each other.
const nights = statement((db) =>
  db
    .select({
      adults: sql<
        string | null
      >`string_agg(concat_ws(' ', ${n.productId}, ${n.stayDate} - ${placeholder("from")}::date, ${rules}, array_to_string(${n.adultPrices}, ' ', '')), ',')`,
      children: sql<string | null>`string_agg(array_to_string(${n.childPrices}, ' ', ''), ',')`,
    })
    .from(n)
    .where(sql`${n.productId} = any(${placeholder("ids")}::int[]) and ${n.stayDate} between ${placeholder("from")} and ${placeholder("to")}`)
    .prepare("search_nights"),
);

/** The nights of all that the properties sell from check-in to check-out; only those that this process doesn't remember are read. */
export async function ratesOf(db: Database, entries: readonly Entry[], checkIn: string, checkOut: string): Promise<RatesOf> {
  const first = daysBetween("1970-01-01", checkIn);
  const dates = [...nightsOf(checkIn, checkOut), checkOut];
  const dayOf = new Map(dates.map((date, index) => [date, first + index]));
  const slabsOf = remembered(db, entries, [...dayOf.values()]);
  const missing = entries.filter((entry) => [...dayOf.values()].some((day) => !isRead(slabsOf.get(entry)!, day)));
  if (missing.length > 0) {
    await read(db, missing, slabsOf, { from: checkIn, to: checkOut, first });
    for (const entry of missing) for (const day of dayOf.values()) slabsOf.get(entry)!.get(slabNo(day))!.read |= 1 << (day % SLAB_DAYS);
  }
  return (entry, baseProductId) => {
    const slabs = slabsOf.get(entry)!;
    const index = entry.bases.indexOf(baseProductId);
    return {
      get: (date) => {
        const day = dayOf.get(date);
        return day === undefined || index === -1 ? undefined : factsAt(entry, slabs.get(slabNo(day))!.cells, cellOf(entry, index, day));
      },
    };
  };
}

const isRead = (slabs: Slabs, day: number): boolean => ((slabs.get(slabNo(day))!.read >>> (day % SLAB_DAYS)) & 1) === 1;
const cellOf = (entry: Entry, index: number, day: number): number => ((day % SLAB_DAYS) * entry.bases.length + index) * widthOf(entry);

/** The slabs of the days. What another search makes us forget meanwhile, this one still has. */
function remembered(db: Database, entries: readonly Entry[], days: number[]): Map<Entry, Slabs> {
  const book = books.get(db) ?? openSlabBook(MOST_CELLS);
  books.set(db, book);
  const numbers = [...new Set(days.map(slabNo))];
  return new Map(entries.map((entry) => [entry, new Map(numbers.map((number) => [number, book.slabOf(entry, number)]))]));
}

async function read(db: Database, entries: Entry[], slabsOf: Map<Entry, Slabs>, { from, to, first }: { from: string; to: string; first: number }): Promise<void> {
  const owners = new Map(entries.flatMap((entry) => entry.bases.map((base, index) => [base, { entry, index }])));
  const [found] = await nights(db, { ids: pgArray([...owners.keys()]), from, to });
  const mostAdults = Math.max(...entries.map((entry) => entry.adults));
  const mostBuckets = Math.max(...entries.map((entry) => entry.buckets));
  const width = 3 + mostAdults;
  const adults = readMatrix(found?.adults ?? "", width);
  const children = readMatrix(found?.children ?? "", mostBuckets);
  for (let row = 0, at = 0; at < adults.length; row += 1, at += width) {
    const { entry, index } = owners.get(adults[at]!)!;
    const day = first + adults[at + 1]!;
    const { cells } = slabsOf.get(entry)!.get(slabNo(day))!;
    let cell = cellOf(entry, index, day);
    cells[cell++] = adults[at + 2]!;
    for (let count = 0; count < entry.adults; count += 1) cells[cell++] = adults[at + 3 + count]!;
    for (let bucket = 0; bucket < entry.buckets; bucket += 1) cells[cell++] = children[row * mostBuckets + bucket] ?? NaN;
  }
}

function factsAt(entry: Entry, cells: Float64Array, cell: number): NightFacts | undefined {
  const coded = cells[cell]!;
  if (coded === 0) return undefined;
  return {
    adultPrices: pricesAt(cells, cell + 1, entry.adults),
    childPrices: pricesAt(cells, cell + 1 + entry.adults, entry.buckets),
    closed: (coded & 1) === 1,
    closedToArrival: (coded & 2) === 2,
    closedToDeparture: (coded & 4) === 4,
    minStayArrival: (coded >> 3) & 31,
    minStayThrough: (coded >> 8) & 31,
    maxStay: (coded >> 13) & 31,
  };
}

/** As the column has them: fewer where the row ends early. */
function pricesAt(cells: Float64Array, from: number, count: number): number[] {
  const prices: number[] = [];
  for (let at = from; at < from + count; at += 1) {
    const price = cells[at]!;
    if (!Number.isNaN(price)) prices.push(price);
  }
  return prices;
}
