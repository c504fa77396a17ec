import { stands, type Event, type Guest, type Model, type State } from "./state.ts";

/** What happened, written with its cause: the jobs that follow are due from then on, and may run late, twice and in any order. */
export function emit(model: Model, state: State, guest: Guest, event: Event): void {
  const inOneStep = stands(model, "events are written with their cause") && stands(model, "events are marked after they are published");
  if (inOneStep) follow(guest, event);
  else state.unsent.push({ guest: state.guests.indexOf(guest), event });
}

export function follow(guest: Guest, event: Event): void {
  if (event === "confirmed" && guest.mail === "") guest.mail = "due";
  if (guest.row === "") return;
  if (event !== "expired") guest.balance = guest.balancing === "" ? "due" : "due again";
  if (event === "released" || event === "expired") guest.pages = "due";
}
