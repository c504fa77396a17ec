import { assertMove } from "../../../server/bookings/states.ts";
import { dropDraft } from "./draft.ts";
import { emit } from "./events.ts";
import { move, needs, stayOf } from "./ledger.ts";
import { stands, type Guest, type Model, type State } from "./state.ts";
import type { At, Step } from "./step.ts";

type Live = "pending" | "confirmed";

/** Sells what is held, or takes an expired booking's nights again. @returns whether the nights were there */
export function confirm(model: Model, state: State, guest: Guest, from: "pending" | "expired"): boolean {
  const blind = from === "expired" && !stands(model, "late money takes the nights again or goes back");
  const moved = blind || move(model, state, needs(stayOf(guest), from === "pending" ? { held: -1, sold: 1 } : { sold: 1 }));
  if (!moved) return false;
  if (state.saleEnded) guest.wrong = "a stay that can't begin any more was sold";
  turn(guest, from, "confirmed");
  guest.sale = true;
  guest.clock = "live";
  emit(model, state, guest, "confirmed");
  return true;
}

/** The UPDATE that repeats the state which it leaves: it finds no row where that was another. */
function turn(guest: Guest, from: Guest["state"], to: Exclude<Guest["state"], "">): void {
  if (from === "" || guest.state !== from) return;
  assertMove(from, to);
  guest.state = to;
}

function cancel({ model, state, guest }: At, from: Live): void {
  guest.seen = "";
  move(model, state, needs(stayOf(guest), from === "pending" ? { held: -1 } : { sold: -1 }));
  dropDraft(model, state, guest);
  turn(guest, from, "cancelled");
  guest.clock = "live";
  emit(model, state, guest, from === "pending" ? "released" : "cancelled");
}

/** Cancelled without the guard that asks for the state: as if it were sold still. */
const cancellable = ({ model, guest }: At): Live | undefined => {
  if (guest.state === "pending" || guest.state === "confirmed") return guest.state;
  return guest.state === "cancelled" && guest.sale && !stands(model, "a cancelled booking can't be cancelled") ? "confirmed" : undefined;
};
const locked = ({ model }: At) => stands(model, "the booking is locked before its state is read");
const payable = ({ guest, plan }: At) => plan.pays === "property" && guest.answer === "held" && guest.state === "pending" && guest.clock === "live";

export const bookingSteps: Step[] = [
  {
    name: "confirms, to pay at the property",
    by: "guest",
    when: (at) => locked(at) && payable(at),
    does: ({ model, state, guest }) => void confirm(model, state, guest, "pending"),
  },
  {
    name: "cancels",
    by: "guest",
    when: (at) => locked(at) && at.plan.cancels === true && cancellable(at) !== undefined,
    does: (at) => cancel(at, cancellable(at)!),
  },
  {
    name: "'s booking is read, to be cancelled",
    by: "guest",
    when: (at) => !locked(at) && at.plan.cancels === true && at.guest.seen === "" && cancellable(at) !== undefined,
    does(at) {
      at.guest.seen = `cancel ${cancellable(at)!}`;
    },
  },
  {
    name: "'s booking is read, to be paid at the property",
    by: "guest",
    when: (at) => !locked(at) && at.guest.seen === "" && payable(at),
    does({ guest }) {
      guest.seen = "pay pending";
    },
  },
  {
    name: "'s verb writes by what it has read",
    by: "app",
    when: ({ guest }) => guest.seen !== "",
    does(at) {
      const { seen } = at.guest;
      at.guest.seen = "";
      if (seen === "pay pending") confirm(at.model, at.state, at.guest, "pending");
      else cancel(at, seen === "cancel pending" ? "pending" : "confirmed");
    },
  },
];
