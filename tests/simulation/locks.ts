import { setTimeout as wait } from "node:timers/promises";
import { addDays } from "../../server/platform/dates.ts";
import { ask, request } from "./client.ts";
import type { End, Met } from "./faults.ts";
import { drawProperty, tryRoom } from "./operations.ts";
import { sitOn } from "./outsiders.ts";
import type { OpenPage } from "./guests.ts";
import { paySurely } from "./pages.ts";
import { learn, remember } from "./paying.ts";
import type { Random } from "./random.ts";
import { nightKey } from "./refusals/history.ts";
import { NIGHTS, type World } from "./world.ts";

const NOTICE_MS = 2500;

// Somebody from outside keeps one thing locked, and somebody else wants just that.

/** Whoever doesn't wait for a lock tells its guest so: what was sent under the key met it by that. */
function heardOf({ sent }: World, key: string, met: Met): void {
  const own = sent.filter(({ input }) => String(input["idempotencyKey"]).startsWith(key));
  met(own.filter(({ refusal, unavailable }) => unavailable || refusal?.code === "ROOM_BUSY").length);
}

/** Somebody wants a room of each other property meanwhile: what that cost them is counted by the judge. */
async function visitNeighbours(world: World, random: Random, property: World["properties"][number]): Promise<void> {
  const visits = world.properties
    .filter(({ propertyId }) => propertyId !== property.propertyId)
    .map((other) => tryRoom(world, random, keyOf(world, random), other, addDays(world.firstNight, random.int(0, NIGHTS - 1))));
  await Promise.all(visits);
}

/** A night of one room type. */
export async function lockNight(world: World, random: Random, met: Met): Promise<End> {
  const property = drawProperty(world, random);
  const room = random.pick(property.rooms);
  const date = addDays(world.firstNight, random.int(0, NIGHTS - 1));
  const take = `select 1 from inventory_nights where room_type_id = ${room.roomTypeId} and stay_date = '${date}' for update`;
  const end = await sitOn(world, { take, nights: [nightKey(room.roomTypeId, date)] }, met);
  const key = keyOf(world, random);
  await Promise.all([tryRoom(world, random, key, { ...property, rooms: [room] }, date), visitNeighbours(world, random, property)]);
  heardOf(world, key, met);
  return end;
}

/** The property's row, as whoever deletes or renumbers it would: no booking can be written that names it. */
export async function lockProperty(world: World, random: Random, met: Met): Promise<End> {
  const property = drawProperty(world, random);
  const dates = Array.from({ length: NIGHTS + 4 }, (_, night) => addDays(world.firstNight, night));
  const nights = property.rooms.flatMap(({ roomTypeId }) => dates.map((date) => nightKey(roomTypeId, date)));
  const take = `select 1 from properties where id = '${property.propertyId}' for update`;
  const end = await sitOn(world, { take, nights }, met);
  const key = keyOf(world, random);
  const date = addDays(world.firstNight, random.int(0, NIGHTS - 1));
  await Promise.all([tryRoom(world, random, key, property, date), visitNeighbours(world, random, property)]);
  heardOf(world, key, met);
  return end;
}

/** A booking: its guest asks for a fee that is none, which is refused behind the booking's lock. */
export async function lockBooking(world: World, random: Random, met: Met): Promise<End | void> {
  const standing = world.booked.filter(({ ended }) => !ended).slice(-6);
  const draw = random.next();
  const booking = standing[Math.floor(draw * standing.length)];
  if (!booking) return undefined;
  const { bookingId, guest } = booking;
  const nights = await nightsOf(world, bookingId);
  const end = await sitOn(world, { take: `select 1 from bookings where id = '${bookingId}' for update`, nights }, met);
  const key = keyOf(world, random);
  const input = { bookingId, expectedFee: 987_654_321, idempotencyKey: `${key}-fee` };
  await request(world, guest, "bookings.cancel", input, "mutation");
  heardOf(world, key, met);
  return end;
}

/** A payment whose page somebody has open, and uses. */
export async function lockPayment(world: World, random: Random, met: Met): Promise<End | void> {
  const open = world.pages.filter(({ paid }) => !paid).slice(-6);
  const draw = random.next();
  const page = open[Math.floor(draw * open.length)] ?? (await openOne(world, random));
  if (!page) return undefined;
  const take = `select 1 from payments where page_url = '${page.url.replaceAll("'", "''")}' for update`;
  const waiting = Promise.withResolvers<void>();
  const end = await sitOn(world, { take, nights: [] }, () => {
    waiting.resolve();
    met();
  });
  await paySurely(page).catch(() => undefined);
  // The provider's notice comes behind the answer.
  await Promise.race([waiting.promise, wait(NOTICE_MS)]);
  return end;
}

/** A page of a booking made for it. */
async function openOne(world: World, random: Random): Promise<OpenPage | undefined> {
  const key = keyOf(world, random);
  await tryRoom(world, random, key, drawProperty(world, random), addDays(world.firstNight, random.int(0, NIGHTS - 1)));
  const booking = world.booked.at(-1);
  if (!booking) return undefined;
  const input = { bookingId: booking.bookingId, method: "stripe", idempotencyKey: `${key}-pay` };
  const asked = remember(world, "payments.start", booking.guest, input);
  learn(world, asked, await ask(world, asked));
  return world.pages.find(({ paid }) => !paid);
}

/** What a client's holds wait for, one after the other. */
export async function lockClient(world: World, random: Random, met: Met): Promise<End> {
  const guest = random.pick(world.guests);
  const take = `select pg_advisory_xact_lock(hashtextextended('${guest.actor}', 0))`;
  const end = await sitOn(world, { take, nights: undefined, actor: guest.actor }, met);
  const property = drawProperty(world, random);
  const night = addDays(world.firstNight, random.int(0, NIGHTS - 1));
  const key = keyOf(world, random);
  await tryRoom({ ...world, guests: [guest] }, random, key, property, night);
  heardOf(world, key, met);
  return end;
}

async function nightsOf({ database }: World, bookingId: string): Promise<string[]> {
  const query = `select distinct room_type_id || '/' || stay_date as night from inventory_events where booking_id = '${bookingId}'`;
  const rows = await database.db.execute<{ night: string }>(query).catch(() => []);
  return rows.map(({ night }) => night);
}

function keyOf({ seed }: World, random: Random): string {
  return `s${seed}-lock${random.int(0, 999_999)}`;
}
