import { move } from "./ledger.ts";
import type { Guest, Model, State } from "./state.ts";

/** The nights that only the new stay needs. */
export function extraNights(guest: Guest, [from, to]: readonly [number, number]): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index).filter((night) => night < guest.from || night >= guest.to);
}

/** The nights that a draft of a change holds now. */
export function draftNights(model: Model, state: State, guest: Guest): number[] {
  const { changesTo } = model.configuration.guests[state.guests.indexOf(guest)]!;
  return (guest.change === "held" || guest.change === "overdue") && changesTo ? extraNights(guest, changesTo) : [];
}

/** A draft's nights go back: cancelled with its booking, or its time over. */
export function dropDraft(model: Model, state: State, guest: Guest): void {
  const nights = draftNights(model, state, guest);
  if (nights.length === 0) return;
  move(
    model,
    state,
    nights.map((night) => ({ night, held: -1 })),
  );
  guest.change = "over";
}
