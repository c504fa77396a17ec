import { addDays } from "../../../server/platform/dates.ts";
import type { Sent } from "../guests.ts";
import { count } from "../tally.ts";
import type { World } from "../world.ts";
import { nightKey, systemTime, type Held, type History, type Level } from "./history.ts";
import { checkNeighbours } from "./neighbours.ts";
import { wasTrue, type Request } from "./judge.ts";

interface Event extends Record<string, unknown> {
  night: string;
  bookingId: string | null;
  actor: string;
  reason: string;
  held: number;
  /** What the move left free. */
  free: number;
  /** When it was committed; null where Postgres has forgotten. */
  committed: number | null;
  /** When its transaction began, on the system's clock. */
  began: number;
}

interface Booking extends Record<string, unknown> {
  id: string;
  propertyId: string;
  rooms: number;
  holdMs: number;
  /** Its hold may last longer: a slow method, or money that was examined. */
  mayStay: boolean;
}

/** Each refusal that says something of what is free must have been true between question and answer. */
export async function checkRefusals(world: World, isolated: boolean): Promise<string[]> {
  const { db } = world.database;
  const events = await db.execute<Event>(`
    select e.room_type_id || '/' || e.stay_date as night, e.booking_id as "bookingId", e.actor, e.reason, e.held,
      extract(epoch from pg_xact_commit_timestamp(e.xmin))::float8 * 1000 as committed, extract(epoch from e.at)::float8 * 1000 as began,
      (n.physical + n.allowance - n.sold - n.held - n.blocked - coalesce(sum(e.physical + e.allowance - e.sold - e.held - e.blocked) over later, 0))::int as free
    from inventory_events e join inventory_nights n using (room_type_id, stay_date)
    window later as (partition by room_type_id, stay_date order by e.version rows between 1 following and unbounded following)
    order by night, e.version`);
  const nights = await db.execute<{ night: string; free: number }>(`
    select n.room_type_id || '/' || n.stay_date as night, (n.physical + n.allowance - n.sold - n.held - n.blocked
      - coalesce((select sum(e.physical + e.allowance - e.sold - e.held - e.blocked) from inventory_events e
          where e.room_type_id = n.room_type_id and e.stay_date = n.stay_date), 0))::int as free from inventory_nights n`);
  const bookings = await db.execute<Booking>(`
    select b.id, b.property_id as "propertyId", (select count(*)::int from room_stays s where s.booking_id = b.id) as rooms, p.hold_minutes * 60000 as "holdMs",
      b.hold_extended or exists (select 1 from booking_events e where e.booking_id = b.id and e.type = 'payment_challenged') as "mayStay"
    from bookings b join properties p on p.id = b.property_id`);
  const byId = new Map(bookings.map((booking) => [booking.id, booking]));
  const history: History = {
    levels: levelsOf(nights, events),
    held: Map.groupBy(heldOf(events, byId), ({ night }) => night),
    offsets: world.offsets,
  };
  const nightsOf = nightsByBooking(events);
  const requests = world.sent.map((sent) => requestOf(world, sent, nightsOf, byId));
  const wrong: string[] = [];
  for (const request of requests) {
    const truth = wasTrue(history, request, requests, world.outsiders);
    if (truth === undefined) continue;
    const { code, facts } = request.refusal!;
    count(world.tally.judged, `${code} of ${request.path}: ${truth ? "true" : "false"}`);
    if (truth) continue;
    const seen = [...request.needs.keys()].map((night) => describeNight(history, night, request));
    wrong.push(`${request.path} of ${request.actor} was refused with ${code} ${JSON.stringify(facts)}, true at no instant: ${seen.join("; ")}`);
  }
  const neighbours = checkNeighbours(
    world,
    history,
    world.sent.map((sent, index) => {
      const bookingId = sent.input["bookingId"];
      const propertyId = String(sent.input["propertyId"] ?? byId.get(String(bookingId))?.propertyId ?? "");
      return { ...requests[index]!, unavailable: sent.unavailable === true, propertyId };
    }),
  );
  return isolated ? [...wrong, ...neighbours] : wrong;
}

