import { addDays } from "../../server/platform/dates.ts";
import { insist, request, tell } from "./client.ts";
import type { Booked } from "./guests.ts";
import { learn, payAt, remember } from "./paying.ts";
import type { Random } from "./random.ts";
import type { World } from "./world.ts";

interface View {
  checkIn: string;
  stays: { id: string; state: string; productId: number; adults: number }[];
}

/** The booking as its guest sees it, where it can still change. */
async function standing(world: World, { guest, bookingId }: Booked): Promise<View | undefined> {
  const heard = await request<View>(world, guest, "bookings.get", { bookingId }, "query");
  const view = "answer" in heard ? heard.answer : undefined;
  return view?.stays.some(({ state }) => state === "confirmed") ? view : undefined;
}

/** Other dates, another party, or other words; a difference is mostly paid at once. */
export async function changeBooking(world: World, booking: Booked, random: Random, key: string): Promise<void> {
  const view = await standing(world, booking);
  const what = random.weighted({ dates: 60, party: 25, notes: 15 });
  const checkIn = addDays(view?.checkIn ?? world.firstNight, random.int(-1, 2));
  const checkOut = addDays(checkIn, random.int(1, 3));
  const pays = random.chance(0.8);
  if (!view) return;
  const rooms = view.stays
    .filter(({ state }) => state === "confirmed")
    .slice(0, 1)
    .map(({ id, productId, adults }) => ({ roomStayId: id, productId, adults: 3 - adults, childAges: [] }));
  const wanted = { bookingId: booking.bookingId, ...(what === "dates" && { checkIn, checkOut }), ...(what === "party" && { rooms }) };
  const quote = await request<{ quoteHash: string }>(world, booking.guest, "bookings.modifyQuote", wanted, "query");
  if (!("answer" in quote)) return tell(world, "modify quote", quote);
  const asked = remember(world, "bookings.modify", booking.guest, {
    ...wanted,
    quoteHash: quote.answer.quoteHash,
    ...(what === "notes" && { notes: `Changed in ${key}` }),
    idempotencyKey: `${key}-modify`,
  });
  const heard = learn(world, asked, await insist<{ status: string; changeId?: string }>(world, asked));
  tell(world, "modify", heard);
  const changeId = "answer" in heard ? (heard.answer as { changeId?: string }).changeId : undefined;
  if (changeId && pays) await payAt(world, booking, random.pick(["stripe", booking.currency === "IDR" ? "midtrans" : "stripe"]), random, key, changeId);
}

/** Which rooms to cancel: one of several now and then, else all of them. */
export async function roomsToCancel(world: World, booking: Booked, random: Random): Promise<{ roomStayIds?: string[] }> {
  const single = random.chance(0.3);
  const draw = random.next();
  const rooms = single ? ((await standing(world, booking))?.stays.filter(({ state }) => state === "confirmed") ?? []) : [];
  return rooms.length > 1 ? { roomStayIds: [rooms[Math.floor(draw * rooms.length)]!.id] } : {};
}
