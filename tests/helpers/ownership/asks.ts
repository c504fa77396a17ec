import { expect } from "vitest";
import { addDays } from "../../../server/platform/dates.ts";
import { newId } from "../../../server/platform/ids.ts";
import { ASKERS, HOUSES, OWNERS, type AskerName, type House, type Owned, type Owners } from "./parties.ts";
import { keyOf } from "./world.ts";

/** One call of a procedure, and what has to come of it. */
export interface Ask {
  as: AskerName;
  input: unknown;
  /** `answer`: it is answered. `passed`: it isn't refused for who asks. Otherwise one of these refusals. */
  expected: "answer" | "passed" | readonly string[];
  /** The booking that the input itself proves: whoever knows so much may see it. */
  proves?: Owned;
  check?: (data: unknown) => void;
}

/** Every procedure of the router: who may ask for what, and what everybody else gets. A new one needs its line here. */
export const ASKS: Readonly<Record<string, (world: Owners) => Ask[]>> = {
  ping: byEverybody(() => [undefined]),
  "search.destinations": byEverybody(() => [{ text: "place" }]),
  "search.hotels": byEverybody(({ houses, ...world }) => Object.values(houses).map(({ destinationId }) => ({ destinationId, ...stayOf(world), rooms: [{ adults: 2 }] }))),
  "search.otherDates": byEverybody(({ houses, ...world }) => Object.values(houses).map(({ destinationId }) => ({ destinationId, ...stayOf(world), rooms: [{ adults: 2 }] }))),
  "search.calendar": byHouse(({ checkIn, checkOut }) => ({ from: checkIn, to: checkOut })),
  "hotels.bySlug": (world) => publicHouses(world, ({ slug }) => ({ slug })),
  "rooms.availability": byHouse((stay) => ({ ...stay, rooms: [{ adults: 2 }] })),
  "rooms.quote": (world) =>
    publicHouses(world, ({ propertyId, productId }) => ({ propertyId, ...stayOf(world), rooms: [{ adults: 2, productId }] })).concat(
      // Another property's product is none of this one's.
      everybody({ propertyId: world.houses.first.propertyId, ...stayOf(world), rooms: [{ adults: 2, productId: world.houses.foreign.productId }] }, ["NOT_FOUND"]),
    ),

  "bookings.hold": (world) => {
    const { held } = world.bookings.find(({ owner, situation }) => owner === "cookie" && situation === "held")!;
    const { first, foreign, hidden } = world.houses;
    const mixed = { ...held, propertyId: first.propertyId, rooms: [{ adults: 2, productId: foreign.productId }] };
    const unpublished = { ...held, propertyId: hidden.propertyId, rooms: [{ adults: 2, productId: hidden.productId }] };
    return [
      ...ASKERS.flatMap((as) => [mixed, unpublished].map((input) => ({ as, input: { ...input, idempotencyKey: newId() }, expected: refusals(as, "NOT_FOUND") }))),
      // Another's key is not another's answer.
      { as: "stranger", input: held, expected: "passed" },
      { as: "other", input: held, expected: "passed" },
    ];
  },
  "bookings.get": (world) => byBooking(world, (ref) => ref, "answer"),
  "bookings.lookup": (world) => [
    ...world.bookings.flatMap(({ code, email }) =>
      ASKERS.map((as): Ask => {
        const own = world.askers[as].email ?? "nobody@guest.test";
        return { as, input: { code, email: own === email ? "nobody@guest.test" : own }, expected: ["NOT_FOUND"] };
      }),
    ),
    ...world.bookings
      .filter(({ owner }) => owner === "cookie")
      .map((proves): Ask => ({ as: "nobody", input: { code: proves.code, email: proves.email }, expected: "passed", proves })),
  ],
  "bookings.mine": (world) =>
    ASKERS.flatMap((as) =>
      ["upcoming", "past", "cancelled"].map((scope): Ask => ({ as, input: { scope, limit: 50 }, expected: world.askers[as].userId ? "answer" : ["UNAUTHENTICATED"] })),
    ),
  "bookings.openHolds": byEverybody(() => [undefined]),
  "bookings.cancelQuote": (world) => [...byBooking(world, (ref) => ref), ...crossed(world, (ref, { roomStayId }) => ({ ...ref, roomStayIds: [roomStayId] }), PART_UNKNOWN)],
  "bookings.cancel": (world) => [
    ...byBooking(world, (ref) => ({ ...ref, expectedFee: 0, idempotencyKey: keyOf("cancel", ref.bookingId) })),
    ...crossed(world, (ref, { roomStayId }) => ({ ...ref, roomStayIds: [roomStayId], expectedFee: 0, idempotencyKey: newId() }), PART_UNKNOWN),
  ],
  "bookings.modifyQuote": (world) => [
    ...byBooking(world, (ref) => ({ ...ref, checkOut: longer(world) })),
    ...crossed(world, (ref, foreign) => ({ ...ref, rooms: [{ roomStayId: foreign.roomStayId, productId: world.houses[foreign.house].productId, adults: 1 }] }), PART_UNKNOWN),
  ],
  "bookings.modify": (world) => {
    const rest = (ref: Ref) => ({ idempotencyKey: keyOf("modify", ref.bookingId), quoteHash: "no hash that was ever shown" });
    return [
      ...byBooking(world, (ref) => ({ ...ref, ...rest(ref), checkOut: longer(world) })),
      ...crossed(world, (ref, { roomStayId, house }) => ({ ...ref, ...rest(ref), rooms: [{ roomStayId, productId: world.houses[house].productId, adults: 1 }] }), PART_UNKNOWN),
    ];
  },
  "payments.start": (world) => [
    ...byBooking(world, (ref) => ({ ...ref, method: "property", idempotencyKey: keyOf("start", ref.bookingId) })),
    ...crossed(world, (ref, { changeId }) => ({ ...ref, method: "stripe", changeId: changeId ?? newId(), idempotencyKey: newId() }), PART_UNKNOWN),
  ],
  "payments.status": (world) => [
    ...byBooking(world, (ref) => ref, "answer"),
    ...crossed(world, (ref, { changeId }) => ({ ...ref, changeId: changeId ?? newId() }), "answer").map((ask) => ({
      ...ask,
      check: (data: unknown) => expect(data).not.toHaveProperty("change"),
    })),
  ],
  "proofs.ask": () => ASKERS.map((as) => ({ as, input: { email: "ana@guest.test", idempotencyKey: newId() }, expected: as === "nobody" ? ["PRECONDITION"] : "passed" })),
  "proofs.give": () => everybody({ proofId: newId(), code: "123456" }, ["PRECONDITION"]),
  "admin.inventory.myProperties": (world) =>
    ASKERS.map((as) => ({
      as,
      input: undefined,
      expected: world.askers[as].userId ? "answer" : ["UNAUTHENTICATED"],
      check: (data: unknown) => expect((data as { id: string }[]).map(({ id }) => id).toSorted()).toEqual(housesOf(world, as).toSorted()),
    })),
  "admin.inventory.today": (world) =>
    ASKERS.flatMap((as) =>
      world.places.flatMap(({ propertyId, dates }) =>
        dates.map((date): Ask => {
          const refused = world.askers[as].userId ? ["NOT_FOUND"] : ["UNAUTHENTICATED"];
          return { as, input: { propertyId, date }, expected: housesOf(world, as).includes(propertyId) ? "answer" : refused };
        }),
      ),
    ),
};

