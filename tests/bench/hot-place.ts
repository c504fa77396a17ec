import { join } from "node:path";
import { eq } from "drizzle-orm";
import { openDatabase } from "../../db/client.ts";
import { inventoryNights } from "../../db/schema/index.ts";
import { ROOT } from "../../local/root.ts";
import { addDays } from "../../server/platform/dates.ts";
import { createProperty } from "../helpers/world.ts";
import type { Wish } from "./guests.ts";
import type { Load } from "./load.ts";
import { openSystem, type System } from "./world.ts";

const NIGHTS = 3;
const LOADED_DAYS = 300;

export interface HotPlace extends System {
  /** The addresses of the two app processes. */
  apps: [string, string];
  /** A new property with one room type of so many units. */
  property(units: number): Promise<HotProperty>;
}

export interface HotProperty {
  propertyId: string;
  roomTypeId: number;
  /** Three nights from this day on (0 is its first), at today's price. */
  wish(load: Load, day?: number): Promise<Wish>;
  /** How many rooms are taken on the fullest night. */
  taken(): Promise<number>;
}

/** The system under `.data/bench-hot`, with two app processes. */
export async function openHotPlace(say: (line: string) => void): Promise<HotPlace> {
  const system = await openSystem(join(ROOT, ".data", "bench-hot"), say);
  const database = openDatabase(system.databaseUrl, { max: 2 });
  const stop = async (): Promise<void> => {
    await database.close();
    await system.stop();
  };
  try {
    const second = await system.startAnother();
    const from = addDays(new Date().toISOString().slice(0, 10), 30);
    const property = async (units: number): Promise<HotProperty> => {
      const world = await createProperty(database.db, { from, days: LOADED_DAYS, rooms: [{ units: 1 }] });
      // A room type has some hundreds of units at most; the ledger takes any number.
      await database.db.update(inventoryNights).set({ physical: units }).where(eq(inventoryNights.roomTypeId, world.roomTypeId));
      return {
        propertyId: world.propertyId,
        roomTypeId: world.roomTypeId,
        async wish(load, day = 0) {
          const asked = {
            propertyId: world.propertyId,
            checkIn: addDays(from, day),
            checkOut: addDays(from, day + NIGHTS),
            rooms: [{ productId: world.productId, adults: 2, childAges: [] }],
          };
          const answer = await load.query("rooms.quote", asked);
          return { ...asked, quoteHash: (JSON.parse(answer.body) as { result: { data: { hash: string } } }).result.data.hash };
        },
        async taken() {
          const rows = await database.db.select().from(inventoryNights).where(eq(inventoryNights.roomTypeId, world.roomTypeId));
          return Math.max(...rows.map((row) => row.held + row.sold));
        },
      };
    };
    return { ...system, apps: [system.url, second], property, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
