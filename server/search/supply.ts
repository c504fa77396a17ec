import { sql } from "drizzle-orm";
import { pgArray, statement, type Database } from "../../db/client.ts";
import { inventoryNights } from "../../db/schema/index.ts";
import { pipelined } from "../platform/pipelined.ts";
import type { Entry } from "./book.ts";
import { readMatrix } from "./matrix.ts";
import { ratesOf, type RatesOf } from "./rates.ts";
import type { HotelsInput } from "./schemas.ts";

export interface Supply {
  /** Units free on every night by room type; a type without one is absent. */
  left: Map<number, number>;
  nightsOf: RatesOf;
}

const { placeholder } = sql;
const i = inventoryNights;

// A text for `readMatrix`.
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

/** Stock and prices of all that the properties sell, for the nights of the stay. Stock is read anew each time. */
export async function supplyOf(db: Database, entries: Entry[], { checkIn, checkOut }: Pick<HotelsInput, "checkIn" | "checkOut">): Promise<Supply> {
  const roomTypeIds = entries.flatMap((entry) => entry.rooms.map((room) => room.roomTypeId));
  const [[stock], nightsOf] = await pipelined([free(db, { ids: pgArray(roomTypeIds), from: checkIn, to: checkOut }), ratesOf(db, entries, checkIn, checkOut)]);
  const left = new Map<number, number>();
  const types = readMatrix(stock?.types ?? "", 2);
  for (let at = 0; at < types.length; at += 2) left.set(types[at]!, types[at + 1]!);
  return { left, nightsOf };
}
