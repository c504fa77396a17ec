import { apply, isBrought } from "./payment.ts";
import { stands, type Guest, type Model } from "./state.ts";
import type { Step } from "./step.ts";

const idle = (guest: Guest) => guest.balancing === "";

/** What the money needs, decided under the booking's lock; a refund is a row from then on. */
function plan(model: Model, guest: Guest): void {
  const isDue = guest.state === "confirmed";
  const waits = guest.state === "pending" || guest.state === "";
  guest.balancing = "";
  if (waits) return done(guest);
  if (guest.row === "authorised" && isDue) guest.balancing = "capture";
  else if (isDue || !stands(model, "money that isn't due goes back")) done(guest);
  else if (guest.row === "authorised") guest.balancing = "void";
  else if (guest.row === "captured" && guest.refund !== "succeeded") {
    guest.refund = "requested";
    guest.balancing = "refund";
  } else done(guest);
}

/** The provider does it, or has done it. It captures nothing that was let go: then the job comes again, and plans anew. */
function call(model: Model, guest: Guest): void {
  const { balancing } = guest;
  if (balancing === "refund") {
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
    when: ({ guest }) => idle(guest) && (guest.balance !== "" || guest.refund === "requested" || (guest.row === "authorised" && guest.state !== "pending")),
    does: ({ model, guest }) => plan(model, guest),
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