/** A part of the booking that isn't the booking's own: which refusal, the verb decides. */
const PART_UNKNOWN = ["NOT_FOUND", "INVALID", "PRECONDITION", "PRICE_CHANGED", "CONFLICT"];

interface Ref {
  bookingId: string;
  token?: string;
}

/** Whoever has no identity yet may be asked to take one first. */
function refusals(as: AskerName, ...codes: string[]): string[] {
  return as === "nobody" ? [...codes, "PRECONDITION", "UNAUTHENTICATED"] : codes;
}

function everybody(input: unknown, expected: Ask["expected"] = "answer"): Ask[] {
  return ASKERS.map((as) => ({ as, input, expected }));
}

function byEverybody(inputs: (world: Owners) => unknown[]) {
  return (world: Owners): Ask[] => inputs(world).flatMap((input) => everybody(input));
}

type Stay = { checkIn: string; checkOut: string };

function stayOf({ bookings }: Pick<Owners, "bookings">): Stay {
  const { checkIn, checkOut } = bookings.find(({ situation }) => situation === "upcoming")!.held as unknown as Stay;
  return { checkIn, checkOut };
}

function longer(world: Owners): string {
  return addDays(stayOf(world).checkOut, 1);
}

/** Published properties are everybody's to see; the others nobody's, of their own organisation neither. */
function publicHouses(world: Owners, inputOf: (house: Owners["houses"][House]) => unknown): Ask[] {
  return Object.entries(world.houses).flatMap(([house, made]) => everybody(inputOf(made), house === "hidden" ? ["NOT_FOUND"] : "answer"));
}

function byHouse(rest: (stay: Stay) => object) {
  return (world: Owners): Ask[] => publicHouses(world, ({ propertyId }) => ({ propertyId, ...rest(stayOf(world)) }));
}

function housesOf(world: Owners, as: AskerName): string[] {
  return (Object.keys(HOUSES) as House[]).filter((house) => HOUSES[house] === as).map((house) => world.houses[house].propertyId);
}

/** Each booking by each asker: the owner with what it has, a stranger with another booking's token, the rest with nothing. */
function byBooking(world: Owners, inputOf: (ref: Ref) => unknown, owner: Ask["expected"] = "passed"): Ask[] {
  return world.bookings.flatMap((booking, n) => {
    const { bookingId } = booking;
    const { token: anothers } = world.bookings[(n + 1) % world.bookings.length]!;
    return ASKERS.flatMap((as): Ask[] => {
      if (mayOpen(as, booking)) return [{ as, input: inputOf(refOf(as, booking)), expected: owner }];
      const ref = as === "stranger" ? { bookingId, token: anothers } : { bookingId };
      return [{ as, input: inputOf(ref), expected: refusals(as, "NOT_FOUND") }];
    });
  });
}

/** The asker's own booking, with a part of each other one's. */
function crossed(world: Owners, inputOf: (own: Ref, foreign: Owned) => unknown, expected: Ask["expected"]): Ask[] {
  return ASKERS.flatMap((as) => {
    const own = world.bookings.find((booking) => mayOpen(as, booking) && booking.situation === "upcoming");
    const foreign = world.bookings.filter((booking) => !mayOpen(as, booking) && booking.situation === "upcoming");
    return own ? foreign.map((booking) => ({ as, input: inputOf(refOf(as, own), booking), expected })) : [];
  });
}

function mayOpen(as: AskerName, { owner }: Owned): boolean {
  return (OWNERS[owner] as AskerName[]).includes(as);
}

function refOf(as: AskerName, { bookingId, token }: Owned): Ref {
  return as === "link" ? { bookingId, token } : { bookingId };
}