/** What was free and held of a night while a request was under way, in milliseconds from its beginning. */
function describeNight(history: History, night: string, { from, to, needs }: Request): string {
  const since = (at: number): string => (at === Infinity ? "ever" : String(Math.round(at - from)));
  const levels = (history.levels.get(night) ?? []).filter(({ at }, index, all) => at <= to + 1000 && (all[index + 1]?.at ?? Infinity) >= from - 1000);
  const held = (history.held.get(night) ?? []).filter((hold) => hold.from <= to + 1000 && hold.until >= from - 1000);
  return [
    `${night} needs ${needs.get(night)} of`,
    ...levels.map(({ at, free }) => `${free} from ${since(at)}`),
    ...held.map((hold) => `${hold.units} held until ${since(hold.until)}, over at ${hold.ends === undefined ? "?" : since(hold.ends - systemTime(history, from) + from)}`),
    `asked for ${to - from}`,
  ].join(", ");
}

function levelsOf(nights: readonly { night: string; free: number }[], events: readonly Event[]): Map<string, Level[]> {
  const levels = new Map(nights.map(({ night, free }) => [night, [{ at: 0, free }]]));
  for (const { night, free, committed } of events) if (committed !== null) levels.get(night)?.push({ at: committed, free });
  return levels;
}

/** Units that pending bookings had, night by night, until their next move of that night. */
function heldOf(events: readonly Event[], bookings: ReadonlyMap<string, Booking>): (Held & { night: string })[] {
  return events.flatMap(({ night, bookingId, actor, reason, held, committed, began }, index) => {
    const booking = reason === "hold" && bookingId !== null ? bookings.get(bookingId) : undefined;
    if (!booking || committed === null) return [];
    const end = events.find((later, at) => at > index && later.night === night && later.bookingId === bookingId && later.held < 0);
    const until = end?.committed ?? Infinity;
    const ends = booking.mayStay ? undefined : began + booking.holdMs;
    return [{ night, actor, bookingId: booking.id, units: held, from: committed, until, ends }];
  });
}

function nightsByBooking(events: readonly Event[]): Map<string, Set<string>> {
  const nights = new Map<string, Set<string>>();
  for (const { bookingId, night } of events) if (bookingId) nights.set(bookingId, (nights.get(bookingId) ?? new Set()).add(night));
  return nights;
}

/** What a request was about: the nights of its wish, or those of the booking that it names. */
function requestOf(world: World, sent: Sent, nightsOf: ReadonlyMap<string, Set<string>>, bookings: ReadonlyMap<string, Booking>): Request {
  const { input, ...rest } = sent;
  const { rooms, bookingId } = input as { rooms?: { productId?: number }[]; bookingId?: string };
  if (bookingId === undefined) return { ...rest, needs: wishOf(world, input, rooms ?? []) };
  const named = ((sent.refusal?.facts["nights"] ?? []) as { roomTypeId: number; date: string }[]).map(({ roomTypeId, date }) => nightKey(roomTypeId, date));
  const units = bookings.get(bookingId)?.rooms ?? 1;
  return { ...rest, needs: new Map([...(nightsOf.get(bookingId) ?? []), ...named].map((night) => [night, units])) };
}

function wishOf(world: World, input: Record<string, unknown>, rooms: readonly { productId?: number }[]): Map<string, number> {
  const { checkIn, checkOut } = input as { checkIn?: string; checkOut?: string };
  const needs = new Map<string, number>();
  if (!checkIn || !checkOut) return needs;
  for (const { productId } of rooms) {
    const room = world.properties.flatMap((property) => property.rooms).find(({ products }) => Object.values(products).includes(productId ?? -1));
    for (let date = checkIn; room && date < checkOut; date = addDays(date, 1)) {
      const night = nightKey(room.roomTypeId, date);
      needs.set(night, (needs.get(night) ?? 0) + 1);
    }
  }
  return needs;
}
