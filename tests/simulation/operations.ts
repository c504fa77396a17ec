import { addDays } from "../../server/platform/dates.ts";
import { changeBooking, roomsToCancel } from "./change.ts";
import { ask, insist, request, tell } from "./client.ts";
import { personOf, type Asked, type Booked } from "./guests.ts";
import { act, learn, payAt, remember } from "./paying.ts";
import type { Random } from "./random.ts";
import { changeNights, decideChallenge, decideDispute, dispute, refundInDashboard } from "./staff.ts";
import { NIGHTS, type World } from "./world.ts";

interface Operation {
  /** How often, beside the others. */
  weight: number;
  /** `key` names the step in everything that it leaves behind. */
  run: (world: World, random: Random, key: string) => Promise<void>;
}

const MINUTE = 60_000;
/** Keys live for 72 hours, so a run stays below. */
const LONGEST_RUN_MS = 40 * 60 * MINUTE;
const JUMPS = { [MINUTE / 2]: 20, [2 * MINUTE]: 20, [6 * MINUTE]: 20, [16 * MINUTE]: 30, [45 * MINUTE]: 8, [180 * MINUTE]: 4, [1200 * MINUTE]: 1 };

/** What may happen, by kind. A step's draws are its own, so that they don't depend on what came before. */
export const OPERATIONS = {
  browse: { weight: 5, run: browse },
  hold: { weight: 32, run: hold },
  rush: { weight: 3, run: rush },
  pay: { weight: 22, run: pay },
  page: { weight: 14, run: page },
  cancel: { weight: 10, run: cancel },
  modify: { weight: 12, run: modify },
  look: { weight: 5, run: look },
  repeat: { weight: 9, run: repeat },
  "other body": { weight: 2, run: otherBody },
  staff: { weight: 7, run: changeNights },
  dashboard: { weight: 4, run: (world, random) => random.pick([refundInDashboard, decideChallenge, dispute, decideDispute])(world, random) },
  clock: { weight: 7, run: moveClock },
} satisfies Record<string, Operation>;
export type OperationName = keyof typeof OPERATIONS;

export function drawProperty(world: World, random: Random): World["properties"][number] {
  return random.pick(world.properties);
}

function drawStay(world: World, random: Random) {
  const property = drawProperty(world, random);
  const from = random.int(0, NIGHTS - 1);
  const rooms = Array.from({ length: random.chance(0.2) ? 2 : 1 }, () => ({
    productId: random.pick(Object.values(random.pick(property.rooms).products)),
    adults: random.int(1, 2),
    childAges: [],
  }));
  const checkIn = addDays(world.firstNight, from);
  return { propertyId: property.propertyId, checkIn, checkOut: addDays(checkIn, random.int(1, 3)), rooms };
}

async function browse(world: World, random: Random): Promise<void> {
  const { rooms, ...stay } = drawStay(world, random);
  const party = rooms.map(({ adults, childAges }) => ({ adults, childAges }));
  tell(world, "browse", await request(world, random.pick(world.guests), "rooms.availability", { ...stay, rooms: party }, "query"));
}

/** Some look for rooms, so that a fault of what a search asks is met. */
export async function lookAround(world: World, random: Random): Promise<void> {
  for (let guest = 0; guest < 2 * world.apps.length; guest += 1) await browse(world, random);
}

async function hold(world: World, random: Random, key: string): Promise<void> {
  await holdFor(world, drawStay(world, random), [random.pick(world.guests)], key);
}

/** Some guests want the same rooms at the same moment. */
async function rush(world: World, random: Random, key: string): Promise<void> {
  const stay = drawStay(world, random);
  const guests = Array.from({ length: random.int(3, 7) }, () => random.pick(world.guests));
  await holdFor(world, stay, guests, key);
}

/** The same for a stay that is free still, where one is found. */
export async function rushForFree(world: World, random: Random, key: string): Promise<void> {
  for (let tries = 0; tries < 8; tries += 1) {
    const stay = drawStay(world, random);
    const quote = await request(world, random.pick(world.guests), "rooms.quote", stay, "query");
    if ("answer" in quote) return holdFor(world, stay, world.guests.slice(0, 6), key);
  }
}

async function holdFor(world: World, stay: ReturnType<typeof drawStay>, guests: Asked["guest"][], key: string): Promise<void> {
  const quote = await request<{ hash: string }>(world, guests[0]!, "rooms.quote", stay, "query");
  if (!("answer" in quote)) return tell(world, "quote", quote);
  const holds = guests.map(async (guest, index) => {
    const name = `${key}-${index}`;
    const wish = { ...stay, idempotencyKey: `${name}-hold`, quoteHash: quote.answer.hash, guest: personOf(name) };
    const asked = remember(world, "bookings.hold", guest, wish);
    tell(world, "hold", learn(world, asked, await insist(world, asked)));
  });
  await Promise.all(holds);
}

