/** What a night had free from an instant on, as its moves were committed. Instants are the wall clock's milliseconds. */
export interface Level {
  at: number;
  free: number;
}

/** Units of a night that a booking held, from one commit to another. */
export interface Held {
  actor: string;
  bookingId: string;
  units: number;
  from: number;
  until: number;
  /** When its time was over, on the system's clock; undefined where something may have kept it (examined money, a slow method). */
  ends: number | undefined;
}

/** All that befell a run's nights. */
export interface History {
  /** By night ("7/2027-03-01"), oldest first; the first is from before the run. */
  levels: ReadonlyMap<string, readonly Level[]>;
  held: ReadonlyMap<string, readonly Held[]>;
  /** How far the system's clock was moved, from an instant on; oldest first. */
  offsets: readonly { at: number; ms: number }[];
}

export const nightKey = (roomTypeId: number, date: string): string => `${roomTypeId}/${date}`;

/** The system's own now at an instant of the wall clock; while it is moved, still the old one. */
export function systemTime({ offsets }: History, at: number): number {
  return at + (offsets.findLast((moved) => moved.at <= at)?.ms ?? 0);
}

/** So much must a hold be over before it counts as overdue: its end is asked at a transaction's start. */
const CERTAIN_MS = 50;

/** Those whose time was surely not over yet at an instant. */
export function liveAt(history: History, holds: readonly Held[], at: number): Held[] {
  return holds.filter((hold) => hold.from <= at && at < hold.until && !isOverdue(history, hold, at));
}

function isOverdue(history: History, { ends }: Held, at: number): boolean {
  return ends !== undefined && ends + CERTAIN_MS < systemTime(history, at);
}

/** What a taker finds at an instant: what is free, and what overdue holds must let go. */
export function availableAt(history: History, night: string, at: number): number {
  const free = history.levels.get(night)?.findLast((level) => level.at <= at)?.free ?? 0;
  const holds = (history.held.get(night) ?? []).filter((hold) => hold.from <= at && at < hold.until);
  return holds.filter((hold) => isOverdue(history, hold, at)).reduce((sum, { units }) => sum + units, free);
}

/** The instants at which anything about these nights may have become another, from `from` to `to`. */
export function instantsOf(history: History, nights: readonly string[], from: number, to: number): number[] {
  const changes = nights.flatMap((night) => [
    ...(history.levels.get(night) ?? []).map(({ at }) => at),
    ...(history.held.get(night) ?? []).flatMap((hold) => [hold.from, hold.until]),
  ]);
  return [from, ...changes.filter((at) => at > from && at <= to)];
}
