import { stands, type Delta, type Guest, type Model, type Night, type Span, type State } from "./state.ts";

/** One night's part of a move. */
export type Need = Delta & { night: number };

const COUNTS = ["physical", "allowance", "sold", "held", "blocked"] as const;

const taken = ({ sold = 0, held = 0, blocked = 0, physical = 0, allowance = 0 }: Delta): number => sold + held + blocked - physical - allowance;

/** Whether the nights have a unit for everyone that moves in; freeing always fits. */
export function fits(state: State, moves: readonly Need[]): boolean {
  return moves.every((need) => taken(need) <= 0 || taken(state.nights[need.night]!) + taken(need) <= 0);
}

/** The same on each night of a span. */
export function needs([from, to]: Span, delta: Delta): Need[] {
  return Array.from({ length: to - from }, (_, index) => ({ ...delta, night: from + index }));
}

/** One net delta a night; nights that stay as they are fall out. */
export function union(moves: readonly Need[]): Need[] {
  const sums = new Map<number, Need>();
  for (const need of moves) {
    const sum: Need = sums.get(need.night) ?? { night: need.night };
    for (const count of COUNTS) if (need[count]) sum[count] = (sum[count] ?? 0) + need[count];
    sums.set(need.night, sum);
  }
  return [...sums.values()].filter((sum) => COUNTS.some((count) => (sum[count] ?? 0) !== 0));
}

export interface MoveRules {
  /** A channel's booking, or a confirmed change of staff's: the shortfall becomes `oversold`. */
  force?: boolean;
  /** What a read before the write said is believed. */
  trusting?: boolean;
}

/** The one way in which nights change. @returns whether they moved: all of them, or none */
export function move(model: Model, state: State, moves: readonly Need[], { force = false, trusting = false }: MoveRules = {}): boolean {
  if (!force && !trusting && !fits(state, moves)) {
    if (stands(model, "all nights or none")) return false;
    const some = moves.filter((need) => fits(state, [need]));
    return some.length > 0 && move(model, state, some);
  }
  for (const { night, ...delta } of moves) {
    const row = state.nights[night]!;
    addTo(row, delta);
    const over = Math.max(0, taken(row));
    const before = row.oversold;
    if (force && taken(delta) > 0) row.oversold = Math.max(before, over);
    else if (stands(model, "oversold falls with every freeing move")) row.oversold = Math.min(before, over);
    record(model, state, night, { ...delta, oversold: row.oversold - before });
  }
  if (model.configuration.cache === true && moves.length > 0) {
    state.cache.moves += 1;
    state.cache.writes.push(state.cache.moves);
  }
  return true;
}

function record(model: Model, state: State, night: number, delta: Delta): void {
  if (stands(model, "the audit is written with the move")) addTo(state.audit[night]!, delta);
  else state.unaudited.push({ night, delta });
}

/** Adds a delta to a row, or to the audit's sums. */
export function addTo(row: Night, delta: Delta): void {
  for (const count of [...COUNTS, "oversold"] as const) row[count] += delta[count] ?? 0;
}

export const stayOf = (guest: Guest): Span => [guest.from, guest.to];
