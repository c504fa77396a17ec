import { randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import { openDatabase } from "../../db/client.ts";
import { inventoryNights, members, users } from "../../db/schema/index.ts";
import { addDays } from "../../server/platform/dates.ts";
import { newId } from "../../server/platform/ids.ts";
import { appRouter } from "../../server/router.ts";
import { createProperty } from "../helpers/world.ts";
import type { Bench } from "./context.ts";
import { CORNERS, type CornerWorld, type Size } from "./corner-cases.ts";
import { figure, median, type Figure } from "./figures.ts";
import { openLoad } from "./load.ts";
import type { World } from "./world.ts";

const CALLS = 15;
const UNITS = 10_000;
const NIGHTS = 400;
/** Eight rooms of thirty nights are priced once each; what grows faster than they do is past this. */
const MOST_RATIO = 20;

const kinds = appRouter._def.procedures as unknown as Record<string, { _def: { type: "query" | "mutation" } }>;

/**
 * Every procedure at the corner of its schema's bounds (8 rooms, 30 nights, the longest texts, the farthest dates); the
 * floor is the same procedure asked for the least, in turn with it.
 */
export async function corners(bench: Bench): Promise<Figure[]> {
  const world = await bench.world();
  const load = openLoad(world.url);
  try {
    const place = await openCornerWorld(world, load);
    const figures: Figure[] = [];
    for (const [path, prepare] of Object.entries(CORNERS)) {
      const took: Record<Size, number[]> = { smallest: [], corner: [] };
      for (let index = 0; index < CALLS; index += 1) {
        for (const size of ["smallest", "corner"] as const) {
          const { input, cookie } = await prepare(place, size, index);
          const started = performance.now();
          await (kinds[path]!._def.type === "query" ? load.query(path, input, cookie) : load.mutate(path, input ?? {}, cookie));
          took[size].push(performance.now() - started);
        }
      }
      figures.push(figure("corners", `${path}, median at the corner of its bounds`, median(took.corner), "ms", { floor: median(took.smallest), mostRatio: MOST_RATIO }));
    }
    return figures;
  } finally {
    load.close();
  }
}

/** A property with units for every call, and an owner with a verified address. */
async function openCornerWorld(world: World, load: CornerWorld["load"]): Promise<CornerWorld> {
  const database = openDatabase(world.databaseUrl, { max: 1 });
  try {
    const from = addDays(new Date().toISOString().slice(0, 10), 30);
    const made = await createProperty(database.db, { from, days: NIGHTS, rooms: [{ units: 1 }, { units: 1 }, { units: 1 }] });
    for (const room of made.rooms) await database.db.update(inventoryNights).set({ physical: UNITS }).where(eq(inventoryNights.roomTypeId, room.roomTypeId));
    const account = { name: "Ana Reis", email: `corner-${randomUUID().slice(0, 12)}@nightledger.test`, password: randomUUID() };
    await postAuth(world.url, "sign-up/email", account);
    const [user] = await database.db.update(users).set({ emailVerified: true }).where(eq(users.email, account.email)).returning();
    await database.db.insert(members).values({ id: newId(), organizationId: made.organizationId, userId: user!.id, role: "owner" });
    return {
      load,
      destinationId: world.destinationId,
      property: { id: made.propertyId, slug: made.slug, productIds: made.rooms.flatMap((room) => Object.values(room.products)) },
      from,
      guest: cookiesOf(await fetch(`${world.url}/auth/get-session`)),
      owner: cookiesOf(await postAuth(world.url, "sign-in/email", { email: account.email, password: account.password })),
    };
  } finally {
    await database.close();
  }
}

async function postAuth(url: string, path: string, body: object): Promise<Response> {
  const answer = await fetch(`${url}/auth/${path}`, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json", origin: url } });
  if (!answer.ok) throw new Error(`/auth/${path} answered ${answer.status}`);
  return answer;
}

function cookiesOf(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";", 1)[0]!)
    .join("; ");
}
