import { randomUUID } from "node:crypto";
import { addDays } from "../../server/platform/dates.ts";
import type { Load } from "./load.ts";

/** The least that a procedure can be asked, and the most that its schema lets through. */
export type Size = "smallest" | "corner";

/** What the calls are about. */
export interface CornerWorld {
  load: Load;
  /** A city with a thousand properties. */
  destinationId: number;
  /** A property with units for everybody, sold from `from` on for 400 nights. */
  property: { id: string; slug: string; productIds: number[] };
  from: string;
  /** Cookies of an anonymous guest, and of the property's owner. */
  guest: string;
  owner: string;
}

export interface Call {
  input?: object;
  cookie?: string;
}

/** Prepares what one call needs, which is not measured, and says how it is called. `index` sets calls apart, so that none comes from a cache. */
type Case = (world: CornerWorld, size: Size, index: number) => Call | Promise<Call>;

const ROOMS = { smallest: 1, corner: 8 } satisfies Record<Size, number>;
const NIGHTS = { smallest: 1, corner: 30 } satisfies Record<Size, number>;
const LONG_TEXT = "x".repeat(2000);

/** Every room has a party of its own, so that none is priced for another. */
function parties(size: Size): { adults: number; childAges: number[] }[] {
  return Array.from({ length: ROOMS[size] }, (_, room) => ({ adults: 1 + (room % 2), childAges: room < 2 ? [] : [room] }));
}

function stayOf(world: CornerWorld, size: Size, index: number): { checkIn: string; checkOut: string } {
  const checkIn = addDays(world.from, index % 200);
  return { checkIn, checkOut: addDays(checkIn, NIGHTS[size]) };
}

function chosen(world: CornerWorld, size: Size): { productId: number; adults: number; childAges: number[] }[] {
  const { productIds } = world.property;
  return parties(size).map((party, room) => ({ ...party, productId: productIds[room % productIds.length]! }));
}

function askQuote(world: CornerWorld, size: Size, index: number): { propertyId: string; checkIn: string; checkOut: string; rooms: ReturnType<typeof chosen> } {
  return { propertyId: world.property.id, ...stayOf(world, size, index), rooms: chosen(world, size) };
}

async function askHold(world: CornerWorld, size: Size, index: number): Promise<{ idempotencyKey: string; guest: { email: string } } & Record<string, unknown>> {
  const asked = askQuote(world, size, index);
  const { hash } = await dataOf<{ hash: string }>(world.load.query("rooms.quote", asked));
  const guest = { name: size === "corner" ? "Ana ".repeat(49) : "Ana", email: `corner-${randomUUID().slice(0, 12)}@nightledger.test` };
  return { ...asked, quoteHash: hash, idempotencyKey: randomUUID(), guest, ...(size === "corner" && { notes: LONG_TEXT }) };
}

async function held(world: CornerWorld, size: Size, index: number) {
  const asked = await askHold(world, size, index);
  const hold = await dataOf<{ bookingId: string; token: string; code: string }>(world.load.mutate("bookings.hold", asked, world.guest));
  return { ...hold, email: asked.guest.email };
}

async function standing(world: CornerWorld, size: Size, index: number): Promise<{ bookingId: string; token: string }> {
  const { bookingId, token } = await held(world, size, index);
  await world.load.mutate("payments.start", { bookingId, token, idempotencyKey: randomUUID(), method: "property" }, world.guest);
  return { bookingId, token };
}

/** Every room's stay a day later. */
async function askChange(world: CornerWorld, size: Size, index: number): Promise<Record<string, unknown>> {
  const ref = await standing(world, size, index);
  const { stays } = await dataOf<{ stays: { id: string }[] }>(world.load.query("bookings.get", ref));
  const rooms = chosen(world, size).map((room, place) => ({ ...room, roomStayId: stays[place]!.id }));
  return { ...ref, ...stayOf(world, size, index + 1), rooms };
}

/** A code for an address of its own: an address has but a few an hour. */
function askCode(size: Size) {
  const name = size === "smallest" ? "" : "corner-".repeat(8);
  return { email: `${name}${randomUUID().slice(0, 6)}@nightledger.test`, locale: "en", idempotencyKey: randomUUID() };
}

async function dataOf<T>(answer: Promise<{ body: string }>): Promise<T> {
  return (JSON.parse((await answer).body) as { result: { data: T } }).result.data;
}

