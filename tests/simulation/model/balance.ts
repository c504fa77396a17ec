import { apply, isBrought } from "./payment.ts";
import { stands, type Guest, type Model, type State } from "./state.ts";
import type { Step } from "./step.ts";

const idle = (guest: Guest) => guest.balancing === "";

/** What the money needs, decided under the booking's lock; a refund is a row from then on. */
function plan(model: Model, state: State, guest: Guest): void {
  const isDue = guest.state === "confirmed";
  const waits = guest.state === "pending" || guest.state === "";
  guest.balancing = "";
  if (waits) return done(guest);
  if (guest.row === "authorised" && isDue) guest.balancing = "capture";
  else if (isDue || !stands(model, "money that isn't due goes back")) done(guest);
  else if (guest.row === "authorised") guest.balancing = "void";
  else if (guest.row === "captured" && guest.refund !== "succeeded") refund(model, state, guest);
  else done(guest);
}

/** Half of the money is the fee, where there is one; what is with the bank, or lost there, can't go back by us. */
function refund(model: Model, state: State, guest: Guest): void {
  const { fee } = model.configuration.guests[state.guests.indexOf(guest)]!;
  const back = 2 - (fee ? 1 : 0) - (guest.gift && !stands(model, "a gift is not taken back") ? 1 : 0);
  if (guest.dispute === "lost" && stands(model, "money lost by a dispute is gone")) {
    if (guest.refund === "requested") guest.refund = "withdrawn";
    return done(guest);
  }
  if (back <= 0) return done(guest);
  guest.refund = "requested";
  if (waitsForDispute(model, guest)) return done(guest);
  guest.balancing = "refund";
}

/** Its end brings it up again. */
const waitsForDispute = (model: Model, guest: Guest) => guest.dispute === "open" && stands(model, "a refund waits for the end of its dispute");

/** The provider does it, or has done it. It captures nothing that was let go: then the job comes again, and plans anew. */
function call(model: Model, guest: Guest): void {
  const { balancing } = guest;
  if (balancing === "refund") {
    // The provider refuses what a dispute has taken or may take.
    if (guest.dispute === "open" || guest.dispute === "lost") {
      guest.balancing = "";
      return;
    }
    guest.refunded = stands(model, "a refund is a row before it is a call") ? 1 : guest.refunded + 1;
    guest.balancing = "refunded";
    return;
  }
  if (guest.provider === "authorised") guest.provider = balancing === "capture" ? "captured" : "voided";
  guest.balancing = balancing === "capture" && guest.provider === "voided" ? "" : guest.provider;
}

function done(guest: Guest): void {
  guest.balancing = "";
  guest.balance = guest.balance === "due again" ? "due" : "";
}

const called = (guest: Guest) => guest.balancing === "refunded" || isBrought(guest.balancing);

/** The job that brings the money to what is due, at its event and by the sweep: plan, call, write down. */
export const balanceSteps: Step[] = [
  {
    name: "'s money is compared with what is due",
    by: "app",
    when: ({ model, guest }) =>
      idle(guest) && (guest.balance !== "" || (guest.refund === "requested" && !waitsForDispute(model, guest)) || (guest.row === "authorised" && guest.state !== "pending")),
    does: ({ model, state, guest }) => plan(model, state, guest),
  },
  {
    name: "'s capture, void or refund is called",
    by: "app",
    when: ({ guest }) => !idle(guest) && !called(guest),
    does: ({ model, guest }) => call(model, guest),
  },
  {
    name: "'s capture, void or refund is written down",
    by: "app",
    when: ({ guest }) => called(guest),
    does({ model, state, guest }) {
      const { balancing } = guest;
      guest.balancing = "refunded";
      if (isBrought(balancing)) apply(model, state, guest, balancing);
      else guest.refund = "succeeded";
      done(guest);
    },
  },
  {
    name: "'s balance dies in between",
    by: "crash",
    when: ({ model, guest }) => model.configuration.crashes && !idle(guest),
    does({ guest }) {
      guest.balancing = "";
      if (guest.balance === "due again") guest.balance = "due";
    },
  },
];
