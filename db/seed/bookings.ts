import { addDays, dateIn, nightsOf } from "../../server/platform/dates.ts";
import { newBookingCode, newId } from "../../server/platform/ids.ts";
import type { RateNight } from "../../server/rooms/facts.ts";
import { priceStay } from "../../server/rooms/price.ts";
import type { QuotedStay } from "../../server/rooms/schemas.ts";
import type { StayState } from "../schema/bookings.ts";
import { DEMO_GUEST } from "./accounts.ts";
import { json, type CopyValue } from "./copy.ts";
import { calendarFrom, HORIZON_DAYS, rateRows, type Block } from "./nights.ts";
import { paymentMethodsOf, type BuiltProperty, type BuiltRoom } from "./property.ts";

/** Sales of one night of a room type, in the order in which they happened. */
export interface Sale {
  roomTypeId: number;
  date: string;
  reason: "sell" | "cancel";
  sold: 1 | -1;
  bookingId: string;
  at: Date;
}

interface Wish {
  slug: string;
  state: StayState;
  /** Days from today to arrival, nights, and days from booking to arrival. */
  inDays: number;
  nights: number;
  lead: number;
  adults: number;
}

/** What the demo guest finds in "my trips": one past, two to come, one cancelled. */
const WISHES: Wish[] = [
  {
    slug: "sawah-terrace-house",
    state: "checked_out",
    inDays: -38,
    nights: 4,
    lead: 52,
    adults: 2,
  },
  { slug: "taman-prawirotaman", state: "confirmed", inDays: 23, nights: 3, lead: 30, adults: 2 },
  { slug: "alfama-azulejo-house", state: "confirmed", inDays: 96, nights: 5, lead: 101, adults: 2 },
  { slug: "shophouse-no-88", state: "cancelled", inDays: 47, nights: 2, lead: 60, adults: 1 },
];

export interface DemoBookings {
  sales: Sale[];
  rows: { table: string; columns: string[]; rows: CopyValue[][] }[];
}

/** The demo guest's bookings, all paid at the property, priced by the engine that prices real ones. */
export function demoBookings(all: BuiltProperty[], userId: string, blocksOf: (room: BuiltRoom) => Block[], now: Date): DemoBookings {
  const sales: Sale[] = [];
  const guests: CopyValue[][] = [];
  const bookings: CopyValue[][] = [];
  const stays: CopyValue[][] = [];
  const nights: CopyValue[][] = [];
  const events: CopyValue[][] = [];
  for (const wish of WISHES) {
    const property = all.find(({ slug }) => slug === wish.slug);
    if (!property) throw new Error(`The demo has a booking at ${wish.slug}, but no such property.`);
    const room = property.rooms[0]!;
    const today = dateIn(property.place.zone, now);
    const { stay, checkIn, checkOut, bookedAt } = firstSaleable(property, room, wish, blocksOf(room), today, now);
    const [guestId, bookingId, stayId] = [newId(), newId(), newId()];
    const actor = `user:${userId}`;
    const ended = wish.state === "cancelled" ? new Date(bookedAt.getTime() + 3 * 86_400_000) : wish.state === "checked_out" ? new Date(`${checkOut}T04:00Z`) : null;
    const tell = (type: string, by: string, version: number, at: Date) => events.push([property.id, bookingId, type, by, version, json({}), at]);

    guests.push([guestId, property.id, DEMO_GUEST.email, DEMO_GUEST.name, "+6281234567890", "ID", bookedAt]);
    bookings.push([
      bookingId,
      property.id,
      newBookingCode(),
      guestId,
      userId,
      actor,
      "web",
      "en",
      property.place.currency,
      checkIn,
      checkOut,
      wish.state === "cancelled" ? 0 : stay.total,
      0,
      "property",
      ended ? 3 : 2,
      bookedAt,
    ]);
    stays.push([
      property.id,
      stayId,
      bookingId,
      0,
      room.id,
      stay.productId,
      wish.state,
      checkIn,
      checkOut,
      stay.adults,
      stay.childAges,
      stay.roomName,
      stay.rateName,
      stay.meal,
      stay.total,
      json(stay.charges),
      json(stay.policy),
      0,
      ended,
      ended ? 3 : 2,
    ]);
    for (const { date, price } of stay.nights) {
      nights.push([stayId, date, price]);
      sales.push({ roomTypeId: room.id, date, reason: "sell", sold: 1, bookingId, at: bookedAt });
      if (wish.state === "cancelled")
        sales.push({
          roomTypeId: room.id,
          date,
          reason: "cancel",
          sold: -1,
          bookingId,
          at: ended ?? bookedAt,
        });
    }
    tell("held", actor, 1, bookedAt);
    tell("confirmed", actor, 2, bookedAt);
    if (ended) tell(wish.state, wish.state === "cancelled" ? actor : "job:demo", 3, ended);
  }
  return {
    sales,
    rows: [
      { table: "guests", columns: ["id", "property_id", "email", "name", "phone", "country", "created_at"], rows: guests },
      { table: "bookings", columns: ["id", "property_id", "code", "guest_id", "user_id", "actor", "source", "locale", "currency", "check_in", "check_out", "total", "due_online", "payment", "version", "created_at"], rows: bookings },
      { table: "room_stays", columns: ["property_id", "id", "booking_id", "position", "room_type_id", "product_id", "state", "check_in", "check_out", "adults", "child_ages", "room_name", "rate_name", "meal", "total", "charges", "policy", "fee", "ended_at", "version"], rows: stays },
      { table: "booking_nights", columns: ["room_stay_id", "stay_date", "price"], rows: nights },
      { table: "booking_events", columns: ["property_id", "booking_id", "type", "actor", "version", "data", "at"], rows: events },
    ],
  }; // prettier-ignore
}