const refOf = ({ bookingId, token }: { bookingId: string; token: string }) => ({ bookingId, token });
const letters = (index: number): string => String.fromCodePoint(97 + (Math.floor(index / 26) % 26), 97 + (index % 26));

/** One line for every procedure of the router: a test compares them. */
export const CORNERS: Record<string, Case> = {
  ping: () => ({}),
  "search.destinations": (_, size, index) => ({
    input: { text: size === "smallest" ? letters(index) : `${letters(index)} llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch`.padEnd(80, " sant tysilio") },
  }),
  "search.hotels": (world, size, index) => ({
    input: {
      destinationId: world.destinationId,
      ...stayOf(world, size, index),
      rooms: parties(size),
      ...(size === "corner" && { stars: [0, 1, 2, 3, 4, 5], roomType: "e ".repeat(30).trim(), minTotal: 1, maxTotal: Number.MAX_SAFE_INTEGER, limit: 50 }),
    },
  }),
  "search.calendar": (world, size, index) => ({
    input: { propertyId: world.property.id, from: addDays(world.from, index), to: addDays(world.from, index + (size === "smallest" ? 1 : 92)) },
  }),
  "search.otherDates": (world, size, index) => ({ input: { destinationId: world.destinationId, ...stayOf(world, size, index), rooms: parties(size) } }),
  "hotels.bySlug": (world, size) => ({ input: { slug: world.property.slug, locale: size === "smallest" ? "en" : "id" } }),
  "rooms.availability": (world, size, index) => ({ input: { propertyId: world.property.id, ...stayOf(world, size, index), rooms: parties(size) } }),
  "rooms.quote": (world, size, index) => ({ input: askQuote(world, size, index) }),
  "bookings.hold": async (world, size, index) => ({ input: await askHold(world, size, index), cookie: world.guest }),
  "bookings.get": async (world, size, index) => ({ input: refOf(await held(world, size, index)) }),
  "bookings.lookup": async (world, size, index) => {
    const { code, email } = await held(world, size, index);
    return { input: { code: size === "smallest" ? code : code.padStart(40, "-"), email } };
  },
  "bookings.mine": (world, size) => ({ input: { scope: "past", limit: size === "smallest" ? 1 : 50 }, cookie: world.owner }),
  "bookings.openHolds": async (world, size, index) => {
    if (size === "corner") await held(world, size, index);
    return { cookie: world.guest };
  },
  "bookings.cancelQuote": async (world, size, index) => ({ input: await standing(world, size, index) }),
  "bookings.cancel": async (world, size, index) => {
    const ref = await standing(world, size, index);
    const { fee } = await dataOf<{ fee: number }>(world.load.query("bookings.cancelQuote", ref));
    return { input: { ...ref, idempotencyKey: randomUUID(), expectedFee: fee }, cookie: world.guest };
  },
  "bookings.modifyQuote": async (world, size, index) => ({ input: await askChange(world, size, index) }),
  "bookings.modify": async (world, size, index) => {
    const asked = await askChange(world, size, index);
    const { quoteHash } = await dataOf<{ quoteHash: string }>(world.load.query("bookings.modifyQuote", asked));
    return { input: { ...asked, quoteHash, idempotencyKey: randomUUID(), ...(size === "corner" && { notes: LONG_TEXT }) }, cookie: world.guest };
  },
  "payments.start": async (world, size, index) => ({
    input: { ...refOf(await held(world, size, index)), idempotencyKey: randomUUID(), method: "property" },
    cookie: world.guest,
  }),
  "payments.status": async (world, size, index) => ({ input: refOf(await held(world, size, index)) }),
  "proofs.ask": (world, size) => ({ input: askCode(size), cookie: world.guest }),
  "proofs.give": async (world, size) => {
    const { proofId } = await dataOf<{ proofId: string }>(world.load.mutate("proofs.ask", askCode(size), world.guest));
    return { input: { proofId, code: size === "smallest" ? "000000" : "0-0-0-0-0-0        " }, cookie: world.guest };
  },
  "admin.inventory.myProperties": (world) => ({ cookie: world.owner }),
  "admin.inventory.today": (world, size) => ({ input: { propertyId: world.property.id, date: size === "smallest" ? world.from : "2099-12-31" }, cookie: world.owner }),
};
