import { availableAt, instantsOf, liveAt, nightKey, type History } from "./history.ts";

/** A request and what was heard of it; instants are the wall clock's milliseconds. */
export interface Request {
  path: string;
  actor: string;
  from: number;
  to: number;
  /** The nights that it wants or moves, with the units that it needs of each. */
  needs: ReadonlyMap<string, number>;
  refusal?: { code: string; facts: Record<string, unknown> };
}

/** Somebody from outside who kept something locked. */
export interface Outsider {
  /** Undefined: of every night. */
  nights: readonly string[] | undefined;
  /** Whom alone it concerned. */
  actor: string | undefined;
  from: number;
  to: number;
}

/** Postgres writes a commit's instant a moment before others see it. */
const SLACK_MS = 100;
/** A lock of a process that was killed lapses after five seconds. */
const LEFT_LOCK_MS = 6000;

/** Whether there was an instant between question and answer at which the refusal was true; undefined: nobody can say. */
export function wasTrue(history: History, request: Request, others: readonly Request[], outsiders: readonly Outsider[]): boolean | undefined {
  switch (request.refusal?.code) {
    case "SOLD_OUT":
      return wasSoldOut(history, request);
    case "ROOM_BUSY":
      return wasBusy(history, request, others, outsiders);
    case "HOLD_LIMIT":
      return wasLimited(history, request);
    default:
      return undefined;
  }
}

/** Every night that the refusal names lacked units, at the same instant. */
function wasSoldOut(history: History, { from, to, needs, refusal }: Request): boolean {
  const named = (refusal!.facts["nights"] as { roomTypeId: number; date: string }[]).map(({ roomTypeId, date }) => nightKey(roomTypeId, date));
  if (named.length === 0) return false;
  const lacks = (night: string, at: number): boolean => availableAt(history, night, at) < (needs.get(night) ?? 0);
  return instantsOf(history, named, from - SLACK_MS, to + SLACK_MS).some((at) => named.every((night) => lacks(night, at)));
}

/** Somebody else was at one of the nights: a request, a move, a hold that is over and not gone, somebody from outside. */
export function wasBusy(history: History, request: Request, others: readonly Request[], outsiders: readonly Outsider[]): boolean {
  const [from, to] = [request.from - LEFT_LOCK_MS, request.to + SLACK_MS];
  const nights = [...request.needs.keys()];
  const meets = (one: { from: number; to: number }): boolean => one.from <= to && one.to >= from;
  return (
    others.some((other) => other !== request && meets(other) && nights.some((night) => other.needs.has(night))) ||
    outsiders.some((one) => meets(one) && concerns(one, request)) ||
    nights.some((night) => (history.levels.get(night) ?? []).some(({ at }) => at >= from && at <= to)) ||
    [...instantsOf(history, nights, from, to), to].some((at) => nights.some((night) => hasOverdue(history, night, at)))
  );
}

function concerns({ nights, actor }: Outsider, request: Request): boolean {
  return (actor === undefined || actor === request.actor) && (nights === undefined || nights.some((night) => request.needs.has(night)));
}

function hasOverdue(history: History, night: string, at: number): boolean {
  const holds = (history.held.get(night) ?? []).filter((hold) => hold.from <= at && at < hold.until);
  return liveAt(history, holds, at).length < holds.length;
}

/** The client held as many bookings, or as many of a night's rooms, as one client may. */
function wasLimited(history: History, { actor, from, to, needs, refusal }: Request): boolean {
  const { limit, of } = refusal!.facts as { limit: number; of: "bookings" | "rooms" };
  const nights = of === "rooms" ? [...needs.keys()] : [...history.held.keys()];
  const own = (night: string) => (history.held.get(night) ?? []).filter((hold) => hold.actor === actor);
  return instantsOf(history, nights, from - SLACK_MS, to + SLACK_MS).some((at) => {
    const live = (night: string) => liveAt(history, own(night), at);
    if (of === "bookings") return new Set(nights.flatMap((night) => live(night).map(({ bookingId }) => bookingId))).size >= limit;
    return nights.some((night) => {
      const units = live(night).reduce((sum, hold) => sum + hold.units, 0);
      return units > 0 && units + (needs.get(night) ?? 0) > limit;
    });
  });
}