/** The wished stay, or the next later one that no block and no restriction forbids. */
function firstSaleable(property: BuiltProperty, room: BuiltRoom, wish: Wish, blocks: Block[], today: string, now: Date) {
  for (let later = 0; later < 30; later++) {
    const checkIn = addDays(today, wish.inDays + later);
    const checkOut = addDays(checkIn, wish.nights);
    const dates = nightsOf(checkIn, checkOut);
    const bookedAt = new Date(now.getTime() + (wish.inDays + later - wish.lead) * 86_400_000);
    const stay = quoted(property, room, checkIn, checkOut, wish.adults, bookedAt);
    if (stay && !blocks.some((block) => dates.some((date) => block.fromDate <= date && date < block.toDate))) {
      return { stay, checkIn, checkOut, bookedAt };
    }
  }
  throw new Error(`No free nights for the demo booking at ${property.slug}.`);
}

function quoted(property: BuiltProperty, room: BuiltRoom, checkIn: string, checkOut: string, adults: number, bookedAt: Date): QuotedStay | undefined {
  const { place, seed, rooms } = property;
  const product = rooms.find(({ id }) => id === room.id)!.products[0]!;
  const nights = new Map<string, RateNight>();
  for (const [productId, date, adultPrices, childPrices, closed, minStayArrival, minStayThrough, maxStay, closedToArrival, closedToDeparture] of rateRows(
    place,
    room.key,
    room.seed,
    product.id,
    calendarFrom(dateIn(place.zone, bookedAt)),
  )) {
    nights.set(
      date as string,
      {
        productId,
        date,
        adultPrices,
        childPrices,
        closed,
        minStayArrival,
        minStayThrough,
        maxStay,
        closedToArrival,
        closedToDeparture,
      } as RateNight,
    );
  }
  const { stay } = priceStay(
    {
      productId: product.id,
      baseProductId: product.baseProductId,
      derivedPercent: product.derivedPercent,
      derivedPerAdult: product.derivedPerAdult,
      propertyId: property.id,
      roomTypeId: room.id,
      roomName: room.seed.name,
      maxAdults: room.seed.adults,
      maxChildren: room.seed.children,
      maxOccupancy: room.seed.adults + room.seed.children,
      rateName: product.plan.name,
      meal: product.plan.meal,
      payment: product.plan.payment,
      policyName: product.plan.policy.name,
      policyRules: product.plan.policy.rules,
      noShow: product.plan.policy.noShow,
      zone: place.zone,
      currency: place.currency,
      childBuckets: place.childBuckets,
      paymentMethods: paymentMethodsOf(place, seed),
      holdMinutes: 15,
      horizonDays: HORIZON_DAYS,
      sameDayCutOff: seed.sameDayCutOff ?? "23:00",
      taxes: property.taxes,
    },
    nights,
    checkIn,
    checkOut,
    { adults, childAges: [] },
    bookedAt,
  );
  return stay;
}
