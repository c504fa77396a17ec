import { expire } from "./hold.ts";
import { apply } from "./payment.ts";
import { stands, type Guest } from "./state.ts";
import type { At, Step } from "./step.ts";

const overdue = ({ guest }: At) => guest.state === "pending" && guest.clock !== "live";

/** What the provider answers to "close this page". */
function close(guest: Guest): "closed" | "paid" {
  if (guest.provider === "created" || guest.provider === "denied") guest.provider = "expired";
  return guest.provider === "authorised" || guest.provider === "captured" ? "paid" : "closed";
}

/** The hold's end and the close-pages job: first the page, then the nights. Either may die in between, and comes again. */
export const holdEndSteps: Step[] = [
  {
    name: "'s page is closed, for the hold is over",
    by: "app",
    when: (at) => overdue(at) && at.guest.closing === "",
    does({ model, guest }) {
      guest.closing = stands(model, "the page is closed before the nights go") ? close(guest) : "closed";
    },
  },
  {
    name: "'s page can't be closed within the grace",
    by: "world",
    when: (at) => at.model.configuration.unreachable === true && overdue(at) && at.guest.provider !== "" && at.guest.closing === "",
    does({ guest }) {
      guest.clock = "past grace";
      guest.closing = "open";
    },
  },
  {
    name: "'s hold is brought to its end",
    by: "app",
    when: ({ guest }) => guest.closing !== "",
    does({ model, state, guest }) {
      const { closing } = guest;
      guest.closing = "";
      if (closing === "paid") return apply(model, state, guest, guest.provider);
      if (closing === "closed" && guest.provider === "expired") apply(model, state, guest, "expired");
      const still = guest.state === "pending" && guest.clock !== "live";
      if (still || !stands(model, "the hold's end is judged anew")) expire(model, state, guest, closing === "closed" ? "job" : "take");
    },
  },
  {
    name: "'s page is closed, for the booking has ended",
    by: "app",
    when: ({ model, guest }) => guest.pages === "due" && stands(model, "the page is closed after the booking ended"),
    does({ guest }) {
      guest.pages = close(guest);
    },
  },
  {
    name: "'s closed page is settled",
    by: "app",
    when: ({ guest }) => guest.pages === "closed" || guest.pages === "paid",
    does({ model, state, guest }) {
      guest.pages = "";
      apply(model, state, guest, guest.provider);
    },
  },
  {
    name: "'s closing dies in between",
    by: "crash",
    when: ({ model, guest }) => model.configuration.crashes && (guest.closing !== "" || guest.pages === "closed" || guest.pages === "paid"),
    does({ guest }) {
      guest.closing = "";
      if (guest.pages !== "") guest.pages = "due";
    },
  },
];