/** One try for a room of the property, without patience. */
export async function tryRoom(world: World, random: Random, key: string, property: World["properties"][number], checkIn: string): Promise<void> {
  const productId = random.pick(Object.values(random.pick(property.rooms).products));
  const rooms = [{ productId, adults: 1, childAges: [] }];
  const stay = { propertyId: property.propertyId, checkIn, checkOut: addDays(checkIn, 1), rooms };
  const guest = random.pick(world.guests);
  const quote = await request<{ hash: string }>(world, guest, "rooms.quote", stay, "query");
  if (!("answer" in quote)) return tell(world, "quote", quote);
  const wish = { ...stay, idempotencyKey: `${key}-hold`, quoteHash: quote.answer.hash, guest: personOf(key) };
  const asked = remember(world, "bookings.hold", guest, wish);
  tell(world, "hold", learn(world, asked, await ask(world, asked)));
}

/** One of the later bookings, mostly one that the guest hasn't ended. */
function drawBooking(world: World, random: Random): Booked | undefined {
  const draw = random.next();
  const anyOne = random.chance(0.1);
  const known = anyOne ? world.booked : world.booked.filter(({ ended }) => !ended).slice(-12);
  return known[Math.floor(draw * known.length)];
}

async function pay(world: World, random: Random, key: string): Promise<void> {
  const booking = drawBooking(world, random);
  const method = random.weighted(booking?.currency === "IDR" ? { property: 20, stripe: 15, midtrans: 65 } : { property: 35, stripe: 65, midtrans: 0 });
  if (booking) await payAt(world, booking, method, random, key);
}

async function modify(world: World, random: Random, key: string): Promise<void> {
  const booking = drawBooking(world, random);
  if (booking) await changeBooking(world, booking, random, key);
}

async function page(world: World, random: Random): Promise<void> {
  const open = random.chance(0.15) ? world.pages : world.pages.filter(({ paid }) => !paid).slice(-10);
  const found = open[Math.floor(random.next() * open.length)];
  if (found) await act(world, found, random);
}

async function cancel(world: World, random: Random, key: string): Promise<void> {
  const booking = drawBooking(world, random);
  if (!booking) return;
  const { guest, bookingId } = booking;
  const rooms = await roomsToCancel(world, booking, random);
  const quote = await request<{ fee: number }>(world, guest, "bookings.cancelQuote", { bookingId, ...rooms }, "query");
  if (!("answer" in quote)) return tell(world, "cancel quote", quote);
  const asked = remember(world, "bookings.cancel", guest, { bookingId, ...rooms, expectedFee: quote.answer.fee, idempotencyKey: `${key}-cancel` });
  // Some press the button twice.
  const twin = random.chance(0.3) ? ask(world, remember(world, "bookings.cancel", guest, { ...asked.input, idempotencyKey: `${key}-twin` })) : undefined;
  tell(world, "cancel", learn(world, asked, await insist(world, asked)));
  await twin;
}

async function look(world: World, random: Random): Promise<void> {
  const booking = drawBooking(world, random);
  if (!booking) return;
  const path = random.pick(["bookings.get", "payments.status"]);
  tell(world, "look", await request(world, booking.guest, path, { bookingId: booking.bookingId }, "query"));
}

/** The same request under the same key: at once, later, after a crash, after a refusal. */
async function repeat(world: World, random: Random): Promise<void> {
  const draw = random.next();
  const asked = random.chance(0.5) ? world.asked.slice(-8) : world.asked;
  const one = asked[Math.floor(draw * asked.length)];
  if (one) tell(world, `repeat ${one.verb}`, learn(world, one, await ask(world, one)));
}

/** Another body under a used key is a conflict. */
async function otherBody(world: World, random: Random): Promise<void> {
  const used = world.asked.filter(({ answer, verb }) => answer !== undefined && verb === "bookings.hold");
  const one = used[Math.floor(random.next() * used.length)];
  if (!one) return;
  const heard = await request(world, one.guest, one.verb, { ...one.input, notes: "Another body" }, "mutation");
  tell(world, "other body", heard);
  if ("answer" in heard || ("refusal" in heard && heard.refusal !== "CONFLICT"))
    world.tally.violations.push(`another body under the key ${one.input.idempotencyKey} was not a conflict`);
}

async function moveClock(world: World, random: Random): Promise<void> {
  const jump = Number(random.weighted(JUMPS));
  if (world.advancedMs() + jump < LONGEST_RUN_MS) await world.advance(jump);
}
