import type { StayState } from "../../db/schema/bookings.ts";

/** Where a room stay may go from each state. Every UPDATE repeats the state that it leaves. */
export const STAY_MOVES = {
  pending: ["confirmed", "expired", "cancelled"],
  /** Paid late, nights taken again. */
  expired: ["confirmed"],
  confirmed: ["checked_in", "cancelled", "no_show"],
  checked_in: ["checked_out"],
  checked_out: [],
  cancelled: [],
  no_show: [],
} as const satisfies Record<StayState, readonly StayState[]>;

/** @throws Error naming both states: an impossible move is a bug, not a refusal. */
export function assertMove(from: StayState, to: StayState): void {
  if (!(STAY_MOVES[from] as readonly StayState[]).includes(to)) throw new Error(`A room stay can't move from ${from} to ${to}.`);
}

/** Which stay's state speaks for the booking: the first of these that any stay has. */
const SPEAKS_FIRST: StayState[] = ["checked_in", "confirmed", "pending", "checked_out", "no_show", "cancelled", "expired"];

/** A booking's state is derived: it is cancelled when the last of its stays is. */
export function bookingState(stays: readonly { state: StayState }[]): StayState {
  return SPEAKS_FIRST.find((state) => stays.some((stay) => stay.state === state)) ?? "cancelled";
}
