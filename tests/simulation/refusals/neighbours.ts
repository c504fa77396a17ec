import { count } from "../tally.ts";
import type { World } from "../world.ts";
import { nightKey } from "./history.ts";
import { wasBusy, type Request } from "./judge.ts";

/** What needs no provider: all that may be in its way is ours. */
const OWN_PATHS = ["rooms.quote", "bookings.hold", "bookings.modifyQuote", "bookings.modify", "bookings.cancelQuote", "bookings.cancel"];
/** Whatever fells, slows or empties what everybody shares is everybody's trouble, and for so long after it. */
const SHARED = /^(?:app|postgres|redis)-/;
const AFTER_MS = 10_000;

interface Asked extends Request {
  unavailable: boolean;
  propertyId: string;
}

/**
 * Nobody pays for another's trouble: while somebody from outside keeps one property's rows locked, whoever asks at another
 * is served. Counts both; @returns who was told ROOM_BUSY or UNAVAILABLE and had nothing in the way at the own property
 */
export function checkNeighbours(world: World, history: Parameters<typeof wasBusy>[0], requests: readonly Asked[]): string[] {
  const wrong: string[] = [];
  const shared = world.faultTimes.filter(({ name }) => SHARED.test(name));
  const meets = (one: { from: number; to: number }, from: number, to: number): boolean => one.from <= to && one.to >= from;
  for (const request of requests.filter(({ path }) => OWN_PATHS.includes(path))) {
    const { from, to, propertyId, path, refusal, unavailable } = request;
    const troubles = world.outsiders.filter((one) => one.nights && one.nights.length > 0 && meets(one, from, to));
    const own = nightsOf(world, propertyId);
    const isNeighbour = troubles.length > 0 && troubles.every(({ nights }) => !nights!.some((night) => own.has(night)));
    if (!isNeighbour || shared.some((one) => meets(one, from - AFTER_MS, to))) continue;
    const paid = unavailable || (refusal?.code === "ROOM_BUSY" && !wasBusy(history, request, requests, []));
    count(world.tally.judged, `neighbour of a locked property: ${paid ? "made to pay" : "served"}`);
    if (paid) wrong.push(`${path} of ${request.actor} at ${propertyId} was refused with ${refusal?.code ?? "UNAVAILABLE"} for another property's lock`);
  }
  return wrong;
}

function nightsOf({ properties, firstNight }: World, propertyId: string): Set<string> {
  const rooms = properties.find((property) => property.propertyId === propertyId)?.rooms ?? [];
  const first = Date.parse(firstNight);
  const dates = Array.from({ length: 14 }, (_, night) => new Date(first + night * 86_400_000).toISOString().slice(0, 10));
  return new Set(rooms.flatMap(({ roomTypeId }) => dates.map((date) => nightKey(roomTypeId, date))));
}
